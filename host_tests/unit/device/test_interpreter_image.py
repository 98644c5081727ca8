"""Which interpreter is written, and what is refused before anything is erased."""

import pytest

from host_tests.unit.device.images import interpreter
from tools.device import interpreter_image, partition_table
from tools.device.trouble import Trouble

_TABLE = "nvs, data, nvs, 0x9000, 0x6000\nfactory, app, factory, 0x10000, 0x20000\n"


@pytest.fixture
def given(tmp_path):
    """Writes firmware.bin and returns its path."""

    def given(data):
        path = tmp_path / "firmware.bin"
        path.write_bytes(data)
        return path

    return given


@pytest.mark.parametrize("chip", ["esp32", "esp32s2", "esp32s3"])
def test_image_for_the_chip_is_taken(given, chip):
    interpreter_image.check(given(interpreter(chip)), chip)


def test_image_for_another_chip_is_refused_by_name(given):
    with pytest.raises(Trouble, match="is for esp32s3, the board has esp32\n.*another IMAGE="):
        interpreter_image.check(given(interpreter("esp32s3")), "esp32")


def test_image_for_a_chip_that_no_board_has_is_refused_by_its_number(given):
    data = bytearray(interpreter("esp32"))
    data[12] = 5
    with pytest.raises(Trouble, match="is for chip 5, the board has esp32"):
        interpreter_image.check(given(data), "esp32")


@pytest.mark.parametrize("size", [0, 1, 15, 0x7000, 0xF000])
def test_image_that_ends_before_its_application_is_refused(given, size):
    with pytest.raises(Trouble, match="no whole interpreter.*\n.*not micropython.bin"):
        interpreter_image.check(given(interpreter("esp32")[:size]), "esp32")


def test_application_alone_is_refused(given):
    """micropython.bin begins with the same byte, and would be written over the boot loader."""
    alone = interpreter("esp32")[0xF000:].ljust(0x100000, b"\0")
    with pytest.raises(Trouble, match="no whole interpreter"):
        interpreter_image.check(given(alone), "esp32")


def test_image_that_was_built_for_another_board_is_refused(given):
    """Of the same chip: its pins would be others, a relay's among them."""
    path = given(interpreter("esp32", board="smartevse_v3@v3.1"))
    interpreter_image.check_board(path, "smartevse_v3@v3.1")
    for other in ("smartevse_v3@v3.0", "smartevse_v3", "esp32_devkit"):
        with pytest.raises(Trouble, match=f"was not built for {other}.*\n.*BOARD={other}"):
            interpreter_image.check_board(path, other)


@pytest.mark.parametrize("chip", ["esp32", "esp32s3"])
def test_table_of_the_board_takes_the_place_of_the_one_in_it(given, chip):
    data = interpreter(chip)
    made = interpreter_image.with_table(given(data), chip, _TABLE)
    at = 0x8000 - interpreter_image.PLACES[chip]
    assert made[at : at + 0xC00] == partition_table.binary(_TABLE)
    assert (made[:at], made[at + 0xC00 :]) == (data[:at], data[at + 0xC00 :])


def test_application_larger_than_its_partition_is_refused(given):
    fits = interpreter("esp32s3", 0x30000)
    assert interpreter_image.with_table(given(fits), "esp32s3", _TABLE)
    with pytest.raises(Trouble, match="ends at 0x30001; factory is 0x10000 to 0x30000"):
        interpreter_image.with_table(given(fits + b"\0"), "esp32s3", _TABLE)


def test_table_with_its_application_elsewhere_is_refused(given):
    moved = _TABLE.replace("0x10000,", "0x20000,")
    with pytest.raises(Trouble, match="an application begins at 0x10000"):
        interpreter_image.with_table(given(interpreter("esp32")), "esp32", moved)


def test_image_is_found_where_a_build_of_micropython_leaves_it(tmp_path, monkeypatch):
    left = tmp_path / "ports/esp32/build-smartevse_v3/firmware.bin"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    monkeypatch.setenv("MICROPYTHON", str(tmp_path))
    monkeypatch.setattr(interpreter_image, "BUILD", tmp_path / "build")
    assert interpreter_image.find("smartevse_v3@v3.1") == left


def test_image_that_is_nowhere_is_told_with_where_it_was_looked_for(tmp_path):
    with pytest.raises(Trouble, match="looked for .*/none.bin\n.*esp32_devkit/board.md"):
        interpreter_image.find("esp32_devkit", str(tmp_path / "none.bin"))
