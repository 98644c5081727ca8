"""One connector's electrical side: pilot, session, contactor, safety, faults and limits together.

``protect`` comes first in each step and needs nothing of what comes later; ``proceed`` carries the
session on. A step that fails between the two leaves what ``protect`` wrote.
"""

from chargepoint.core.contactor import WELDED, Contactor
from chargepoint.core.faults import FaultBook
from chargepoint.core.limits import SIMPLIFIED_MA, Limits
from chargepoint.core.pilot import TROUBLES, X1_BP, PilotMonitor, duty_bp, offered_ma
from chargepoint.core.safety import Safety
from chargepoint.core.session import Session

_FAULTS = TROUBLES + (
    "contactor_welded",
    "contactor_not_closing",
    "guard_trip",
    "meter_silent",
    "meter_rubbish",
    "meter_foreign",
    "meter_backwards",
)
_NONE = ()


class Connector:
    """Connector ``number`` (1..) on the ports ``pilot``, ``relay`` and ``guard``.

    ``options``: "max_ma" what the hardware carries (ValueError below 6 A), "phases" 1 or 3,
    "ventilated" D may be energised, "simplified" a vehicle that goes from A to C directly is
    served, at 10 A.
    The station sets ``permitted``, ``limit_ma`` and ``available`` before ``proceed``.
    ``refusal`` is a word of safety.py for why no energy flows, or None.
    """

    def __init__(self, number, pilot, relay, guard, options):
        self.number = number
        self.permitted = False
        self.limit_ma = 0
        self.available = True
        self.refusal = "unavailable"
        self.phases = options.get("phases", 3)
        self.monitor = PilotMonitor(options.get("ventilated", False))
        self.contactor = Contactor(relay)
        self.faults = FaultBook(_FAULTS)
        self.limits = Limits(options["max_ma"])
        simplified = options.get("simplified", False)
        self.safety = Safety(self.monitor, self.contactor, self.faults, self.limits, simplified)
        self._session = Session()
        self._pilot = pilot
        self._guard = guard
        self._events = []
        self._plugged = self._ready = self._energised = self._blocking = False
        pilot.set_duty(X1_BP)

    # -- each step ------------------------------------------------------------------------------

    def protect(self, now_ms: int) -> None:
        """Read pilot, contactor and guard, and open if it must be."""
        port = self._pilot
        usable = port.read()
        self.monitor.take(usable, port.high_mv, port.low_mv, self._session.pwm, now_ms)
        self.contactor.watch(now_ms)
        self.safety.note_guard(self._guard.tripped(), now_ms)
        self._note_faults(now_ms)
        if self.contactor.commanded and self.safety.keep(now_ms) is not None:
            self._open(now_ms)

    def proceed(self, now_ms: int) -> None:
        """Carry the session on: offer, close, withdraw, and tell what happened."""
        self.faults.in_transaction = self.permitted
        self.limits.put("allowed", self.limit_ma)
        self.limits.put("simplified", SIMPLIFIED_MA if self.monitor.direct else None)
        no_offer = self.safety.offer(self.available, self.permitted)
        no_close = self.safety.close(self._session.pwm, now_ms)
        self._run(no_offer is None, no_offer is None and no_close is None, now_ms)
        if self._session.adjust(duty_bp(self.limits.lowest_ma), now_ms):
            self._pilot.set_duty(self._session.duty_bp)
            self.monitor.duty_changed(now_ms)
        self.refusal = no_offer
        if no_offer is None and not self.contactor.commanded:
            self.refusal = no_close
        self._notice()

    # -- facts ----------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The debounced pilot: "A" to "F", or None while unknown."""
        return self.monitor.state

    @property
    def plugged(self) -> bool:
        """A vehicle is plugged; what says nothing about the plug leaves it as it was."""
        return self.monitor.plugged

    @property
    def ready(self) -> bool:
        """The vehicle asks for energy: C or D, debounced."""
        return self.monitor.state == "C" or self.monitor.state == "D"

    @property
    def energised(self) -> bool:
        """The contactor is closed, seen so where it can be seen."""
        return self.contactor.energised

    @property
    def offered_ma(self) -> int:
        """What the vehicle is told it may draw, in mA; 0 without an offer."""
        return offered_ma(self._session.duty_bp)

    @property
    def session(self) -> str:
        """The state of the session, a word of session.py."""
        return self._session.state

    @property
    def pilot_mv(self) -> tuple:
        """The extremes of the last reading: (high, low) in mV."""
        return self._pilot.high_mv, self._pilot.low_mv

    def take_events(self):
        """What happened since the last call, in order."""
        events = self._events
        if not events:
            return _NONE
        self._events = []
        return events

    # -- inside ---------------------------------------------------------------------------------

    def _note_faults(self, now_ms):
        faults = self.faults
        trouble = self.monitor.trouble
        for name in TROUBLES:
            faults.put(name, name == trouble, now_ms)
        faults.put("contactor_welded", self.contactor.state == WELDED, now_ms)
        faults.put("contactor_not_closing", self.contactor.failed, now_ms)
        faults.put("guard_trip", self.safety.guard_trips, now_ms)

    def _run(self, wanted, closable, now_ms):
        event = self._session.event(
            self.faults.trips,
            self.monitor.plugged,
            self.contactor.commanded,
            wanted,
            closable,
            now_ms,
        )
        effect = self._session.tell(event, now_ms)
        if effect == "close":
            self.contactor.close(now_ms)
        elif effect == "open":
            self._open(now_ms)

    def _open(self, now_ms):
        self.contactor.open(now_ms)
        self.monitor.contactor_opened(now_ms)

    def _notice(self):
        plugged, ready = self.monitor.plugged, self.ready
        energised, blocking = self.energised, self.faults.blocking
        if plugged != self._plugged:
            if not plugged:
                self.faults.recover("unplug")
            self._plugged = plugged
            self._events.append("plugged" if plugged else "unplugged")
        if ready != self._ready:
            self._ready = ready
            self._events.append("ready" if ready else "not_ready")
        if energised != self._energised:
            self._energised = energised
            self._events.append("energised" if energised else "opened")
        if blocking != self._blocking:
            self._blocking = blocking
            self._events.append("fault" if blocking else "fault_cleared")
