"""Monthly statements: what is repaid for the sessions of one card, and of that card only.

A statement can be looked at at any time; once its month is over it can be issued, and then it
stays as it is. Sessions that arrive later, or turn out otherwise, come in the next one (billing).
"""

import re
import sqlite3
from dataclasses import dataclass

from host_tests.harness.csms.times import utc_ms_or_none as _moment

from . import billing
from .billing import Line, Session
from .database import Database
from .memberships import ALL, Sight
from .tariffs import Tariffs

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_ENERGY = "Energy.Active.Import.Register"
_THOUSAND = {None: 1, "Wh": 1, "kWh": 1000}
_MOST_WH = 10**15  # no meter has as many digits, and the database takes it
ZONE = "Europe/Brussels"


@dataclass(frozen=True)
class Statement:
    """``notes`` tell of sessions that can't be billed, ``running`` how many have no end yet."""

    id_tag: str
    label: str
    account: str
    month: str
    zone: str
    currency: str
    lines: tuple
    notes: tuple = ()
    running: int = 0
    issued_ms: int | None = None

    @property
    def wh(self) -> int:
        """All energy."""
        return sum(line.wh for line in self.lines)

    @property
    def cents(self) -> int:
        """The sum of the lines as they are printed."""
        return sum(line.cents or 0 for line in self.lines)

    @property
    def sessions(self) -> int:
        """How many sessions there are lines of."""
        return len({line.session for line in self.lines})

    @property
    def unpriced(self) -> bool:
        """Some line has no price: the total is not whole."""
        return any(line.cents is None for line in self.lines)


