"""One connector's electrical side: pilot, session, contactor, protection, faults and limits.

``protect`` comes first in each step and needs nothing of what comes later; ``proceed`` carries the
session on. A step that fails between the two leaves what ``protect`` wrote.
"""

from chargepoint.core.contactor import OPEN, WELDED, Contactor
from chargepoint.core.contactor_pair import ContactorPair
from chargepoint.core.faults import FaultBook
from chargepoint.core.limits import SIMPLIFIED_MA, Limits
from chargepoint.core.phases import Phases
from chargepoint.core.pilot import F_BP, TROUBLES, X1_BP, PilotMonitor, duty_bp, offered_ma
from chargepoint.core.protection import NOT_MONITORED, Protection
from chargepoint.core.safety import Safety
from chargepoint.core.session import Session
from chargepoint.core.wakeup import WakeUp

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
    """Connector ``number`` (1..) on ``ports`` (station.ConnectorPorts).

    ``ports.options``: "max_ma" what the hardware carries (ValueError below 6 A), "phases" 1 or 3,
    "ventilated" D may be energised, "simplified" a vehicle that goes from A to C directly is
    served, at 10 A; and those of protection.py.
    The station sets ``permitted``, ``limit_ma``, ``profile_ma`` (None: no limit by profiles),
    ``available``, ``holds_plug`` (a driver's claim
    keeps the plug locked) and ``reading`` (the meter's last) before ``proceed``.
    ``refusal`` is a word of safety.py for why no energy flows, or None.
    """

    def __init__(self, number: int, ports):
        options = ports.options
        self.number = number
        self.permitted = False
        self.limit_ma = 0
        self.profile_ma = None
        self.available = True
        self.holds_plug = False
        self.reading = None
        self.refusal = "unavailable"
        self.monitor = PilotMonitor(options.get("ventilated", False))
        self.contactor = _contactor(ports)
        self.protection = Protection(ports, options)
        self.faults = FaultBook(_FAULTS + self.protection.faults)
        self.limits = Limits(options["max_ma"])
        self.phases = Phases(options.get("phases", 3))
        self.wake_up = WakeUp()
        self.safety = Safety(
            self.monitor,
            self.contactor,
            self.faults,
            self.limits,
            self.protection,
            self.phases,
            options.get("simplified", False),
        )
        self._session = Session()
        self._pilot = ports.pilot
        self._guard = ports.guard
        self._guard.ventilated = options.get("ventilated", False)
        self.switches_phases = ports.second_relay is not None
        self._events = []
        self._plugged = self._ready = self._energised = self._blocking = False
        self._cut = False
        self._pilot.connect(True)
        self._pilot.set_duty(X1_BP)

    # -- each step ------------------------------------------------------------------------------

    def protect(self, now_ms: int) -> None:
        """Read pilot, contactor, guard and protection, and open if it must be."""
        self._read_pilot(now_ms)
        self.contactor.watch(now_ms)
        self.safety.note_guard(self._guard.tripped(), now_ms)
        # HAZARD: a vehicle that leaves is not kept waiting for a thermometer's answer.
        self._open_if_it_must_be(now_ms)
        self._look(now_ms)
        self._note_faults(now_ms)
        self._open_if_it_must_be(now_ms)

    def proceed(self, now_ms: int) -> None:
        """Carry the session on: offer, close, withdraw, and tell what happened."""
        self.faults.in_transaction = self.permitted
        self._limit()
        no_offer = self.safety.offer(self.available, self.permitted)
        no_close = self.safety.close(self._session.pwm, now_ms)
        self._run(no_offer is None, no_offer is None and no_close is None, now_ms)
        self._interrupt(no_offer is None, now_ms)
        self._signal(now_ms)
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

    def verdicts(self) -> dict:
        """What the self-test of each monitored part came to, by the words of board.json."""
        told = self.protection.verdicts()
        told["pilot"] = "unknown" if self.monitor.state is None else "passed"
        told["contactor"] = NOT_MONITORED
        if self.contactor.monitored:
            told["contactor"] = "failed" if self.contactor.state == WELDED else "passed"
        return told

    # -- inside ---------------------------------------------------------------------------------

    def _read_pilot(self, now_ms):
        if self._cut:
            self.monitor.blind(now_ms)
            return
        port = self._pilot
        usable = port.read()
        self.monitor.take(usable, port.high_mv, port.low_mv, self._session.pwm, now_ms)

    def _open_if_it_must_be(self, now_ms):
        if self.contactor.commanded and self.safety.keep(now_ms) is not None:
            self._open(now_ms)

    def _look(self, now_ms):
        protection = self.protection
        is_open = self.contactor.state == OPEN
        currents = protection.currents
        currents.offered(self.offered_ma, now_ms)
        # Without a command, whatever the feedback says: a blind feedback must not hide a current.
        currents.opened(not self.contactor.commanded, now_ms)
        currents.take(self.reading)
        if protection.residual is not None:
            protection.residual.idle = is_open
            if self.monitor.plugged and not self._plugged:
                protection.residual.renew()
        if protection.cable is not None:
            protection.cable.plugged = self.monitor.plugged
        if protection.lock is not None:
            # HAZARD: a socket is never unlocked before its contactor is seen open.
            protection.lock.wanted = self.holds_plug or not is_open
        protection.look(now_ms)

    def _note_faults(self, now_ms):
        faults = self.faults
        trouble = self.monitor.trouble
        # Where no fault is active, only a new one is worth a call.
        if trouble is not None or faults.active:
            for name in TROUBLES:
                faults.put(name, name == trouble, now_ms)
        welded = self.contactor.state == WELDED or self.protection.currents.stray
        faults.put("contactor_welded", welded, now_ms)
        faults.put("contactor_not_closing", self.contactor.failed, now_ms)
        faults.put("guard_trip", self.safety.guard_trips, now_ms)
        self.protection.put(faults, now_ms)

    def _limit(self):
        self.limits.put("allowed", self.limit_ma)
        self.limits.put("profile", self.profile_ma)
        self.limits.put("simplified", SIMPLIFIED_MA if self.monitor.direct else None)
        self.protection.limit(self.limits)

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

    def _interrupt(self, offers, now_ms):
        """Begin or end an interruption of the pilot, which a closed contactor never sees."""
        session = self._session
        idle = self.contactor.state == OPEN
        if self.switches_phases:
            self.phases.tick(self.monitor.plugged, idle and not session.pwm, now_ms)
            self.contactor.phases = self.phases.count
        self.wake_up.tick(offers, self.ready or not idle, now_ms)
        cut = idle and (self.wake_up.cutting or self.phases.cutting)
        if cut != self._cut:
            self._cut = cut
            self._pilot.connect(not cut)
            self.monitor.blind(now_ms)

    def _signal(self, now_ms):
        steady_bp = None
        if self._cut:
            steady_bp = X1_BP if self._pilot.can_disconnect else F_BP
        if self._session.adjust(duty_bp(self.limits.lowest_ma), now_ms, steady_bp):
            self._pilot.set_duty(self._session.duty_bp)
            self.monitor.duty_changed(now_ms)

    def _open(self, now_ms):
        self.contactor.open(now_ms)
        self.monitor.contactor_opened(now_ms)

    def _notice(self):
        plugged, ready = self.monitor.plugged, self.ready
        energised, blocking = self.energised, self.faults.blocking
        if plugged != self._plugged:
            self._plugged = plugged
            if not plugged:
                self.faults.recover("unplug")
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


def _contactor(ports):
    first = Contactor(ports.relay)
    if ports.second_relay is None:
        return first
    return ContactorPair(first, Contactor(ports.second_relay))
