"""Write docs/settings.md, the settings for people, from the tables that the firmware uses.

Run it without arguments to write the page, with ``--check`` to learn (exit status 1) whether it
is stale.
"""

import sys
from pathlib import Path

from tools import draw_states
from tools.paths import ROOT

NAME = "settings"
REMEDY = "run `python -m tools.draw_settings`"
PAGE = Path("docs/settings.md")
_HEAD = """\
# Settings

The configuration keys of the charge point: those of OCPP 1.6 (chapter 9, its errata, its security
extension), and our own. Made of the tables in `firmware/chargepoint/ocpp/v16/settings.py` and
`firmware/chargepoint/core/settings_own.py` by `python -m tools.draw_settings`; `make check` fails
when it is stale.

- The back end reads them with GetConfiguration and changes them with ChangeConfiguration; names
  count in any case. RW: it may do both, R: read only, W: write only (a secret).
- **Reboot**: the new value counts from the next start (RebootRequired).
- Values survive restarts and power cuts. A value that is refused leaves the one before as it was.
- [An order](order.md) or the station's own page may set all that is not the hardware's to say:
  RW, W, and Identity, MaxCurrent, Phases and Earthing. Once there is a technician's code,
  SupplyLimit, SupplyLimitLock, MaxCurrent and Earthing change with it only.
- What is given at provisioning stands where nothing was changed since; what the hardware dictates
  (the number of connectors, the lock, the switch between phases) can't be changed.
"""
_GROUPS = (
    ("chargepoint.ocpp.v16.settings", "CORE", "OCPP 1.6: Core, and errata"),
    (
        "chargepoint.ocpp.v16.settings",
        "PROFILES",
        "OCPP 1.6: local list, reservation, smart charging, file transfer",
    ),
    ("chargepoint.ocpp.v16.settings", "SECURITY", "OCPP 1.6: security"),
    ("chargepoint.core.settings_own", "TABLE", "Our own"),
)
_COLUMNS = ["key", "values", "default", "access", "reboot", "meaning"]


def values(row: tuple) -> str:
    """What may be set, in words."""
    _, kind, _, low, high = row[:5]
    words = {
        "bool": "true, false",
        "int": f"{low} to {high}",
        "text": f"{low} to {high} characters",
        "key": f"{low} to {high} characters, or hex digits",
        "csl": f"at most {high} of: {str(low).replace(',', ', ')}",
        "measurands": f"at most {high} measurands",
        "choice": str(low).replace(",", ", "),
        "rotation": f"at most {high} of: connector.rotation, such as 1.RST",
        "url": "ws://... or wss://...",
        "hours": "from-to, such as 22-6",
    }
    return words[kind]


def fields(row: tuple) -> list:
    name, _, default, _, _, access, reboot, meaning = row
    shown = f"`{default.replace(',', ', ')}`" if default else ""
    return [f"`{name}`", values(row), shown, access, "yes" if reboot else "", meaning]


def fresh() -> str:
    """The page as it should be."""
    rows_of = draw_states.load("chargepoint.core.settings").rows_of
    measurands = draw_states.load("chargepoint.core.metering").known()
    parts = [_HEAD]
    for module, name, title in _GROUPS:
        rows = list(rows_of((getattr(draw_states.load(module), name),)))
        table = draw_states.table(_COLUMNS, [fields(row) for row in rows])
        parts.append(f"## {title}\n\n{len(rows)} keys.\n\n{table}\n")
    listed = ", ".join(f"`{measurand}`" for measurand in measurands.split(","))
    parts.append(f"## Measurands\n\n{listed}\n")
    return "\n".join(parts)


def find(root: Path) -> list:
    """As a check of tools/checks: what is wrong with the page."""
    return draw_states.stale(root, PAGE, fresh, "the tables of settings have")


def _write() -> None:
    (ROOT / PAGE).write_text(fresh(), encoding="utf-8")


def main() -> int:
    return draw_states.command(sys.modules[__name__], _write)


if __name__ == "__main__":
    sys.exit(main())
