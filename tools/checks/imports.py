"""Who may import whom: the table of DESIGN.md, and the one place where it is enforced."""

import ast
from pathlib import Path

from tools.checks.sources import python_files, tree_of

NAME = "imports"
REMEDY = "see `Who may import whom` in DESIGN.md; move the code to the room that may"

# Modules that know no clock, pin, socket, file or chance.
_PURE = ("binascii", "hashlib", "json", "micropython", "struct")
_HARDWARE = _PURE + tuple(
    "errno esp32 gc io machine network os random select socket sys time tls uctypes vfs".split()
)
_CORE = "chargepoint.core"
_OCPP = "chargepoint.ocpp"
_PORTS = "chargepoint.ports"
_FILE_PORTS = "chargepoint.file_ports"
_PORTAL_PORTS = "chargepoint.portal_ports"
_WIRE = "chargepoint.wire"
_PRESENTATION = "chargepoint.drivers.presentation"

# What lies under this path, may import this and what lies below it. The first row that fits
# counts, so run.py stands before the folder it lies in.
_ALLOWED = (
    ("firmware/main.py", ("board", "chargepoint.run")),
    ("firmware/chargepoint/core/", (*_PURE, _CORE)),
    ("firmware/chargepoint/wire/", (*_PURE, _WIRE)),
    ("firmware/chargepoint/ocpp/", (*_PURE, _CORE, _OCPP, _PORTS)),
    # What every card reader has in common has one home.
    ("firmware/chargepoint/drivers/reader_", (*_HARDWARE, _PORTS, _WIRE, _PRESENTATION)),
    # The station's own page: an access point has a web server and a name server.
    (
        "firmware/chargepoint/drivers/access_point.py",
        (*_HARDWARE, _PORTAL_PORTS, "chargepoint.drivers"),
    ),
    # A backup that was being restored when the power went is restored before anything is read.
    (
        "firmware/chargepoint/drivers/store_file.py",
        (*_HARDWARE, _PORTS, "chargepoint.drivers.store_restore"),
    ),
    ("firmware/chargepoint/drivers/", (*_HARDWARE, _PORTS, _FILE_PORTS, _PORTAL_PORTS, _WIRE)),
    ("firmware/chargepoint/ports.py", _PURE),
    ("firmware/chargepoint/file_ports.py", _PURE),
    ("firmware/chargepoint/portal_ports.py", _PURE),
    ("firmware/chargepoint/run.py", ("asyncio", "gc", "io", "sys", "traceback", _CORE, _PORTS)),
    ("firmware/chargepoint/", (*_PURE, _CORE, _OCPP, _PORTS, "<beside>")),
)
# Under this path, never this: here everything else is free.
_FORBIDDEN = (
    ("boards/", ("host_tests", "tools", "boards")),
    ("host_tests/harness/", ("host_tests.scenarios", "host_tests.unit")),
)
# Scenarios know the stage only: of what is ours, nothing else.
_SCENARIOS = "host_tests/scenarios/"
_STAGE = ("host_tests.harness.stage", "host_tests.scenarios")
_OURS = ("chargepoint", "board", "boards", "host_tests", "tools")


def find(root: Path) -> list:
    found = []
    for path in python_files(root, ("firmware", "boards", "host_tests")):
        place = path.relative_to(root).as_posix()
        for line, module in imported(tree_of(path)):
            if not may_import(place, module):
                found.append(f"{place}:{line}: {_room(place)} may not import {module}")
    return found


def imported(tree: ast.Module) -> list:
    """(line, full name) of everything imported; for `from a import b`, a.b."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            found += [(node.lineno, f"{start}.{name.name}") for name in node.names]
    return found


def may_import(place: str, module: str) -> bool:
    for start, allowed in _ALLOWED:
        if place.startswith(start):
            return _is_below(module, allowed) or ("<beside>" in allowed and _is_beside(module))
    for start, forbidden in _FORBIDDEN:
        if place.startswith(start):
            return not _is_below(module, forbidden)
    if place.startswith(_SCENARIOS):
        return _is_below(module, _STAGE) or not _is_below(module, _OURS)
    return True


def _is_below(module: str, names: tuple) -> bool:
    return any(module == name or module.startswith(name + ".") for name in names)


def _is_beside(module: str) -> bool:
    """A part of the station that lies beside it, such as chargepoint.bay; run.py is above."""
    words = module.split(".")
    rooms = ("core", "ocpp", "wire", "drivers", "run")
    return words[0] == "chargepoint" and len(words) > 1 and words[1] not in rooms


def _room(place: str) -> str:
    return place.rpartition("/")[0] or place
