"""Start the application: a ROMFS image that the emulator has laid into the PSRAM.

The first megabyte of the PSRAM (0x21000000) is the board's flash; the image lies after it.
"""

import sys

import uctypes
import vfs

_IMAGE = 0x21100000
_ROOM = 0x100000
_MAGIC = b"\xd2\xcd\x31"  # how every ROMFS image begins


def _mount():
    window = uctypes.bytearray_at(_IMAGE, _ROOM)
    if bytes(window[:3]) != _MAGIC:
        print("boot: no application image at 0x%08x; expected a ROMFS image there" % _IMAGE)
        return False
    vfs.mount(vfs.VfsRom(window), "/rom")
    sys.path.append("/rom")
    sys.path.append("/rom/lib")
    return True


if _mount():
    print("boot: application image mounted")
    import main  # noqa: F401  (running it is the purpose)
