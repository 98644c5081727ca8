"""The emulated MFRC522 and its cards, by the registers of NXP's data sheet and ISO 14443-3."""

import pytest

from host_tests.harness.devices import iso14443, part
from host_tests.harness.devices.mfrc522 import Mfrc522

A = bytes.fromhex("04a1b2c3")
B = bytes.fromhex("04a1b2d3")
DOUBLE = bytes.fromhex("04112233445566")


class Host:
    """Register by register, at a time that only the test moves."""

    def __init__(self, chip):
        self.chip = chip
        self.now_ms = 100

    def talk(self, *sent):
        self.chip.select(True, self.now_ms)
        came = [self.chip.transfer(byte, self.now_ms) for byte in sent]
        self.chip.select(False, self.now_ms)
        return came

    def write(self, register, *values):
        self.talk(register << 1, *values)

    def read(self, register):
        return self.talk(register << 1 | 0x80, 0)[1]

    def set_up(self):
        for register, value in ((0x2A, 0x80), (0x2B, 0xA9), (0x2C, 3), (0x2D, 0xE8)):
            self.write(register, value)
        self.write(0x15, 0x40)
        self.write(0x14, 0x83)

    def send(self, data, framing=0, later_ms=2):
        self.write(0x01, 0)
        self.write(0x04, 0x7F)
        self.write(0x0A, 0x80)
        self.write(0x09, *data)
        self.write(0x01, 0x0C)
        self.write(0x0D, framing)
        self.write(0x0D, 0x80 | framing)
        self.now_ms += later_ms

    def received(self):
        return bytes(self.read(0x09) for _ in range(self.read(0x0A)))


@pytest.fixture
def host():
    host = Host(Mfrc522())
    host.set_up()
    return host


def wake(host):
    host.send(b"\x52", 7)
    return host.received()


def test_version_and_reset_values(host):
    """Data sheet 9.2: Command 20, Mode 3F, TxControl 80; version 2.0 is 92."""
    host.write(0x01, 0x0F)
    host.now_ms += 50
    assert host.read(0x37) == 0x92
    assert (host.read(0x01), host.read(0x11), host.read(0x14)) == (0x20, 0x3F, 0x80)


def test_reads_of_several_addresses_lag_by_one_byte(host):
    """Data sheet 8.1.2.1: each byte out belongs to the address before it."""
    assert host.talk(0xEE, 0xA8, 0)[1:] == [0x92, host.read(0x14)]


def test_interrupt_bits_are_cleared_by_marks(host):
    """Data sheet 9.3.1.5: bit 7 tells whether the marked bits are set or cleared."""
    host.write(0x04, 0x84 | 0x21)
    assert host.read(0x04) & 0x21 == 0x21
    host.write(0x04, 0x01)
    assert host.read(0x04) & 0x21 == 0x20


def test_crc_coprocessor_computes_crc_a(host):
    """Data sheet 10.3.1.4; ISO 14443-3 annex B: 12 34 gives 26 CF."""
    host.write(0x09, 0x12, 0x34)
    host.write(0x01, 0x03)
    assert host.read(0x05) & 0x04
    assert (host.read(0x22), host.read(0x21)) == (0x26, 0xCF)


@pytest.mark.parametrize(("uid", "atqa"), [(A, "0400"), (DOUBLE, "4400"), (bytes(10), "8400")])
def test_card_answers_a_call_by_its_size(host, uid, atqa):
    host.chip.lay([uid])
    assert wake(host).hex() == atqa


def test_timer_ends_what_no_card_answers(host):
    """TAuto: 1001 x 339 / 13.56 MHz = 25.03 ms."""
    host.send(b"\x52", 7, later_ms=25)
    assert not host.read(0x04) & 0x21
    host.now_ms += 1
    assert host.read(0x04) & 0x21 == 0x01


@pytest.mark.parametrize("register", [0x14, 0x15])
def test_nothing_is_heard_without_antenna_or_full_modulation(host, register):
    host.chip.lay([A])
    host.write(register, 0)
    assert wake(host) == b""


def test_collision_tells_its_place_and_clears_what_comes_after(host):
    """C3 and D3 differ in bit 29; data sheet 9.3.1.15."""
    host.chip.lay([A, B])
    wake(host)
    host.write(0x0E, 0x00)
    host.send(b"\x93\x20")
    assert host.read(0x06) & 0x08
    assert host.read(0x0E) == 29
    twins = [bytes.fromhex("04a1b2c3"), bytes.fromhex("04a1b2cb")]
    host.chip.lay([])
    host.chip.lay(twins)
    wake(host)
    host.send(b"\x93\x20")
    assert host.read(0x0E) & 0x3F == 28
    assert host.received() == bytes.fromhex("04a1b20300")


def test_selected_card_is_halted_and_hears_wupa_only(host):
    host.chip.lay([A])
    wake(host)
    host.send(b"\x93\x20")
    host.send(iso14443.with_crc(b"\x93\x70" + host.received()))
    assert host.received() == iso14443.with_crc(b"\x08")
    host.send(iso14443.with_crc(b"\x50\x00"), later_ms=30)
    host.send(b"\x26", 7)
    assert host.received() == b""
    assert wake(host) == b"\x04\x00"


def test_dark_antenna_makes_cards_forget(host):
    host.chip.lay([A])
    wake(host)
    host.write(0x14, 0x80)
    host.write(0x14, 0x83)
    host.send(b"\x26", 7)
    assert host.received() == b"\x04\x00"


@pytest.mark.parametrize(("fault", "read"), [(part.LOW, 0), (part.HIGH, 255)])
def test_shorted_line_reads_the_same_always(host, fault, read):
    host.chip.fail(fault)
    assert host.read(0x37) == read


def test_unknown_fault_is_refused_and_nothing_changes(host):
    with pytest.raises(ValueError, match="expected"):
        host.chip.fail("tired")
    assert host.read(0x37) == 0x92
