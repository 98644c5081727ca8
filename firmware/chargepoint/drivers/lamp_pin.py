"""Port Lamp on three pins: red, green, blue."""

from chargepoint.ports import Lamp
from chargepoint.wire.lamp_patterns import Pattern


class PinLamp(Lamp):
    """``red``, ``green``, ``blue`` are pins, ``clock`` a port Clock for the rhythm.

    ``on_level`` lights a lamp. It can't be dimmed.
    """

    def __init__(self, red, green, blue, clock, on_level: int = 1):
        self._pins = (red, green, blue)
        self._clock = clock
        self._on_level = on_level
        self._pattern = Pattern()
        self._shown = None

    def show(self, meaning: str) -> None:
        """Called in every step. Raises ValueError for a meaning that the table does not have."""
        colours = self._pattern.colours(meaning, self._clock.now_ms())
        if colours is self._shown:
            return
        self._shown = colours
        for place in range(3):
            self._pins[place].value(self._on_level if colours[place] else 1 - self._on_level)
