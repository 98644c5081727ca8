"""How a part hangs on the chip: the pins that it names, what each asks of its pad, and the row of
numbers from which boards/esp32/assembly.py makes the hardware's object.
"""

from typing import NamedTuple

OUTPUT, INPUT, ANALOGUE, RELAY, NUMBER = "output", "input", "analogue", "relay", "number"
_PULLS = {"down": 1, "up": 2}  # machine.Pin.PULL_DOWN, PULL_UP


class Wire(NamedTuple):
    """``pins``: (name, use) of each. ``fixed``: what the maker ``kind`` wants after the pads.

    In ``fixed`` a text names an option of the part, "!" before it the other level, and "pull" is
    the chip's own pull of the first pin.
    ``extra``: a pin that may be named too, and is then the last. ``optional``: without its pins
    the part gets None. ``many``: the pin is a tuple, and each of its pads becomes an object.
    ``keyword``: the driver takes it by this name; without its pins the name is not given.
    """

    kind: str
    pins: tuple = ()
    fixed: tuple = ()
    extra: tuple = ()
    optional: bool = False
    many: bool = False
    keyword: str = ""

    def named(self, role: str) -> list:
        """(name in pins.py, use, whether the part can't do without it)."""
        wanted = [(in_role(role, name), use, not self.optional) for name, use in self.pins]
        return wanted + [(in_role(role, name), use, False) for name, use in self.extra]

    def rows(self, role: str, options: dict, pins: dict, pulls: dict) -> list:
        """What the device makes of it: an object for each row."""
        names = [in_role(role, name) for name, _ in self.pins]
        if self.optional and not any(name in pins for name in names):
            return [("none",)]
        pull = pulls.get(names[0]) if names else None
        fixed = [_fixed(word, options, pull) for word in self.fixed]
        values = [pins[name] for name in names]
        extra = [in_role(role, name) for name, _ in self.extra]
        last = [pins[name] for name in extra if name in pins]
        if self.many:
            return [(self.kind, pad, *fixed) for pad in values[0]]
        return [(self.kind, *values, *fixed, *last)]


class Inner(NamedTuple):
    """An object between the hardware and the part: a law, or the line of a reader.

    ``options`` are those of the part that are its own; ``given``: (name, value), always the same.
    """

    module: str
    name: str
    wires: tuple = ()
    options: tuple = ()
    given: tuple = ()
    keyword: str = ""

    def named(self, role: str) -> list:
        return [row for wire in self.wires for row in wire.named(role)]

    def rows(self, role: str, options: dict, pins: dict, pulls: dict) -> list:
        made = [row for wire in self.wires for row in wire.rows(role, options, pins, pulls)]
        given = tuple((name, options[name]) for name in self.options if name in options)
        return [("part", self.module, self.name, tuple(made), given + self.given)]


class Coil(NamedTuple):
    """A relay that the guard in the coprocessor drives, of which its port is told when it is the
    second one."""

    pin: str
    keyword: str = "second"

    def named(self, role: str) -> list:
        return [(in_role(role, self.pin), RELAY, True)]

    def rows(self, role: str, options: dict, pins: dict, pulls: dict) -> list:
        return [("second",) if role == "second_relay" else ("none",)]


def _fixed(word, options: dict, pull):
    if word == "pull":
        return _PULLS.get(pull, 0)
    if not isinstance(word, str):
        return word
    return 1 - options[word[1:]] if word.startswith("!") else options[word]


def in_role(role: str, name: str) -> str:
    """The name in pins.py: the second relay's pins are told apart by a word before theirs."""
    return f"SECOND_{name}" if role == "second_relay" else name


def output(name: str, level=0, optional=False, use=OUTPUT, many=False, keyword="") -> Wire:
    """An output that has ``level`` (or that of an option) from the moment that it is one."""
    return Wire("out", ((name, use),), (level,), (), optional, many, keyword)


def contact(name: str, optional=False) -> Wire:
    """An input with the pull of board.json's ``pulls``."""
    return Wire("inp", ((name, INPUT),), ("pull",), optional=optional)


def analogue(name: str) -> Wire:
    """A pad of ADC1."""
    return Wire("adc", ((name, ANALOGUE),), ("attenuation",))


def serial(before: str, turns=False) -> Wire:
    """A UART. ``turns``: its transceiver may want a pin that gives the direction."""
    pins = ((f"{before}_UART", NUMBER), (f"{before}_TX", OUTPUT), (f"{before}_RX", INPUT))
    extra = ((f"{before}_DIR", OUTPUT),) if turns else ()
    return Wire("uart", pins, ("baud", "parity", "stop"), extra)


def one_wire(name: str) -> Wire:
    """A 1-Wire bus, pulled up outside."""
    return Wire("one_wire", ((name, OUTPUT),))


def spi(before: str) -> Wire:
    """A bus of its own."""
    pins = (
        (f"{before}_SPI", NUMBER),
        (f"{before}_SCK", OUTPUT),
        (f"{before}_MOSI", OUTPUT),
        (f"{before}_MISO", INPUT),
    )
    return Wire("spi", pins, ("baud",))


def i2c(before: str) -> Wire:
    """A bus of its own, pulled up outside."""
    pins = ((f"{before}_I2C", NUMBER), (f"{before}_SDA", OUTPUT), (f"{before}_SCL", OUTPUT))
    return Wire("i2c", pins, ("baud",))
