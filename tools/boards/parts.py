"""A board's parts: known, whole, with the pins that they need, and watching what it claims."""

from pathlib import Path

from tools.boards import catalogue, guarded, models, options
from tools.boards.chips import CHIPS
from tools.boards.wires import NUMBER, RELAY, in_role

NEEDED = ("pilot", "relay", "meter", "network")
# The pilot's extremes: +-12 V and 5 %; the edges between which 12 V, 9 V and -12 V are told.
_PILOT_MV = 12600
_MOST_TURNED_BAUD = 9600
# drivers/pilot_adc: what its usual burst is good for, and the burst for 80 A.
_SHORT_BURST, _SHORT_BURST_A, _LONG_BURST = 64, 65, 160
_LOW_EDGE_MV, _B_TOP_MV, _A_BOTTOM_MV = -10000, 9800, 11400


def findings(described: dict, pins: dict, drivers: Path) -> list:
    """What is wrong with board.json's parts; ``drivers`` is the folder of the firmware's."""
    found = [f"parts.{role}: missing; expected one of {_known(role)}" for role in NEEDED
             if role not in described["parts"]]  # fmt: skip
    for role, content in described["parts"].items():
        found += [f"parts.{role}{wrong}" for wrong in _wrong(role, content, drivers)]
    if found:
        return found
    return [
        *_pins(described, pins),
        *(_guard(described) or guarded.findings(described, pins, uses(described))),
        *_outlet(described),
        *_watched(described, pins),
        *_divider(described),
        *_turning(described, pins),
        *_burst(described),
    ]


def uses(described: dict) -> dict:
    """{name in pins.py: what the parts ask of it}."""
    return {name: use for name, use, _, _ in _named(described)}


def energised(described: dict) -> dict:
    """{name of a relay's pin: the level that closes its contactor}."""
    return {
        name: with_defaults(part, content).get("coil_level", 1)
        for role, part, content in _parts(described)
        for wire in part.wires
        for name, use, _ in wire.named(role)
        if use == RELAY
    }


def with_defaults(part, content: dict) -> dict:
    """The options of a part, with the defaults that its wires need."""
    given = {name: value for name, value in content.items() if name != "driver"}
    own = (options.REQUIRED, options.DRIVERS_OWN, options.OF_THE_MODEL)
    defaults = {
        name: option.default for name, option in part.options.items() if option.default not in own
    }
    if "model" in given:
        defaults |= models.line_of(given["model"])
    return defaults | given


def _parts(described: dict) -> list:
    return [
        (role, catalogue.find(content["driver"], role), content)
        for role, content in described["parts"].items()
    ]


def _known(role: str) -> str:
    return ", ".join(catalogue.drivers_of(role))


def _wrong(role: str, content, drivers: Path) -> list:
    if role not in catalogue.ROLES:
        return [f": unknown; expected one of {', '.join(catalogue.ROLES)}"]
    if type(content) is not dict or type(content.get("driver")) is not str:
        return [f": {content!r}, expected an object with a driver: {_known(role)}"]
    part = catalogue.find(content["driver"], role)
    if part is None:
        return [f".driver: {content['driver']!r}, expected one of {_known(role)}"]
    if not (drivers / f"{part.module}.py").exists():
        return [f".driver: there is no {part.module}.py in {drivers.name}/"]
    return _options(part, content)


def _options(part, content: dict) -> list:
    found = [
        f".{name}: missing"
        for name, option in part.options.items()
        if option.default is options.REQUIRED and name not in content
    ]
    for name, value in content.items():
        if name == "driver":
            continue
        if name not in part.options:
            known = ", ".join(part.options) or "no options"
            found.append(f".{name}: unknown to {part.driver}; expected {known}")
            continue
        refusal = part.options[name].refusal(value)
        if refusal:
            found.append(f".{name}: {refusal}")
    return found


def _named(described: dict) -> list:
    """(name, use, needed, role) of every pin that a part of the board may have."""
    return [
        (name, use, needed, role)
        for role, part, _ in _parts(described)
        for wire in part.wires
        for name, use, needed in wire.named(role)
    ]


