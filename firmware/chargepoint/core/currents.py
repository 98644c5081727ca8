"""What the meter says of the electrical side: current against the offer, mains voltage.

Rules:
- A phase above (offer + 0.5 A) * 1.10 in every reading for OVERCURRENT_MS is an over-current. The
  offer is the largest of the last OVERCURRENT_FOLLOW_MS: a vehicle needs time to follow.
- More than 1 A, STRAY_CURRENT_MS after the contactor opened, flows through welded contacts: the
  only sign of them on a board that does not see its contacts.
- A live phase 15 % above or below nominal for its time is a fault; one without voltage is an
  outage, which ends the offer elsewhere (bay), not a fault of this charge point.
- Readings count when they are fresh; silence is the meter's own fault (meter_silent).
"""

from micropython import const

from chargepoint.core import timing

_TOLERANCE_MA = const(500)
_STRAY_MA = const(1000)
_DEAD_MV = const(100000)
NOMINAL_MV = const(230000)


class _Lasting:
    """A condition of readings: how long it has held, from the first reading that showed it."""

    def __init__(self):
        self.for_ms = None
        self._from_ms = None

    def take(self, present, taken_ms):
        if not present:
            self.for_ms = self._from_ms = None
            return
        if self._from_ms is None:
            self._from_ms = taken_ms
        self.for_ms = taken_ms - self._from_ms

    def lasts(self, for_ms):
        return self.for_ms is not None and self.for_ms >= for_ms


class Currents:
    """Judges the readings that the bay hands over; ``nominal_mv`` of a phase against neutral.

    ``current_known`` and ``voltage_known``: the meter gives them, so that they are monitored.
    """

    faults = ("overcurrent", "over_voltage", "under_voltage")

    def __init__(self, nominal_mv: int = NOMINAL_MV):
        self.current_known = self.voltage_known = False
        self.stray = False
        self._over_mv, self._under_mv = nominal_mv * 115 // 100, nominal_mv * 85 // 100
        self._over = _Lasting()
        self._high = _Lasting()
        self._low = _Lasting()
        self._taken_ms = None
        self._offers = [(0, 0)]
        self._open_since_ms = None

    def offered(self, offer_ma: int, now_ms: int) -> None:
        """What is offered now."""
        offers = self._offers
        if offers[-1][1] != offer_ma:
            offers.append((now_ms, offer_ma))
        while len(offers) > 1 and now_ms - offers[1][0] >= timing.OVERCURRENT_FOLLOW_MS:
            offers.pop(0)

    def opened(self, is_open: bool, now_ms: int) -> None:
        """The contactor has no command to be closed, or has."""
        if not is_open:
            self._open_since_ms = None
            self.stray = False
        elif self._open_since_ms is None:
            self._open_since_ms = now_ms

    def take(self, reading) -> None:
        """Judge a reading of the meter (ports.Reading or None); one that was judged is free."""
        if reading is None or reading.taken_ms == self._taken_ms:
            return
        taken_ms = self._taken_ms = reading.taken_ms
        most_ma = _most(reading.current_ma)
        if most_ma is not None:
            self.current_known = True
            self._judge_current(most_ma, taken_ms)
        self._judge_voltage(reading.voltage_mv, taken_ms)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        if not faults.active and self._calm:
            return
        faults.put("overcurrent", self._over.lasts(timing.OVERCURRENT_MS), now_ms)
        faults.put("over_voltage", self._high.lasts(timing.OVER_VOLTAGE_MS), now_ms)
        faults.put("under_voltage", self._low.lasts(timing.UNDER_VOLTAGE_MS), now_ms)

    @property
    def _calm(self):
        return self._over.for_ms is None and self._high.for_ms is None and self._low.for_ms is None

    def _judge_current(self, most_ma, taken_ms):
        # max() of a generator would make garbage with each reading.
        offer_ma = 0
        for _, each_ma in self._offers:
            offer_ma = max(offer_ma, each_ma)
        closed = self._open_since_ms is None
        self._over.take(closed and most_ma > (offer_ma + _TOLERANCE_MA) * 110 // 100, taken_ms)
        since_ms = self._open_since_ms
        self.stray = (
            since_ms is not None
            and taken_ms - since_ms >= timing.STRAY_CURRENT_MS
            and most_ma > _STRAY_MA
        )

    def _judge_voltage(self, voltage_mv, taken_ms):
        high = low = False
        for phase_mv in voltage_mv:
            if phase_mv is not None:
                self.voltage_known = True
                high = high or phase_mv > self._over_mv
                low = low or _DEAD_MV <= phase_mv < self._under_mv
        self._high.take(high, taken_ms)
        self._low.take(low, taken_ms)


def _most(current_ma):
    most_ma = None
    for phase_ma in current_ma:
        if phase_ma is not None and (most_ma is None or abs(phase_ma) > most_ma):
            most_ma = abs(phase_ma)
    return most_ma
