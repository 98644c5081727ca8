"""What a commissioning has come to so far, on this computer's disk: it survives an interruption.

One JSON file a unit and connector, replaced as a whole after each step.
"""

import json
import os
import re
import tempfile
from pathlib import Path

_VERSION = 1


class Unreadable(ValueError):
    """The file is not a record of this program; the message says what to do."""


class Record:
    """``results`` (step's key -> result), ``kept`` and ``plots`` as they were left."""

    def __init__(self, path: Path, serial: str):
        self.path = path
        self.serial = serial
        self.began_s = 0
        self.firmware = ""
        self.results: dict = {}
        self.plots: dict = {"pilot": [], "power": []}

    @classmethod
    def open(cls, folder: Path, serial: str, connector: int, afresh: bool = False) -> "Record":
        """The record of this unit in ``folder``; a new one where there is none, or ``afresh``."""
        safe = re.sub(r"[^A-Za-z0-9_-]", "_", serial) or "unknown"
        record = cls(folder / f"{safe}-{connector}.json", serial)
        if not afresh and record.path.exists():
            record._read()
        return record

    def belongs_to(self, firmware: str) -> bool:
        """What another firmware came to is forgotten, and told with False."""
        same = self.firmware in ("", firmware)
        if not same:
            self.results, self.plots = {}, {"pilot": [], "power": []}
        self.firmware = firmware
        return same

    def save(self) -> None:
        """Replace the file: whole, or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "version": _VERSION, "serial": self.serial, "began_s": self.began_s,
            "firmware": self.firmware, "results": self.results, "plots": self.plots,
        }  # fmt: skip
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=".", suffix=".new")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _read(self):
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["version"] != _VERSION or content["serial"] != self.serial:
                raise ValueError("of another unit or version")
            self.began_s = int(content["began_s"])
            self.firmware = str(content["firmware"])
            self.results = dict(content["results"])
            self.plots = {"pilot": list(content["plots"]["pilot"]),
                          "power": list(content["plots"]["power"])}  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(
                f"{self.path}: not a record of this program ({error}); move it away, or --afresh"
            ) from None