def _pins(described: dict, pins: dict) -> list:
    named = _named(described)
    found = [
        f"parts.{role}: its pin {name} is missing in the pins"
        for name, _, needed, role in named
        if needed and name not in pins
    ]
    known = {name: use for name, use, _, _ in named}
    for name, value in pins.items():
        if name not in known:
            found.append(f"pins: {name} is used by no part; a part's pin, or away with it")
        elif not _is_pad(value):
            found.append(f"pins: {name} is {value!r}, expected a pad's number or a tuple of them")
        elif isinstance(value, tuple) and known[name] == NUMBER:
            found.append(f"pins: {name} is {value!r}, expected one number")
    for name in described["pulls"]:
        if name not in pins:
            found.append(f"pulls.{name}: there is no such pin")
    for pad in described["straps"]:
        if pad not in {str(one) for value in pins.values() for one in _each(value)}:
            found.append(f"straps.{pad}: no pin is on GPIO{pad}")
    return found


def _each(value) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _is_pad(value) -> bool:
    return all(type(one) is int for one in _each(value))


def _guard(described: dict) -> list:
    driver = described["parts"].get("guard", {}).get("driver")
    fitted = {None: "none", guarded.DRIVER: "ulp"}.get(driver, "interlock")
    said = described["guard"]
    return [] if said == fitted else [f"guard: {said!r}, but the parts make it {fitted!r}"]


def _outlet(described: dict) -> list:
    """A socket must know its cable and hold it; a fixed cable has neither."""
    found, socket = [], described["limits"]["socket"]
    for role in ("proximity", "lock"):
        if socket and role not in described["parts"]:
            found.append(f"limits.socket: true, but there is no part {role}")
        if not socket and role in described["parts"]:
            found.append(f"parts.{role}: nothing for a fixed cable (limits.socket is false)")
    if described["limits"]["phases"] == 1 and "second_relay" in described["parts"]:
        found.append("parts.second_relay: it switches L2 and L3, but limits.phases is 1")
    return found


def _watched(described: dict, pins: dict) -> list:
    """What is claimed must have a part behind it, and what a part watches must be told."""
    backed: dict = {}
    for role, part, _ in _parts(described):
        for name, pin in part.watches:
            if pin is None or in_role(role, pin) in pins:
                backed.setdefault(name, role)
    found = []
    for name, how in described["monitored"].items():
        if how is not None and name not in backed:
            found.append(f"monitored.{name}: {how!r}, but no part of this board watches it")
        if how is None and name in backed:
            found.append(f"monitored.{name}: null, but parts.{backed[name]} watches it: say how")
    return found


def _divider(described: dict) -> list:
    """The divider before the ADC: every level inside what the ADC tells, or told otherwise."""
    content = described["parts"]["pilot"]
    if "zero_mv" not in content:
        return []
    chip = CHIPS[described["mcu"]]
    zero, ratio = content["zero_mv"], content["ratio_bp"]

    def pad(pilot_mv):
        return zero + pilot_mv * ratio // 10000

    found = []
    if pad(_LOW_EDGE_MV) <= chip.bottom_mv:
        found.append(
            f"parts.pilot: -10 V is {pad(_LOW_EDGE_MV)} mV at the pad, "
            f"below the {chip.bottom_mv} mV that the {chip.says}'s ADC can tell"
        )
    full = content.get("full_mv")
    low, high = pad(_B_TOP_MV), pad(_A_BOTTOM_MV)
    if full is None and pad(_PILOT_MV) > chip.top_mv:
        found.append(
            f"parts.pilot: +12.6 V is {pad(_PILOT_MV)} mV at the pad, above the {chip.top_mv} mV "
            f"that the {chip.says}'s ADC can tell: give full_mv, from which on it is 12 V"
        )
    elif full is not None and not low < full <= high:
        found.append(f"parts.pilot.full_mv: {full}, expected {low + 1} to {high} (9.8 to 11.4 V)")
    return found


def _turning(described: dict, pins: dict) -> list:
    """drivers/uart_rs485: a pin that gives the direction turns back in the next step only."""
    if "METER_DIR" not in pins:
        return []
    meter = described["parts"]["meter"]
    baud = with_defaults(catalogue.find(meter["driver"], "meter"), meter)["baud"]
    if baud <= _MOST_TURNED_BAUD:
        return []
    return [
        f"parts.meter: {baud} baud, expected {_MOST_TURNED_BAUD} at most: an answer may come "
        "before the next step turns the transceiver (METER_DIR)"
    ]


def _burst(described: dict) -> list:
    """drivers/pilot_adc: how many reads a short low of a large current takes to be seen. A guard
    samples more than a period."""
    if described["guard"] == "ulp":
        return []
    burst = described["parts"]["pilot"].get("burst", _SHORT_BURST)
    most = described["limits"]["max_a"]
    if most <= _SHORT_BURST_A or burst >= _LONG_BURST:
        return []
    return [f"parts.pilot.burst: {burst}, expected {_LONG_BURST} or more for {most} A"]
