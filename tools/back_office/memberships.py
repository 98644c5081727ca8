"""With whom an account is, month by month: who employs it, who repays it.

A driver who changes company leaves the months that are over with the old one. Months are by the
clock of the account's zone, as in billing.
"""

from dataclasses import dataclass

from . import billing
from .database import Database
from .roles import ACCOUNT, ADMIN, COMPANY, LEASING


@dataclass(frozen=True)
class Sight:
    """What of an account someone may see: ``steps`` are (from which month, whether), ascending."""

    steps: tuple

    def of(self, month: str) -> bool:
        """The sessions that ended in a month, and its statement."""
        return next(
            (may for from_month, may in reversed(self.steps) if from_month <= month), False
        )

    @property
    def now(self) -> bool:
        """What runs, or has no date: cards, charge points."""
        return bool(self.steps) and self.steps[-1][1]

    @property
    def ever(self) -> bool:
        """Anything at all."""
        return any(may for _, may in self.steps)


ALL = Sight((("", True),))
NOTHING = Sight(())


class Memberships:
    """The table ``membership``."""

    def __init__(self, db: Database):
        self._db = db

    def put(self, account: int, now_ms: int, company: int | None, leasing: int | None):
        """From the running month on; of a new account since ever.

        The month from which it counts, or None where nothing changes. A statement that was issued
        stays with whom it is, also where the zone or the clock was changed since.
        sqlite3.IntegrityError: there is no such company.
        """
        rows = self._of(account)
        if rows and (rows[-1]["company"], rows[-1]["leasing"]) == (company, leasing):
            return None
        from_month = self._begins(account, now_ms, rows[-1]["from_month"]) if rows else ""
        self._db.run(
            "INSERT OR REPLACE INTO membership VALUES (?, ?, ?, ?)",
            account,
            from_month,
            company,
            leasing,
        )
        return from_month

    def sight(self, account: int | None, visit) -> Sight:
        """What of an account the one who asks may see; None: of a card that is nobody's."""
        role = visit["role"]
        if role == ADMIN or (role == ACCOUNT and visit[role] == account):
            return ALL
        if role not in (COMPANY, LEASING):
            return NOTHING
        return Sight(
            tuple((row["from_month"], row[role] == visit[role]) for row in self._of(account))
        )

    def _of(self, account):
        return self._db.all(
            "SELECT * FROM membership WHERE account = ? ORDER BY from_month", account
        )

    def _begins(self, account, now_ms, last_month):
        zone = self._db.value("SELECT zone FROM account WHERE id = ?", account)
        issued = self._db.value(
            "SELECT MAX(month) FROM statement JOIN issued_card"
            " ON issued_card.id_tag = statement.id_tag WHERE account = ?",
            account,
        )
        after_issued = billing.month_after(issued) if issued else ""
        return max(last_month, billing.month_of(now_ms, zone), after_issued)
