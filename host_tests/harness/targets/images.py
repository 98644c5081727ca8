"""The application images that the targets run, built anew when a source has changed."""

import fcntl
import hashlib
from pathlib import Path

from host_tests.harness import paths

# What stands where a board of the desk has hardware; compiled into its image.
_EMULATED = ("machine.py", "buses.py", "onewire.py", "hands.py", "detour.py")


def image_of(board: str) -> Path:
    """build/<board>/app.romfs, fresh; safe for several test processes at once."""
    from tools.build import image

    folder = paths.ROOT / "build" / board
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "sources.sha256"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = _digest(image.source_files(board))
        if not (stamp.exists() and stamp.read_text() == digest):
            image.build_image(board, _emulated(image, board))
            stamp.write_text(digest)
    return folder / "app.romfs"


def _emulated(image, board):
    if board != "unix":
        return {}
    options = image.compiler_options(board)
    return {
        name.replace(".py", ".mpy"): image.compile_module(paths.EMULATED / name, name, options)
        for name in _EMULATED
    }


def _digest(sources):
    found = hashlib.sha256()
    for path in [*sources.values(), *(paths.EMULATED / name for name in _EMULATED)]:
        found.update(str(path).encode() + b"\0" + Path(path).read_bytes())
    return found.hexdigest()
