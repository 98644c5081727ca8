"""The program of the unix target with its store on littlefs, on a chip in a file of the host.

Started as ``micropython flash_main.py HOST PORT IMAGE CHIP BLOCKS CUT TORN``; the first three are
those of unix_main.py. CHIP is the chip's file; CHIP.log gets a letter for each operation that the
station causes, ``p`` (program) or ``e`` (erase). CUT is how many of them happen before the power
goes in the next one, or -1; TORN is 1 when the first half of that one happens. Files in the
current folder are what the factory laid; those that the chip does not have are put there at each
start.
"""

import os
import sys

import ffi
import vfs

BLOCK = 4096
ERASED = b"\xff" * BLOCK
FOLDER = "/flash"
# What the process tells its parent when the power went.
CUT_STATUS = 75


class Chip:
    """``blocks`` blocks of 4 KB in the file ``path``; what is missing of it is erased."""

    def __init__(self, path: str, blocks: int, cut: int, torn: bool):
        self._file = _opened(path, blocks)
        self._log = open(path + ".log", "ab")
        self._blocks = blocks
        self._left = cut
        self._torn = torn
        self._exit = ffi.open("libc.so.6").func("v", "_exit", "i")
        self.counting = False

    def readblocks(self, block: int, buffer, offset: int = 0) -> None:
        """Fill ``buffer``."""
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block: int, buffer, offset: int = 0) -> None:
        """Program."""
        self._operate(b"p", block * BLOCK + offset, buffer)

    def ioctl(self, operation: int, argument: int) -> int:
        """4: number of blocks, 5: size of a block, 6: erase block ``argument``."""
        if operation == 6:
            self._operate(b"e", argument * BLOCK, ERASED)
        return {4: self._blocks, 5: BLOCK}.get(operation, 0)

    def _operate(self, letter, at, data):
        self._file.seek(at)
        if self.counting:
            if self._left == 0:
                self._die(data)
            self._left -= 1
            self._log.write(letter)
        self._file.write(data)

    def _die(self, data):
        # Nothing is buffered: what was written is in the file, nothing more will be.
        if self._torn:
            self._file.write(memoryview(data)[: len(data) // 2])
        self._exit(CUT_STATUS)


def _opened(path, blocks):
    with open(path, "ab") as file:
        short = blocks * BLOCK - file.seek(0, 2)
        while short > 0:
            short -= file.write(ERASED[:short])
    return open(path, "r+b")


def mount(chip: Chip) -> None:
    """Mount the chip's file system; a chip that holds none gets one."""
    try:
        vfs.mount(vfs.VfsLfs2(chip), FOLDER)
    except OSError:
        vfs.VfsLfs2.mkfs(chip)
        vfs.mount(vfs.VfsLfs2(chip), FOLDER)


def take_over() -> None:
    """Put there what the factory laid, where the chip does not have it."""
    for name in os.listdir():
        laid = _content(name)
        if _content(FOLDER + "/" + name) != laid:
            with open(FOLDER + "/" + name, "wb") as file:
                file.write(laid)


def _content(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


chip = Chip(sys.argv[4], int(sys.argv[5]), int(sys.argv[6]), sys.argv[7] == "1")
mount(chip)
take_over()
os.chdir(FOLDER)
chip.counting = True

import unix_main  # noqa: E402, F401  (it runs)
