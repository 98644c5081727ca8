"""People: names, roles, passwords, invitations."""

import sqlite3

from . import passwords
from .database import Database

INVITED_FOR_MS = 24 * 3600 * 1000


class People:
    """The table ``person`` and its invitations. A person without password can't log in."""

    def __init__(self, db: Database):
        self._db = db

    def add(self, name: str, role: str, **belongs) -> int:
        """A new person; ``belongs`` has account, company or leasing. ValueError: name taken."""
        try:
            return self._db.run(
                "INSERT INTO person (name, role, account, company, leasing)"
                " VALUES (:name, :role, :account, :company, :leasing)",
                **{"account": None, "company": None, "leasing": None, **belongs},
                name=name,
                role=role,
            ).lastrowid
        except sqlite3.IntegrityError as error:
            raise ValueError(f"{name}: {_words(error)}")

    def all(self) -> list[sqlite3.Row]:
        """Everyone, by name."""
        return self._db.all("SELECT * FROM person ORDER BY name")

    def get(self, person: int) -> sqlite3.Row | None:
        """The person with this id."""
        return self._db.one("SELECT * FROM person WHERE id = ?", person)

    def named(self, name: str) -> sqlite3.Row | None:
        """The person with this name, in any case of letters."""
        return self._db.one("SELECT * FROM person WHERE name = ?", name)

    def has_admin(self) -> bool:
        """Whether there is an admin who can log in."""
        return bool(
            self._db.value(
                "SELECT COUNT(*) FROM person WHERE role = 'admin' AND NOT disabled"
                " AND password IS NOT NULL"
            )
        )

    def set_password(self, person: int, password: str) -> None:
        """ValueError for one that will not do. Invitations and visits of the person end."""
        why = passwords.trouble(password, self.get(person)["name"])
        if why:
            raise ValueError(why)
        with self._db.transaction():
            self._db.run(
                "UPDATE person SET password = ? WHERE id = ?", passwords.kept(password), person
            )
            self._db.run("DELETE FROM invitation WHERE person = ?", person)
            self._db.run("DELETE FROM visit WHERE person = ?", person)

    def disable(self, person: int, disabled: bool) -> None:
        """Keep a person out, or let them in again."""
        with self._db.transaction():
            self._db.run("UPDATE person SET disabled = ? WHERE id = ?", int(disabled), person)
            self._db.run("DELETE FROM visit WHERE person = ?", person)

    def fitting(self, name: str, password: str) -> sqlite3.Row | None:
        """Who may log in so. It takes as long for a name that there is not."""
        person = self.named(name)
        fits = passwords.fits(password, person["password"] if person else None)
        return person if fits and not person["disabled"] else None

    def invite(self, person: int, now_ms: int) -> str:
        """A code for a link with which the person sets a password; ones before end."""
        code = passwords.new_code()
        with self._db.transaction():
            self._db.run("DELETE FROM invitation WHERE person = ?", person)
            self._db.run(
                "INSERT INTO invitation VALUES (?, ?, ?)",
                passwords.digest(code),
                person,
                now_ms + INVITED_FOR_MS,
            )
        return code

    def invited(self, code: str, now_ms: int) -> sqlite3.Row | None:
        """Whom a code of an invitation is for, while it holds."""
        return self._db.one(
            "SELECT person.* FROM person JOIN invitation ON person.id = invitation.person"
            " WHERE code = ? AND until_ms > ? AND NOT disabled",
            passwords.digest(code),
            now_ms,
        )


def _words(error: sqlite3.IntegrityError) -> str:
    if "UNIQUE" in str(error):
        return "there is someone of this name"
    return "what belongs to the role is missing (account, company or leasing)"
