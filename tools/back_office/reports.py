"""Commissioning reports: whether they are what a unit of ours signed, and what they say."""

import csv
import hashlib
import json
import sqlite3

from host_tests.harness import paths
from tools.commission import signature

from . import life
from .database import Database

paths.use_firmware()

from chargepoint.core import unit as units  # noqa: E402

_LARGEST = 2**21
_PASSED, _FAILED, _NOT_TRUSTED = "passed", "failed", "not trusted"


class Unreadable(ValueError):
    """No report: the message says what was expected."""


class Reports:
    """The tables ``report`` and ``unit``."""

    def __init__(self, db: Database, installations, now_ms):
        self._db = db
        self._installations = installations
        self._now_ms = now_ms

    # -- units ----------------------------------------------------------------------------------

    def import_labels(self, text: str) -> int:
        """Learn the secrets of units from a label file; how many. ValueError names the line."""
        found = [_label(number, each) for number, each in _labels(text)]
        if not found:
            raise ValueError('expected labels: JSON with "serial" and "secret"')
        with self._db.transaction():
            for serial, secret in found:
                self._db.run(
                    "INSERT INTO unit (serial, secret, imported_ms) VALUES (?, ?, ?)"
                    " ON CONFLICT (serial) DO UPDATE SET secret = excluded.secret,"
                    " imported_ms = excluded.imported_ms",
                    serial,
                    secret,
                    self._now_ms(),
                )
        return len(found)

    def units(self) -> list[sqlite3.Row]:
        """Serial numbers, and since when they are known."""
        return self._db.all("SELECT serial, imported_ms FROM unit ORDER BY serial")

    # -- reports --------------------------------------------------------------------------------

    def take(self, data: bytes, received_from: str) -> dict:
        """Keep a report and let its installation go on; the row that is kept.

        Raises Unreadable. A report that came before changes nothing and is told again.
        """
        report, identity, unit = _read(data)
        digest = hashlib.sha256(signature.canonical(report)).hexdigest()
        digest = f"{digest}-{str(report.get('signature', ''))[:64]}"
        before = self._db.one("SELECT * FROM report WHERE digest = ?", digest)
        if before is not None and before["verdict"] != _NOT_TRUSTED:
            return dict(before)
        installation = self._installations.of(identity)
        verdict, why = self._judge(report, unit, installation)
        with self._db.transaction():
            self._db.run("DELETE FROM report WHERE digest = ?", digest)
            row = self._db.run(
                "INSERT INTO report (installation, identity, unit, received_ms, received_from,"
                " digest, body, verdict, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                installation["id"] if installation else None,
                identity,
                unit,
                self._now_ms(),
                received_from,
                digest,
                json.dumps(report, ensure_ascii=False),
                verdict,
                why,
            ).lastrowid
            if verdict != _NOT_TRUSTED:
                self._installations.bind(installation["id"], unit)
                self._installations.happen(
                    installation["id"], verdict, received_from, report=row, unit=unit
                )
        return dict(self.get(row))

    def get(self, number: int) -> sqlite3.Row | None:
        """One report."""
        return self._db.one("SELECT * FROM report WHERE id = ?", number)

    def of(self, installation: int) -> list[sqlite3.Row]:
        """The reports of an installation, oldest first."""
        return self._db.all(
            "SELECT * FROM report WHERE installation = ? ORDER BY id", installation
        )

    def strays(self) -> list[sqlite3.Row]:
        """Reports of identities that were never ordered."""
        return self._db.all("SELECT * FROM report WHERE installation IS NULL ORDER BY id")

    def _judge(self, report: dict, unit: str, installation) -> tuple[str, str]:
        """The verdict, and why it is not trusted or what failed."""
        secret = self._db.value("SELECT secret FROM unit WHERE serial = ?", unit)
        if secret is None:
            return _NOT_TRUSTED, f"unit {unit} is not known here: import its label"
        try:
            signature.verify(report, units.report_key(bytes.fromhex(secret)))
        except signature.Unverified as error:
            return _NOT_TRUSTED, str(error)
        if installation is None:
            return _NOT_TRUSTED, "nothing was ordered under this identity"
        if installation["unit"] not in (None, unit):
            return _NOT_TRUSTED, f"unit {installation['unit']} is the one that stands there"
        if not _can_take(installation["state"]):
            return _NOT_TRUSTED, f"the installation is {installation['state']}"
        newer = self._newer(report, unit)
        if newer is not None:
            return _NOT_TRUSTED, f"older than the report of {newer}"
        bad = failed_steps(report)
        passed = report.get("verdict") == _PASSED and not bad
        return (_PASSED, "") if passed else (_FAILED, "; ".join(bad) or "it says that it failed")

    def _newer(self, report: dict, unit: str) -> str | None:
        """The station's time of a later report of the same connector, so that none is replayed."""
        rows = self._db.all(
            "SELECT body FROM report WHERE unit = ? AND verdict != ?", unit, _NOT_TRUSTED
        )
        bodies = [json.loads(row["body"]) for row in rows]
        times = [
            str(body.get("station_time", ""))
            for body in bodies
            if body.get("connector") == report.get("connector")
        ]
        latest = max(times, default="")
        return latest if latest > str(report.get("station_time", "")) else None


