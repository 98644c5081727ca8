"""What a part's option in board.json may be."""

from typing import NamedTuple

from tools.boards import models

REQUIRED = object()  # no default: the board must say
DRIVERS_OWN = object()  # left to the driver
OF_THE_MODEL = object()  # as the meter's model has it
POINTS = "points"
MODEL = "model"


class Option(NamedTuple):
    """``values``: the words that it may be, (lowest, highest), POINTS, a rising table, or MODEL,
    what the firmware's meter_models finds.

    ``host``: it is for the wires, not for the driver itself.
    """

    values: object
    default: object = DRIVERS_OWN
    host: bool = False

    def refusal(self, value) -> str:
        """Why ``value`` can't be, or ""."""
        if self.values == POINTS:
            return "" if _rise(value) else f"{value!r}, expected pairs of whole numbers, rising"
        if self.values == MODEL:
            return models.refusal(value)
        if len(self.values) == 2 and all(type(word) is int for word in self.values):
            low, high = self.values
            fits = type(value) is int and low <= value <= high
            return "" if fits else f"{value!r}, expected a whole number from {low} to {high}"
        fits = any(type(value) is type(word) and value == word for word in self.values)
        words = ", ".join(map(repr, self.values))
        return "" if fits else f"{value!r}, expected one of {words}"


def _rise(value) -> bool:
    if type(value) is not list or len(value) < 2:
        return False
    pairs = all(
        type(pair) is list and len(pair) == 2 and all(type(n) is int for n in pair)
        for pair in value
    )
    return pairs and all(low[0] < high[0] for low, high in zip(value, value[1:]))


def wired(values, default=DRIVERS_OWN) -> Option:
    """An option for the wires or for an object between them and the part."""
    return Option(values, default, host=True)


def level(default=DRIVERS_OWN) -> Option:
    return Option((0, 1), default)


# machine.ADC's attenuation: 0 dB, 2.5 dB, 6 dB, 11 dB.
WIDE = {"attenuation": wired((0, 3), 3)}
MV = (1, 20000)
OHM = (1, 1_000_000)


def line(baud: int, parity: int = 2) -> dict:
    """Of a UART. Parity as in machine.UART, 0 even and 1 odd; 2 stands for none."""
    return {
        "baud": wired((300, 1_000_000), baud),
        "parity": wired((0, 2), parity),
        "stop": wired((1, 2), 1),
    }


def bus(baud: int) -> dict:
    """Of an I2C or SPI bus."""
    return {"baud": wired((10_000, 10_000_000), baud)}
