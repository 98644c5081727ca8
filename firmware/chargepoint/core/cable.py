"""The cable's rating by its proximity resistor (sockets; IEC 61851-1 table B.2, standards §1.4).

Rules:
- Between two bands the lower rating counts; below the last band and above the first one there is
  no energy.
- A reading that swings over the edge of two bands is the lower one's, until it is 3 % away.
- A rating must hold CABLE_SETTLE_MS before it counts. In a session it may only fall: a resistor
  that seems to carry more than before is believed with the next cable.
- A plugged vehicle on a cable that is none, or can't be read, for CABLE_FAULT_MS is a fault.

  ohm            rating
  below 75       none: a short
  75 .. 140      63 A
  .. 308         32 A
  .. 936         20 A
  .. 2460        13 A
  above          none: no cable
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.held import Held

# 63 A cables may have 80 ohm; below 60 is an error. PX and TF part them here.
_SHORT_OHM = const(75)
# The end of each band, and the rating up to it.
_BANDS = ((140, 63000), (308, 32000), (936, 20000), (2460, 13000))


def rating_ma(ohm: int) -> int:
    """What a cable with a resistor of ``ohm`` carries, in mA; 0 for none, None for unknown."""
    if ohm is None:
        return None
    if ohm >= _SHORT_OHM:
        for end_ohm, carries_ma in _BANDS:
            if ohm <= end_ohm:
                return carries_ma
    return 0


class Cable:
    """Judges the port ``proximity`` (ports.Proximity).

    ``plugged`` is set by the connector: the pilot sees a vehicle. ``limit_ma`` is what the cable
    carries, 0 while that is not known.
    """

    name = "cable rating"
    faults = ("cable",)

    def __init__(self, proximity):
        self.plugged = False
        self.limit_ma = 0
        self.ohm = None
        self._proximity = proximity
        self._most_ma = 0
        self._read_ms = None
        self._rating = Held()
        self._wrong = Held()

    def look(self, now_ms: int) -> None:
        """Read the resistor when it is due; call it in every step."""
        if self._read_ms is not None and now_ms - self._read_ms < timing.CABLE_READ_MS:
            return
        self._read_ms = now_ms
        self.ohm = self._proximity.read_ohm()
        self._rating.take(self._rated(), now_ms)
        if self._rating.for_ms >= timing.CABLE_SETTLE_MS:
            self._settle(self._rating.value or 0)
        self._wrong.take(self.plugged and not self._rating.value, now_ms)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        wrong = self._wrong
        faults.put("cable", wrong.value and wrong.for_ms >= timing.CABLE_FAULT_MS, now_ms)

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None."""
        return None if self.limit_ma else "cable"

    @property
    def verdict(self) -> str:
        """What is known of it."""
        if self._wrong.value:
            return "failed"
        return "unknown" if self.ohm is None else "passed"

    def _rated(self):
        """The rating of this reading; noise does not lead from a lower one to a higher one."""
        rated_ma, before_ma = rating_ma(self.ohm), self._rating.value
        if before_ma and rated_ma and rated_ma > before_ma:
            return max(before_ma, rating_ma(self.ohm + self.ohm // 32))
        return rated_ma

    def _settle(self, settled_ma):
        if self.plugged and self._most_ma:
            settled_ma = min(settled_ma, self._most_ma)
        if settled_ma or not self.plugged:
            # A moment without a rating does not make room for a higher one.
            self._most_ma = settled_ma
        self.limit_ma = settled_ma
