"""Every part that a board.json can name: its driver, its pins, its options, what it watches.

A driver that is added to firmware/chargepoint/drivers gets a row here; every board can have it.
"""

from typing import NamedTuple

from tools.boards.options import (
    MODEL,
    MV,
    OF_THE_MODEL,
    OHM,
    POINTS,
    REQUIRED,
    WIDE,
    Option,
    bus,
    level,
    line,
    wired,
)
from tools.boards.wires import (
    INPUT,
    OUTPUT,
    RELAY,
    Coil,
    Inner,
    Wire,
    analogue,
    contact,
    i2c,
    one_wire,
    output,
    serial,
    spi,
)


class Part(NamedTuple):
    """``driver`` is the word in board.json; ``module`` and ``name`` what it is on the device.

    ``watches``: what of "monitored" it can back, each with the pin that this takes, or None.
    """

    driver: str
    roles: tuple
    module: str
    name: str
    wires: tuple
    options: dict = {}
    watches: tuple = ()


_MAINS = (("over-current", None), ("mains voltage", None))
_METER = serial("METER", turns=True)
_TEMPERATURE = (("temperature", None),)

_SAFETY = (
    Part(
        "relay_pin",
        ("relay", "second_relay"),
        "relay_pin",
        "RelayPin",
        (output("RELAY", "!coil_level", use=RELAY), contact("FEEDBACK", optional=True)),
        {"coil_level": level(1), "closed_level": level()},
        (("contactor", "FEEDBACK"),),
    ),
    Part(
        "guard_interlock",
        ("guard",),
        "guard_interlock",
        "InterlockGuard",
        (output("INTERLOCK"), contact("INTERLOCK_SENSE", optional=True)),
        {"open_level": level()},
    ),
    Part(
        "pilot_adc",
        ("pilot",),
        "pilot_adc",
        "PilotAdc",
        (
            Wire("pwm", (("PILOT_PWM", OUTPUT),)),
            analogue("PILOT_ADC"),
            output("PILOT_OFF", "!off_level", optional=True, keyword="switch_pin"),
        ),
        {
            "zero_mv": Option(MV, REQUIRED),
            "ratio_bp": Option((100, 5000), REQUIRED),
            "burst": Option((16, 512)),
            "off_level": level(1),
            "full_mv": Option(MV),
            **WIDE,
        },
        (("pilot", None),),
    ),
    Part(
        "residual_pin",
        ("residual",),
        "residual_pin",
        "ResidualPin",
        (contact("RESIDUAL"), output("RESIDUAL_TEST", "!test_level", optional=True)),
        {"tripped_level": level(1), "test_level": level(1)},
        (("residual current", None),),
    ),
    Part(
        "earth_pin",
        ("earth",),
        "earth_pin",
        "EarthPin",
        (contact("EARTH"),),
        {"connected_level": level()},
        (("protective earth", None),),
    ),
)
# A guard in the ULP coprocessor: it has ADC1 and the relays, and what hangs there goes through it.
_GUARDED = (
    Part(
        "guard_ulp",
        ("guard",),
        "guard_ulp",
        "UlpGuard",
        tuple(Wire(kind) for kind in ("program", "ulp", "mem32", "mail", "clock", "cause")),
    ),
    Part(
        "relay_ulp",
        ("relay", "second_relay"),
        "guard_ulp_ports",
        "UlpRelay",
        (Wire("guard"), Coil("RELAY"), contact("FEEDBACK", optional=True)),
        {"closed_level": level()},
        (("contactor", "FEEDBACK"),),
    ),
    Part(
        "pilot_ulp",
        ("pilot",),
        "guard_ulp_ports",
        "UlpPilot",
        (
            Wire("guard"),
            Wire("pwm", (("PILOT_PWM", OUTPUT),)),
            analogue("PILOT_ADC"),
            output("PILOT_OFF", "!off_level", optional=True, keyword="switch_pin"),
        ),
        {
            "zero_mv": Option(MV, REQUIRED),
            "ratio_bp": Option((100, 5000), REQUIRED),
            "off_level": level(1),
            "full_mv": Option(MV),
            **WIDE,
        },
        (("pilot", None),),
    ),
)
_CABLE = (
    Part(
        "proximity_adc",
        ("proximity",),
        "proximity_adc",
        "ProximityAdc",
        (analogue("PROXIMITY_ADC"),),
        {
            "series_ohm": Option(OHM, REQUIRED),
            "supply_mv": Option(MV, REQUIRED),
            "open_mv": Option(MV),
            "points": Option(POINTS),
            **WIDE,
        },
        (("cable rating", None),),
    ),
    Part(
        "lock_pins",
        ("lock",),
        "lock_pins",
        "LockPins",
        (
            output("LOCK_A", "rest_level", optional=True),
            output("LOCK_B", "rest_level", optional=True),
            contact("LOCK_SENSE", optional=True),
        ),
        {"locked_level": level(), "rest_level": level(0)},
        (("cable lock", "LOCK_SENSE"),),
    ),
)
_HEAT = (
    Part(
        "thermometer_mcp9700",
        ("thermometer",),
        "thermometer_adc",
        "AdcThermometer",
        (analogue("THERMOMETER_ADC"), Inner("thermometer_adc", "Mcp9700")),
        WIDE,
        _TEMPERATURE,
    ),
    Part(
        "thermometer_ntc",
        ("thermometer",),
        "thermometer_adc",
        "AdcThermometer",
        (
            analogue("THERMOMETER_ADC"),
            Inner(
                "thermometer_adc",
                "Ntc",
                options=("series_ohm", "supply_mv", "nominal_ohm", "beta_k", "on_top"),
            ),
        ),
        {
            "series_ohm": wired(OHM, REQUIRED),
            "supply_mv": wired(MV, REQUIRED),
            "nominal_ohm": wired(OHM),
            "beta_k": wired((2000, 6000)),
            "on_top": wired((False, True)),
            **WIDE,
        },
        _TEMPERATURE,
    ),
    Part(
        "thermometer_ds18b20",
        ("thermometer",),
        "thermometer_ds18b20",
        "Ds18b20",
        (one_wire("THERMOMETER_WIRE"),),
        {},
        _TEMPERATURE,
    ),
)
# What these count is in the store; the record's name.
_REGISTER = Inner("kept_register", "KeptRegister", (Wire("store"),), given=(("name", "meter"),))
_METERS = (
    Part(
        "meter_s0",
        ("meter",),
        "meter_s0",
        "S0Meter",
        (Wire("counter", (("METER_PULSES", INPUT),), ("pull",)), _REGISTER),
        {"pulses_per_kwh": Option((1, 100_000), REQUIRED)},
    ),
    Part(
        "meter_cse7766",
        ("meter",),
        "meter_cse7766",
        "Cse7766Meter",
        (serial("METER"), _REGISTER),
        line(4800, 0),
        _MAINS,
    ),
    Part(
        "meter_modbus",
        ("meter",),
        "meter_modbus",
        "ModbusMeter",
        (_METER, Wire("model", (), ("model",))),
        {
            "model": wired(MODEL, REQUIRED),
            "unit": Option((1, 247)),
            "baud": wired((1200, 115200), OF_THE_MODEL),
            "parity": wired((0, 2), OF_THE_MODEL),
            "stop": wired((1, 2), OF_THE_MODEL),
        },
        _MAINS,
    ),
)
_READERS = (
    Part("reader_pn532", ("reader",), "reader_pn532", "Pn532Reader", (serial("READER"),),
         line(115200)),
    Part(
        "reader_pn532_i2c",
        ("reader",),
        "reader_pn532",
        "Pn532Reader",
        (Inner("pn532_i2c", "Pn532I2c", (i2c("READER"),), ("address",)),),
        {"address": wired((8, 119)), **bus(100_000)},
    ),
    Part(
        "reader_pn532_spi",
        ("reader",),
        "reader_pn532",
        "Pn532Reader",
        (Inner("pn532_spi", "Pn532Spi", (spi("READER"), output("READER_CS", 1))),),
        bus(1_000_000),
    ),
    Part(
        "reader_mfrc522",
        ("reader",),
        "reader_mfrc522",
        "Mfrc522Reader",
        (spi("READER"), output("READER_CS", 1)),
        bus(1_000_000),
    ),
    Part(
        "reader_onewire",
        ("reader",),
        "reader_onewire",
        "OneWireReader",
        (one_wire("READER_WIRE"),),
    ),
)  # fmt: skip
_PEOPLE = (
    Part(
        "lamp_pin",
        ("lamp",),
        "lamp_pin",
        "PinLamp",
        (output("LAMP", "!on_level", many=True), Wire("clock")),
        {"on_level": level(1)},
    ),
    Part(
        "lamp_ws2812",
        ("lamp",),
        "lamp_ws2812",
        "Ws2812Lamp",
        (Wire("pixels", (("LAMP_DATA", OUTPUT),), ("pixels",)), Wire("clock")),
        {"pixels": wired((1, 32), 1), "full": Option((1, 255))},
    ),
    Part("buzzer_pin", ("buzzer",), "buzzer_pin", "BuzzerPin", (output("BUZZER", "!on_level"),),
         {"on_level": level(1)}),
    Part(
        "buzzer_tone",
        ("buzzer",),
        "buzzer_pin",
        "BuzzerPin",
        (Inner("buzzer_pin", "Tone", (Wire("tone", (("BUZZER", OUTPUT),), ("pitch_hz",)),)),),
        {"pitch_hz": wired((200, 8000), 2700)},
    ),
    Part("button_pin", ("button",), "button_pin", "ButtonPin", (contact("BUTTON"),),
         {"pressed_level": level()}),
)  # fmt: skip
_NETWORKS = (Part("network_wifi", ("network",), "network_wifi", "Wifi", ()),)

PARTS = _SAFETY + _GUARDED + _CABLE + _HEAT + _METERS + _READERS + _PEOPLE + _NETWORKS
ROLES = tuple(dict.fromkeys(role for part in PARTS for role in part.roles))


def find(driver: str, role: str):
    """The row of ``driver`` in ``role``; None when there is none."""
    for part in PARTS:
        if part.driver == driver and role in part.roles:
            return part
    return None


def drivers_of(role: str) -> list:
    return [part.driver for part in PARTS if role in part.roles]
