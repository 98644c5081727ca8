"""mypy over the firmware and each board, with the ESP32's type stubs for MicroPython.

The firmware is annotated with builtins only (MicroPython has no typing), so a few of mypy's
complaints are about what cannot be written there: they are passed over here, in one place.
What stays finds wrong attributes, names, argument counts and argument types.
"""

import os
import re
from pathlib import Path

from tools.boards import description
from tools.checks.sources import run_module
from tools.paths import STUBS
from tools.ulp import build as desk_guard

NAME = "types"
REMEDY = "mend it, or annotate what mypy misreads"

_EMULATED = "host_tests/harness/emulated"
_OPTIONS = (
    "--no-strict-optional",  # `-> int` that may be None
    "--check-untyped-defs",
    "--no-strict-bytes",  # a bytearray where bytes are asked for
    "--no-local-partial-types",  # `self._x = None` in __init__, and a value later
    "--disable-error-code=assignment",
    "--disable-error-code=var-annotated",
    "--explicit-package-bases",
    "--no-error-summary",
    "--hide-error-context",
    "--python-version=3.11",
    "--config-file=",
)
# A field that starts as None is taken for None for ever; after `is not _ABSENT` a value is taken
# for the object() that _ABSENT is; ptr8 and the like are viper's own; traceback is CPython's,
# imported only there.
_PASSED_OVER = re.compile(
    r'"None"|\bNone\]|matches argument types .*None|has incompatible type "object"'
    r'|"ptr(8|16|32)"|named "traceback"'
)


def find(root: Path) -> list:
    boards = [path.parent for path in sorted(root.glob("boards/*/board.py"))]
    found = []
    for board in boards:
        files = ["firmware/main.py", "firmware/chargepoint", *_files(root, board)]
        found += _complaints(root, files, board)
    if not boards:
        found = _complaints(root, ["firmware"], None)
    return sorted(set(found))


def _files(root: Path, board: Path) -> list:
    modules = [path for path in board.glob("*.py") if path.name != "manifest.py"]
    return [str(path.relative_to(root)) for path in sorted(modules)]


def _complaints(root: Path, files: list, board) -> list:
    places = [root / "firmware"] + ([board] if board else [])
    if board and board.name == "unix":
        places.append(root / _EMULATED)  # there, these modules are the hardware
    if board and description.is_described(board):
        made = description.write(board.name, root / "boards", root / "build")
        # Who has no guard imports none, but mypy follows every import.
        guard = desk_guard.write("unix", root / "boards", root / "build")
        places += [root / "boards/esp32", made.parent, guard.parent]
    environment = os.environ | {"MYPYPATH": ":".join(map(str, [*places, STUBS]))}
    cache = root / ".mypy_cache" / (board.name if board else "firmware")
    words = (*_OPTIONS, f"--custom-typeshed-dir={STUBS}", f"--cache-dir={cache}", *files)
    said = run_module("mypy", *words, cwd=root, env=environment)
    lines = [line for line in said.stdout.splitlines() if _is_ours(line)]
    if said.returncode > 1 or (said.returncode and not said.stdout):
        lines.append(f"mypy gave up: {(said.stderr or said.stdout).strip()[-300:]}")
    return lines


def _is_ours(line: str) -> bool:
    ours = line.startswith(("firmware/", "boards/")) and ": error:" in line
    return ours and not _PASSED_OVER.search(line)
