"""The emulated PN532 on I2C and SPI (NXP UM0701-02 6.2.4, 6.2.5)."""

import pytest

from host_tests.harness.devices import part
from host_tests.harness.devices.pn532_bus import Pn532OnI2c, Pn532OnSpi

ACK = bytes.fromhex("0000ff00ff00")
FIRMWARE = bytes.fromhex("0000ff02fed4022a00")
VERSION = bytes.fromhex("0000ff06fad50332010607e800")
SAM = bytes.fromhex("0000ff05fbd4140114010200")
NO_RATS = bytes.fromhex("0000ff03fdd412041600")
LOOK = bytes.fromhex("0000ff04fcd44a0100e100")


@pytest.fixture
def chip():
    chip = Pn532OnI2c()
    chip.write(ACK, 0)
    return chip


def turned(data):
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


def spi(chip, sent, now_ms):
    chip.select(True, now_ms)
    came = bytes(chip.transfer(byte, now_ms) for byte in turned(sent))
    chip.select(False, now_ms)
    return turned(came)


def answer_of(chip, command, now_ms, count=40):
    chip.write(command, now_ms)
    assert chip.read(7, now_ms + 3) == b"\x01" + ACK
    return chip.read(count, now_ms + 300)[1:]


def test_status_tells_when_a_frame_waits(chip):
    assert chip.write(FIRMWARE, 10)
    assert chip.read(1, 11) == b"\x00"
    assert chip.read(1, 12) == b"\x01"
    assert chip.read(7, 12) == b"\x01" + ACK
    assert chip.read(1, 14) == b"\x00"
    assert chip.read(14, 15) == b"\x01" + VERSION


def test_frame_that_is_read_in_part_is_gone(chip):
    """As in field reports: the rest of an answer is not there in the next read."""
    chip.write(FIRMWARE, 10)
    chip.read(7, 12)
    assert chip.read(7, 15) == b"\x01" + VERSION[:6]
    assert chip.read(14, 16)[0] == 0


def test_what_stands_behind_a_frame_is_what_was_there_before(chip):
    answer_of(chip, FIRMWARE, 10)
    chip.write(FIRMWARE, 500)
    assert chip.read(14, 502) == b"\x01" + ACK + VERSION[6:]


def test_first_transfer_wakes_and_is_lost():
    chip = Pn532OnI2c()
    assert chip.write(FIRMWARE, 0)
    assert chip.read(1, 100) == b"\x00"
    chip.write(FIRMWARE, 101)
    assert chip.read(1, 110) == b"\x01"


@pytest.mark.parametrize(("parameters", "longer"), [(None, 6), (NO_RATS, 0)])
def test_card_of_iso_14443_4_adds_its_ats_unless_rats_is_off(chip, parameters, longer):
    """UM0701-02 7.2.9, 7.3.5."""
    answer_of(chip, SAM, 10)
    if parameters:
        answer_of(chip, parameters, 1000)
    chip.lay([bytes(range(10))])
    answer = answer_of(chip, LOOK, 2000)
    assert answer[3] == 18 + longer
    assert answer[13:23] == bytes(range(10))


def test_new_command_drops_what_was_not_read(chip):
    chip.write(FIRMWARE, 10)
    chip.write(SAM, 20)
    assert chip.read(7, 30) == b"\x01" + ACK
    assert chip.read(10, 30)[6:8] == b"\xd5\x15"


def test_spi_sends_the_least_bit_first():
    chip = Pn532OnSpi()
    spi(chip, b"\x01" + ACK, 0)
    spi(chip, b"\x01" + FIRMWARE, 10)
    assert spi(chip, b"\x02\x00", 11)[1] == 0
    assert spi(chip, b"\x02\x00", 12)[1] == 1
    assert spi(chip, b"\x03" + bytes(6), 12)[1:] == ACK
    assert spi(chip, b"\x03" + bytes(13), 15)[1:] == VERSION


def test_chip_without_power_acknowledges_nothing_and_forgets(chip):
    chip.fail(part.DISAPPEARS)
    assert chip.write(FIRMWARE, 10) is False
    assert chip.read(1, 20) is None
    chip.fail(None)
    chip.write(FIRMWARE, 30)
    assert chip.read(1, 60) == b"\x00"