def _can_take(state: str) -> bool:
    return _PASSED in life.possible(state)


def steps_of(report: dict) -> list[dict]:
    """The steps that are steps, whatever else stands there."""
    steps = report.get("steps")
    return [each for each in steps if isinstance(each, dict)] if isinstance(steps, list) else []


def failed_steps(report: dict) -> list[str]:
    """The titles of the steps that failed, and of those that were left out without excuse."""
    return [
        f"{step.get('title')}: {step.get('reason')}"
        for step in steps_of(report)
        if step.get("verdict") == _FAILED
        or (step.get("verdict") == "not done" and step.get("excused") is not True)
    ]


def _read(data: bytes) -> tuple[dict, str, str]:
    """The report, whose it is and of which unit."""
    if len(data) > _LARGEST:
        raise Unreadable(f"{len(data)} bytes: this is no report")
    try:
        report = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("no JSON: expected the .json that `pilotlight commission` wrote")
    if not isinstance(report, dict):
        raise Unreadable("expected a JSON object: a commissioning report")
    try:
        json.dumps(report, ensure_ascii=False).encode()
    except ValueError:
        raise Unreadable("half a character (a lone surrogate) in a text: expected whole ones")
    found = []
    for place in ("identity", "unit"):
        value = report.get(place)
        if isinstance(value, dict):
            value = value.get("serial")
        if not isinstance(value, str) or not 0 < len(value) <= 60 or not value.isprintable():
            raise Unreadable(f'expected "{place}": a text of 1 to 60 characters')
        found.append(value)
    return report, found[0], found[1]


def _labels(text: str) -> list[tuple[int, object]]:
    """(line, label) of a JSON object, a list of them, one on each line, or CSV with a heading."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if whole is not None:
        return [(1, each) for each in (whole if isinstance(whole, list) else [whole])]
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if lines and not lines[0][1].lstrip().startswith("{"):
        rows = csv.DictReader([line for _, line in lines])
        return [(number, row) for (number, _), row in zip(lines[1:], rows)]
    return [(number, _json_line(number, line)) for number, line in lines]


def _json_line(number: int, line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"line {number}: no JSON")


def _label(number: int, label) -> tuple[str, str]:
    label = label if isinstance(label, dict) else {}
    record = json.dumps({name: label.get(name) for name in ("serial", "secret")}).encode()
    found = units.read(record)
    if found is None:
        raise ValueError(f'line {number}: expected "serial" and "secret" (32 hex digits)')
    return found[0], found[1].hex()
