"""Port Lamp on three pins: red, green, blue, in patterns that one table tells."""

from chargepoint.ports import Lamp

# meaning, (red, green, blue), on for ms, out of every ms. Colours and rhythm both differ, so that
# the lamp can be read without telling red from green.
_PATTERNS = (
    ("free", (0, 1, 0), 1000, 1000),
    ("waiting", (0, 0, 1), 500, 1000),
    ("refused", (1, 0, 0), 100, 200),
    ("ready", (0, 0, 1), 1000, 1000),
    ("charging", (0, 0, 1), 1900, 2000),
    ("paused", (0, 0, 1), 100, 2000),
    ("fault", (1, 0, 0), 1000, 1000),
    ("offline", (1, 1, 0), 1000, 1000),
)


class PinLamp(Lamp):
    """``red``, ``green``, ``blue`` are pins, ``clock`` a port Clock for the rhythm.

    A pattern begins with its lit part when its meaning begins. ``on_level`` lights a lamp.
    """

    def __init__(self, red, green, blue, clock, on_level: int = 1):
        self._pins = (red, green, blue)
        self._clock = clock
        self._on_level = on_level
        self._meaning = None
        self._row = None
        self._since_ms = 0
        self._lit = None

    def show(self, meaning: str) -> None:
        """Called in every step. Raises ValueError for a meaning that the table does not have."""
        now_ms = self._clock.now_ms()
        if meaning != self._meaning:
            self._row = _row(meaning)
            self._meaning = meaning
            self._since_ms = now_ms
            self._lit = None
        _, colours, on_ms, every_ms = self._row
        self._light(colours, (now_ms - self._since_ms) % every_ms < on_ms)

    def _light(self, colours, lit):
        if lit == self._lit:
            return
        self._lit = lit
        for place in range(3):
            on = lit and colours[place]
            self._pins[place].value(self._on_level if on else 1 - self._on_level)


def _row(meaning):
    for row in _PATTERNS:
        if row[0] == meaning:
            return row
    raise ValueError("no pattern for the meaning %r" % meaning)
