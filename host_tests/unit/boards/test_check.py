"""tools/boards: each way of wiring a board wrongly is refused, with the reason."""

import ast
import copy
import json
import shutil

import pytest

from host_tests.harness import paths
from tools.boards import check, described, pads, partitions, wiring

DEVKIT = paths.BOARDS / "esp32_devkit"
DRIVERS = paths.FIRMWARE / "chargepoint/drivers"
BOARD = json.loads((DEVKIT / "board.json").read_text())
PINS = check.pins_of(DEVKIT / "pins.py")
TABLE = (DEVKIT / "partitions.csv").read_text()
MB = 1024 * 1024


def board(**changes):
    """board.json with some values changed; a name may lead into an object: limits__max_a."""
    content = copy.deepcopy(BOARD)
    for name, value in changes.items():
        *folders, last = name.split("__")
        place = content
        for folder in folders:
            place = place[folder]
        place[last] = value
    return content


def of_pins(described_board=BOARD, **changes):
    return pads.findings(PINS | changes, described_board)


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


def test_a_name_that_says_nothing_to_us_is_refused():
    (wrong,) = of_pins(BUZZER=25)
    assert wrong.startswith("BUZZER: unknown; expected one of PILOT_PWM")


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
        ({"monitored__weather": "a frog"}, "monitored.weather: unknown"),
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


# -- board.py against board.json ------------------------------------------------------------------


def of_program(program, **changes):
    return wiring.findings(ast.parse(program), board(**changes), DRIVERS)


def test_a_driver_that_there_is_not_is_refused():
    program = (DEVKIT / "board.py").read_text()
    assert of_program(program, parts__meter="meter_of_wood") == [
        "parts.meter: there is no driver 'meter_of_wood' in drivers/"
    ]


def test_a_driver_that_is_not_built_in_is_refused():
    program = (DEVKIT / "board.py").read_text()
    assert of_program(program, parts__link="stream_serial") == [
        "parts.link: board.py does not use the driver 'stream_serial'"
    ]


def test_limits_that_differ_from_what_is_built_are_refused():
    program = (DEVKIT / "board.py").read_text()
    assert of_program(program, limits__max_a=16) == [
        "limits: board.py has max_ma 32000 in _ELECTRICS, board.json 16000"
    ]


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
    (folder / "board.md").write_text(page.replace("temperature, over-current", "temperature"))
    assert of_folder(folder) == ["board.md: Not monitored: says nothing of over-current"]


def test_a_wrong_pin_in_the_folder_is_found(folder):
    pins = (folder / "pins.py").read_text()
    (folder / "pins.py").write_text(pins.replace("RELAY = 32", "RELAY = 14"))
    (wrong,) = of_folder(folder)
    assert wrong.startswith("pins.py: RELAY: GPIO14 is high while the chip starts")
