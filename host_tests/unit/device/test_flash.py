"""`pilotlight flash` with the real esptool, up to where a chip would be needed.

At a pseudo terminal there is no one, another program, or a ROM that tells which chip it is.
"""

import json
import subprocess
import sys

import pytest
import serial

from host_tests.unit.device.images import interpreter
from host_tests.unit.device.rom import ERASE_FLASH, Rom
from tools import pilotlight
from tools.boards.partitions import parse
from tools.build import image
from tools.device import flash, partition_table, unit
from tools.device.interpreter_image import PLACES
from tools.device.trouble import Trouble


@pytest.fixture(autouse=True)
def apart(tmp_path, monkeypatch):
    """Labels and images of a test are its own; esptool tries once."""
    monkeypatch.setattr(flash, "BUILD", tmp_path / "build")
    monkeypatch.setattr(image, "BUILD", tmp_path / "build")
    monkeypatch.setattr(unit, "LABELS", tmp_path / "labels")
    monkeypatch.setattr(unit.write_label, "__defaults__", (tmp_path / "labels",))
    monkeypatch.setattr(unit.made, "__defaults__", (None, tmp_path / "labels"))
    monkeypatch.setenv("ESPTOOL_CONNECT_ATTEMPTS", "1")


@pytest.fixture
def firmware(tmp_path):
    """Writes a firmware.bin for a board; its path as a word."""

    def firmware(board):
        path = tmp_path / "firmware.bin"
        path.write_bytes(interpreter(chip_of(board), board=board))
        return str(path)

    return firmware


def chip_of(board):
    return json.loads((image.BOARDS / board / "board.json").read_text())["mcu"]


def flashed(*words):
    return pilotlight.main(["flash", *words])


@pytest.mark.parametrize("board", ["esp32_devkit", "esp32evse_s2da", "esp32s3_devkit"])
def test_merged_image_has_every_part_at_its_place(board, firmware, tmp_path, capfd):
    """[issue 5] flash: interpreter, partition table, application; here as a factory writes it."""
    about = json.loads((image.BOARDS / board / "board.json").read_text())
    given = firmware(board)
    assert flashed("--board", board, "--image", given, "--rom", "--merge") == 0, capfd.readouterr()
    made = (tmp_path / "build" / board / "flash.bin").read_bytes()
    table = (image.BOARDS / board / "partitions.csv").read_text()
    rom = next(part for part in parse(table) if part.name == "romfs")
    application = (tmp_path / "build" / board / "app.romfs").read_bytes()
    assert made[0x8000:0x8C00] == partition_table.binary(table)
    given, at = interpreter(about["mcu"], board=board), PLACES[about["mcu"]]
    # esptool puts the size of the flash into the boot loader's header.
    assert made[at + 3] >> 4 == {4: 2, 8: 3}[about["flash_mb"]]
    assert made[at + 4 : 0x8000] == given[4 : 0x8000 - at]
    assert made[0x8C00 : at + len(given)] == given[0x8C00 - at :]
    assert set(made[:at]) <= {0xFF} and set(made[at + len(given) : rom.offset]) == {0xFF}
    assert made[rom.offset :] == application and len(application) <= rom.size


