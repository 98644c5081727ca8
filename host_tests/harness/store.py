"""A store in memory whose power can be cut at any operation, whole or torn."""

from chargepoint.ports import Store

BLOCK = 4096


def _weight(name, data):
    """The blocks of a file: in a directory, of which half is used and which is there twice, or of
    its own."""
    if data is None:
        return 0
    small = len(data) <= 128
    entry = (len(name) + 40 + (len(data) if small else 0)) * 4 / BLOCK
    return entry + (0 if small else -(-len(data) // BLOCK))


class PowerCut(BaseException):
    """The power went; not an Exception, so that nothing in the firmware takes it for its own."""


class MemoryStore(Store):
    """Counts its ``writes`` and ``removes``. ``full`` True: every write is refused.

    ``blocks``: the size of the medium in blocks of 4 KB, as littlefs uses them: a file of up to
    128 bytes lies in a directory, a larger one in blocks of its own. None: without an end.
    """

    def __init__(self, blocks: int = None):
        self.files = {}
        self.writes = 0
        self.removes = 0
        self.reads = 0
        self.full = False
        self.blocks = blocks
        self._left = None
        self._torn = None

    def cut_after(self, operations: int, torn: int = None) -> None:
        """Let so many operations happen; the next one raises PowerCut.

        ``torn`` None: nothing of that operation happens; a number: so many bytes of a write (at
        most all of them) reach the medium unacknowledged, and a removal happens.
        """
        self._left = operations
        self._torn = torn

    def restore_power(self) -> None:
        """What is on the medium stays, and operations work again."""
        self._left = None

    def read(self, name: str, at: int = 0, size: int = None) -> bytes:
        """The bytes under ``name`` (``size`` from ``at`` on), or None."""
        self.reads += 1
        data = self.files.get(name)
        return data if data is None or size is None else data[at : at + size]

    def room(self) -> tuple:
        """(free, all) bytes of a medium with ``blocks``, else None."""
        if self.blocks is None:
            return None
        return max(int(self.blocks - self._used()), 0) * BLOCK, self.blocks * BLOCK

    def write(self, name: str, data: bytes) -> bool:
        """Put ``data`` under ``name``, whole or torn; False when full."""
        if self._is_last():
            if self._torn is not None:
                self.files[name] = bytes(data[: self._torn])
            raise PowerCut
        if self.full or not self._fits(name, data):
            return False
        self.writes += 1
        self.files[name] = bytes(data)
        return True

    def remove(self, name: str) -> bool:
        """Take ``name`` away; always True."""
        if self._is_last():
            if self._torn is not None:
                self.files.pop(name, None)
            raise PowerCut
        self.removes += 1
        self.files.pop(name, None)
        return True

    def names(self, folder: str) -> list:
        """The names under ``folder``."""
        start = folder + "/"
        return [name[len(start) :] for name in self.files if name.startswith(start)]

    def _fits(self, name, data):
        if self.blocks is None:
            return True
        before = self._used()
        after = before - _weight(name, self.files.get(name)) + _weight(name, data)
        return after <= self.blocks or after <= before

    def _used(self):
        return 4 + sum(_weight(name, data) for name, data in self.files.items())

    def _is_last(self):
        if self._left is None:
            return False
        self._left -= 1
        return self._left < 0
