"""The application images that the targets run, built anew when a source has changed."""

import fcntl
import hashlib
from pathlib import Path

from host_tests.harness import paths

# What stands where a board of the desk has hardware; compiled into its image.
_EMULATED = (
    "machine.py",
    "buses.py",
    "waves.py",
    "onewire.py",
    "desk_guard.py",
    "desk_meters.py",
    "desk_readers.py",
    "desk_portal.py",
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


# Other firmware for the desk: what is changed in a source, {path in the image: (text, its place)}.
OTHERS = {
    # The same with another version.
    "next": {"chargepoint/core/settings_own.py": ("|0.5.0|", "|0.6.0|")},
    # Fails in its first step, as in each one after it.
    "crashing": {"chargepoint/run.py": ("device.station.step(now_ms)", "raise OSError(now_ms)")},
    # Is not even imported.
    "dead": {"board.py": ("import pins", "import pins, what_there_is_not")},
}


def image_of(board: str, other: str = "") -> Path:
    """build/targets/<board>/app.romfs, fresh; safe for several test processes at once.

    Not where `make build` puts a board's image: that one has no emulated hardware in it. ``other``
    names one of OTHERS.
    """
    from tools import whole
    from tools.build import image

    folder = paths.ROOT / "build" / "targets" / (f"{board}-{other}" if other else board)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "sources.sha256"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = _digest(image.source_files(board)) + str(OTHERS.get(other))
        if not (stamp.exists() and stamp.read_text() == digest):
            content = image.compiled_files(board)
            content.update(_emulated(image, board))
            content.update(_changed(image, board, OTHERS.get(other, {}), folder))
            whole.write(folder / "app.romfs", image.pack(content))
            stamp.write_text(digest)
    return folder / "app.romfs"


def _changed(image, board, changes, folder):
    """The modules of another firmware that are not those of this one."""
    options, content = image.compiler_options(board), {}
    for place, (old, new) in changes.items():
        text = image.source_files(board)[place].read_text()
        if text.count(old) != 1:
            raise ValueError(f"{place}: {old!r} is there {text.count(old)} times, expected once")
        changed = folder / "changed.py"
        changed.write_text(text.replace(old, new))
        compiled = image.compile_module(changed, place, options)
        content[place.replace(".py", ".mpy")] = compiled
    return content


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
