"""A store in memory whose power can be cut at any operation, whole or torn."""

from chargepoint.ports import Store


class PowerCut(BaseException):
    """The power went; not an Exception, so that nothing in the firmware takes it for its own."""


class MemoryStore(Store):
    """Counts its ``writes`` and ``removes``. ``full`` True: every write is refused."""

    def __init__(self):
        self.files = {}
        self.writes = 0
        self.removes = 0
        self.reads = 0
        self.full = False
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

    def read(self, name: str) -> bytes:
        """The bytes under ``name``, or None."""
        self.reads += 1
        return self.files.get(name)

    def write(self, name: str, data: bytes) -> bool:
        """Put ``data`` under ``name``, whole or torn; False when full."""
        if self._is_last():
            if self._torn is not None:
                self.files[name] = bytes(data[: self._torn])
            raise PowerCut
        if self.full:
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

    def _is_last(self):
        if self._left is None:
            return False
        self._left -= 1
        return self._left < 0
