"""Flash for littlefs in the emulated PSRAM, and what the factory lays beside it."""

import struct

import micropython
import uctypes
import vfs
from micropython import const

_BLOCK_BYTES = const(4096)
_BLOCK_COUNT = const(4)
_BLOCK_SIZE = const(5)
_ERASE = const(6)
_MAGIC = b"PLPV"
_RECORD = "<BI"


@micropython.viper
def _erase(memory: ptr8, at: int):  # noqa: F821
    end = at + _BLOCK_BYTES
    while at < end:
        memory[at] = 0xFF
        at += 1


class Flash:
    """A block device of ``count`` blocks at ``address``."""

    def __init__(self, address: int, count: int):
        self._memory = uctypes.bytearray_at(address, count * _BLOCK_BYTES)
        self._count = count

    def readblocks(self, block: int, buffer, offset: int = 0) -> None:
        """Fill ``buffer`` from ``offset`` of ``block``."""
        at = block * _BLOCK_BYTES + offset
        buffer[:] = memoryview(self._memory)[at : at + len(buffer)]

    def writeblocks(self, block: int, buffer, offset: int = 0) -> None:
        """Program; littlefs erases before."""
        at = block * _BLOCK_BYTES + offset
        self._memory[at : at + len(buffer)] = buffer

    def ioctl(self, operation: int, argument: int) -> int:
        """What vfs asks of a block device."""
        if operation == _BLOCK_COUNT:
            return self._count
        if operation == _BLOCK_SIZE:
            return _BLOCK_BYTES
        if operation == _ERASE:
            _erase(self._memory, argument * _BLOCK_BYTES)
        return 0


def mount(flash, folder: str) -> None:
    """Mount the file system of ``flash`` at ``folder``; a flash that holds none gets one."""
    try:
        vfs.mount(flash, folder)
    except OSError:
        vfs.VfsLfs2.mkfs(flash)
        vfs.mount(flash, folder)


def take_over(address: int, count: int, store) -> None:
    """Put what the factory laid at ``address`` into ``store``, once.

    There lie the magic, then records: length of the name 1, length of the data 4, name, data; a
    record without a name is the last. A power cut on the way lets it begin again.
    """
    area = uctypes.bytearray_at(address, count)
    if area[: len(_MAGIC)] != _MAGIC:
        return
    at = len(_MAGIC)
    while area[at]:
        letters, size = struct.unpack_from(_RECORD, area, at)
        at += struct.calcsize(_RECORD)
        name = bytes(area[at : at + letters]).decode()
        at += letters
        store.write(name, bytes(memoryview(area)[at : at + size]))
        at += size
    area[: len(_MAGIC)] = bytes(len(_MAGIC))
