"""The emulated PN532, by the bytes of NXP's manual (UM0701-02)."""

import pytest

from host_tests.harness.devices import faults
from host_tests.harness.devices.pn532 import Pn532

ACK = bytes.fromhex("0000ff00ff00")
WAKE = bytes.fromhex("5555000000000000")
SAM = bytes.fromhex("0000ff05fbd4140114010200")
FIRMWARE = bytes.fromhex("0000ff02fed4022a00")
LOOK = bytes.fromhex("0000ff04fcd44a0100e100")
TWO_TRIES = bytes.fromhex("0000ff06fad43205ff0101f400")
NO_TARGET = bytes.fromhex("0000ff03fdd54b00e000")


class Field:
    present_uid = None


@pytest.fixture
def chip():
    chip = Pn532(Field())
    chip.receive(WAKE + SAM, 0)
    assert chip.take(100) == ACK + bytes.fromhex("0000ff02fed5151600")
    return chip


def asked(chip, data, now_ms=1000):
    chip.receive(data, now_ms)
    return chip.take(now_ms + 500)


def test_firmware_version_is_a_pn532_s(chip):
    """UM0701-02 7.2.2: IC, version, revision, support."""
    assert asked(chip, FIRMWARE) == ACK + bytes.fromhex("0000ff06fad50332010607e800")


def test_sleeping_chip_hears_nothing():
    chip = Pn532(Field())
    assert asked(chip, FIRMWARE) == b""
    assert asked(chip, WAKE + FIRMWARE, 2000).startswith(ACK)


def test_acknowledgement_comes_before_the_answer(chip):
    chip.receive(FIRMWARE, 1000)
    assert chip.take(1004) == ACK
    assert chip.take(1010)[5:7] == b"\xd5\x03"


@pytest.mark.parametrize(
    ("uid", "answer"),
    [
        ("04a1b2c3", "0000ff0cf4d54b01010004080404a1b2c3a400"),
        ("04112233445566", "0000ff0ff1d54b0101004400070411223344556622"),
    ],
)
def test_card_in_the_field_is_listed(chip, uid, answer):
    """UM0701-02 7.3.5: NbTg, Tg, SENS_RES, SEL_RES, length and UID."""
    chip._field.present_uid = bytes.fromhex(uid)
    listed = asked(chip, LOOK)
    assert listed.startswith(ACK)
    body = listed[len(ACK) :]
    assert body[:-2] == bytes.fromhex(answer)[: len(body) - 2]
    assert sum(body[5:-1]) & 0xFF == 0


def test_look_without_a_limit_waits_for_a_card(chip):
    """UM0701-02 7.3.1: MxRtyPassiveActivation is FF after a reset."""
    assert asked(chip, LOOK) == ACK
    assert chip.due_ms() is None
    chip._field.present_uid = b"abcd"
    chip.take(60_000)
    assert b"abcd" in chip.take(60_010)


def test_look_with_two_tries_ends_by_itself(chip):
    asked(chip, TWO_TRIES)
    chip.receive(LOOK, 2000)
    assert chip.take(2050) == ACK
    assert 2050 < chip.due_ms() < 2100
    assert chip.take(2100) == NO_TARGET


@pytest.mark.parametrize("abort", [ACK, FIRMWARE])
def test_open_look_is_aborted(chip, abort):
    """UM0701-02 6.2.1.3: an ACK from the host, or a new command."""
    asked(chip, LOOK)
    asked(chip, abort, 2000)
    chip._field.present_uid = b"abcd"
    assert chip.take(3000) == b""


@pytest.mark.parametrize("frame", [LOOK, bytes.fromhex("0000ff02fed4994300")[:-2] + b"\x93\x00"])
def test_what_it_does_not_understand_is_a_syntax_error(frame):
    """UM0701-02 6.2.1.5; here: no look before SAMConfiguration, and an unknown command."""
    chip = Pn532(Field())
    assert asked(chip, WAKE + frame) == ACK + bytes.fromhex("0000ff01ff7f8100")


def test_frame_with_a_wrong_checksum_is_not_heard(chip):
    assert asked(chip, FIRMWARE[:-2] + b"\x2b\x00") == b""
    assert asked(chip, FIRMWARE, 3000).startswith(ACK)


def test_chip_without_power_forgets(chip):
    chip.fault = faults.DISAPPEARS
    assert asked(chip, FIRMWARE) == b""
    chip.fault = None
    assert asked(chip, FIRMWARE, 3000) == b""
    assert asked(chip, WAKE + FIRMWARE, 5000).startswith(ACK)


@pytest.mark.parametrize("fault", [faults.SILENT, faults.RUBBISH, faults.TRUNCATED])
def test_fault_spoils_answers_but_not_the_memory(chip, fault):
    chip.fault = fault
    assert ACK not in asked(chip, FIRMWARE)
    chip.fault = None
    assert asked(chip, FIRMWARE, 3000).startswith(ACK)
