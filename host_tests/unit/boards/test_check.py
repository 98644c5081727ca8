"""tools/boards: each way of wiring a board wrongly is refused, with the reason."""

import copy
import json
import shutil

import pytest

from host_tests.harness import paths
from tools.boards import check, described, description, pads, partitions, parts

DEVKIT = paths.BOARDS / "esp32_devkit"
DRIVERS = paths.FIRMWARE / "chargepoint/drivers"
BOARD = json.loads((DEVKIT / "board.json").read_text()) | {"guard": "none"}
# Without its guard: what a guarded board must be is in test_guarded.py.
del BOARD["parts"]["guard"]
BOARD["parts"]["relay"] = {"driver": "relay_pin"}
BOARD["parts"]["pilot"] = BOARD["parts"]["pilot"] | {"driver": "pilot_adc"}
PINS = description.pins_of(DEVKIT / "pins.py")
TABLE = (DEVKIT / "partitions.csv").read_text()
MB = 1024 * 1024


def board(**changes):
    """board.json with some values changed; a name may lead into an object: limits__max_a.

    A value of None takes the name away.
    """
    content = copy.deepcopy(BOARD)
    for name, value in changes.items():
        *folders, last = name.split("__")
        place = content
        for folder in folders:
            place = place[folder]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return content


def of_pins(described_board=BOARD, **changes):
    uses, energised = parts.uses(described_board), parts.energised(described_board)
    return pads.findings(PINS | changes, uses, described_board, energised)


def test_the_boards_of_the_project_pass():
    assert check.find(paths.ROOT) == []


# -- pads -----------------------------------------------------------------------------------------


def test_a_pad_used_twice_is_refused():
    assert of_pins(METER_TX=22) == ["READER_TX: GPIO22 is taken by METER_TX"]


def test_a_pad_used_twice_inside_a_tuple_is_refused():
    assert of_pins(LAMP=(18, 19, 33)) == ["LAMP: GPIO33 is taken by PILOT_PWM"]


@pytest.mark.parametrize("pad", [20, 24, 28, 40, -1])
def test_a_pad_that_there_is_not_is_refused(pad):
    assert of_pins(METER_TX=pad) == [f"METER_TX: GPIO{pad} is no pad of the ESP32"]


@pytest.mark.parametrize("pad", range(6, 12))
def test_the_pads_of_the_flash_are_refused(pad):
    assert of_pins(METER_TX=pad) == [
        f"METER_TX: GPIO{pad} is wired to the flash inside the module"
    ]


@pytest.mark.parametrize("pad", [16, 17])
def test_the_pads_of_the_psram_are_refused_where_there_is_one(pad):
    assert of_pins(METER_TX=pad) == []
    assert of_pins(board(psram=True), METER_TX=pad) == [
        f"METER_TX: GPIO{pad} is wired to the PSRAM inside the module"
    ]


@pytest.mark.parametrize("pad", [35, 37, 38, 39])
@pytest.mark.parametrize("name", ["METER_TX", "PILOT_PWM", "RELAY"])
def test_an_input_only_pad_as_an_output_is_refused(name, pad):
    assert of_pins(**{name: pad}) == [f"{name}: GPIO{pad} is an input only"]


@pytest.mark.parametrize("pad", [0, 2, 5, 12, 15])
def test_a_strapping_pad_is_refused_as_an_output_until_someone_thought_about_it(pad):
    (wrong,) = of_pins(METER_TX=pad)
    assert f"GPIO{pad} is a strapping pad" in wrong and "straps" in wrong
    assert of_pins(board(straps={str(pad): "the transceiver pulls it"}), METER_TX=pad) == []


@pytest.mark.parametrize("pad", [0, 2, 5, 12, 15])
def test_a_strapping_pad_is_always_refused_as_an_input(pad):
    (wrong,) = of_pins(board(straps={str(pad): "it will do"}), METER_RX=pad)
    assert "can't promise a level at reset" in wrong


