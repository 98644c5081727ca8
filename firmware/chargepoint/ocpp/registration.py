"""BootNotification: until the back end accepts this station, next to nothing may be said.

OCPP 1.6 §4.2, errata 3.11, 3.22, 3.35:
- Before an answer only BootNotification leaves. Pending: calls are answered, and only what was
  triggered leaves. Rejected: nothing leaves and nothing is answered until the interval is over.
- The interval is the heartbeat period when accepted, the wait for the next try when not; 0 leaves
  the choice to us.
- A new connection is no new boot: an accepted station stays accepted.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.ocpp import times
from chargepoint.ocpp.dialogue import ANSWERED, LOST
from chargepoint.ocpp.frames import Call

UNREGISTERED = const("unregistered")
PENDING = const("pending")
REJECTED = const("rejected")
ACCEPTED = const("accepted")

_ROWS = (
    (UNREGISTERED, "Accepted", ACCEPTED, "welcome"),
    (UNREGISTERED, "Pending", PENDING, "wait"),
    (UNREGISTERED, "Rejected", REJECTED, "wait"),
    (UNREGISTERED, "failed", UNREGISTERED, "retry"),
    (UNREGISTERED, "lost", UNREGISTERED, "at_once"),
    (PENDING, "Accepted", ACCEPTED, "welcome"),
    (PENDING, "Pending", PENDING, "wait"),
    (PENDING, "Rejected", REJECTED, "wait"),
    (PENDING, "failed", PENDING, "retry"),
    (PENDING, "lost", PENDING, "at_once"),
    (REJECTED, "Accepted", ACCEPTED, "welcome"),
    (REJECTED, "Pending", PENDING, "wait"),
    (REJECTED, "Rejected", REJECTED, "wait"),
    (REJECTED, "failed", REJECTED, "retry"),
    (REJECTED, "lost", REJECTED, "at_once"),
)


class Registration:
    """The machine above; itself a source of the dialogue (the first).

    ``boot()`` gives the payload. ``on_time(utc_s)`` is told every time that the back end says
    what time it is, ``on_accepted(utc_s)`` once, with None when that time made no sense.
    ``triggered`` is the source that may also speak while Pending.
    """

    def __init__(self, settings, boot, on_accepted, on_time):
        self.state = UNREGISTERED
        self.triggered = None
        self.interval_s = 0
        self._settings = settings
        self._boot = boot
        self._on_accepted = on_accepted
        self._on_time = on_time
        self._asking = False
        self._due_ms = None

    @property
    def accepted(self) -> bool:
        """The back end accepted this station since its start."""
        return self.state == ACCEPTED

    def permits(self, source) -> bool:
        """``source`` may send a call in this state."""
        if self.state == ACCEPTED or source is self:
            return True
        return self.state == PENDING and source is self.triggered

    def listens(self, now_ms: int) -> bool:
        """Calls of the back end are answered now."""
        return self.state != REJECTED or self._due_ms is None or now_ms >= self._due_ms

    def trigger(self) -> bool:
        """TriggerMessage asks for a BootNotification: only sense before we are accepted."""
        if self.state == ACCEPTED:
            return False
        self._due_ms = None
        return True

    def next(self, now_ms: int):
        """The BootNotification when it is due, else None."""
        if self.state == ACCEPTED or self._asking:
            return None
        if self._due_ms is not None and now_ms < self._due_ms:
            return None
        self._asking = True
        return Call("BootNotification", self._boot(), self._done)

    def _done(self, outcome, payload, now_ms):
        self._asking = False
        if outcome == ANSWERED:
            self._hear(payload, now_ms)
        else:
            self._tell("lost" if outcome == LOST else "failed", now_ms)

    def _hear(self, payload, now_ms):
        interval_s = payload["interval"]
        self.interval_s = min(max(interval_s, 0), timing.LONGEST_INTERVAL_S)
        utc_s = None
        try:
            utc_s = times.parse(payload["currentTime"])
        except ValueError:
            # A time that can't be read is no reason to stay away; the clock is left alone.
            pass
        self._tell(payload["status"], now_ms)
        if utc_s is not None and self.state != REJECTED:
            self._on_time(utc_s)
        if self.state == ACCEPTED:
            self._on_accepted(utc_s)

    def _tell(self, event, now_ms):
        for state, on, following, effect in _ROWS:
            if state == self.state and on == event:
                self.state = following
                self._carry_out(effect, now_ms)
                return
        raise ValueError("registration: no row for %s in state %s" % (event, self.state))

    def _carry_out(self, effect, now_ms):
        if effect == "welcome":
            if self.interval_s > 0:
                self._settings.change("HeartbeatInterval", str(self.interval_s))
        elif effect == "at_once":
            self._due_ms = None
        else:
            wait_s = self.interval_s if effect == "wait" else 0
            self._due_ms = now_ms + (wait_s or timing.BOOT_RETRY_S) * 1000
