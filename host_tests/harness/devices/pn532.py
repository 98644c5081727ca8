"""A PN532 on its HSU line (NXP UM0701-02), as far as a card reader uses it.

``field`` is an object whose ``present_uid`` is the UID of the card before the antenna, or None.
After power-up the chip sleeps until the line moves.
"""

from . import faults
from .line import Line
from .pn532_chip import Chip


class Pn532(faults.Faulty, Chip):
    """The chip. ``fault`` is None or a word of faults.py (FOREIGN means nothing here)."""

    def __init__(self, field, baud: int = 115200):
        self._line = Line(baud)
        self._noise = faults.Noise()
        super().__init__(field)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the host."""
        if self._fault == faults.DISAPPEARS:
            return
        self._came += data
        if self._asleep:
            awake = self._came.find(b"\x55")
            self._came = self._came[awake:] if awake >= 0 else b""
            self._asleep = awake < 0
        while self._next(now_ms):
            pass

    def take(self, now_ms: int) -> bytes:
        """The bytes that it has sent."""
        self._look(now_ms)
        return self._line.take(now_ms)

    def due_ms(self) -> int | None:
        """When it will have said something, or None when nothing is to be said."""
        if self._line.due_ms() is not None or self._give_up_ms is None:
            return self._line.due_ms()
        return self._give_up_ms

    def power_up(self) -> None:
        """As after the supply came."""
        super().power_up()
        self._line.clear()

    def _changed(self, before: str | None) -> None:
        if faults.DISAPPEARS in (before, self._fault):
            self.power_up()
        self._line.clear()

    def _say(self, frame: bytes, start_ms: int) -> None:
        if self._fault == faults.SILENT:
            return
        if self._fault == faults.RUBBISH:
            frame = self._noise.like(frame)
        elif self._fault == faults.TRUNCATED:
            frame = frame[:-3]
        self._line.send(frame, start_ms)
