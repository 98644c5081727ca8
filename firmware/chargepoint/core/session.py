"""One session, plug-in to unplug: when to offer, to close, to stop. Knows no volts.

Rules:
- In each step one event describes how things stand, the first that holds of: FAULT, ABSENT
  (nothing plugged), while stopping OPENED (safety opened the contactor) and EXPIRED, WITHDRAWN
  (nothing may be offered), while charging OPENED, READY (the contactor may be closed), WANTED
  (something may be offered). A withdrawal thus never leaves an offer standing.
- PWM means "offered" (x2), its absence "not offered" (x1); the duty changes at most every
  DUTY_INTERVAL_MS, except that PWM ends at once.
- An offer withdrawn while energised leaves the vehicle STOP_PATIENCE_MS to open S2 (rows 9.1,
  10.1), then the contactor is opened under load (row 10.2). A wish that returns meanwhile waits.
- A fault opens at once and gives steady +12 V, on which the pilot can still be watched (OE, TF; F
  would blind us).
- A vehicle that opens S2 keeps its offer and may come back (row 8.1).
- While the pilot is interrupted (wake-up, change of phases) there is no PWM, whatever the state.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.pilot import F_BP, X1_BP

IDLE = const("idle")
PLUGGED = const("plugged")
OFFERED = const("offered")
CHARGING = const("charging")
STOPPING = const("stopping")
FAULTED = const("fault")

FAULT = const("fault")
ABSENT = const("absent")
OPENED = const("opened")
EXPIRED = const("expired")
WITHDRAWN = const("withdrawn")
READY = const("ready")
WANTED = const("wanted")

_ROWS = (
    (IDLE, FAULT, FAULTED, None),
    (IDLE, ABSENT, IDLE, None),
    (IDLE, WITHDRAWN, PLUGGED, None),
    (IDLE, WANTED, OFFERED, None),
    (PLUGGED, FAULT, FAULTED, None),
    (PLUGGED, ABSENT, IDLE, None),
    (PLUGGED, WITHDRAWN, PLUGGED, None),
    (PLUGGED, WANTED, OFFERED, None),
    (OFFERED, FAULT, FAULTED, None),
    (OFFERED, ABSENT, IDLE, None),
    (OFFERED, WITHDRAWN, PLUGGED, None),
    (OFFERED, READY, CHARGING, "close"),
    (OFFERED, WANTED, OFFERED, None),
    (CHARGING, FAULT, FAULTED, "open"),
    (CHARGING, ABSENT, IDLE, "open"),
    (CHARGING, OPENED, OFFERED, None),
    (CHARGING, WITHDRAWN, STOPPING, "wait"),
    (CHARGING, WANTED, CHARGING, None),
    (STOPPING, FAULT, FAULTED, "open"),
    (STOPPING, ABSENT, IDLE, "open"),
    (STOPPING, OPENED, PLUGGED, None),
    (STOPPING, EXPIRED, PLUGGED, "open"),
    (STOPPING, WITHDRAWN, STOPPING, None),
    (STOPPING, WANTED, STOPPING, None),
    (FAULTED, FAULT, FAULTED, None),
    (FAULTED, ABSENT, IDLE, None),
    (FAULTED, WITHDRAWN, PLUGGED, None),
    (FAULTED, WANTED, OFFERED, None),
)

_OFFERING = const((OFFERED, CHARGING))


class Session:
    """The machine above. ``duty_bp`` is the duty in force, X1_BP without PWM."""

    def __init__(self):
        self.state = IDLE
        self.duty_bp = X1_BP
        self._told = None
        self._stop_by_ms = 0
        self._duty_ms = None

    @property
    def pwm(self) -> bool:
        """An offer is signalled."""
        return self.duty_bp != X1_BP and self.duty_bp != F_BP

    def may_offer(self, now_ms: int) -> bool:
        """The duty is old enough to be changed, or belonged to no vehicle."""
        return self._duty_ms is None or now_ms - self._duty_ms >= timing.DUTY_INTERVAL_MS

    def event(self, tripped, plugged, closed, wanted, closable, now_ms: int) -> str:
        """The event that describes how things stand; see the rules."""
        state = self.state
        if tripped:
            return FAULT
        if not plugged:
            return ABSENT
        if state == STOPPING:
            if not closed:
                return OPENED
            if now_ms >= self._stop_by_ms:
                return EXPIRED
        if not wanted or not (self.pwm or self.may_offer(now_ms)):
            return WITHDRAWN
        if state == CHARGING and not closed:
            return OPENED
        return READY if closable and state == OFFERED else WANTED

    def tell(self, event: str, now_ms: int) -> str:
        """Run one row; returns "close" or "open" for the contactor, or None.

        An event without a row is a bug and raises ValueError.
        """
        if event == self._told:
            return None
        for state, on, following, effect in _ROWS:
            if state == self.state and on == event:
                # The same event in the same state again has nothing new to say.
                self._told = event if following == state else None
                self.state = following
                if effect == "wait":
                    self._stop_by_ms = now_ms + timing.STOP_PATIENCE_MS
                    return None
                return effect
        raise ValueError("session: no row for %s in state %s" % (event, self.state))

    def adjust(self, wanted_bp: int, now_ms: int, steady_bp: int = None) -> bool:
        """Bring the duty towards ``wanted_bp`` as state and time allow; True when it changed.

        ``steady_bp``: X1_BP, or F_BP (or X1_BP on a pilot that was taken off) while the pilot is
        interrupted; it goes before an offer when it is not None.
        """
        if self.state == IDLE and not self.pwm:
            self._duty_ms = None
        if steady_bp is not None or self.state not in _OFFERING:
            wanted_bp = X1_BP if steady_bp is None else steady_bp
        if wanted_bp == self.duty_bp:
            return False
        offers = wanted_bp != X1_BP and wanted_bp != F_BP
        if offers and not self.may_offer(now_ms):
            return False
        if offers or self.pwm:
            # The interval is between offers; an interruption ends when it ends.
            self._duty_ms = now_ms
        self.duty_bp = wanted_bp
        return True
