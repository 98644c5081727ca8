"""A chain of WS2812 on a pin, by the interpreter's ``machine.bitstream``."""

# High and low of a 0, high and low of a 1, in ns (WS2812B data sheet).
_TIMING_NS = (400, 850, 800, 450)


class PixelsPin:
    """``count`` pixels behind ``pin``; pixel 0 is the first on the line, each (red, green, blue).

    ``machine`` has bitstream.

    ``write`` blocks for 30 us a pixel.
    """

    def __init__(self, machine, pin, count: int):
        self._bitstream = machine.bitstream
        self._pin = pin
        self._wire = bytearray(3 * count)

    def __len__(self) -> int:
        return len(self._wire) // 3

    def __setitem__(self, index: int, colour: tuple) -> None:
        wire, at = self._wire, 3 * index
        wire[at + 1], wire[at], wire[at + 2] = colour

    def write(self) -> None:
        """Show what was set."""
        self._bitstream(self._pin, 0, _TIMING_NS, self._wire)
