"""The socket's bolt: in before energy is offered, out when there is none.

Rules:
- ``wanted`` (set by the connector) is the bolt's place: in from the start of a transaction to its
  end, and never out before the contactor is seen open. At the start of the firmware the bolt is
  taken to be in, so it is driven out after a power cut.
- The motor gets LOCK_DRIVE_MS of current, is looked at LOCK_LOOK_MS later, and rests
  LOCK_REST_MS before the next of LOCK_TRIES. Then it is JAMMED and tried every LOCK_RETRY_MS, or
  at once when the wish changes.
- A bolt that is not seen in its place for LOCK_LOST_MS, be it elsewhere or nowhere, is astray: it
  is driven again. For less, one that had been seen in counts as in.
- Where the board can't see the bolt it is believed to have moved, and told as not monitored.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.held import Held
from chargepoint.core.rows import Machine

OUT = const("out")
IN = const("in")
MOVING = const("moving")
RESTING = const("resting")
JAMMED = const("jammed")

TURN = const("turn")
STAY = const("stay")
OVER = const("over")
SEEN_IN = const("seen_in")
SEEN_OUT = const("seen_out")
MISSED = const("missed")
SPENT = const("spent")
ASTRAY = const("astray")
ASK = const("ask")

_ROWS = (
    (OUT, ASK, OUT, None),
    (OUT, STAY, OUT, None),
    (OUT, TURN, MOVING, "first"),
    (OUT, ASTRAY, MOVING, "lost"),
    (IN, ASK, IN, None),
    (IN, STAY, IN, None),
    (IN, TURN, MOVING, "first"),
    (IN, ASTRAY, MOVING, "lost"),
    (MOVING, ASK, MOVING, None),
    (MOVING, STAY, MOVING, None),
    (MOVING, OVER, RESTING, "rest"),
    (RESTING, ASK, RESTING, None),
    (RESTING, STAY, RESTING, None),
    (RESTING, SEEN_IN, IN, "arrive"),
    (RESTING, SEEN_OUT, OUT, None),
    (RESTING, TURN, MOVING, "first"),
    (RESTING, MISSED, MOVING, "again"),
    (RESTING, SPENT, JAMMED, None),
    (JAMMED, ASK, RESTING, "forget"),
    (JAMMED, STAY, JAMMED, None),
    (JAMMED, SEEN_IN, IN, "arrive"),
    (JAMMED, SEEN_OUT, OUT, None),
    (JAMMED, TURN, MOVING, "first"),
    (JAMMED, MISSED, MOVING, "first"),
)


class Lock(Machine):
    """Moves the port ``bolt`` (ports.Lock)."""

    name = "cable lock"
    faults = ("lock",)

    def __init__(self, bolt):
        Machine.__init__(self, _ROWS, IN)
        self.wanted = False
        self.monitored = False
        self._bolt = bolt
        self._driven_in = True
        self._lost = False
        self._arrived = False
        self._tries = 0
        # Whether it is seen where it was driven to last.
        self._there = Held()
        bolt.drive(0)

    def look(self, now_ms: int) -> None:
        """See where the bolt is and move it; call it in every step."""
        seen = self._bolt.locked()
        if seen is not None:
            self.monitored = True
        elif not self.monitored:
            seen = self._driven_in
        self._there.take(seen == self._driven_in, now_ms)
        self._tell(self._event(now_ms), now_ms)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        lost = self._lost and self.state in (MOVING, RESTING)
        faults.put("lock", lost or self.state == JAMMED, now_ms)

    def retry(self, now_ms: int) -> None:
        """Someone asks for it once more: a jammed bolt is driven again."""
        self._tell(ASK, now_ms)

    @property
    def is_out(self) -> bool:
        """The plug can be taken."""
        return self.state == OUT

    @property
    def is_jammed(self) -> bool:
        """It did not get where it should be."""
        return self.state == JAMMED

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None: the bolt is in, and seen so."""
        sure = self.state == IN and self.wanted and (self._arrived or self._there.value)
        return None if sure else "lock"

    @property
    def verdict(self) -> str:
        """What is known of it."""
        if self.state == JAMMED:
            return "failed"
        return "passed" if self.state in (IN, OUT) else "unknown"

    def _astray(self):
        there = self._there
        return there.value is False and there.for_ms >= timing.LOCK_LOST_MS

    def _event(self, now_ms):
        for_ms = now_ms - self._since_ms
        if self.state == MOVING:
            return OVER if for_ms >= timing.LOCK_DRIVE_MS else STAY
        if self.state == RESTING or self.state == JAMMED:
            return self._after(for_ms)
        if self.wanted != (self.state == IN):
            return TURN
        return ASTRAY if self._astray() else STAY

    def _after(self, for_ms):
        """The motor stands: did the bolt arrive?"""
        if for_ms < timing.LOCK_LOOK_MS:
            return STAY
        if self.wanted != self._driven_in:
            return TURN
        if self._there.value:
            return SEEN_IN if self._driven_in else SEEN_OUT
        if self.state == JAMMED:
            return MISSED if for_ms >= timing.LOCK_RETRY_MS else STAY
        if self._tries >= timing.LOCK_TRIES:
            return SPENT
        return MISSED if for_ms >= timing.LOCK_REST_MS else STAY

    def _carry_out(self, effect, now_ms):
        if effect == "rest":
            self._bolt.drive(0)
        elif effect == "forget":
            self._tries = 0
        elif effect == "arrive":
            self._arrived = True
        else:
            self._arrived = False
            self._lost = effect == "lost"
            self._tries = self._tries + 1 if effect == "again" else 1
            self._driven_in = self.wanted
            self._bolt.drive(1 if self.wanted else -1)
