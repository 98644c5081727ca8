"""The interlock: a retriggerable monostable whose contact lies in the coil's supply.

Each edge of the heartbeat holds it for 100 ms. The harness steps the firmware every 10 ms while
anything moves and up to a second apart while nothing does; a real one steps every 10 ms always.
So this monostable counts the time that the firmware was given: a step without an edge counts as
the 10 ms that it stands for, and time in which the firmware hangs counts in full.
"""

from collections.abc import Callable

HOLD_MS = 100
STEP_MS = 10


class Interlock:
    """``before_change`` is called just before the contact moves, ``after_change`` after."""

    def __init__(self) -> None:
        self.before_change: Callable[[], None] = lambda: None
        self.after_change: Callable[[], None] = lambda: None
        self.fitted = True
        self._silent_ms = HOLD_MS

    @property
    def held(self) -> bool:
        """The coil has its supply, as far as the interlock goes."""
        return not self.fitted or self._silent_ms < HOLD_MS

    def stepped(self, toggled: bool) -> None:
        """The firmware made a step; ``toggled``: with an edge of the heartbeat in it."""
        self._count(0 if toggled else self._silent_ms + STEP_MS)

    def starved(self, for_ms: int) -> None:
        """Time in which steps were due and the firmware made none."""
        self._count(self._silent_ms + for_ms)

    def release(self) -> None:
        """The processor starts anew: there was no edge for long."""
        self._count(HOLD_MS)

    def _count(self, silent_ms):
        moves = self.fitted and (silent_ms < HOLD_MS) != (self._silent_ms < HOLD_MS)
        if moves:
            self.before_change()
        self._silent_ms = min(silent_ms, HOLD_MS)
        if moves:
            self.after_change()
