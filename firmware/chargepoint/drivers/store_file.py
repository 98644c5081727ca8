"""The store in a folder of any file system: littlefs on a board, the host's on a computer."""

import os

from chargepoint.ports import Store

# Written under this name beside its place, then renamed: the name holds the old or the new bytes.
_SPARE = ".new"

# littlefs replaces a file in one go by itself, when it is closed; a rename would cost it a third
# of an erase more for each ten writes. A new name may be found empty after a cut.
_RENAMES = hasattr(os, "fsync")

# Nothing of ours is larger; what another program left may not fit into memory.
_LARGEST_BYTES = 16384

_FOLDER_BIT = 0x4000


class FileStore(Store):
    """Files under ``folder``, made when needed; "" is the current folder."""

    def __init__(self, folder: str):
        self._folder = folder
        if _exists(self._path("restore/plan")):
            from chargepoint.drivers.store_restore import finish

            finish(folder)

    def read(self, name: str, at: int = 0, size: int = None) -> bytes:
        """``size`` bytes under ``name`` from ``at`` on, all when None; None when there are none,
        or more than are ever ours."""
        try:
            with open(self._path(name), "rb") as file:
                if size is None and file.seek(0, 2) > _LARGEST_BYTES:
                    return None
                file.seek(at)
                return file.read() if size is None else file.read(size)
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> bool:
        """Put ``data`` under ``name``; False when the medium refused, or when it is too much."""
        if len(data) > _LARGEST_BYTES:
            return False
        path = self._path(name)
        spare = path[: path.rfind("/") + 1] + _SPARE if _RENAMES else path
        try:
            self._write_file(spare, data)
            if _RENAMES:
                os.rename(spare, path)
            _sync()
        except OSError:
            return False
        return True

    def remove(self, name: str) -> bool:
        """Take ``name`` away; True when it is gone."""
        path = self._path(name)
        try:
            os.remove(path)
            _sync()
        except OSError:
            return not _exists(path)
        return True

    def names(self, folder: str):
        """The names under ``folder``, one after the other: there may be thousands."""
        try:
            for name in _listing(self._path(folder)):
                if not name.startswith("."):
                    yield name
        except OSError:
            return

    def room(self) -> tuple:
        """(bytes that are free, bytes in all) of the file system, or None."""
        try:
            told = os.statvfs(self._folder or ".")
        except OSError:
            return None
        return told[0] * told[3], told[0] * told[2]

    def _path(self, name):
        return self._folder + "/" + name if self._folder else name

    def _write_file(self, path, data):
        try:
            file = open(path, "wb")
        except OSError:
            _make_folders(path, len(self._folder))
            file = open(path, "wb")
        with file:
            file.write(data)
            file.flush()
            if hasattr(os, "fsync"):
                os.fsync(file.fileno())


def _listing(path):
    if hasattr(os, "ilistdir"):
        for entry in os.ilistdir(path):
            yield entry[0]
    else:
        for name in os.listdir(path):
            yield name


def _make_folders(path, ours):
    """Make what is missing on the way to ``path``; the store's folder ends at ``ours``."""
    at = path.find("/", 1)
    while at > 0:
        folder = path[:at]
        if at > ours and _exists(folder) and not os.stat(folder)[0] & _FOLDER_BIT:
            # Another program's file in the store, where our folder must be.
            os.remove(folder)
        if not _exists(folder):
            os.mkdir(folder)
        at = path.find("/", at + 1)


def _exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def _sync():
    # MicroPython's file systems that keep anything back have os.sync; on a computer the file was
    # synced by itself and os.sync would wait for everyone's disks.
    if not hasattr(os, "fsync") and hasattr(os, "sync"):
        os.sync()
