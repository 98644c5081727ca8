"""The firmware's own table of meters, asked on the host: which there are, and their lines."""

import sys

from tools.paths import ROOT

_FIRMWARE = ROOT / "firmware"
# micropython.const for CPython
_EMULATED = ROOT / "host_tests/harness/emulated"


def _table():
    for folder in (_EMULATED, _FIRMWARE):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    from chargepoint.drivers import meter_models

    return meter_models


def refusal(model) -> str:
    """Why the firmware does not know ``model`` (a name, or an installer's own map), or ""."""
    try:
        _table().find(model)
    except ValueError as trouble:
        return str(trouble)
    return ""


def line_of(model) -> dict:
    """How a board opens the UART: baud, parity (2: none), stop."""
    baud, parity, stop = _table().find(model).line
    return {"baud": baud, "parity": 2 if parity is None else parity, "stop": stop}
