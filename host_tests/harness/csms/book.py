"""What the back end remembers, in SQLite: charge points, cards, sessions, readings, frames."""

import sqlite3

from .sessions import Sessions
from .times import utc_ms

_TABLES = """
CREATE TABLE IF NOT EXISTS charge_point (
    identity TEXT PRIMARY KEY, password BLOB,
    policy TEXT NOT NULL DEFAULT 'Accepted', interval_s INTEGER, registration TEXT);
CREATE TABLE IF NOT EXISTS card (
    id_tag TEXT PRIMARY KEY COLLATE NOCASE, status TEXT NOT NULL, parent TEXT, expiry TEXT);
CREATE TABLE IF NOT EXISTS session (
    row INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL, transaction_id INTEGER,
    connector INTEGER, id_tag TEXT, meter_start INTEGER, start_time TEXT, start_message TEXT,
    meter_stop INTEGER, stop_time TEXT, stop_id_tag TEXT, reason TEXT, reservation INTEGER);
CREATE INDEX IF NOT EXISTS session_of ON session (identity, transaction_id);
CREATE TABLE IF NOT EXISTS reading (
    row INTEGER PRIMARY KEY, identity TEXT NOT NULL, session INTEGER, connector INTEGER,
    message TEXT NOT NULL, source TEXT NOT NULL, timestamp TEXT NOT NULL, value TEXT NOT NULL,
    context TEXT, measurand TEXT, phase TEXT, location TEXT, unit TEXT);
CREATE INDEX IF NOT EXISTS reading_of ON reading (identity, message);
CREATE INDEX IF NOT EXISTS reading_in ON reading (session);
CREATE TABLE IF NOT EXISTS frame (
    row INTEGER PRIMARY KEY, identity TEXT NOT NULL, direction TEXT NOT NULL,
    at_ms INTEGER NOT NULL, raw NOT NULL);
CREATE INDEX IF NOT EXISTS frame_of ON frame (identity);
"""


class Book:
    """``path`` is a file, or ``:memory:``."""

    def __init__(self, path: str = ":memory:"):
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # The bench machine's own power cuts are not what is being tested.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_TABLES)
        columns = [row["name"] for row in self._db.execute("PRAGMA table_info(session)")]
        if "reservation" not in columns:
            # A book of an earlier version.
            self._db.execute("ALTER TABLE session ADD COLUMN reservation INTEGER")
        self.sessions = Sessions(self._db)

    @property
    def connection(self) -> sqlite3.Connection:
        """For who keeps tables of their own in this file."""
        return self._db

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add_charge_point(self, identity: str, password: str | bytes | None) -> None:
        """Make ``identity`` known, or change its password; None asks for none."""
        secret = password.encode() if isinstance(password, str) else password
        self._db.execute(
            "INSERT INTO charge_point (identity, password) VALUES (?, ?)"
            " ON CONFLICT (identity) DO UPDATE SET password = excluded.password",
            (identity, secret),
        )

    def charge_point(self, identity: str) -> sqlite3.Row | None:
        """Password, boot policy and registration of a known charge point."""
        return self._db.execute(
            "SELECT * FROM charge_point WHERE identity = ?", (identity,)
        ).fetchone()

    def set_policy(self, status: str, interval_s: int | None, identity: str | None) -> None:
        """What a BootNotification gets; ``identity`` None means all charge points."""
        self._db.execute(
            "UPDATE charge_point SET policy = ?, interval_s = ? WHERE ? IN (identity, '')",
            (status, interval_s, identity or ""),
        )

    def register(self, identity: str, status: str) -> None:
        """Note what the last BootNotification was answered with."""
        self._db.execute(
            "UPDATE charge_point SET registration = ? WHERE identity = ?", (status, identity)
        )

    def add_card(self, id_tag: str, status: str, parent: str | None, expiry: str | None) -> None:
        """Make a card known, or change it."""
        self._db.execute(
            "INSERT INTO card (id_tag, status, parent, expiry) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id_tag) DO UPDATE SET status = excluded.status,"
            " parent = excluded.parent, expiry = excluded.expiry",
            (id_tag, status, parent, expiry),
        )

    def card_info(self, id_tag: str, now_ms: int) -> dict:
        """The idTagInfo of a card, as ``ocpp`` spells it; an unknown card is Invalid."""
        card = self._db.execute("SELECT * FROM card WHERE id_tag = ?", (id_tag,)).fetchone()
        if card is None:
            return {"status": "Invalid"}
        info = {"status": card["status"]}
        if card["parent"] is not None:
            info["parent_id_tag"] = card["parent"]
        if card["expiry"] is not None:
            info["expiry_date"] = card["expiry"]
            if card["status"] == "Accepted" and utc_ms(card["expiry"]) <= now_ms:
                info["status"] = "Expired"
        return info

    def add_frame(self, identity: str, direction: str, at_ms: int, raw: str | bytes) -> None:
        """Keep one message as it was on the wire."""
        self._db.execute(
            "INSERT INTO frame (identity, direction, at_ms, raw) VALUES (?, ?, ?, ?)",
            (identity, direction, at_ms, raw),
        )

    def frames(self, identity: str | None) -> list[tuple]:
        """``(identity, direction, at_ms, raw)`` in order; of one charge point, or of all."""
        rows = self._db.execute(
            "SELECT identity, direction, at_ms, raw FROM frame WHERE ? IN (identity, '')"
            " ORDER BY row",
            (identity or "",),
        )
        return [tuple(row) for row in rows]
