"""Tariffs: a price per kWh that changes at instants, and which account has which."""

import re
import sqlite3
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from .billing import Prices
from .database import Database

_MOST = 10_000_000
_PRICE = re.compile(r"[0-9]{1,3}([.,][0-9]{1,5})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?")


class Tariffs:
    """The tables ``tariff``, ``price`` and ``account_tariff``."""

    def __init__(self, db: Database):
        self._db = db

    def add(self, name: str, zone: str = "Europe/Brussels", currency: str = "EUR") -> int:
        """A tariff without a price yet; ValueError where there is one of this name."""
        try:
            return self._db.run(
                "INSERT INTO tariff (name, zone, currency) VALUES (?, ?, ?)", name, zone, currency
            ).lastrowid
        except sqlite3.IntegrityError:
            raise ValueError("there is a tariff of this name")

    def set_price(self, tariff: int, from_ms: int, millicents: int) -> None:
        """From an instant on; at the same instant again it is replaced.

        ValueError where a statement that was issued tells of a session after it.
        """
        last_ms = self._db.value(
            "SELECT MAX(end_ms) FROM statement_line JOIN statement ON statement.id = statement"
            " JOIN issued_card ON issued_card.id_tag = statement.id_tag"
            " JOIN account_tariff ON account_tariff.account = issued_card.account"
            " WHERE tariff = ?",
            tariff,
        )
        if last_ms is not None and from_ms < last_ms:
            raise ValueError("statements that were issued tell of sessions after that")
        self._db.run("INSERT OR REPLACE INTO price VALUES (?, ?, ?)", tariff, from_ms, millicents)

    def prices(self, tariff: int) -> Prices:
        """What it was and will be."""
        rows = self._db.all("SELECT * FROM price WHERE tariff = ? ORDER BY from_ms", tariff)
        return Prices(tuple((row["from_ms"], row["millicents"]) for row in rows))

    def all(self) -> list[sqlite3.Row]:
        """All tariffs by name."""
        return self._db.all("SELECT * FROM tariff ORDER BY name")

    def get(self, tariff: int) -> sqlite3.Row | None:
        """The tariff with this id."""
        return self._db.one("SELECT * FROM tariff WHERE id = ?", tariff)

    def give(self, account: int, tariff: int) -> None:
        """The account's sessions are paid by this one from now on, those of before too where
        nothing was issued."""
        self._db.run("INSERT OR REPLACE INTO account_tariff VALUES (?, ?)", account, tariff)

    def of(self, account: int | None) -> sqlite3.Row | None:
        """The tariff of an account."""
        return self._db.one(
            "SELECT tariff.* FROM tariff JOIN account_tariff ON tariff.id = tariff"
            " WHERE account = ?",
            account,
        )


def price(typed: str) -> int:
    """``0.28340`` per kWh, as millicents; ValueError for what is none."""
    if not _PRICE.fullmatch(typed):
        raise ValueError("expected a price per kWh such as 0.2834, up to five decimals")
    whole, _, part = typed.replace(",", ".").partition(".")
    millicents = int(whole) * 100_000 + int(part.ljust(5, "0") or 0)
    if millicents > _MOST:
        raise ValueError(f"expected at most {_MOST // 100_000} per kWh")
    return millicents


def price_text(millicents: int | None) -> str:
    """``0.2834``: as many decimals as it needs, four at least; a dash for none."""
    if millicents is None:
        return "–"
    whole, part = divmod(millicents, 100_000)
    return f"{whole}.{part:05d}".removesuffix("0")


def money(cents: int | None) -> str:
    """``-12.30``; a dash for none."""
    if cents is None:
        return "–"
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def instant(zone: str):
    """A reader of ``2026-04-01`` or ``2026-04-01 06:00`` by the clock of ``zone``: ms."""

    def reader(typed: str) -> int:
        typed = typed.replace("T", " ")
        try:
            if not _DAY.fullmatch(typed):
                raise ValueError
            local = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone))
            return int(local.astimezone(UTC).timestamp()) * 1000
        except (ValueError, OverflowError):
            raise ValueError(
                "expected a date such as 2026-04-01, or with a time: 2026-04-01 06:00"
            )

    return reader


def local(at_ms: int | None, zone: str, shape: str = "%Y-%m-%d %H:%M") -> str:
    """A moment by the clock of ``zone``; a dash for none."""
    if at_ms is None:
        return "–"
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime(shape)
