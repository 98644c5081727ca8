"""A flash chip in a file, whose power can be cut at any operation; for the unix target."""

from pathlib import Path

BLOCK = 4096
# The status by which emulated/flash_main.py says that the power went.
CUT_STATUS = 75


class FlashFile:
    """``blocks`` blocks of 4 KB in ``path``; the interpreter formats it at its first start.

    Used as MemoryStore is: ``operations`` are programs and erases, from its first start on.
    """

    def __init__(self, path: Path, blocks: int = 64):
        self.path = Path(path)
        self.blocks = blocks
        self.restore_power()

    @property
    def operations(self) -> int:
        """How many operations have happened."""
        return len(self.log)

    @property
    def log(self) -> str:
        """A letter for each operation: p (program), e (erase)."""
        log = self.path.with_name(self.path.name + ".log")
        return log.read_text() if log.exists() else ""

    def cut_after(self, operations: int, torn: bool = False) -> None:
        """Let so many operations of the next start happen; in the one after the power goes.

        ``torn``: the first half of that one happens.
        """
        self._cut = operations
        self._torn = torn

    def restore_power(self) -> None:
        """What is on the chip stays, and operations work again from the next start on."""
        self.cut_after(-1)

    def arguments(self) -> list:
        """What flash_main.py is told."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return [self.path.resolve(), self.blocks, self._cut, int(self._torn)]
