"""What a session is billed: pure. Energy in Wh, prices in thousandths of a cent per kWh, money in
whole cents, moments in ms since 1970 UTC.

Rules:
- Energy is the difference of two registers of the meter, never a sum of powers.
- A session is billed in the month in which it ends, by the clock of the account's zone.
- Where the price changes within a session, its energy is parted at the register of the last
  reading at or before the change, if that is at most 15 minutes old; else the price at its start
  holds for all of it.
- A session that never got a stop ends with its last reading, once a later one began at the
  connector, or nothing was heard of it for a week. What its stop says later is a correction.
- **Rounding**: each line is rounded to the cent, half a cent up (away from zero); a total is the
  sum of the lines as they are printed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

NEAR_MS = 15 * 60 * 1000
SILENT_MS = 7 * 24 * 3600 * 1000
_PER_CENT = 1000
_PER_KWH = 1000


@dataclass(frozen=True)
class Session:
    """One as the back end has it. What was never told is None; ``readings`` are (ms, Wh) of the
    register, in order of time."""

    row: int
    identity: str
    id_tag: str | None
    connector: int | None
    begin_ms: int | None
    begin_wh: int | None
    end_ms: int | None
    end_wh: int | None
    readings: tuple = ()
    followed: bool = False


@dataclass(frozen=True)
class Line:
    """Energy at one price; ``millicents`` and ``cents`` are None where no price is known."""

    session: int
    identity: str
    begin_ms: int
    end_ms: int
    from_wh: int
    to_wh: int
    wh: int
    millicents: int | None
    cents: int | None
    note: str = ""


@dataclass(frozen=True)
class Prices:
    """``steps``: (from when, millicents per kWh), ascending."""

    steps: tuple = field(default=())

    def at(self, at_ms: int) -> int | None:
        """The price at a moment; None before the first."""
        found = None
        for from_ms, millicents in self.steps:
            if from_ms <= at_ms:
                found = millicents
        return found

    def changes(self, begin_ms: int, end_ms: int) -> list:
        """When it changes after ``begin_ms`` and before ``end_ms``."""
        return [
            from_ms
            for from_ms, millicents in self.steps
            if begin_ms < from_ms < end_ms and self.at(from_ms - 1) != millicents
        ]


def cents_of(wh: int, millicents: int) -> int:
    """What ``wh`` cost, rounded half away from zero."""
    size = abs(wh) * millicents
    whole = _PER_CENT * _PER_KWH
    cents = (size + whole // 2) // whole
    return cents if wh >= 0 else -cents


def closed(session: Session, now_ms: int) -> Session | None:
    """``session`` with an end: its own, or its last reading where no stop will come; None while it
    may still run."""
    if session.end_ms is not None:
        return session
    last_ms, last_wh = session.readings[-1] if session.readings else (None, None)
    if last_ms is None:
        last_ms, last_wh = session.begin_ms, session.begin_wh
    if last_ms is None or not (session.followed or now_ms - last_ms > SILENT_MS):
        return None
    # Registers only rise; a reading that is below the start is none.
    return _ended(session, last_ms, max(last_wh, session.begin_wh or last_wh))


def _ended(session, end_ms, end_wh):
    return Session(
        session.row,
        session.identity,
        session.id_tag,
        session.connector,
        session.begin_ms,
        session.begin_wh,
        end_ms,
        end_wh,
        session.readings,
        session.followed,
    )


def trouble(session: Session) -> str:
    """Why a closed session can't be billed, or nothing."""
    if session.begin_ms is None or session.begin_wh is None:
        return "its start is not known"
    if session.end_wh is None or session.end_wh < session.begin_wh:
        return "its register went backwards"
    if session.end_ms < session.begin_ms:
        return "it ends before it begins"
    return ""


def lines(session: Session, prices: Prices, note: str = "") -> list:
    """The lines of a closed session without trouble: one for each price."""
    parts, from_wh, from_ms, price = [], session.begin_wh, session.begin_ms, None
    price = prices.at(session.begin_ms)
    for change_ms in prices.changes(session.begin_ms, session.end_ms):
        register_wh = _register_wh(session, change_ms)
        if register_wh is None:
            continue
        parts.append((from_ms, change_ms, from_wh, register_wh, price))
        from_ms, from_wh, price = change_ms, register_wh, prices.at(change_ms)
    parts.append((from_ms, session.end_ms, from_wh, session.end_wh, price))
    return [_line(session, *part, note) for part in parts]


def _register_wh(session, change_ms):
    near = [wh for at_ms, wh in session.readings if change_ms - NEAR_MS <= at_ms <= change_ms]
    if near and session.begin_wh <= near[-1] <= session.end_wh:
        return near[-1]
    # One that began just before has its start's register.
    return session.begin_wh if change_ms - session.begin_ms <= NEAR_MS else None


def _line(session, begin_ms, end_ms, from_wh, to_wh, price, note):
    wh = to_wh - from_wh
    cents = None if price is None else cents_of(wh, price)
    return Line(
        session.row, session.identity, begin_ms, end_ms, from_wh, to_wh, wh, price, cents, note
    )


def month_of(at_ms: int, zone: str) -> str:
    """``2026-03``, by the clock of ``zone``."""
    return f"{datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)):%Y-%m}"


def bounds_ms(month: str, zone: str) -> tuple:
    """(first moment of a month, first moment of the next) in ``zone``; ValueError for no month."""
    year, number = (int(part) for part in month.split("-"))
    first = datetime(year, number, 1, tzinfo=ZoneInfo(zone))
    after = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return tuple(int(each.astimezone(UTC).timestamp()) * 1000 for each in (first, after))


def month_after(month: str) -> str:
    """The next one."""
    year, number = (int(part) for part in month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def month_before(month: str) -> str:
    """The one before."""
    year, number = (int(part) for part in month.split("-"))
    return f"{year - (number == 1):04d}-{(number - 2) % 12 + 1:02d}"
