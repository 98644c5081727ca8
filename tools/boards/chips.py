"""What the pads of each chip can do, so that a board which asks for more is refused with a reason.

Facts: the chips' datasheets (pin lists, strapping pins, IO_MUX, power-up glitches) and ESP-IDF's
page "GPIO & RTC GPIO" of each chip. Names are those of board.json's ``mcu``.
"""

from typing import NamedTuple

_BOOT = "low at reset waits for a download instead of starting"


class Chip(NamedTuple):
    """``unsteady``: pads that are high, or not low, while the chip starts, and why.

    ``bottom_mv`` .. ``top_mv`` is what the ADC tells truly at its widest range.
    """

    says: str
    march: str
    pads: frozenset
    flash: tuple
    psram: tuple
    input_only: tuple
    strapping: dict
    unsteady: dict
    adc1: tuple
    adc2: tuple
    uarts: int
    bottom_mv: int
    top_mv: int


_HIGH = "is high while the chip starts"
_ESP32 = Chip(
    says="ESP32",
    march="xtensawin",
    pads=frozenset((*range(20), 21, 22, 23, 25, 26, 27, *range(32, 40))),
    flash=(6, 7, 8, 9, 10, 11),
    psram=(16, 17),
    input_only=(34, 35, 36, 37, 38, 39),
    strapping={
        0: _BOOT,
        2: "must be low or open for a download",
        5: "tells the timing of SDIO at reset",
        12: "high at reset sets the flash to 1.8 V: the chip does not start",
        15: "low at reset silences the boot messages",
    },
    unsteady=dict.fromkeys((0, 1, 3, 5, 14, 15), _HIGH),
    adc1=tuple(range(32, 40)),
    adc2=(0, 2, 4, 12, 13, 14, 15, 25, 26, 27),
    uarts=3,
    bottom_mv=150,
    top_mv=2450,
)
# The chip of ESP32-MINI-1: its flash lies inside and takes other pads; 9 and 10 are free.
_ESP32_U4WDH = _ESP32._replace(says="ESP32-U4WDH", flash=(6, 7, 8, 11, 16, 17), psram=())

_GLITCH = "may go high for 60 us while the chip starts"
_USB = "belongs to USB, and " + _GLITCH
_JTAG = "tells where JTAG is at reset"
_ESP32_S2 = Chip(
    says="ESP32-S2",
    march="xtensawin",
    pads=frozenset((*range(22), *range(26, 47))),
    flash=(27, 28, 29, 30, 31, 32),
    psram=(26,),
    input_only=(46,),
    strapping={
        0: _BOOT,
        45: "high at reset sets the flash to 1.8 V: the chip does not start",
        46: "high at reset silences the boot messages and forbids a download",
    },
    # 19 and 20 are not in the reference at hand for this chip: the S3's are taken.
    unsteady={0: _HIGH, 43: _HIGH, 44: _HIGH, 18: _GLITCH, 19: _USB, 20: _USB},
    adc1=tuple(range(1, 11)),
    adc2=tuple(range(11, 21)),
    uarts=2,
    bottom_mv=0,
    top_mv=2500,
)
_ESP32_S3 = _ESP32_S2._replace(
    says="ESP32-S3",
    pads=frozenset((*range(22), *range(26, 49))),
    # Octal PSRAM takes 33 to 37; a board with the quad kind loses nothing by keeping off them.
    psram=(26, 33, 34, 35, 36, 37),
    input_only=(),
    strapping=_ESP32_S2.strapping | {3: _JTAG},
    uarts=3,
    top_mv=3100,
)
CHIPS = {
    "esp32": _ESP32,
    "esp32u4wdh": _ESP32_U4WDH,
    "esp32s2": _ESP32_S2,
    "esp32s3": _ESP32_S3,
}
