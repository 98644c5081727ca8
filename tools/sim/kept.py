"""What the state folder knows of the station beside its store: how it was provisioned."""

import json
from pathlib import Path

from tools.sim.errors import Unusable

_NAME = "station.json"
_KINDS = {"connectors": int, "identity": str, "settings": dict, "lacks": list, "tethered": bool}


class Kept:
    """How the station in ``folder`` was started before; nothing where there was none."""

    def __init__(self, folder: Path | None):
        told = {} if folder is None else _read(folder / _NAME)
        self.connectors = told.get("connectors", 1)
        self.identity = told.get("identity")
        self.settings = told.get("settings", {})
        self.lacks = told.get("lacks", [])
        self.tethered = told.get("tethered", False)

    @staticmethod
    def write(folder: Path, options) -> None:
        """Keep for the next start how the station was provisioned."""
        told = {name: getattr(options, name) for name in _KINDS}
        (folder / _NAME).write_text(json.dumps(told, indent=1) + "\n")


def _read(file: Path) -> dict:
    if not file.exists():
        return {}
    try:
        told = json.loads(file.read_text())
        # A folder of an earlier version knows nothing of parts.
        told = {"lacks": [], "tethered": False, **told}
        whole = all(type(told[name]) is kind for name, kind in _KINDS.items())
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise Unusable(f"{file}: not of a station of this sim; remove the file")
    return told
