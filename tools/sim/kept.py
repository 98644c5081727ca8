"""What the state folder knows of the station beside its store: how it was provisioned."""

import json
from pathlib import Path

from tools.sim.errors import Unusable

_NAME = "station.json"


class Kept:
    """How the station in ``folder`` was started before; nothing where there was none."""

    def __init__(self, folder: Path | None):
        told = {} if folder is None else _read(folder / _NAME)
        self.connectors = told.get("connectors", 1)
        self.identity = told.get("identity")
        self.settings = told.get("settings", {})

    @staticmethod
    def write(folder: Path, connectors: int, identity: str, settings: dict) -> None:
        """Keep this for the next start."""
        told = {"connectors": connectors, "identity": identity, "settings": settings}
        (folder / _NAME).write_text(json.dumps(told, indent=1) + "\n")


def _read(file: Path) -> dict:
    if not file.exists():
        return {}
    try:
        told = json.loads(file.read_text())
        kinds = (type(told["connectors"]), type(told["identity"]), type(told["settings"]))
    except (ValueError, KeyError, TypeError):
        kinds = ()
    if kinds != (int, str, dict):
        raise Unusable(f"{file}: not of a station of this sim; remove the file")
    return told
