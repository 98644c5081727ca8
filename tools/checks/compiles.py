"""Every file that goes on a board, through mpy-cross for the ESP32 (native code too)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.build.image import compile_module
from tools.checks.sources import python_files

NAME = "mpy-cross"
REMEDY = "write it in what MicroPython 1.25 knows"
_OPTIONS = ["-march=xtensawin"]


def find(root: Path) -> list:
    files = [p for p in python_files(root, ("firmware", "boards")) if p.name != "manifest.py"]
    with ThreadPoolExecutor() as pool:
        return [line for line in pool.map(_refusal, files) if line]


def _refusal(path: Path) -> str:
    try:
        compile_module(path, path.name, _OPTIONS)
    except ValueError as trouble:
        return str(trouble)
    return ""
