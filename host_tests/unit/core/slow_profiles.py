"""Charging profiles the obvious way: dictionaries, datetime, one moment at a time.

Shares no code with core/composition.py; a limit is (number, unit), or None for none.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

REPEATS = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}


@dataclass
class Profile:
    """As in OCPP 1.6 §7.8, limits in tenths."""

    number: int
    purpose: str = "TxDefaultProfile"
    connector: int = 0
    stack: int = 0
    kind: str = "Absolute"
    recurrency: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    start: datetime | None = None
    duration: int | None = None
    unit: str = "A"
    periods: list = field(default_factory=lambda: [(0, 160, 0)])

    def limit_at(self, now: datetime | None, begun_ago: timedelta | None):
        """(tenths, phases) that holds ``now`` (None: no one knows), or None."""
        if now is None and (self._timed() or self.valid_from or self.valid_to):
            return self._lowest()
        if self.valid_from and now < self.valid_from:
            return None
        if self.valid_to and now >= self.valid_to:
            return None
        if not self._timed() and begun_ago is None:
            return self._lowest()
        within = now - self.start if self._timed() else begun_ago
        if within < timedelta(0):
            return None
        if self.kind == "Recurring":
            while within >= REPEATS[self.recurrency]:
                within -= REPEATS[self.recurrency]
        if self.duration is not None and within >= timedelta(seconds=self.duration):
            return None
        found = None
        for begins, tenths, phases in self.periods:
            if timedelta(seconds=begins) <= within:
                found = tenths, phases
        return found

    def _timed(self):
        return self.kind != "Relative" and self.start is not None

    def _lowest(self):
        if self.purpose != "ChargePointMaxProfile":
            return None
        return min((tenths, phases) for _, tenths, phases in self.periods)


def allowed(profiles, connector, now, begun_ago):
    """(tenths, unit, phases) for ``connector``; for 0, by ChargePointMaxProfile. Or None."""
    if connector == 0:
        return _highest([p for p in profiles if p.purpose == "ChargePointMaxProfile"], now, None)
    for purpose in ("TxProfile", "TxDefaultProfile"):
        for place in (connector, 0):
            fitting = [p for p in profiles if (p.purpose, p.connector) == (purpose, place)]
            found = _highest(fitting, now, begun_ago)
            if found is not None:
                return found
    return None


def _highest(profiles, now, begun_ago):
    for profile in sorted(profiles, key=lambda p: -p.stack):
        found = profile.limit_at(now, begun_ago)
        if found is not None:
            return found[0], profile.unit, found[1]
    return None


def moment(utc_s: int) -> datetime:
    """The same as a datetime."""
    return datetime.fromtimestamp(utc_s, UTC)
