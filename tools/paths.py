"""Where things lie; standard library only, for it is used before there is an environment."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
BUILD = ROOT / "build"
STUBS = TOOLS / "stubs"
ORACLE = TOOLS / "oracle"
NODE = BIN / "node"
BROWSER = BIN / "chromium"
STATUS = TOOLS / "status.json"  # {target: {"ok": bool, "why": str, "fix": str}}
MICROPYTHON = BIN / "micropython"
QEMU = BIN / "qemu-system-arm"
QEMU_FIRMWARE = TOOLS / "qemu/firmware.elf"


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")
