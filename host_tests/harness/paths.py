"""Where things are, and what CPython needs on its path to import the firmware."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
BOARDS = ROOT / "boards"
EMULATED = ROOT / "host_tests" / "harness" / "emulated"
DEVICES = ROOT / "host_tests" / "harness" / "devices"
TOOLS = ROOT / ".tools"


def use_firmware() -> None:
    """Make the firmware, the board of the desk and the emulated modules importable."""
    for folder in (EMULATED, BOARDS / "unix", FIRMWARE):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
