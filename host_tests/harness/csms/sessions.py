"""The sessions a driver will be billed for: each transaction once, each reading once.

A station may send a message again when it saw no answer (OCPP-J errata 3.1), with the same message
id or with a new one. So a start is known by its contents (its time may have been set right, if the
message id is the same), a stop by its transaction, readings by message id and time. The message id
alone says nothing: it must be another one within a connection only (OCPP-J 4.1.4).
"""

import sqlite3

# What a station says when its StartTransaction was never answered (OCPP 1.6 4.8).
_NEVER_STARTED = -1
_STOP = ("meter_stop", "stop_time", "stop_id_tag", "reason")
_SAMPLE = ("value", "context", "measurand", "phase", "location", "unit")


class Conflict(ValueError):
    """What a station says does not fit what it said before."""


class Sessions:
    """Reads and writes the tables ``session`` and ``reading``."""

    def __init__(self, db: sqlite3.Connection):
        self._db = db

    def start(self, identity: str, message: str, told: dict) -> int:
        """The transactionId of a start, new or sent again.

        ``told`` has connector, id_tag, meter_start, start_time, and may have reservation.
        """
        named = {"identity": identity, "message": message, "reservation": None, **told}
        known = self._db.execute(
            "SELECT transaction_id FROM session WHERE identity = :identity AND"
            " connector = :connector AND id_tag = :id_tag AND meter_start = :meter_start AND"
            " (start_message = :message OR start_time = :start_time)",
            named,
        ).fetchone()
        if known:
            return known[0]
        row = self._db.execute(
            "INSERT INTO session"
            " (identity, start_message, connector, id_tag, meter_start, start_time, reservation)"
            " VALUES (:identity, :message, :connector, :id_tag, :meter_start, :start_time,"
            " :reservation)",
            named,
        ).lastrowid
        self._db.execute("UPDATE session SET transaction_id = row WHERE row = ?", (row,))
        return row

    def renumber(self, identity: str, message: str, transaction_id: int) -> None:
        """The start ``message`` is answered with another transactionId than ours."""
        self._db.execute(
            "UPDATE session SET transaction_id = ? WHERE identity = ? AND start_message = ?",
            (transaction_id, identity, message),
        )

    def stop(self, identity: str, transaction_id: int, told: dict) -> None:
        """Close a transaction once. ``told`` has meter_stop, stop_time, stop_id_tag, reason.

        Raises Conflict for a second, different stop, and for a transaction that never started;
        the latter is kept all the same, as a session without a start.
        """
        row = self._row(identity, transaction_id, told)
        if row is None:
            row = self._orphan(identity, transaction_id)
            self._write_stop(row["row"], told)
            if transaction_id != _NEVER_STARTED:
                raise Conflict(f"StopTransaction of unknown transaction {transaction_id}")
        elif row["stop_time"] is None:
            self._write_stop(row["row"], told)
        elif any(row[field] != told[field] for field in _STOP):
            raise Conflict(f"StopTransaction of {transaction_id} differs from the one before")

    def _row(self, identity: str, transaction_id: int, told: dict) -> sqlite3.Row | None:
        # Transactions that were never answered share one number; their stops tell them apart.
        apart = transaction_id == _NEVER_STARTED
        return self._db.execute(
            "SELECT * FROM session WHERE identity = ? AND transaction_id = ?"
            " AND (NOT ? OR (stop_time = ? AND meter_stop = ?)) ORDER BY row DESC",
            (identity, transaction_id, apart, told["stop_time"], told["meter_stop"]),
        ).fetchone()

    def _orphan(self, identity: str, transaction_id: int) -> dict:
        row = self._db.execute(
            "INSERT INTO session (identity, transaction_id) VALUES (?, ?)",
            (identity, transaction_id),
        ).lastrowid
        return {"row": row}

    def _write_stop(self, row: int, told: dict) -> None:
        self._db.execute(
            "UPDATE session SET meter_stop = :meter_stop, stop_time = :stop_time,"
            " stop_id_tag = :stop_id_tag, reason = :reason WHERE row = :row",
            {"row": row, **told},
        )

    def add_readings(self, identity: str, message: str, told: dict) -> None:
        """Keep the samples of one message, unless that message came before.

        ``told`` has connector, transaction_id, source, and meter_value as OCPP nests it.
        Raises Conflict (and keeps them) when there is no such transaction.
        """
        session = self._session_of(identity, told["transaction_id"])
        if not self._seen(identity, message, told["meter_value"]):
            about = (identity, session, told["connector"], message, told["source"])
            for at in told["meter_value"]:
                for sample in at["sampled_value"]:
                    self._add_reading(about, at["timestamp"], sample)
        if session is None and told["transaction_id"] not in (None, _NEVER_STARTED):
            raise Conflict(f"{told['source']} of unknown transaction {told['transaction_id']}")

    def _add_reading(self, about: tuple, timestamp: str, sample: dict) -> None:
        fields = tuple(sample.get(field) for field in _SAMPLE)
        self._db.execute(
            "INSERT INTO reading (identity, session, connector, message, source, timestamp,"
            " value, context, measurand, phase, location, unit)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*about, timestamp, *fields),
        )

    def _session_of(self, identity: str, transaction_id: int | None) -> int | None:
        found = self._db.execute(
            "SELECT row FROM session WHERE identity = ? AND transaction_id = ? ORDER BY row DESC",
            (identity, transaction_id),
        ).fetchone()
        return found[0] if found else None

    def _seen(self, identity: str, message: str, values: list) -> bool:
        times = [at["timestamp"] for at in values if at["sampled_value"]]
        return bool(
            times
            and self._db.execute(
                "SELECT 1 FROM reading WHERE identity = ? AND message = ? AND timestamp = ?",
                (identity, message, times[0]),
            ).fetchone()
        )

    def all(self, identity: str | None) -> list[dict]:
        """Every session, oldest first, each with its readings under ``values``."""
        rows = self._db.execute(
            "SELECT row, identity, transaction_id, connector, id_tag, meter_start, meter_stop,"
            " start_time, stop_time, stop_id_tag, reason, reservation FROM session"
            " WHERE ? IN (identity, '') ORDER BY row",
            (identity or "",),
        ).fetchall()
        return [self._with_values(dict(row)) for row in rows]

    def _with_values(self, session: dict) -> dict:
        rows = self._db.execute(
            "SELECT source, message, timestamp, value, context, measurand, phase, location, unit"
            " FROM reading WHERE session = ? ORDER BY row",
            (session.pop("row"),),
        )
        session["values"] = [dict(row) for row in rows]
        return session
