"""What a guard in the ULP coprocessor asks of a board: its pads, its ADC, and who uses them.

Why: docs/guard.md; the pads: tools/ulp/pads.py.
"""

from tools.boards.chips import CHIPS
from tools.boards.wires import ANALOGUE, INPUT
from tools.ulp import pads

DRIVER = "guard_ulp"
# Role: the driver that goes through the guard, on guarded boards and on no others.
_THROUGH = {
    "guard": DRIVER,
    "pilot": "pilot_ulp",
    "relay": "relay_ulp",
    "second_relay": "relay_ulp",
}
# What the program samples: roles, by the names of their pins.
_SAMPLED = ("PILOT_ADC", "PROXIMITY_ADC", "THERMOMETER_ADC")
# What it drives or reads.
_DRIVEN = ("RELAY", "SECOND_RELAY")
_READ = "RESIDUAL"
# Powering the ADC pulls a digital read of these low for 80 ns (the ESP32's errata 3.11), and the
# guard powers it all the time.
_DISTURBED = (36, 39)
# Between C and B, and how far from the end of the ADC it must be told: half of the band to B.
_EDGE_MV, _MARGIN_MV = 7500, 750
_ADC_ENDS_MV = 3100
# At or below this the diode is proven; the ADC shows no difference below its first count.
_LOW_MV, _ADC_BEGINS_MV = -10000, 142
_WIDEST = 3  # machine.ADC's 11 dB


def findings(described: dict, pins: dict, uses: dict) -> list:
    """What is wrong with a guarded board, or with a part that only a guarded one can have.

    ``uses``: name in ``pins`` -> what its part asks of the pad.
    """
    is_guarded = described["guard"] == "ulp"
    found = _drivers(described["parts"], is_guarded)
    if found or not is_guarded:
        return found
    chip = CHIPS[described["mcu"]]
    if described["mcu"] not in pads.CHIPS:
        known = " or ".join(pads.CHIPS)
        return [f"guard: 'ulp', but the {chip.says} has another coprocessor; expected {known}"]
    return [
        *_pads(pins),
        *_analogue(pins, uses),
        *_attenuations(described["parts"]),
        *_digital(pins, uses),
        *_edge(described),
    ]


def _drivers(parts: dict, is_guarded: bool) -> list:
    found = []
    for role, content in parts.items():
        driver, through = content["driver"], _THROUGH.get(role)
        if is_guarded and through and driver != through:
            found.append(
                f"parts.{role}.driver: {driver!r}, but the guard holds the relays and has ADC1: "
                f"expected {through!r}"
            )
        if not is_guarded and driver in _THROUGH.values():
            found.append(f"parts.{role}.driver: {driver!r} needs the guard {DRIVER!r}")
    return found


def _pads(pins: dict) -> list:
    found = []
    for name in (*_DRIVEN, _READ):
        if name in pins and pins[name] not in pads.PADS:
            what = "read" if name == _READ else "drive"
            known = ", ".join(map(str, sorted(pads.PADS)))
            found.append(
                f"{name}: GPIO{pins[name]} is no pad of the RTC domain, the guard can't {what} "
                f"it; expected one of {known}"
            )
    return found


def _analogue(pins: dict, uses: dict) -> list:
    """ADC1 is the guard's: any other use takes it away, and the guard hangs."""
    return [
        f"{name}: GPIO{pins[name]} is read by ADC1, which is the guard's: it reads {known} only"
        for known in [", ".join(_SAMPLED)]
        for name, use in uses.items()
        if use == ANALOGUE and name in pins and name not in _SAMPLED
    ] + [
        f"{name}: GPIO{pins[name]} is no input of ADC1, which the guard samples"
        for name in _SAMPLED
        if name in pins and pins[name] not in pads.CHANNELS
    ]


def _attenuations(parts: dict) -> list:
    """One line, found at the pilot, turns the counts of all channels into volts."""
    pilot = parts["pilot"].get("attenuation", _WIDEST)
    return [
        f"parts.{role}.attenuation: {content['attenuation']}, expected the pilot's {pilot}: its "
        "guard has one line from counts to volts"
        for role, content in parts.items()
        if role != "pilot" and content.get("attenuation", pilot) != pilot
    ]


def _digital(pins: dict, uses: dict) -> list:
    return [
        f"{name}: GPIO{pins[name]} reads low for 80 ns whenever the guard powers the ADC; "
        "take another for what is no analogue input"
        for name, use in uses.items()
        if use == INPUT and pins.get(name) in _DISTURBED
    ]


def _edge(described: dict) -> list:
    """What tells C from B must be told by the ADC, with room above it; and the diode's sign."""
    content = described["parts"]["pilot"]
    zero, ratio = content["zero_mv"], content["ratio_bp"]
    above_mv = zero + (_EDGE_MV + _MARGIN_MV) * ratio // 10000
    low_mv = zero + _LOW_MV * ratio // 10000
    found = []
    if low_mv <= _ADC_BEGINS_MV:
        found = [
            f"parts.pilot: {_LOW_MV} mV on the pilot are {low_mv} mV at the pad, expected more "
            f"than {_ADC_BEGINS_MV} mV, where the ADC begins: the guard could not see the diode"
        ]
    if above_mv <= _ADC_ENDS_MV:
        return found
    return found + [
        f"parts.pilot: {_EDGE_MV + _MARGIN_MV} mV on the pilot are {above_mv} mV at the pad, "
        f"above the {_ADC_ENDS_MV} mV where the ADC ends: the guard could not tell B from C"
    ]
