"""The temperature inside: less current first, none at the cut.

Rules:
- From ``derate_c`` on the limit falls in a straight line from what the hardware carries to 6 A,
  which is reached at ``cut_c``; there energy ends, until it is 10 degrees cooler.
- A falling temperature counts 2 degrees late, so that the limit does not swing.
- A thermometer that is silent for TEMPERATURE_SILENT_MS is a fault: no energy on a guess.

Sources: OE 65 degrees half, 68 a quarter, 71 none; SE stops at 65 and resumes 10 below; E32 stops
at 60. The defaults here are the coolest of each that still charge on a warm day.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.held import Held
from chargepoint.core.pilot import LEAST_MA

DERATE_C = const(60)
CUT_C = const(70)

_RETURN_MC = const(10000)
_LATE_MC = const(2000)
_STEP_MA = const(1000)


class Temperature:
    """Judges the port ``thermometer``; the hardware carries ``max_ma``.

    ``options`` may have "derate_c" and "cut_c" (ValueError unless 0 < derate_c < cut_c <= 90).
    ``limit_ma`` is what may flow, ``celsius_mc`` the last reading or None.
    """

    name = "temperature"
    faults = ("temperature_high", "temperature_unknown")

    def __init__(self, thermometer, max_ma: int, options: dict):
        derate_c, cut_c = options.get("derate_c", DERATE_C), options.get("cut_c", CUT_C)
        if not 0 < derate_c < cut_c <= 90:
            raise ValueError(
                "derate_c %d, cut_c %d: expected 0 < derate_c < cut_c <= 90" % (derate_c, cut_c)
            )
        self.celsius_mc = None
        self.limit_ma = max_ma
        self._thermometer = thermometer
        self._max_ma = max_ma
        self._derate_mc, self._cut_mc = derate_c * 1000, cut_c * 1000
        self._late_mc = None
        self._hot = False
        self._known = Held()

    def look(self, now_ms: int) -> None:
        """Read it; call it in every step."""
        self._thermometer.poll(now_ms)
        celsius_mc = self.celsius_mc = self._thermometer.celsius_mc
        self._known.take(celsius_mc is not None, now_ms)
        if celsius_mc is None:
            return
        if celsius_mc >= self._cut_mc:
            self._hot = True
        elif celsius_mc < self._cut_mc - _RETURN_MC:
            self._hot = False
        if self._late_mc is None or celsius_mc > self._late_mc:
            self._late_mc = celsius_mc
        else:
            self._late_mc = min(self._late_mc, celsius_mc + _LATE_MC)
        self.limit_ma = self._limit_ma(self._late_mc)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        known = self._known
        silent = not known.value and known.for_ms >= timing.TEMPERATURE_SILENT_MS
        faults.put("temperature_high", self._hot, now_ms)
        faults.put("temperature_unknown", silent, now_ms)

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None: one reading is needed before the first offer."""
        return "temperature" if self._hot or self._late_mc is None else None

    @property
    def verdict(self) -> str:
        """What is known of it."""
        if self._hot:
            return "failed"
        return "passed" if self._known.value else "unknown"

    def _limit_ma(self, celsius_mc):
        over_mc = celsius_mc - self._derate_mc
        if over_mc <= 0:
            return self._max_ma
        span_ma = self._max_ma - LEAST_MA
        # In whole degrees: the product stays a small integer.
        less_ma = span_ma * (over_mc // 100) // ((self._cut_mc - self._derate_mc) // 100)
        return max(LEAST_MA, (self._max_ma - less_ma) // _STEP_MA * _STEP_MA)
