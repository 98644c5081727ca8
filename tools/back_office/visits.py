"""Who is logged in, and who tried in vain."""

import sqlite3

from . import passwords
from .database import Database

IDLE_MS = 30 * 60 * 1000
LONGEST_MS = 10 * 3600 * 1000
_TOUCH_MS = 60 * 1000  # so that not every page writes

WINDOW_MS = 15 * 60 * 1000
TRIES = 5  # of one name from one address, in the window
TRIES_OF_NAME = 30
TRIES_OF_ADDRESS = 50


class Visits:
    """The tables ``visit`` and ``failed_login``; only the holder knows the cookie's token."""

    def __init__(self, db: Database):
        self._db = db

    def begin(self, person: int, now_ms: int) -> str:
        """Log a person in; the token for the cookie."""
        self._db.run("DELETE FROM visit WHERE began_ms <= ?", now_ms - LONGEST_MS)
        token = passwords.new_code()
        self._db.run(
            "INSERT INTO visit (token, person, csrf, began_ms, seen_ms) VALUES (?, ?, ?, ?, ?)",
            passwords.digest(token),
            person,
            passwords.new_code(),
            now_ms,
            now_ms,
        )
        return token

    def find(self, token: str, now_ms: int, passive: bool = False) -> sqlite3.Row | None:
        """The visit of a cookie while it holds, with the person's columns.

        ``passive`` looks don't keep it alive.
        """
        visit = self._db.one(
            "SELECT person.*, token, csrf, began_ms, seen_ms, flash FROM visit"
            " JOIN person ON person.id = visit.person WHERE token = ? AND NOT disabled",
            passwords.digest(token),
        )
        if visit is None:
            return None
        if visit["seen_ms"] + IDLE_MS <= now_ms or visit["began_ms"] + LONGEST_MS <= now_ms:
            self.end(visit)
            return None
        if not passive and now_ms - visit["seen_ms"] >= _TOUCH_MS:
            self._db.run("UPDATE visit SET seen_ms = ? WHERE token = ?", now_ms, visit["token"])
        return visit

    def end(self, visit: sqlite3.Row) -> None:
        """Log out."""
        self._db.run("DELETE FROM visit WHERE token = ?", visit["token"])

    def tell(self, visit: sqlite3.Row, flash: str) -> None:
        """What the next page shows once."""
        self._db.run("UPDATE visit SET flash = ? WHERE token = ?", flash, visit["token"])

    def told(self, visit: sqlite3.Row) -> str:
        """What is to be shown now, and then no more."""
        if not visit["flash"]:
            return ""
        self._db.run("UPDATE visit SET flash = NULL WHERE token = ?", visit["token"])
        return visit["flash"]

    def note_failure(self, name: str, address: str, now_ms: int) -> None:
        """A login went wrong. What was typed as a name may be a password: a digest is kept."""
        self._db.run("DELETE FROM failed_login WHERE at_ms <= ?", now_ms - WINDOW_MS)
        self._db.run(
            "INSERT INTO failed_login VALUES (?, ?, ?)", now_ms, _name_digest(name), address
        )

    def wait_ms(self, name: str, address: str, now_ms: int) -> int:
        """For how long no login is looked at; 0: it is."""
        which = (
            ("name = :name AND address = :address", TRIES),
            ("name = :name", TRIES_OF_NAME),
            ("address = :address", TRIES_OF_ADDRESS),
        )
        return max(self._wait(*each, name, address, now_ms) for each in which)

    def _wait(self, where: str, tries: int, name: str, address: str, now_ms: int) -> int:
        """Until the oldest of the last ``tries`` failures is out of the window."""
        oldest_ms = self._db.value(
            f"SELECT at_ms FROM failed_login WHERE {where} AND at_ms > :since"
            " ORDER BY at_ms DESC LIMIT 1 OFFSET :skip",
            name=_name_digest(name),
            address=address,
            since=now_ms - WINDOW_MS,
            skip=tries - 1,
        )
        return 0 if oldest_ms is None else oldest_ms + WINDOW_MS - now_ms


def _name_digest(name: str) -> str:
    return passwords.digest(name.casefold())
