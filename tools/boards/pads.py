"""Whether a board's pins ask of their pads what the chip can give."""

from tools.boards.chips import CHIPS
from tools.boards.wires import ANALOGUE, INPUT, NUMBER, OUTPUT, RELAY

# Somebody's wire: an input without a pull of its own would float where it is cut.
_CONTACTS = (
    "FEEDBACK",
    "SECOND_FEEDBACK",
    "RESIDUAL",
    "EARTH",
    "LOCK_SENSE",
    "BUTTON",
    "INTERLOCK_SENSE",
    "METER_PULSES",
)


def findings(pins: dict, uses: dict, described: dict, energised: dict) -> list:
    """What is wrong with ``pins`` (name -> pad, or a tuple of them) on the board of board.json.

    ``uses``: name -> what is asked of its pads. ``energised``: name of a relay's pin -> the level
    that closes its contactor.
    """
    found, owners = [], {}
    for name, pad in _pads(pins, uses):
        found += [
            f"{name}: GPIO{pad} {wrong}"
            for wrong in _wrong(name, pad, uses[name], described, energised.get(name, 1))
        ]
        if pad in owners:
            found.append(f"{name}: GPIO{pad} is taken by {owners[pad]}")
        owners.setdefault(pad, name)
    return found + _uarts(pins, CHIPS[described["mcu"]])


def _pads(pins: dict, uses: dict) -> list:
    """(name, pad) for each pad that pins.py gives away."""
    return [
        (name, pad)
        for name, value in pins.items()
        if uses.get(name, NUMBER) != NUMBER
        for pad in (value if isinstance(value, tuple) else (value,))
    ]


def _uarts(pins: dict, chip) -> list:
    found, owners = [], {}
    for name, number in pins.items():
        if not name.endswith("_UART"):
            continue
        if not 1 <= number < chip.uarts:
            most = chip.uarts - 1
            found.append(
                f"{name}: {number}, expected 1 to {most} (0 is the {chip.says}'s console)"
            )
        if number in owners:
            found.append(f"{name}: UART {number} is taken by {owners[number]}")
        owners.setdefault(number, name)
    return found


def _wrong(name: str, pad: int, use: str, described: dict, energised: int) -> list:
    chip = CHIPS[described["mcu"]]
    if pad not in chip.pads:
        return [f"is no pad of the {chip.says}"]
    if pad in chip.flash:
        return ["is wired to the flash inside the module"]
    if pad in chip.psram and described["psram"]:
        return ["is wired to the PSRAM inside the module"]
    if use == RELAY:
        return _relay(name, pad, chip, described["pulls"], energised)
    found = _start(name, pad, use, chip, described["straps"])
    if use == OUTPUT and pad in chip.input_only:
        found.append("is an input only")
    if use == ANALOGUE:
        found += _analogue(pad, chip)
    if name in _CONTACTS and pad in chip.input_only and name not in described["pulls"]:
        found.append("has no pull inside and floats when its wire is cut: name an outside one")
    elif name in _CONTACTS and name not in described["pulls"]:
        found.append("floats when its wire is cut: say in pulls where it is pulled to")
    return found


def _start(name: str, pad: int, use: str, chip, straps: dict) -> list:
    """A pad with a life of its own at reset may drive a load that someone has thought about."""
    why = chip.strapping.get(pad) or chip.unsteady.get(pad)
    if why is None or (pad not in chip.strapping and use != OUTPUT):
        return []
    if use == OUTPUT and straps.get(str(pad)):
        return []
    what = f"is a strapping pad ({why})" if pad in chip.strapping else why
    if use in (INPUT, ANALOGUE):
        return [f"{what}; {name} can't promise a level at reset: take another"]
    return [f"{what}; say in straps why its level at reset is right ({name} is an output)"]


def _analogue(pad: int, chip) -> list:
    there = f"expected {chip.adc1[0]} to {chip.adc1[-1]}"
    if pad in chip.adc1:
        return []
    if pad in chip.adc2:
        return [f"is on ADC2, which can't be read while Wi-Fi runs; {there}"]
    return [f"has no ADC; {there}"]


def _relay(name: str, pad: int, chip, pulls: dict, energised: int) -> list:
    if pad in chip.input_only:
        return ["is an input only"]
    if pad in chip.unsteady:
        return [f"{chip.unsteady[pad]}: the contactor would close"]
    if pad in chip.strapping:
        return [f"is a strapping pad ({chip.strapping[pad]}); take another for a relay"]
    safe = "down" if energised else "up"
    if pulls.get(name) != safe:
        return [
            f"floats while the chip starts: an outside pull {safe} is needed, and said in pulls"
        ]
    return []