class Statements:
    """Reads the book's sessions; writes the tables ``statement`` and ``statement_line``.

    ``now_ms()`` is the back end's clock.
    """

    def __init__(self, db: Database, now_ms):
        self._db = db
        self._now_ms = now_ms
        self.tariffs = Tariffs(db)

    def of(self, id_tag: str, month: str, sight: Sight = ALL) -> Statement:
        """The statement of a card, issued or as it would be now. KeyError: no driver's card.

        Lines are the same for all who may see the month; notes and what runs only as far as
        ``sight`` goes.
        """
        issued = self._db.one(
            "SELECT * FROM statement WHERE id_tag = ? AND month = ?", id_tag, month
        )
        return self._issued(issued) if issued else self._draft(id_tag, month, sight)

    def issue(self, id_tag: str, month: str) -> Statement:
        """Make it stay. ValueError: the month is not over, one before it is not issued though it
        has sessions, a price is missing, or it is issued already."""
        with self._db.transaction():
            made = self.of(id_tag, month)
            self._may_issue(made)
            number = self._db.run(
                "INSERT INTO statement (id_tag, month, issued_ms, currency) VALUES (?, ?, ?, ?)",
                made.id_tag,
                month,
                self._now_ms(),
                made.currency,
            ).lastrowid
            for at, line in enumerate(made.lines):
                self._keep(number, at, line)
        return self.of(id_tag, month)

    def _may_issue(self, made):
        if made.issued_ms is not None:
            raise ValueError("it is issued already")
        if self._now_ms() < billing.bounds_ms(made.month, made.zone)[1]:
            raise ValueError("its month is not over")
        if made.unpriced:
            raise ValueError("the account has no tariff, or none from then on")
        before = [month for month in self.months(made.id_tag) if month < made.month]
        if before and not self._is_issued(made.id_tag, before[-1]):
            raise ValueError(f"{before[-1]} is to be issued first")

    def months(self, id_tag: str) -> list[str]:
        """In which months it has sessions, the first one first."""
        zone = self._card(id_tag)["zone"]
        ends = [each.end_ms for each in self.sessions(id_tag) if each.end_ms is not None]
        return sorted({billing.month_of(end_ms, zone) for end_ms in ends})

    # -- inside ---------------------------------------------------------------------------------

    def _card(self, id_tag):
        row = self._db.one(
            "SELECT issued_card.*, account.name, COALESCE(account.zone, ?) AS zone"
            " FROM issued_card LEFT JOIN account ON account.id = issued_card.account"
            " WHERE id_tag = ? AND kind = 'driver'",
            ZONE,
            id_tag,
        )
        if row is None:
            raise KeyError(id_tag)
        return row

    def _is_issued(self, id_tag, month):
        return bool(
            self._db.value("SELECT 1 FROM statement WHERE id_tag = ? AND month = ?", id_tag, month)
        )

    def _draft(self, id_tag, month, sight):
        card = self._card(id_tag)
        tariff = self.tariffs.of(card["account"])
        prices = self.tariffs.prices(tariff["id"]) if tariff else billing.Prices()
        lines, notes, running = [], [], 0
        for session in self.sessions(id_tag):
            done = billing.closed(session, self._now_ms())
            if done is None:
                running += sight.now
                continue
            ends = billing.month_of(done.end_ms, card["zone"])
            if ends > month or (ends < month and not self._is_issued(id_tag, ends)):
                continue
            why = billing.trouble(done)
            if why:
                if sight.of(ends):
                    notes.append(f"session {done.row} at {done.identity} is not billed: {why}")
                continue
            lines += self._lines(session, done, prices, ends < month, id_tag, month)
        return Statement(
            card["id_tag"],
            card["label"],
            card["name"] or "",
            month,
            card["zone"],
            tariff["currency"] if tariff else "EUR",
            tuple(sorted(lines, key=lambda line: (line.end_ms, line.session, line.from_wh))),
            tuple(notes),
            running,
        )

    def _lines(self, session, done, prices, late, id_tag, month):
        """Of a session: its lines; the difference, where an issued statement has it otherwise."""
        billed = self._db.one(
            "SELECT SUM(wh) AS wh, SUM(cents) AS cents, MAX(month) AS month FROM statement_line"
            " JOIN statement ON statement.id = statement WHERE session = ? AND month < ?"
            " AND statement.id_tag = ?",
            session.row,
            month,
            id_tag,
        )
        note = "" if session.end_ms is not None else "no stop was told: up to its last reading"
        now = billing.lines(done, prices, note)
        if billed["wh"] is None:
            return billing.lines(done, prices, "arrived late") if late else now
        wh = sum(line.wh for line in now) - billed["wh"]
        if wh == 0:
            return []
        cents = [line.cents for line in now]
        cents = None if None in cents else sum(cents) - billed["cents"]
        last = now[-1]
        told = f"correction of {billed['month']}"
        return [
            Line(
                last.session,
                last.identity,
                done.begin_ms,
                done.end_ms,
                done.begin_wh,
                done.end_wh,
                wh,
                last.millicents,
                cents,
                told,
            )
        ]

    def sessions(self, id_tag: str) -> list[Session]:
        """All sessions of a card, the first one first."""
        rows = self._db.all(
            "SELECT *, EXISTS (SELECT 1 FROM session AS later WHERE"
            " later.identity = session.identity AND later.connector = session.connector"
            " AND later.row > session.row) AS followed"
            " FROM session WHERE id_tag = ? COLLATE NOCASE ORDER BY row",
            id_tag,
        )
        return [self.session(row) for row in rows]

    def cards(self, account: int) -> list[sqlite3.Row]:
        """The driver's cards of an account."""
        return self._db.all(
            "SELECT * FROM issued_card WHERE account = ? AND kind = 'driver' ORDER BY id_tag",
            account,
        )

    def session(self, row: sqlite3.Row) -> Session:
        """A row of the book, with ``followed``, as billing wants it."""
        return Session(
            row["row"],
            row["identity"],
            row["id_tag"],
            row["connector"],
            _moment(row["start_time"]),
            row["meter_start"],
            _moment(row["stop_time"]),
            row["meter_stop"],
            self._readings(row["row"]),
            bool(row["followed"]),
        )

    def _readings(self, session):
        rows = self._db.all(
            "SELECT timestamp, value, unit FROM reading WHERE session = ?"
            " AND COALESCE(measurand, ?) = ? AND phase IS NULL"
            " AND COALESCE(location, 'Outlet') = 'Outlet'",
            session,
            _ENERGY,
            _ENERGY,
        )
        found = [(_moment(row["timestamp"]), _wh(row)) for row in rows]
        return tuple(sorted(each for each in found if None not in each))

    def _keep(self, number, at, line):
        self._db.run(
            "INSERT INTO statement_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            number,
            at,
            line.session,
            line.identity,
            line.begin_ms,
            line.end_ms,
            line.from_wh,
            line.to_wh,
            line.wh,
            line.millicents,
            line.cents,
            line.note,
        )

    def _issued(self, row):
        card = self._card(row["id_tag"])
        lines = self._db.all(
            "SELECT session, identity, begin_ms, end_ms, from_wh, to_wh, wh, millicents, cents,"
            " note FROM statement_line WHERE statement = ? ORDER BY at",
            row["id"],
        )
        return Statement(
            card["id_tag"],
            card["label"],
            card["name"] or "",
            row["month"],
            card["zone"],
            row["currency"],
            tuple(Line(*line) for line in lines),
            issued_ms=row["issued_ms"],
        )


def month(typed: str) -> str:
    """``2026-03``; ValueError for what is no month."""
    if not _MONTH.fullmatch(typed):
        raise ValueError("expected a month such as 2026-03")
    return typed


def _wh(row) -> int | None:
    """A register in Wh; None for what is no plain number."""
    try:
        value = row["value"]
        if row["unit"] in (None, "Wh") and value.isdecimal():
            wh = int(value)
        else:
            wh = round(float(value) * _THOUSAND[row["unit"]])
        return wh if abs(wh) < _MOST_WH else None
    except (ValueError, KeyError, OverflowError):
        return None
