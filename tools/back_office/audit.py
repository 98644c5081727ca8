"""Who did what, when: only added to."""

import json

from .database import Database


class Audit:
    """The table ``audit``; the database itself refuses to change it."""

    def __init__(self, db: Database, now_ms):
        self._db = db
        self._now_ms = now_ms

    def note(self, who: str, what: str, about: str = "", **detail) -> None:
        """``who`` is a person's name, or in brackets what acted by itself."""
        self._db.run(
            "INSERT INTO audit (at_ms, who, what, about, detail) VALUES (?, ?, ?, ?, ?)",
            self._now_ms(),
            who,
            what,
            about,
            json.dumps(detail, ensure_ascii=False, sort_keys=True),
        )

    def of(self, about: str) -> list:
        """All that was done about one thing, oldest first."""
        return self._db.all("SELECT * FROM audit WHERE about = ? ORDER BY row", about)

    def page(self, before: int | None, count: int) -> list:
        """The last ``count`` entries before the row ``before``, newest first."""
        return self._db.all(
            "SELECT * FROM audit WHERE row < ? ORDER BY row DESC LIMIT ?",
            before if before is not None else 2**62,
            count,
        )
