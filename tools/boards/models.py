"""What the firmware itself says, asked on the host: which meters it knows, and their lines."""

import importlib
import sys

from tools.paths import ROOT

_FIRMWARE = ROOT / "firmware"
# micropython.const for CPython
_EMULATED = ROOT / "host_tests/harness/emulated"


def firmware(driver: str):
    """The module of a driver."""
    for folder in (_EMULATED, _FIRMWARE):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    return importlib.import_module(f"chargepoint.drivers.{driver}")


def refusal(model) -> str:
    """Why the firmware does not know ``model`` (a name, or an installer's own map), or ""."""
    try:
        firmware("meter_models").find(model)
    except ValueError as trouble:
        return str(trouble)
    return ""


def line_of(model) -> dict:
    """How a board opens the UART: baud, parity (2: none), stop."""
    baud, parity, stop = firmware("meter_models").find(model).line
    return {"baud": baud, "parity": 2 if parity is None else parity, "stop": stop}
