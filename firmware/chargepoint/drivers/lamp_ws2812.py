"""Port Lamp on WS2812 pixels, all of which show the same."""

from chargepoint.ports import Lamp
from chargepoint.wire.lamp_patterns import Pattern


class Ws2812Lamp(Lamp):
    """``pixels`` is a neopixel.NeoPixel (len, item assignment, write), ``clock`` a port Clock.

    ``full`` (1..255) is the level of a colour at 100 percent: it bounds the current, at most about
    20 mA a colour and pixel at 255. The line is driven when something changed and at no other
    time; that takes 30 us a pixel, so up to 32 pixels stay within a millisecond.
    """

    def __init__(self, pixels, clock, full: int = 128):
        if not 1 <= full <= 255:
            raise ValueError("full level %d is not in 1..255" % full)
        self._pixels = pixels
        self._clock = clock
        self._full = full
        self._level = full
        self._pattern = Pattern()
        self._shown = None

    def show(self, meaning: str) -> None:
        """Called in every step. Raises ValueError for a meaning that the table does not have."""
        colours = self._pattern.colours(meaning, self._clock.now_ms())
        if colours is not self._shown:
            self._paint(colours)

    def dim(self, percent: int) -> None:
        """Brightness, 0 (dark) .. 100, from the next ``show`` on. ValueError outside of that."""
        if not 0 <= percent <= 100:
            raise ValueError("brightness %d is not in 0..100 percent" % percent)
        # Rounded up: only 0 percent is dark.
        level = (self._full * percent + 99) // 100
        if level != self._level:
            self._level = level
            self._shown = None

    def _paint(self, colours):
        self._shown = colours
        level = self._level
        colour = (colours[0] * level, colours[1] * level, colours[2] * level)
        for at in range(len(self._pixels)):
            self._pixels[at] = colour
        self._pixels.write()
