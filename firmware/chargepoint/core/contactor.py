"""The contactor: what was commanded against what is seen.

Rules:
- Closing must show in the feedback within CONTACTOR_CLOSE_MS; feedback that is lost while closed
  is given the same time. Otherwise the coil is let go: not closing.
- Feedback that stays closed for CONTACTOR_OPEN_MS without a command: welded.
- Nothing closes on feedback that is not plainly open, nor before CONTACTOR_REST_MS passed since
  the last opening or the start of the firmware.
- A relay without feedback is not monitored: commands count as done.

  MADE and BROKEN are what the feedback shows (an unknown one counts as broken while closing or
  closed, and as nothing otherwise); LATE is the end of the time that a state allows.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.held import Held
from chargepoint.core.rows import Machine

OPEN = const("open")
CLOSING = const("closing")
CLOSED = const("closed")
FALTERING = const("faltering")
OPENING = const("opening")
WELDED = const("welded")

CLOSE = const("close")
DROP = const("drop")
MADE = const("made")
BROKEN = const("broken")
LATE = const("late")

_ROWS = (
    (OPEN, CLOSE, CLOSING, "energise"),
    (OPEN, DROP, OPEN, None),
    (OPEN, MADE, OPENING, None),
    (OPEN, BROKEN, OPEN, None),
    (CLOSING, DROP, OPENING, "release"),
    (CLOSING, MADE, CLOSED, None),
    (CLOSING, BROKEN, CLOSING, None),
    (CLOSING, LATE, OPENING, "fail"),
    (CLOSED, DROP, OPENING, "release"),
    (CLOSED, MADE, CLOSED, None),
    (CLOSED, BROKEN, FALTERING, None),
    (FALTERING, DROP, OPENING, "release"),
    (FALTERING, MADE, CLOSED, None),
    (FALTERING, BROKEN, FALTERING, None),
    (FALTERING, LATE, OPENING, "fail"),
    (OPENING, DROP, OPENING, None),
    (OPENING, MADE, OPENING, None),
    (OPENING, BROKEN, OPEN, "settle"),
    (OPENING, LATE, WELDED, None),
    (WELDED, DROP, WELDED, None),
    (WELDED, MADE, WELDED, None),
    (WELDED, BROKEN, OPEN, "settle"),
)

_COMMANDED = const((CLOSING, CLOSED, FALTERING))


class Contactor(Machine):
    """Supervises ``relay``, and is the only one who writes it.

    ``monitored``: the board can see the contacts. ``failed``: a closing was not followed; set
    until the contacts are seen open. ``cycles`` counts closings. ``took_ms`` is how long the last
    closing and the last opening took, as the feedback shows it, or None.
    """

    def __init__(self, relay):
        Machine.__init__(self, _ROWS, OPEN)
        self.commanded = False
        self.monitored = False
        self.failed = False
        self.cycles = 0
        self.took_ms = [None, None]
        self._relay = relay
        self._feedback = None
        self._opened_ms = None
        self._made = Held()
        relay.set_closed(False)

    @property
    def energised(self) -> bool:
        """The contacts were commanded closed, and seen so where they can be."""
        return self.state == CLOSED or self.state == FALTERING

    def watch(self, now_ms: int) -> None:
        """Read the feedback and judge it; call it in every step."""
        if self._opened_ms is None:
            self._opened_ms = now_ms
        if not self.commanded:
            # Written again in every step: what a disturbance did to the output does not stay.
            self._relay.set_closed(False)
        self._feedback = self._relay.feedback()
        if self._feedback is not None:
            self.monitored = True
        self._made.take(self._feedback, now_ms)
        event = self._seen(now_ms)
        if event is not None:
            before, since_ms = self.state, self._since_ms
            self._tell(event, now_ms)
            if self.monitored and before != self.state:
                self._note(before, now_ms - since_ms)

    def may_close(self, now_ms: int) -> bool:
        """Rested, open, and plainly seen open where it can be seen."""
        return (
            self.state == OPEN
            and self.rested(now_ms)
            and not (self.monitored and self._feedback is not False)
        )

    def rested(self, now_ms: int) -> bool:
        """CONTACTOR_REST_MS passed since the last opening, or the first step."""
        opened_ms = self._opened_ms
        return opened_ms is not None and now_ms - opened_ms >= timing.CONTACTOR_REST_MS

    def close(self, now_ms: int) -> None:
        """Command it closed; ValueError in a state that does not allow it."""
        self._tell(CLOSE, now_ms)

    def open(self, now_ms: int) -> None:
        """Command it open, in any state."""
        self._tell(DROP, now_ms)

    def _note(self, before, took_ms):
        if before == CLOSING and self.state == CLOSED:
            self.took_ms[0] = took_ms
        elif before == OPENING and self.state == OPEN:
            self.took_ms[1] = took_ms

    def _seen(self, now_ms):
        """What the feedback tells in this state, or None for what can't be told."""
        feedback = self._feedback
        if not self.monitored:
            feedback = self.commanded
        if self.commanded:
            if feedback:
                return MADE
            late = self.state != CLOSED and now_ms - self._since_ms >= timing.CONTACTOR_CLOSE_MS
            return LATE if late else BROKEN
        if feedback is None:
            return None
        if self.state == OPENING and feedback and self._made.for_ms >= timing.CONTACTOR_OPEN_MS:
            return LATE
        return MADE if feedback else BROKEN

    def _carry_out(self, effect, now_ms):
        if effect == "settle":
            self.failed = False
            return
        self.commanded = effect == "energise"
        self._relay.set_closed(self.commanded)
        self.failed = effect == "fail"
        if self.commanded:
            self.cycles += 1
        else:
            self._opened_ms = now_ms
            # The contacts were closed until now: being welded counts from here.
            self._made.restart(self._feedback, now_ms)
