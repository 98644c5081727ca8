"""The residual-current monitor: a trip opens, a self-test comes before each session.

Rules:
- TRIP and CLEAR are what the monitor shows. A trip outside of a test counts in the second reading
  (RESIDUAL_TRIP_MS); a monitor that is not there reads as tripped.
- A test is due at the start, when a vehicle is plugged in, after RESIDUAL_TEST_AGE_MS and, after a
  failed one, every RESIDUAL_RETRY_MS. It runs only while the contactor is open.
- In a test the monitor must trip within RESIDUAL_TEST_MS and clear within RESIDUAL_CLEAR_MS; LATE
  is the end of that time.
- A monitor that trips when the firmware starts may come from a test that the restart cut short: it
  has RESIDUAL_CLEAR_MS to clear.
- Nothing is offered before a test passed. A monitor without a test input counts as good while it
  does not trip, and its self-test as not monitored.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.held import Held
from chargepoint.core.rows import Machine

STARTING = const("starting")
UNTESTED = const("untested")
TESTING = const("testing")
CLEARING = const("clearing")
READY = const("ready")
TRIPPED = const("tripped")
FAILED = const("failed")

TRIP = const("trip")
CLEAR = const("clear")
DUE = const("due")
LATE = const("late")

_ROWS = (
    (STARTING, TRIP, STARTING, None),
    (STARTING, CLEAR, UNTESTED, None),
    (STARTING, LATE, TRIPPED, None),
    (UNTESTED, TRIP, TRIPPED, None),
    (UNTESTED, CLEAR, UNTESTED, None),
    (UNTESTED, DUE, TESTING, "begin"),
    (TESTING, TRIP, CLEARING, "end"),
    (TESTING, CLEAR, TESTING, None),
    (TESTING, LATE, FAILED, "end"),
    (CLEARING, TRIP, CLEARING, None),
    (CLEARING, CLEAR, READY, "pass"),
    (CLEARING, LATE, FAILED, None),
    (READY, TRIP, TRIPPED, None),
    (READY, CLEAR, READY, None),
    (READY, DUE, TESTING, "begin"),
    (TRIPPED, TRIP, TRIPPED, None),
    (TRIPPED, CLEAR, UNTESTED, None),
    (FAILED, TRIP, TRIPPED, None),
    (FAILED, CLEAR, FAILED, None),
    (FAILED, DUE, TESTING, "begin"),
)

_CLEARING = const((STARTING, CLEARING))


class Residual(Machine):
    """Judges the port ``monitor`` (ports.ResidualCurrent).

    ``idle`` is set by the connector: the contactor is open, and a test may run.
    """

    name = "residual current"
    faults = ("residual_current", "residual_test")

    def __init__(self, monitor):
        Machine.__init__(self, _ROWS, STARTING)
        self.idle = False
        self.tested_ms = None
        self._monitor = monitor
        self._since_ms = None
        self._stale = True
        self._shown = Held()
        monitor.test(False)

    def renew(self) -> None:
        """A session begins: test again before energy flows."""
        self._stale = True

    def look(self, now_ms: int) -> None:
        """Read the monitor and judge it; call it in every step."""
        if self._since_ms is None:
            self._since_ms = now_ms
        self._shown.take(self._monitor.tripped() is not False, now_ms)
        event = self._event(now_ms)
        if event is not None:
            self._tell(event, now_ms)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        faults.put("residual_current", self.state == TRIPPED, now_ms)
        faults.put("residual_test", self.state == FAILED, now_ms)

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None."""
        if self.state == READY and not self._stale:
            return None
        untestable = self.state == UNTESTED and not self._monitor.can_test
        return None if untestable else "residual current"

    @property
    def verdict(self) -> str:
        """What is known of it."""
        if self.state in (TRIPPED, FAILED):
            return "failed"
        if self._monitor.can_test:
            return "passed" if self.tested_ms is not None else "unknown"
        return "passed, without a self-test" if self.why is None else "unknown"

    def _event(self, now_ms):
        for_ms = now_ms - self._since_ms
        if self.state == TESTING and for_ms >= timing.RESIDUAL_TEST_MS and not self._shown.value:
            return LATE
        if self.state in _CLEARING and for_ms >= timing.RESIDUAL_CLEAR_MS and self._shown.value:
            return LATE
        if self._shown.value:
            testing = self.state == TESTING or self.state in _CLEARING
            settled = testing or self._shown.for_ms >= timing.RESIDUAL_TRIP_MS
            return TRIP if settled else None
        return DUE if self._due(now_ms) else CLEAR

    def _due(self, now_ms):
        if not self.idle or not self._monitor.can_test:
            return False
        if self.state == FAILED:
            return now_ms - self._since_ms >= timing.RESIDUAL_RETRY_MS
        if self.state != READY:
            return self.state == UNTESTED
        return self._stale or now_ms - self.tested_ms >= timing.RESIDUAL_TEST_AGE_MS

    def _carry_out(self, effect, now_ms):
        if effect == "pass":
            self.tested_ms = now_ms
            return
        if effect == "begin":
            # A session that begins while this test runs wants one of its own.
            self._stale = False
        self._monitor.test(effect == "begin")