@pytest.mark.parametrize("pad", [4, 13, 14, 25])
def test_an_adc2_pad_is_refused_for_the_pilot(pad):
    assert of_pins(PILOT_ADC=pad) == [
        f"PILOT_ADC: GPIO{pad} is on ADC2, which can't be read while Wi-Fi runs; expected 32 to 39"
    ]


def test_a_pad_without_an_adc_is_refused_for_the_pilot():
    assert of_pins(PILOT_ADC=17) == ["PILOT_ADC: GPIO17 has no ADC; expected 32 to 39"]


@pytest.mark.parametrize("pad", [1, 3, 14])
def test_a_relay_pad_that_is_high_at_boot_is_refused(pad):
    (wrong,) = of_pins(RELAY=pad)
    assert wrong == f"RELAY: GPIO{pad} is high while the chip starts: the contactor would close"


@pytest.mark.parametrize("pulls", [{}, {"RELAY": "up"}])
def test_a_relay_pad_that_floats_at_boot_is_refused(pulls):
    pulls = pulls | {"FEEDBACK": "up"}
    (wrong,) = of_pins(board(pulls=pulls))
    assert wrong.startswith("RELAY: GPIO32 floats while the chip starts")


def test_a_feedback_that_floats_when_its_wire_is_cut_is_refused():
    (wrong,) = of_pins(board(pulls={"RELAY": "down"}))
    assert wrong.startswith("FEEDBACK: GPIO34 has no pull inside")


def test_a_contact_that_floats_inside_the_chip_is_refused():
    (wrong,) = of_pins(board(pulls={"RELAY": "down"}), FEEDBACK=25)
    assert wrong == (
        "FEEDBACK: GPIO25 floats when its wire is cut: say in pulls where it is pulled to"
    )


def test_a_coil_that_a_low_level_energises_must_be_pulled_up():
    low = {"driver": "relay_pin", "coil_level": 0}
    (wrong,) = of_pins(board(parts__relay=low))
    assert wrong.startswith("RELAY: GPIO32 floats while the chip starts: an outside pull up")


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_uart_that_there_is_not_or_that_is_the_console_is_refused(number):
    (wrong,) = of_pins(METER_UART=number)
    assert wrong == f"METER_UART: {number}, expected 1 to 2 (0 is the ESP32's console)"


def test_a_uart_used_twice_is_refused():
    assert of_pins(METER_UART=2) == ["READER_UART: UART 2 is taken by METER_UART"]


@pytest.mark.parametrize(
    ("mcu", "name", "pad", "wrong"),
    [
        ("esp32", "METER_TX", 9, "is wired to the flash inside the module"),
        ("esp32u4wdh", "METER_TX", 9, None),
        ("esp32u4wdh", "METER_TX", 16, "is wired to the flash inside the module"),
        ("esp32s2", "METER_TX", 23, "is no pad of the ESP32-S2"),
        ("esp32s2", "METER_TX", 30, "is wired to the flash inside the module"),
        ("esp32s2", "METER_TX", 46, "is a strapping pad"),
        ("esp32s2", "PILOT_ADC", 12, "is on ADC2, which can't be read while Wi-Fi runs; "),
        ("esp32s2", "PILOT_ADC", 33, "has no ADC; expected 1 to 10"),
        ("esp32s2", "RELAY", 43, "is high while the chip starts: the contactor would close"),
        ("esp32s2", "RELAY", 20, "belongs to USB, and may go high for 60 us"),
        ("esp32s2", "RELAY", 45, "is a strapping pad"),
        ("esp32s3", "RELAY", 18, "may go high for 60 us while the chip starts"),
        ("esp32s3", "METER_TX", 3, "is a strapping pad (tells where JTAG is at reset)"),
        ("esp32s3", "METER_TX", 48, None),
        ("esp32s3", "METER_TX", 22, "is no pad of the ESP32-S3"),
    ],
)
def test_each_chip_has_its_own_rules(mcu, name, pad, wrong):
    found = of_pins(board(mcu=mcu), **{name: pad})
    found = [line for line in found if line.startswith(f"{name}: GPIO{pad} ")]
    if wrong is None:
        assert found == []
    else:
        assert any(line.startswith(f"{name}: GPIO{pad} {wrong}") for line in found), found


