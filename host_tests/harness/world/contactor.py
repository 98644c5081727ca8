"""The contactor: a coil, main contacts that follow it late, a mirror contact that follows them.

A contactor that welds stays closed once it has closed; one that is stuck never closes again.
"""

from collections.abc import Callable

from .schedule import Event, Schedule

_UNDER_LOAD_MA = 500


class Contactor:
    """``before_change`` is called just before the main contacts move, ``after_change`` after.

    ``load_ma()`` tells what flows, so that switching under load can be counted.
    """

    def __init__(self, schedule: Schedule, load_ma: Callable[[], int]):
        self._schedule = schedule
        self._load_ma = load_ma
        self.before_change: Callable[[], None] = lambda: None
        self.after_change: Callable[[], None] = lambda: None
        self.close_ms = 25
        self.open_ms = 20
        self.mirror_ms = 5
        self.bounces = 0
        self.bounce_ms = 2
        self.coil = False
        self.supplied = True
        self.closed = False
        self.mirror_closed = False
        self.welded = False
        self.stuck_open = False
        self.cycles = 0
        self.opened_under_load = 0
        self._moves: list[Event] = []
        self._bound_for = False

    def drive(self, coil: bool) -> None:
        """The station energises the coil, or not."""
        self.coil = coil
        self._follow()

    def supply(self, on: bool) -> None:
        """The coil has a supply, or not: without one it can hold nothing."""
        self.supplied = on
        self._follow()

    def weld(self, welded: bool) -> None:
        """Contacts stick when they are closed, or when they close next; False frees them."""
        self.welded = welded
        self._follow()

    def stick_open(self, stuck: bool) -> None:
        """The contactor drops out and can't be closed until freed."""
        self.stuck_open = stuck
        self._follow()

    def _wanted(self) -> bool:
        if self.closed and self.welded:
            return True
        return self.coil and self.supplied and not self.stuck_open

    def _follow(self) -> None:
        """Plan the contacts' way to where they should be, unless they are on it already."""
        wanted = self._wanted()
        if self._moves and wanted == self._bound_for:
            return
        self._forget_moves()
        if wanted == self.closed:
            return
        self._bound_for = wanted
        delay_ms = self.close_ms if wanted else self.open_ms
        self._plan(delay_ms, wanted)
        if wanted:
            for bounce in range(self.bounces):
                self._plan(delay_ms + (2 * bounce + 1) * self.bounce_ms, False)
                self._plan(delay_ms + (2 * bounce + 2) * self.bounce_ms, True)

    def _plan(self, delay_ms: int, closed: bool) -> None:
        event = self._schedule.after(delay_ms, lambda: self._arrive(event, closed))
        self._moves.append(event)

    def _arrive(self, event: Event, closed: bool) -> None:
        self._moves.remove(event)
        self._move(closed)
        if not self._moves:
            self._follow()

    def _forget_moves(self) -> None:
        for event in self._moves:
            event.cancel()
        self._moves.clear()

    def _move(self, closed: bool) -> None:
        if closed == self.closed or self.closed and self.welded:
            return
        self.before_change()
        if closed:
            self.cycles += 1
        elif self._load_ma() > _UNDER_LOAD_MA:
            self.opened_under_load += 1
        self.closed = closed
        self.after_change()
        self._schedule.after(self.mirror_ms, lambda: self._mirror(closed))

    def _mirror(self, closed: bool) -> None:
        self.mirror_closed = closed
