"""The emulated 1-Wire line with iButtons or an RFID reader on it."""

import pytest

from host_tests.harness.devices import part
from host_tests.harness.devices.onewire_key import OneWireKey, checksum

KEY = bytes.fromhex("1cb801000000")


@pytest.fixture
def line():
    line = OneWireKey()
    line.lay([KEY])
    return line


def rom(line, command=0x33):
    line.reset(0)
    line.write(command, 0)
    return bytes(line.read(0) for _ in range(8))


def test_checksum_is_that_of_the_maker_s_note():
    """Analog Devices' application note 27: ROM A2 00 00 00 01 B8 1C 02, from the right."""
    assert checksum(bytes.fromhex("021cb801000000")) == 0xA2


def test_key_answers_read_rom_with_family_serial_and_checksum(line):
    told = rom(line)
    assert told[:7] == b"\x01" + KEY
    assert checksum(told[:7]) == told[7]


def test_other_commands_are_not_answered(line):
    assert rom(line, 0xCC) == b"\xff" * 8


def test_uid_of_seven_bytes_stands_in_place_of_family_and_serial(line):
    uid = bytes.fromhex("04112233445566")
    line.lay([uid])
    assert rom(line)[:7] == uid


def test_two_keys_at_once_spoil_each_other(line):
    line.lay([KEY, bytes.fromhex("2db902000001")])
    told = rom(line)
    assert checksum(told[:7]) != told[7]


def test_empty_probe_shows_no_presence_and_a_shorted_one_does(line):
    assert line.reset(0)
    line.lay([])
    assert not line.reset(0)
    line.fail(part.LOW)
    assert line.reset(0)
    assert rom(line) == bytes(8)
