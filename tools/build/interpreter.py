"""Interpreters of the emulated board that are built here, each anew when a source has changed.

``frozen`` is how a board with 160 KB runs: the application compiled into the interpreter. ``roomy``
has a larger heap, for measuring what the application takes when it lies beside it as a ROMFS.
"""

import fcntl
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tools import whole
from tools.build import image
from tools.paths import BUILD
from tools.setup.emulator import PORT, compile_interpreter
from tools.setup.steps import digest

BOARD = "qemu_mps2"
ROOMY_BYTES = 512 * 1024
_OLD_S = 3600
_FOLDER = BUILD / "targets" / BOARD


def frozen() -> Path:
    """With the application of the board in it; only ``main`` is left to the image beside it."""
    sources = image.source_files(BOARD)
    del sources["main.py"]

    def make() -> Path:
        manifest = _FOLDER / "manifest.py"
        manifest.write_text(_manifest(sources))
        return compile_interpreter(_FOLDER / "frozen", f"FROZEN_MANIFEST={manifest}")

    return _kept("frozen", digest(Path(__file__), *sources.values(), *_port()), make)


def roomy() -> Path:
    """With ROOMY_BYTES of heap, else as set-up makes it."""

    def make() -> Path:
        return compile_interpreter(_FOLDER / "roomy", f"MICROPY_HEAP_SIZE={ROOMY_BYTES}")

    return _kept("roomy", digest(Path(__file__), *_port()), make)


def main_alone(main: Path = image.FIRMWARE / "main.py") -> Path:
    """The image that starts a frozen application."""
    content = image.compile_module(main, "main.py", image.compiler_options(BOARD))
    path = _FOLDER / (main.stem + ".romfs")
    whole.write(path, image.pack({"main.mpy": content}))
    return path


def _kept(name: str, key: str, make: Callable[[], Path]) -> Path:
    """Named by its sources, and safe for several test processes at once: an emulator may still be
    about to run an older one, so those go a while later."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    interpreter = _FOLDER / f"{name}-{key[:16]}.elf"
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not interpreter.exists():
            made = make()
            for old in _FOLDER.glob(f"{name}-*.elf"):
                if old.stat().st_mtime < time.time() - _OLD_S:
                    old.unlink()
            partly = interpreter.with_suffix(".part")
            shutil.copy(made, partly)
            partly.rename(interpreter)
    return interpreter


def _port() -> list:
    return [path for path in sorted(PORT.rglob("*")) if path.is_file()]


def _manifest(sources: dict) -> str:
    lines = [f'include("{PORT}/manifest.py")']
    for place, source in sources.items():
        base = str(source).removesuffix(place)
        lines.append(f'freeze("{base}", "{place}", opt=2)')
    return "\n".join(lines) + "\n"