def test_the_pads_of_octal_psram_are_refused_on_an_s3():
    (wrong, *_) = [
        line
        for line in of_pins(board(mcu="esp32s3", psram=True), METER_TX=35)
        if line.startswith("METER_TX")
    ]
    assert wrong == "METER_TX: GPIO35 is wired to the PSRAM inside the module"


# -- board.json -----------------------------------------------------------------------------------


@pytest.mark.parametrize("amperes", [5, 81, 0, -16])
def test_a_limit_that_no_duty_can_say_is_refused(amperes):
    assert described.findings(board(limits__max_a=amperes)) == [
        f"limits.max_a: {amperes}, expected 6 to 80"
    ]


@pytest.mark.parametrize("amperes", [6, 80])
def test_the_ends_of_the_range_are_limits(amperes):
    assert described.findings(board(limits__max_a=amperes)) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"limits__phases": 2}, "limits.phases: 2, expected 1 or 3"),
        ({"limits__max_a": "32"}, "limits.max_a: '32', expected a whole number"),
        ({"limits__max_a": True}, "limits.max_a: True, expected a whole number"),
        ({"limits__max_ma": 1}, "limits.max_ma: unknown"),
        ({"connectors": 0}, "connectors: 0, expected 1 or more"),
        ({"guard": "hope"}, "guard: 'hope', expected one of none, interlock"),
        ({"mcu": "esp8266"}, "mcu: 'esp8266', expected one of esp32"),
        ({"colour": "red"}, "colour: unknown"),
        ({"pulls__RELAY": "sideways"}, "pulls.RELAY: 'sideways', expected up or down"),
        ({"monitored__temperature": True}, "monitored.temperature: True, expected what"),
        ({"connectors": 2}, "connectors: the assembly of these boards builds one"),
        ({"limits__socket": 1}, "limits.socket: 1, expected true or false"),
        ({"revisions": {"b": "pins_b.py"}}, "revisions.b: 'pins_b.py', expected an object"),
        ({"revisions": {"b": {}}}, "revisions.b.pins: missing"),
        (
            {"revisions": {"b": {"pins": "p.py", "mcu": "z80"}}},
            "mcu: 'z80', expected one of esp32",
        ),
        ({"revisions": {"b": {"pins": "p.py", "limits": {}}}}, "revisions.b.limits: unknown"),
        ({"monitored__weather": "a frog"}, "monitored.weather: unknown"),
        ({"rcd": "type A"}, "rcd: 'type A': no part sees a direct residual current"),
        ({"rcd": ""}, "rcd: '': no part sees"),
        ({"rcd": 1}, "rcd: 1, expected text"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(changes, wrong):
    (found,) = described.findings(board(**changes))
    assert found.startswith(wrong)


@pytest.mark.parametrize("name", sorted(BOARD))
def test_a_description_without_a_part_is_refused(name):
    content = copy.deepcopy(BOARD)
    del content[name]
    assert f"{name}: missing" in described.findings(content)


@pytest.mark.parametrize("name", described.MONITORED)
def test_a_board_must_say_what_it_does_not_monitor(name):
    content = copy.deepcopy(BOARD)
    del content["monitored"][name]
    assert described.findings(content) == [
        f"monitored.{name}: missing; say what watches it, or null"
    ]


# -- parts ----------------------------------------------------------------------------------------


def of_parts(pins=None, **changes):
    return parts.findings(board(**changes), PINS if pins is None else pins, DRIVERS)


def test_the_parts_of_the_devkit_pass():
    assert of_parts() == []


@pytest.mark.parametrize("role", ["pilot", "relay", "meter", "network"])
def test_a_board_without_a_part_that_charging_needs_is_refused(role):
    found = of_parts(**{f"parts__{role}": None})
    assert found[0].startswith(f"parts.{role}: missing; expected one of ")


@pytest.mark.parametrize(
    ("role", "content", "wrong"),
    [
        ("toaster", {"driver": "relay_pin"}, ": unknown; expected one of relay, second_relay"),
        ("meter", "meter_sdm630", ": 'meter_sdm630', expected an object with a driver"),
        ("meter", {}, ": {}, expected an object with a driver"),
        ("meter", {"driver": "meter_of_wood"}, ".driver: 'meter_of_wood', expected one of "),
        ("meter", {"driver": "relay_pin"}, ".driver: 'relay_pin', expected one of "),
        (
            "lamp",
            {"driver": "lamp_pin", "colour": 1},
            ".colour: unknown to lamp_pin; expected on_",
        ),
        ("lamp", {"driver": "lamp_pin", "on_level": 2}, ".on_level: 2, expected a whole number"),
        ("lamp", {"driver": "lamp_pin", "on_level": True}, ".on_level: True, expected a whole"),
        ("pilot", {"driver": "pilot_adc", "zero_mv": 1272}, ".ratio_bp: missing"),
        (
            "pilot",
            {"driver": "pilot_adc", "zero_mv": 1272, "ratio_bp": 84.8},
            ".ratio_bp: 84.8, expected a whole number from 100 to 5000",
        ),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(role, content, wrong):
    found = of_parts(**{f"parts__{role}": content})
    assert len(found) == 1 and found[0].startswith(f"parts.{role}{wrong}"), found


@pytest.mark.parametrize(
    "points", ["much", [[1, 2]], [[1, 2], [1, 3]], [[1, 2], [3, 4.5]], [[1, 2], [3]]]
)
def test_points_that_do_not_rise_are_refused(points):
    content = {"driver": "proximity_adc", "series_ohm": 1000, "supply_mv": 3300, "points": points}
    (wrong,) = of_parts(parts__proximity=content)
    assert wrong.startswith("parts.proximity.points: ")
    assert wrong.endswith("expected pairs of whole numbers, rising")


@pytest.mark.parametrize("name", sorted(PINS))
def test_a_part_without_its_pin_is_refused(name):
    pins = {other: pad for other, pad in PINS.items() if other != name}
    found = of_parts(pins=pins)
    if name == "FEEDBACK":
        assert found[0] == "pulls.FEEDBACK: there is no such pin"
    else:
        assert any(line.endswith(f"its pin {name} is missing in the pins") for line in found)


def test_a_pin_that_no_part_uses_is_refused():
    (wrong,) = of_parts(pins=PINS | {"BUZZER": 25})
    assert wrong.startswith("pins: BUZZER is used by no part")


@pytest.mark.parametrize("value", ["32", 3.3, None, (1, "2")])
def test_a_pin_that_is_no_number_is_refused(value):
    (wrong,) = of_parts(pins=PINS | {"RELAY": value})
    assert wrong == f"pins: RELAY is {value!r}, expected a pad's number or a tuple of them"


def test_a_reason_for_a_pad_that_is_not_used_is_refused():
    assert of_parts(straps={"12": "it is fine"}) == ["straps.12: no pin is on GPIO12"]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("cable lock", "the bolt's sense"),
        ("residual current", "a monitor"),
        ("protective earth", "hope"),
        ("temperature", "a thermometer"),
        ("cable rating", "its resistor"),
    ],
)
def test_a_board_can_not_claim_what_no_part_watches(name, how):
    content = board()
    content["monitored"][name] = how
    assert parts.findings(content, PINS, DRIVERS) == [
        f"monitored.{name}: {how!r}, but no part of this board watches it"
    ]


def test_a_board_can_not_claim_the_contactor_without_a_feedback():
    pins = {name: pad for name, pad in PINS.items() if name != "FEEDBACK"}
    found = of_parts(pins=pins, pulls={"RELAY": "down"})
    assert found == ["monitored.contactor: 'mirror contact', but no part of this board watches it"]


def test_a_board_must_tell_what_its_parts_watch():
    content = board()
    content["monitored"]["over-current"] = None
    assert parts.findings(content, PINS, DRIVERS) == [
        "monitored.over-current: null, but parts.meter watches it: say how"
    ]


PROXIMITY = {"driver": "proximity_adc", "series_ohm": 1000, "supply_mv": 3300}


@pytest.mark.parametrize("missing", ["proximity", "lock"])
def test_a_socket_that_does_not_know_or_hold_its_cable_is_refused(missing):
    fitted = {"lock": {"driver": "lock_pins"}, "proximity": PROXIMITY}
    changes = {f"parts__{role}": part for role, part in fitted.items() if role != missing}
    found = of_parts(limits__socket=True, **changes)
    assert f"limits.socket: true, but there is no part {missing}" in found


@pytest.mark.parametrize(("role", "part"), [("lock", "lock_pins"), ("proximity", None)])
def test_a_fixed_cable_has_no_lock_and_no_rating(role, part):
    content = {"driver": part} if part else PROXIMITY
    found = of_parts(**{f"parts__{role}": content})
    assert f"parts.{role}: nothing for a fixed cable (limits.socket is false)" in found


def test_one_phase_has_no_second_contactor():
    found = of_parts(limits__phases=1, parts__second_relay={"driver": "relay_pin"})
    assert "parts.second_relay: it switches L2 and L3, but limits.phases is 1" in found


def test_a_lock_without_a_sense_is_no_monitored_lock():
    lock = {"driver": "lock_pins"}
    content = board(limits__socket=True, parts__lock=lock, parts__proximity=PROXIMITY)
    content["monitored"]["cable rating"] = "the resistor in the plug"
    content["monitored"]["cable lock"] = "the bolt's sense"
    pins = PINS | {"LOCK_A": 13, "LOCK_B": 25, "PROXIMITY_ADC": 39}
    (wrong,) = parts.findings(content, pins, DRIVERS)
    assert wrong.startswith("monitored.cable lock: ")
    pins["LOCK_SENSE"] = 35
    assert parts.findings(content, pins, DRIVERS) == []


def test_a_guard_that_is_not_fitted_is_refused():
    assert of_parts(guard="interlock") == ["guard: 'interlock', but the parts make it 'none'"]


def of_divider(zero_mv, ratio_bp, **options):
    pilot = {"driver": "pilot_adc", "zero_mv": zero_mv, "ratio_bp": ratio_bp}
    return of_parts(parts__pilot=pilot | options)


def test_a_divider_that_saturates_the_adc_is_refused_until_the_board_says_from_where():
    """SmartEVSE v3: 12 V is 3281 mV at the pad, the ESP32's ADC is true up to 2450."""
    (wrong,) = of_divider(1723, 1298)
    assert wrong.startswith("parts.pilot: +12.6 V is 3358 mV at the pad, above the 2450 mV")


@pytest.mark.parametrize("full_mv", [2995, 3203])
def test_a_full_level_that_would_swallow_nine_volts_or_never_come_is_refused(full_mv):
    (wrong,) = of_divider(1723, 1298, full_mv=full_mv)
    assert wrong == f"parts.pilot.full_mv: {full_mv}, expected 2996 to 3202 (9.8 to 11.4 V)"


def test_a_saturating_divider_with_its_full_level_passes():
    assert of_divider(1723, 1298, full_mv=3055) == []


def test_eighty_amperes_want_a_longer_burst():
    """drivers/pilot_adc: 40 us low are missed by 64 reads."""
    assert of_parts(limits__max_a=80) == ["parts.pilot.burst: 64, expected 160 or more for 80 A"]
    assert of_divider(1272, 848, burst=160) == []


def test_a_fast_meter_behind_a_turned_transceiver_is_refused():
    """drivers/uart_rs485: the transceiver is turned back in the next step."""
    meter = {"driver": "meter_modbus", "model": "IEM3155"}
    (wrong,) = of_parts(pins=PINS | {"METER_DIR": 25}, parts__meter=meter)
    assert wrong.startswith("parts.meter: 19200 baud, expected 9600 at most")
    assert of_parts(pins=PINS | {"METER_DIR": 25}, parts__meter=meter | {"baud": 9600}) == []


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        ("SDM999", "meter model 'SDM999': expected one of SDM120, "),
        ({"make": "mine"}, "meter: line is missing"),
        (7, "meter: 7, expected an object"),
    ],
)
def test_a_meter_that_the_firmware_does_not_know_is_refused(model, wrong):
    (found,) = of_parts(parts__meter={"driver": "meter_modbus", "model": model})
    assert found.startswith(f"parts.meter.model: {wrong}")


