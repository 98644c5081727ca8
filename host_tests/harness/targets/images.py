"""The application images that the targets run, built anew when a source has changed."""

import fcntl
import hashlib
from pathlib import Path

from host_tests.harness import paths

# What stands where a board of the desk has hardware; compiled into its image.
_EMULATED = (
    "machine.py",
    "buses.py",
    "onewire.py",
    "desk_meters.py",
    "desk_readers.py",
    "desk_slots.py",
    "hands.py",
    "detour.py",
)
# Parts that run beside the firmware; they are imported only where one is asked for.
_DEVICES = (
    "part.py",
    "iso14443.py",
    "mfrc522.py",
    "onewire_key.py",
    "pn532_chip.py",
    "pn532_bus.py",
)


def image_of(board: str) -> Path:
    """build/targets/<board>/app.romfs, fresh; safe for several test processes at once.

    Not where `make build` puts a board's image: that one has no emulated hardware in it.
    """
    from tools.build import image

    folder = paths.ROOT / "build" / "targets" / board
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "sources.sha256"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = _digest(image.source_files(board))
        if not (stamp.exists() and stamp.read_text() == digest):
            content = image.compiled_files(board)
            content.update(_emulated(image, board))
            (folder / "app.romfs").write_bytes(image.pack(content))
            stamp.write_text(digest)
    return folder / "app.romfs"


def _emulated(image, board):
    if board != "unix":
        return {}
    options = image.compiler_options(board)
    return {
        place.replace(".py", ".mpy"): image.compile_module(path, place, options)
        for place, path in _beside().items()
    }


def _beside():
    """{path in the image: source} of what stands where a board has hardware."""
    devices = (paths.DEVICES / name for name in _DEVICES)
    return {
        **{name: paths.EMULATED / name for name in _EMULATED},
        **{path.relative_to(paths.ROOT).as_posix(): path for path in devices},
    }


def _digest(sources):
    found = hashlib.sha256()
    for path in [*sources.values(), *_beside().values()]:
        found.update(str(path).encode() + b"\0" + Path(path).read_bytes())
    return found.hexdigest()
