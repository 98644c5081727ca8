"""The first thing that runs: mount the file system on the internal flash.

MicroPython's own prints for ever when it finds a damaged one; a station must come up, so here it
is made anew, and with it goes what was to be delivered. Read twice before: a supply that is still
rising reads nonsense.
"""

import gc
import time

import vfs
from flashbdev import bdev

_AGAIN_MS = 1000


def _mounted():
    try:
        vfs.mount(bdev, "/")
    except OSError:
        return False
    return True


def _mount():
    if _mounted():
        return
    time.sleep_ms(_AGAIN_MS)
    if _mounted():
        return
    print("boot: no file system on the flash, making one")
    vfs.VfsLfs2.mkfs(bdev)
    vfs.mount(bdev, "/")


_mount()
gc.collect()
