"""What a board's manifest.py freezes, as the C file that the vendor's build would compile.

The same makemanifest.py and mpy-tool.py as in MicroPython's own build run here, so a manifest
that names a missing file, or a module that does not compile, is found without ESP-IDF.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.build.image import compiler_options
from tools.paths import BIN, BUILD, TOOLS

_SOURCE = TOOLS / "micropython-source"
# The ESP32 port's two settings of names; the names themselves come in the vendor's build.
_PORT_NAMES = "QCFG(BYTES_IN_LEN, (1))\nQCFG(BYTES_IN_HASH, (2))\n"


def build_frozen(board: str, manifest: Path) -> Path:
    """Write build/<board>/frozen_content.c and return its path."""
    if not _SOURCE.exists():
        raise ValueError(f"{_SOURCE} is missing: run `make setup` and read what it says")
    build = BUILD / board
    header = build / "genhdr/qstrdefs.preprocessed.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text(_PORT_NAMES)
    output = build / "frozen_content.c"
    output.unlink(missing_ok=True)
    result = subprocess.run(_command(board, manifest, build, output), **_options(board))
    if result.returncode or not output.exists():
        said = "\n".join(result.stdout.splitlines()[-5:])
        raise ValueError(f"{manifest} does not freeze:\n{said}")
    return output


def _command(board: str, manifest: Path, build: Path, output: Path) -> list:
    places = {
        "MPY_DIR": _SOURCE,
        "MPY_LIB_DIR": _SOURCE / "lib/micropython-lib",
        "PORT_DIR": _SOURCE / "ports/esp32",
        "BOARD_DIR": manifest.parent,
    }
    command = [sys.executable, _SOURCE / "tools/makemanifest.py", "-o", output, "-b", build]
    for name, place in places.items():
        command += ["-v", f"{name}={place}"]
    # makemanifest gives its own -O, from the manifest; only the architecture is the board's.
    flags = " ".join(word for word in compiler_options(board) if word.startswith("-march"))
    return [str(word) for word in [*command, f"--mpy-cross-flags={flags}", manifest]]


def frozen_bytes(content: Path) -> int:
    """What the frozen content adds to the interpreter, as mpy-tool.py counted it at its end."""
    found = re.findall(r"^total: (\d+)$", content.read_text(), re.MULTILINE)
    if not found:
        raise ValueError(f"{content}: mpy-tool.py told no total")
    return int(found[-1])


def _options(board: str) -> dict:
    environment = os.environ | {
        "MICROPY_MPYCROSS": str(BIN / "mpy-cross"),
        "PILOTLIGHT_BOARD": board,
    }
    return {
        "env": environment,
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }
