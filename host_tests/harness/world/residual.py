"""A residual-current monitor: an output that trips, a test input, a contact in the coil's supply.

It trips at once, while the current is there and for 500 ms after. A high test input makes it trip
as a current would, within 100 ms. An absent monitor reads as tripped: the line is pulled up, and
its contact is open.
"""

from collections.abc import Callable

from .schedule import Event, Schedule


class ResidualMonitor:
    """``before_change`` is called just before the contact moves, ``after_change`` after."""

    def __init__(self, schedule: Schedule):
        self._schedule = schedule
        self.before_change: Callable[[], None] = lambda: None
        self.after_change: Callable[[], None] = lambda: None
        self.fitted = True
        self.test_ms = 50
        self.clear_ms = 500
        self.test_on = False
        self.leaking = False
        self.absent = False
        self.test_failed = False
        self.trips = 0
        self._open = False
        self._moves: Event | None = None

    @property
    def tripped(self) -> bool:
        """What its output says, and whether its contact is open."""
        return self.fitted and (self.absent or self._open)

    def leak(self, leaking: bool) -> None:
        """There is a residual current, or no more."""
        self.leaking = leaking
        self._follow()

    def take_away(self, absent: bool) -> None:
        """Nothing is plugged where it should be, or it is back."""
        self.before_change()
        self.absent = absent
        self.after_change()

    def fail_test(self, failed: bool) -> None:
        """Its test input does nothing, or works again."""
        self.test_failed = failed
        self._follow()

    def drive_test(self, on: bool) -> None:
        """The station drives the test input."""
        if on != self.test_on:
            self.test_on = on
            self._follow()

    def _follow(self):
        self._forget()
        wanted = self.leaking or self.test_on and not self.test_failed
        if wanted == self._open:
            return
        if self.leaking:
            self._move(True)
        else:
            delay_ms = self.test_ms if wanted else self.clear_ms
            self._moves = self._schedule.after(delay_ms, lambda: self._move(wanted))

    def _forget(self):
        if self._moves is not None:
            self._moves.cancel()
            self._moves = None

    def _move(self, is_open):
        self._moves = None
        self.before_change()
        self._open = is_open
        self.trips += is_open
        self.after_change()
