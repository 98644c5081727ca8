"""What the pads of an ESP32 can do, and whether a board's pins.py asks for that.

Facts: ESP32 datasheet (pin list, strapping pins, IO_MUX) and technical reference manual (RTC_MUX).
"""

PADS = frozenset((*range(20), 21, 22, 23, 25, 26, 27, *range(32, 40)))
FLASH = range(6, 12)
PSRAM = (16, 17)
INPUT_ONLY = range(34, 40)
STRAPPING = {
    0: "low at reset waits for a download instead of starting",
    2: "must be low or open for a download",
    5: "tells the timing of SDIO at reset",
    12: "high at reset sets the flash to 1.8 V: the chip does not start",
    15: "low at reset silences the boot messages",
}
ADC1 = range(32, 40)
ADC2 = (0, 2, 4, 12, 13, 14, 15, 25, 26, 27)
# While the chip starts these are driven or pulled high, whatever the program wants later.
HIGH_AT_START = (0, 1, 3, 5, 14, 15)

# What a name in pins.py asks of its pad, or of each pad in its tuple.
OUTPUT, INPUT, ANALOGUE, RELAY = "output", "input", "analogue", "relay"
USES = {
    "PILOT_PWM": OUTPUT,
    "PILOT_ADC": ANALOGUE,
    "RELAY": RELAY,
    "FEEDBACK": INPUT,
    "LAMP": OUTPUT,
    "METER_TX": OUTPUT,
    "METER_RX": INPUT,
    "READER_TX": OUTPUT,
    "READER_RX": INPUT,
}
# Names that end so are numbers of another kind.
NO_PADS = ("_UART", "_MV", "_BP")
# Somebody's wire: an input without a pull of its own would float where it is cut.
_CONTACTS = ("FEEDBACK",)


def findings(pins: dict, described: dict) -> list:
    """What is wrong with ``pins`` (name -> pad, or a tuple of them) on the board of board.json."""
    found, owners = [], {}
    for name, pad in uses(pins):
        if name not in USES:
            known = ", ".join((*USES, *(f"...{ending}" for ending in NO_PADS)))
            found.append(f"{name}: unknown; expected one of {known}")
            continue
        found += [f"{name}: GPIO{pad} {wrong}" for wrong in _wrong(name, pad, described)]
        if pad in owners:
            found.append(f"{name}: GPIO{pad} is taken by {owners[pad]}")
        owners.setdefault(pad, name)
    return found


def uses(pins: dict) -> list:
    """(name, pad) for each pad that pins.py gives away."""
    return [
        (name, pad)
        for name, value in pins.items()
        if not name.endswith(NO_PADS)
        for pad in (value if isinstance(value, tuple) else (value,))
    ]


def _wrong(name: str, pad: int, described: dict) -> list:
    if pad not in PADS:
        return ["is no pad of the ESP32"]
    if pad in FLASH:
        return ["is wired to the flash inside the module"]
    if pad in PSRAM and described["psram"]:
        return ["is wired to the PSRAM inside the module"]
    use = USES[name]
    found = [] if pad not in STRAPPING else _strapping(name, pad, described["straps"])
    if use in (OUTPUT, RELAY) and pad in INPUT_ONLY:
        found.append("is an input only")
    if use == ANALOGUE:
        found += _analogue(pad)
    if use == RELAY:
        found += _relay(name, pad, described["pulls"])
    if name in _CONTACTS and pad in INPUT_ONLY and name not in described["pulls"]:
        found.append("has no pull inside and floats when its wire is cut: name an outside one")
    return found


def _strapping(name: str, pad: int, straps: dict) -> list:
    """A strapping pad may drive a load whose level at reset someone has thought about."""
    if USES[name] == OUTPUT and straps.get(str(pad)):
        return []
    remedy = f"say in straps why its level at reset is right ({name} is an output)"
    if USES[name] != OUTPUT:
        remedy = f"{name} can't promise a level at reset: take another"
    return [f"is a strapping pad ({STRAPPING[pad]}); {remedy}"]


def _analogue(pad: int) -> list:
    if pad in ADC1:
        return []
    if pad in ADC2:
        return ["is on ADC2, which can't be read while Wi-Fi runs; expected 32 to 39"]
    return ["has no ADC; expected 32 to 39"]


def _relay(name: str, pad: int, pulls: dict) -> list:
    if pad in HIGH_AT_START:
        return ["is high while the chip starts: the contactor would close"]
    if pulls.get(name) != "down":
        return ["floats while the chip starts: an outside pull down is needed, and said in pulls"]
    return []
