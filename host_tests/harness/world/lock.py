"""The bolt in a socket: a motor that takes its time, and a switch that sees the bolt.

Without current the bolt stays where it is. ``jammed``: it does not move. The switch follows the
bolt unless it is broken: then it says what it said last.
"""

from .schedule import Event, Schedule


class Lock:
    """``position_ms`` is how long the motor would need from all the way out: 0 .. travel_ms."""

    def __init__(self, schedule: Schedule):
        self._schedule = schedule
        self.travel_ms = 250
        self.jammed = False
        self.strokes = 0
        self._legs = [False, False]
        self._direction = 0
        self._from_ms = 0
        self._from = 0
        self._arrives: Event | None = None
        self._broken_says: bool | None = None

    def drive(self, direction: int) -> None:
        """1: the motor drives the bolt in, -1: out, 0: it has no current."""
        if direction == self._direction:
            return
        self._settle()
        if direction:
            self.strokes += 1
        self._direction = direction
        self._plan()

    def bridge(self, a: bool | None = None, b: bool | None = None) -> None:
        """One leg of the motor's bridge takes a level; A alone drives in, B alone out."""
        self._legs = [a if a is not None else self._legs[0], b if b is not None else self._legs[1]]
        self.drive(int(self._legs[0]) - int(self._legs[1]))

    def force_out(self) -> None:
        """Somebody pushes the bolt out by hand."""
        self._settle()
        self._from = 0
        self._plan()

    def jam(self, jammed: bool) -> None:
        """The bolt can't be moved, or can again."""
        self._settle()
        self.jammed = jammed
        self._plan()

    def break_sense(self, broken: bool) -> None:
        """The switch says for ever what it says now, or is whole again."""
        self._broken_says = self.engaged if broken else None

    @property
    def direction(self) -> int:
        """What the motor is driven to: 1 in, -1 out, 0 nowhere."""
        return self._direction

    @property
    def position_ms(self) -> int:
        """Where the bolt is: 0 out, ``travel_ms`` in."""
        if self.jammed or not self._direction:
            return self._from
        moved = self._direction * (self._schedule.now_ms - self._from_ms)
        return max(0, min(self.travel_ms, self._from + moved))

    @property
    def engaged(self) -> bool:
        """The bolt is all the way in."""
        return self.position_ms >= self.travel_ms

    @property
    def sense(self) -> bool:
        """What the switch says: the bolt is in."""
        return self.engaged if self._broken_says is None else self._broken_says

    @property
    def word(self) -> str:
        """ "in", "out" or "between"."""
        if self.engaged:
            return "in"
        return "between" if self.position_ms else "out"

    def _settle(self):
        self._from = self.position_ms
        self._from_ms = self._schedule.now_ms

    def _plan(self):
        """The switch moves by itself at the end of the way: an event that no step may miss."""
        if self._arrives is not None:
            self._arrives.cancel()
            self._arrives = None
        if not self._direction or self.jammed:
            return
        left_ms = self.travel_ms - self._from if self._direction > 0 else self._from
        if left_ms > 0:
            self._arrives = self._schedule.after(left_ms, lambda: None)
