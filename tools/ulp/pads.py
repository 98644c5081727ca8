"""The pads of the ESP32's RTC domain, which the guard's program drives and reads, and its ADC1.

Facts: the ESP32's technical reference manual (RTC_IO) and ESP-IDF's rtc_io_channel.h.
"""

from typing import NamedTuple

_RTC_IO = 0x3FF48400
_FIRST_BIT = 14  # of pad 0 in the registers that have a bit for each


class Pad(NamedTuple):
    """``register`` sets it up: MUX gives it to the RTC domain, ``function`` is the lowest of two
    bits, ``readable`` enables its input, ``up`` and ``down`` are its pulls (None: it has none),
    ``dac`` powers a converter that would drive it. ``bit`` is its own in OUT, ENABLE and IN.
    """

    bit: int
    register: int
    mux: int
    function: int
    readable: int
    up: int | None = None
    down: int | None = None
    dac: int | None = None

    def wiring(self, pull: str = "") -> tuple:
        """(register, bits to clear, bits to set): the RTC domain's, readable, pulled."""
        pulls = {"up": self.up, "down": self.down}
        cleared = 3 << self.function
        for bit in (self.up, self.down, self.dac):
            cleared |= 0 if bit is None else 1 << bit
        wanted = 1 << self.mux | 1 << self.readable
        if pulls.get(pull) is not None:
            wanted |= 1 << pulls[pull]
        return self.register, cleared & ~wanted, wanted


def _rows() -> dict:
    """By GPIO."""
    rows = {
        36: (0, 0x7C, 27, 22, 19),
        37: (1, 0x7C, 26, 17, 14),
        38: (2, 0x7C, 25, 12, 9),
        39: (3, 0x7C, 24, 7, 4),
        34: (4, 0x80, 29, 26, 23),
        35: (5, 0x80, 28, 21, 18),
        25: (6, 0x84, 17, 15, 11, 27, 28, 18),
        26: (7, 0x88, 17, 15, 11, 27, 28, 18),
        33: (8, 0x8C, 18, 15, 11, 27, 28),
        32: (9, 0x8C, 17, 9, 5, 22, 23),
    }
    for at, gpio in enumerate((4, 0, 2, 15, 13, 12, 14, 27)):
        rows[gpio] = (10 + at, 0x94 + 4 * at, 19, 17, 13, 27, 28)
    return rows


PADS = {
    gpio: Pad(_FIRST_BIT + number, _RTC_IO + place, *more)
    for gpio, (number, place, *more) in _rows().items()
}
# ADC1's channel of each GPIO.
CHANNELS = {36: 0, 37: 1, 38: 2, 39: 3, 32: 4, 33: 5, 34: 6, 35: 7}
# Chips whose coprocessor this is; those of the S2 and the S3 differ.
CHIPS = ("esp32", "esp32u4wdh")