def test_a_divider_whose_lowest_level_the_adc_can_not_tell_is_refused():
    (wrong,) = of_divider(1000, 900)
    assert wrong.startswith("parts.pilot: -10 V is 100 mV at the pad, below the 150 mV")


# -- partitions.csv -------------------------------------------------------------------------------


def of_table(old="", new="", image_bytes=100_000):
    assert old in TABLE
    return partitions.findings(TABLE.replace(old, new), 4 * MB, image_bytes)


def test_an_image_that_does_not_fit_its_partition_is_refused():
    assert of_table(image_bytes=0x60000) == []
    assert of_table(image_bytes=0x60001) == [
        "romfs: 393216 bytes, at least 393217 are needed",
    ]


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("0x270000, 0x190000", "0x270000, 0x191000", "vfs: ends at 0x401000, after the flash"),
        ("0x210000", "0x200000", "romfs: begins inside factory"),
        ("0x10000,  0x200000", "0x11000,  0x1F0000", "factory: offset 0x11000 is not a multiple"),
        ("0x9000", "0x8000", "nvs: begins at 0x8000, before 0x9000"),
        ("romfs, ", "files, ", "romfs: missing"),
        ("app,  factory", "apps, factory", "factory: type 'apps', expected app or data"),
        ("0x10000,  0x200000", "0x10000,  0x100000", "app: 1048576 bytes, at least"),
        ("0x60000,", "much,", "line 5: offset and size must be numbers"),
        ("0x210000, 0x60000,", "", "line 5: 4 fields, expected 5 or 6"),
    ],
)
def test_a_table_that_can_not_be_is_refused(old, new, wrong):
    assert any(line.startswith(wrong) for line in of_table(old, new)), of_table(old, new)


