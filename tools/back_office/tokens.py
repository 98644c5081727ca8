"""Tokens for programs that ask by HTTP."""

import sqlite3

from . import passwords
from .database import Database


class Tokens:
    """The table ``token``; of each only the digest is kept."""

    def __init__(self, db: Database):
        self._db = db

    def make(self, label: str, now_ms: int) -> str:
        """A new token; it can't be shown again."""
        token = passwords.new_code()
        self._db.run(
            "INSERT INTO token (label, digest, made_ms) VALUES (?, ?, ?)",
            label,
            passwords.digest(token),
            now_ms,
        )
        return token

    def named(self, token: str) -> str | None:
        """The label of a token that holds."""
        return self._db.value(
            "SELECT label FROM token WHERE digest = ? AND revoked_ms IS NULL",
            passwords.digest(token),
        )

    def all(self) -> list[sqlite3.Row]:
        """All that were made, newest first."""
        return self._db.all("SELECT * FROM token ORDER BY id DESC")

    def revoke(self, token: int, now_ms: int) -> None:
        """From now on it is refused."""
        self._db.run(
            "UPDATE token SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL", now_ms, token
        )
