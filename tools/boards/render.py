"""A board's description as the module that goes on the device: tuples of constants, which stay in
flash when they are frozen, instead of JSON that would have to be read.
"""

from tools.boards import catalogue, parts
from tools.boards.chips import CHIPS

# The relays first: whatever fails after them, no coil has current. A guard in the coprocessor
# takes their pads itself.
_FIRST = ("relay", "second_relay", "guard")
_FIRST_GUARDED = ("guard", "relay", "second_relay")
# On a guarded board these hang on the guard: what the word in its mailbox is for each.
_SAMPLED = {"proximity": "proximity", "thermometer": "temperature"}
# What the assembly builds by itself, from the settings.
_BY_ITSELF = ("network",)
_HEAD = '"""Made from {source} by tools.build: change those."""\n\n'


def text(described: dict, pins: dict, source: str, board: str) -> str:
    """described.py: PARTS ((role, driver, class, wires, options), ...), LIMITS and BOARD, the name
    that an update for it bears."""
    parts_of_it = "".join(f"    {row!r},\n" for row in rows(described, pins))
    limits = tuple(limits_of(described).items())
    named = f"BOARD = {board!r}\n"
    return (
        _HEAD.format(source=source) + f"PARTS = (\n{parts_of_it})\nLIMITS = {limits!r}\n" + named
    )


def limits_of(described: dict) -> dict:
    """The options of core's Connector."""
    limits = dict(described["limits"])
    return {"max_ma": limits.pop("max_a") * 1000, **limits}


def rows(described: dict, pins: dict) -> list:
    wanted, guarded = described["parts"], described.get("guard") == "ulp"
    first = _FIRST_GUARDED if guarded else _FIRST
    order = [role for role in first if role in wanted]
    order += [role for role in wanted if role not in (*_FIRST, *_BY_ITSELF)]
    made = [_row(role, wanted[role], pins, _inside(described, pins)) for role in order]
    return [_guarded(*row) for row in made] if guarded else made


def _guarded(role: str, module: str, name: str, wires: tuple, options: tuple) -> tuple:
    """The row, with what the guard has asked of the guard."""
    if role in _SAMPLED:
        wires = tuple(
            ("guarded_adc", *wire[1:], _SAMPLED[role]) if wire[0] == "adc" else wire
            for wire in wires
        )
    if role == "residual":
        tripped_level = dict(options).get("tripped_level", 1)
        wires = (("guarded_inp", tripped_level), *wires[1:])
    return role, module, name, wires, options


def _inside(described: dict, pins: dict) -> dict:
    """The pulls that the chip can help with: some pads have none."""
    without = CHIPS[described["mcu"]].input_only
    return {name: pull for name, pull in described["pulls"].items() if pins[name] not in without}


def _constant(value):
    return tuple(map(_constant, value)) if type(value) is list else value


def _row(role: str, content: dict, pins: dict, pulls: dict) -> tuple:
    part = catalogue.find(content["driver"], role)
    content = {name: _constant(value) for name, value in content.items()}
    options = parts.with_defaults(part, content)
    wires, named = [], []
    for wire in part.wires:
        rows = wire.rows(role, options, pins, pulls)
        if not wire.keyword:
            wires += rows
        elif rows != [("none",)]:
            named.append((wire.keyword, *rows))
    given = tuple(
        (name, value)
        for name, value in content.items()
        if name != "driver" and not part.options[name].host
    )
    return role, part.module, part.name, tuple(wires), (*given, *named)