# -- the folder -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DEVKIT, tmp_path / "boards/mine")


def of_folder(folder):
    return check.of_board(folder, DRIVERS, image_bytes=0)


@pytest.mark.parametrize(
    "name", ["pins.py", "board.md", "manifest.py", "partitions.csv", "mpconfigboard.h"]
)
def test_a_board_without_a_file_is_refused(folder, name):
    assert of_folder(folder) == []
    (folder / name).unlink()
    assert of_folder(folder) == [f"{name}: missing"]


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_description_that_is_no_object_is_refused(folder, text):
    (folder / "board.json").write_text(text)
    (wrong,) = of_folder(folder)
    assert wrong.startswith("board.json: ")


def test_a_page_that_hides_what_is_not_monitored_is_refused(folder):
    page = (folder / "board.md").read_text()
    (folder / "board.md").write_text(page.replace("temperature, cable", "cable"))
    assert of_folder(folder) == ["board.md: Not monitored: says nothing of temperature"]


def test_a_wrong_pin_in_the_folder_is_found(folder):
    pins = (folder / "pins.py").read_text()
    (folder / "pins.py").write_text(pins.replace("RELAY = 32", "RELAY = 14"))
    (wrong,) = of_folder(folder)
    assert wrong.startswith("pins.py: RELAY: GPIO14 is high while the chip starts")


def test_a_revision_has_its_own_pins_and_chip(folder):
    content = json.loads((folder / "board.json").read_text())
    content["revisions"] = {
        "v1": {"pins": "pins.py"},
        "v2": {"pins": "pins_v2.py", "mcu": "esp32u4wdh"},
    }
    (folder / "board.json").write_text(json.dumps(content))
    assert of_folder(folder) == ["pins_v2.py: missing"]
    pins = (folder / "pins.py").read_text()
    (folder / "pins_v2.py").write_text(pins.replace("METER_TX = 26", "METER_TX = 9"))
    assert of_folder(folder) == []
    (folder / "pins_v2.py").write_text(pins.replace("METER_TX = 26", "METER_TX = 6"))
    assert of_folder(folder) == [
        "pins_v2.py: METER_TX: GPIO6 is wired to the flash inside the module"
    ]