def test_merged_image_is_one_that_esptool_knows(firmware, tmp_path):
    """Its header tells the chip, and the size of the flash of the board."""
    given = firmware("esp32s3_devkit")
    assert flashed("--board", "esp32s3_devkit", "--image", given, "--merge") == 0
    path = tmp_path / "build/esp32s3_devkit/flash.bin"
    told = subprocess.run(
        [sys.executable, "-m", "esptool", "image-info", path], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout
    assert "Chip ID: 9 (ESP32-S3)" in told.stdout and "Flash size: 8MB" in told.stdout


def test_board_on_which_no_one_answers_is_told_how_to_reach_its_boot_loader(
    port, firmware, capfd, tmp_path
):
    status = flashed(
        "--board", "esp32_devkit", "--image", firmware("esp32_devkit"), "--port", port.name,
        "--serial", "PL-7",
    )  # fmt: skip
    said = capfd.readouterr().err
    assert status == 1
    assert f"pilotlight flash: {port.name}: the chip does not answer\n  try: hold BOOT" in said
    assert "then: --serial PL-7, and its label stays right" in said
    label = json.loads((tmp_path / "labels/label-PL-7.json").read_text())
    assert unit.unit.read(unit.made("PL-7"))[1].hex() == label["secret"]


@pytest.mark.parametrize(
    ("board", "there", "said"),
    [
        ("esp32_devkit", "esp32s3", "wrong chip: ESP32-S3, not ESP32"),
        ("esp32s3_devkit", "esp32", "wrong chip: ESP32, not ESP32-S3"),
    ],
)
def test_wrong_chip_is_told_and_nothing_erased(port, firmware, capfd, board, there, said):
    """[issue 5]: failures say what to try (wrong chip)."""
    rom = Rom(there)
    port.answer(rom.take)
    status = flashed("--board", board, "--image", firmware(board), "--port", port.name)
    told = capfd.readouterr().err
    assert status == 1
    assert f"{port.name}: {said}\n  try: another BOARD=, or the other port" in told
    assert rom.seen and ERASE_FLASH not in rom.seen


def test_chip_gets_every_part_at_its_place(port, firmware, capfd, monkeypatch, tmp_path):
    """Erased, written, verified by its own digest; up to the start of an interpreter."""
    monkeypatch.setattr(flash, "_STARTED_S", 0)
    rom = Rom("esp32")
    port.answer(rom.take)
    rom.flash[0x3F0000] = 0
    status = flashed(
        "--board", "esp32_devkit", "--image", firmware("esp32_devkit"), "--port", port.name,
        "--rom",
    )  # fmt: skip
    told = capfd.readouterr()
    assert status == 1
    assert "the interpreter was written and does not answer" in told.err, told.out + told.err
    assert "try: press EN" in told.err and "then: --serial PL" in told.err
    given = interpreter("esp32", board="esp32_devkit")
    application = (tmp_path / "build/esp32_devkit/app.romfs").read_bytes()
    table = (image.BOARDS / "esp32_devkit/partitions.csv").read_text()
    assert rom.flash[0x1000:0x8000] == given[:0x7000]
    assert rom.flash[0x8000:0x8C00] == partition_table.binary(table)
    assert rom.flash[0x8C00 : 0x1000 + len(given)] == given[0x7C00:]
    assert rom.flash[0x210000 : 0x210000 + len(application)] == application
    assert rom.flash[0x3F0000] == 0xFF, "what was there before is gone"


def test_flash_that_reads_back_otherwise_is_told(port, firmware, capfd):
    rom = Rom("esp32")
    rom.worn = 0x8C80  # of a padding of 0x10
    port.answer(rom.take)
    status = flashed(
        "--board", "esp32_devkit", "--image", firmware("esp32_devkit"), "--port", port.name
    )
    told = capfd.readouterr()
    assert status == 1
    assert "what was written reads back otherwise\n  try: a shorter cable" in told.err, told.out


def test_port_of_another_program_is_told_before_anything_is_tried(port, firmware, capfd):
    given = firmware("esp32_devkit")
    with serial.Serial(port.name, exclusive=True):
        assert flashed("--board", "esp32_devkit", "--image", given, "--port", port.name) == 1
    assert "another program has it open\n  try: end the program" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--board", "esp32_devkit"], "PORT= (--port) is missing"),
        (["--port", "x"], "BOARD= (--board) is missing; there are esp32_devkit"),
        (["--board", "toaster", "--port", "x"], "there is no board 'toaster'; there are:"),
    ],
)
def test_words_that_are_missing_are_told(words, said, firmware, capfd):
    assert flashed("--image", firmware("esp32_devkit"), *words) == 2
    assert said in capfd.readouterr().err


def test_image_for_another_chip_is_refused_before_the_port_is_opened(firmware, capfd):
    given = firmware("esp32s3_devkit")
    assert flashed("--board", "esp32_devkit", "--image", given, "--port", "/dev/ttyNONE") == 1
    assert "is for esp32s3, the board has esp32" in capfd.readouterr().err


def test_image_of_another_revision_is_refused(firmware, capfd, tmp_path):
    """Its pads of the lock are the other one's flash (boards/smartevse_v3)."""
    path = tmp_path / "of_v30.bin"
    path.write_bytes(interpreter("esp32", board="smartevse_v3@v3.0"))
    words = ["--image", str(path), "--merge"]
    assert flashed("--board", "smartevse_v3@v3.1", *words) == 1
    assert "was not built for smartevse_v3@v3.1" in capfd.readouterr().err
    assert flashed("--board", "smartevse_v3", *words) == 0, "the first revision is meant"


def test_order_puts_its_settings_and_its_files_into_the_store():
    class Order:
        settings = {"Identity": "PL-1"}
        files = {"tls_ca": b"PEM"}

    assert flash.files_of(Order) == {"factory": b'{"Identity": "PL-1"}', "tls_ca": b"PEM"}


def test_esptool_that_fails_leads_to_what_to_try():
    with pytest.raises(Trouble, match="esptool: .*no_such_file"):
        flash._esptool("", ["image-info", "no_such_file"])
