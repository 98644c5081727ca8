"""The office's tables, in the file of the OCPP server's book: migrations, and short questions."""

import re
import sqlite3
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).parent / "migrations"
_NAME = re.compile(r"(\d{4})_\w+\.sql")


class Database:
    """``connection`` is the book's, in autocommit; everything here happens on one thread.

    Texts of others reach SQL as parameters only.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path = FOLDER):
        self.connection = connection
        self._depth = 0
        self.run("PRAGMA journal_mode = WAL")
        # A station that has our answer forgets what it told: by then it is on this disk.
        self.run("PRAGMA synchronous = FULL")
        self.run("PRAGMA foreign_keys = ON")
        self._migrate(folder)

    def run(self, sql: str, *values, **named) -> sqlite3.Cursor:
        """Carry out one statement, with ``?`` or ``:name`` parameters."""
        return self.connection.execute(sql, named or values)

    def one(self, sql: str, *values, **named) -> sqlite3.Row | None:
        """The first row, or None."""
        return self.run(sql, *values, **named).fetchone()

    def all(self, sql: str, *values, **named) -> list[sqlite3.Row]:
        """All rows."""
        return self.run(sql, *values, **named).fetchall()

    def value(self, sql: str, *values, **named):
        """The first column of the first row, or None."""
        row = self.one(sql, *values, **named)
        return row[0] if row else None

    @contextmanager
    def transaction(self):
        """All of it or nothing; one within another is part of the outer one."""
        self._depth += 1
        try:
            if self._depth == 1:
                self.run("BEGIN IMMEDIATE")
            yield self
        except BaseException:
            if self._depth == 1:
                self.run("ROLLBACK")
            raise
        else:
            if self._depth == 1:
                self.run("COMMIT")
        finally:
            self._depth -= 1

    def _migrate(self, folder: Path) -> None:
        self.run("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT)")
        done = {row["number"]: row["name"] for row in self.all("SELECT * FROM migration")}
        there = {}
        for path in sorted(folder.glob("*.sql")):
            number = int(_NAME.fullmatch(path.name)[1])
            if number in there:
                raise ValueError(f"two migrations {number}: {there[number].name}, {path.name}")
            there[number] = path
        newer = set(done) - set(there)
        if newer:
            raise ValueError(f"the file is of a newer back office: it has migration {max(newer)}")
        for number, path in there.items():
            if number not in done:
                self._take(number, path)

    def _take(self, number: int, path: Path) -> None:
        with self.transaction():
            for statement in statements(path.read_text(encoding="utf-8")):
                self.run(statement)
            self.run("INSERT INTO migration VALUES (?, ?)", number, path.stem)


def statements(script: str) -> list[str]:
    """The statements of a script; ``executescript`` would commit what is open."""
    found, so_far = [], ""
    for line in script.splitlines(keepends=True):
        so_far += line
        if sqlite3.complete_statement(so_far):
            found.append(so_far)
            so_far = ""
    if so_far.strip() and not all(
        line.startswith("--") or not line.strip() for line in so_far.splitlines()
    ):
        raise ValueError(f"a statement without an end: {so_far.strip()[:60]}")
    return found
