"""What to do about a word of the firmware's own."""

import difflib

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.core.settings import rows_of  # noqa: E402
from chargepoint.core.settings_own import TABLE as OWN  # noqa: E402
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY  # noqa: E402

_UNKNOWN = "unknown setting "
# How the reason of a failed connection begins, and where to look.
_LOOK_AT = (
    ("reset", "does anyone listen there? see --csms"),
    ("refused", "does anyone listen there? see --csms"),
    ("http 401", "see --identity and --password"),
    ("http 404", "see --identity and the path of --csms"),
    ("tls", "see --ca, --cert, --key and the host in --csms"),
)


def explain(text: str) -> str:
    """The last line of a traceback of either interpreter, and what was expected."""
    lines = text.strip().splitlines() or [text]
    said = lines[-1].removeprefix("ValueError: ")
    if not said.startswith(_UNKNOWN):
        return said
    names = [row[0] for row in rows_of((OWN, CORE, PROFILES, SECURITY))]
    alike = difflib.get_close_matches(said.removeprefix(_UNKNOWN), names)
    return f"{said}; {'perhaps' if alike else 'expected one of'} {', '.join(alike or names)}"


def advise(reason: str) -> str:
    """Why there is no connection, and where to look."""
    for beginning, advice in _LOOK_AT:
        if reason.startswith(beginning):
            return f"{reason} ({advice})"
    return reason
