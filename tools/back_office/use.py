"""What an account used: its sessions by month, and the bars of a year's plot."""

from dataclasses import dataclass

from . import billing
from .billing import Session
from .memberships import ALL, Sight
from .statements import Statements

MONTHS = 12
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 220, 46, 16, 26
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Month:
    """``month`` as ``2026-03``: how many sessions ended in it, and their energy."""

    month: str
    sessions: int
    wh: int


class Use:
    """Of ``account`` (a row), as far as ``sight`` goes. ``sessions`` are closed ones and those
    that run, the newest first; ``months`` the last twelve up to now, the first one first."""

    def __init__(self, statements: Statements, account, now_ms: int, sight: Sight = ALL):
        self.zone = account["zone"]
        self.cards, self.sessions = [], []
        for card in statements.cards(account["id"]):
            seen = [
                each
                for each in statements.sessions(card["id_tag"])
                if self._is_seen(each, now_ms, sight)
            ]
            if seen or sight.now:
                self.cards.append(card)
            self.sessions += seen
        self.sessions.sort(key=lambda each: (each.begin_ms or 0, each.row), reverse=True)
        self.months = [each for each in self._months(now_ms) if sight.of(each.month)]

    def of_month(self, month: str) -> list[Session]:
        """The sessions that ended in a month."""
        return [each for each in self.sessions if self._month(each) == month]

    @property
    def running(self) -> list[Session]:
        """Those without an end."""
        return [each for each in self.sessions if each.end_ms is None]

    def _is_seen(self, session, now_ms, sight):
        """Where no stop will come it is of the month in which it is billed."""
        done = billing.closed(session, now_ms)
        return sight.now if done is None else sight.of(self._month(done))

    def _month(self, session):
        return None if session.end_ms is None else billing.month_of(session.end_ms, self.zone)

    def _months(self, now_ms):
        sums = {}
        for each in self.sessions:
            month, wh = self._month(each), wh_of(each)
            if month is not None:
                count, total_wh = sums.get(month, (0, 0))
                sums[month] = count + 1, total_wh + (wh or 0)
        month, found = billing.month_of(now_ms, self.zone), []
        for _ in range(MONTHS):
            found.insert(0, Month(month, *sums.get(month, (0, 0))))
            month = billing.month_before(month)
        return found


def wh_of(session: Session) -> int | None:
    """Its energy; None where it can't be said."""
    if session.end_wh is None or session.begin_wh is None:
        return None
    return session.end_wh - session.begin_wh


class Bars:
    """The plot of ``months``: ``bars`` are (x, y, width, height, label, kWh as text), ``marks``
    (y, label)."""

    def __init__(self, months: list[Month]):
        high_wh = max([1000, *(month.wh for month in months)])
        step_wh = _step(high_wh)
        top_wh = step_wh * -(-high_wh // step_wh)
        wide = (WIDTH - LEFT - 10) / max(len(months), 1)
        self.marks = [
            (round(_y(mark, top_wh), 1), f"{mark / 1000:g}")
            for mark in range(0, top_wh + 1, step_wh)
        ]
        self.bars = []
        for at, month in enumerate(months):
            y = _y(max(month.wh, 0), top_wh)
            x = LEFT + at * wide + wide * 0.15
            shape = (round(x, 1), round(y, 1), round(wide * 0.7, 1), round(HEIGHT - BOTTOM - y, 1))
            self.bars.append((*shape, month.month, f"{month.wh / 1000:.1f}"))


def _y(wh: int, top_wh: int) -> float:
    return HEIGHT - BOTTOM - wh / top_wh * (HEIGHT - TOP - BOTTOM)


def _step(high: int) -> int:
    size = 1000
    while True:
        for step in _STEPS:
            if high <= 5 * step * size:
                return step * size
        size *= 10
