"""Installations: what was ordered, where each is in its life, and what led there."""

import json
import sqlite3

from . import life
from .database import Database


class Installations:
    """The tables ``installation`` and ``inspection``. Every event is in the audit log.

    ``on_settle`` is called with an identity whose station is to be set anew.
    """

    def __init__(self, db: Database, audit, now_ms):
        self._db = db
        self._audit = audit
        self._now_ms = now_ms
        self.on_settle = lambda identity: None

    def order(self, who: str, order: dict) -> int:
        """A new installation; ValueError when one stands under its identity already."""
        now_ms = self._now_ms()
        try:
            with self._db.transaction():
                number = self._db.run(
                    "INSERT INTO installation (identity, state, ordered, account, activation,"
                    " unit, made_ms, since_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    order["identity"],
                    life.ORDERED,
                    json.dumps(order, ensure_ascii=False),
                    order["account"],
                    order["activation"],
                    order["serial"] or None,
                    now_ms,
                    now_ms,
                ).lastrowid
                self._audit.note(who, "ordered", about(number), identity=order["identity"])
        except sqlite3.IntegrityError:
            raise ValueError("an installation of this identity is under way or active")
        return number

    def get(self, number: int) -> sqlite3.Row | None:
        """One installation."""
        return self._db.one(f"{_ALL} WHERE installation.id = ?", number)

    def of(self, identity: str) -> sqlite3.Row | None:
        """The newest installation of a charge point."""
        return self._db.one(
            f"{_ALL} WHERE installation.identity = ? ORDER BY installation.id DESC LIMIT 1",
            identity,
        )

    def all(self) -> list[sqlite3.Row]:
        """All of them, newest first."""
        return self._db.all(f"{_ALL} ORDER BY installation.id DESC")

    def happen(self, number: int, event: str, who: str, **detail) -> str:
        """``event`` happened; the state that it led to. Raises life.Impossible."""
        with self._db.transaction():
            before = self.get(number)
            following, effect = life.follow(before["state"], event)
            if following != before["state"]:
                self._db.run(
                    "UPDATE installation SET state = ?, since_ms = ?, trouble = '' WHERE id = ?",
                    following,
                    self._now_ms(),
                    number,
                )
            if effect == "withdraw":
                self._withdraw(number)
            if effect == "settle":
                self._db.run("UPDATE installation SET settled = NULL WHERE id = ?", number)
            told = {"from": before["state"], "to": following, **detail}
            self._audit.note(who, event, about(number), **told)
        if effect == "settle":
            self.on_settle(before["identity"])
        return following

    def bind(self, number: int, unit: str) -> None:
        """The unit that stands there."""
        self._db.run("UPDATE installation SET unit = ? WHERE id = ?", unit, number)

    def appoint(self, number: int, day: str, inspector: str, who: str) -> None:
        """Order an inspection, the first or another one."""
        with self._db.transaction():
            self.happen(number, "appoint", who, day=day, inspector=inspector)
            self._db.run(
                "INSERT INTO inspection (installation, day, inspector, ordered_ms)"
                " VALUES (?, ?, ?, ?)",
                number,
                day,
                inspector,
                self._now_ms(),
            )

    def inspections(self, number: int) -> list[dict]:
        """All appointments, oldest first, with the reasons as a list."""
        rows = self._db.all("SELECT * FROM inspection WHERE installation = ? ORDER BY id", number)
        return [{**dict(row), "reasons": json.loads(row["reasons"])} for row in rows]

    def decide(self, number: int, event: str, who: str, reasons: list, notes: str) -> None:
        """``event`` is approve, or reject with at least one reason."""
        if event == "reject" and not reasons:
            raise ValueError("expected at least one reason")
        with self._db.transaction():
            self.happen(number, event, who, reasons=", ".join(reasons))
            self._db.run(
                "UPDATE inspection SET verdict = ?, reasons = ?, notes = ?, decided_ms = ?,"
                " decided_by = ? WHERE installation = ? AND verdict IS NULL",
                "approved" if event == "approve" else "rejected",
                json.dumps(reasons, ensure_ascii=False),
                notes,
                self._now_ms(),
                who,
                number,
            )

    def settled(self, number: int, state: str, trouble: str) -> None:
        """The station was looked at in ``state``: it is as it should be, or what is not."""
        self._db.run(
            "UPDATE installation SET settled = ?, trouble = ? WHERE id = ?", state, trouble, number
        )

    def unsettle(self, number: int) -> None:
        """Look again whether the station is set as it should be."""
        self._db.run("UPDATE installation SET settled = NULL WHERE id = ?", number)

    def restart_due(self, number: int, due: bool) -> None:
        """Whether the station must start anew before it is as it should be."""
        self._db.run("UPDATE installation SET restart_due = ? WHERE id = ?", int(due), number)

    def unsettled(self) -> list[str]:
        """The identities of the stations that are still to be set."""
        rows = self._db.all(
            "SELECT identity FROM installation WHERE settled IS NULL AND id IN"
            " (SELECT MAX(id) FROM installation GROUP BY identity)"
        )
        return [row["identity"] for row in rows]

    def note_errand(self, number: int, action: str, what: str, answer: str, good: bool) -> None:
        """What the office asked the station, and what it said."""
        self._db.run(
            "INSERT INTO errand (installation, at_ms, action, about, answer, good)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            number,
            self._now_ms(),
            action,
            what,
            answer,
            int(good),
        )

    def errands(self, number: int) -> list[sqlite3.Row]:
        """What was asked, oldest first."""
        return self._db.all("SELECT * FROM errand WHERE installation = ? ORDER BY row", number)

    def _withdraw(self, number: int) -> None:
        """An appointment that was not kept is no verdict."""
        self._db.run("DELETE FROM inspection WHERE installation = ? AND verdict IS NULL", number)


def about(number: int) -> str:
    """An installation's name in the audit log."""
    return f"installation {number}"


_ALL = (
    "SELECT installation.*, account.name AS account_name FROM installation"
    " LEFT JOIN account ON account.id = installation.account"
)
