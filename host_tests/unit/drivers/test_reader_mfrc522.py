"""The MFRC522 driver on the emulated chip: what is special to it. The rest: test_readers.py."""

import pytest

from chargepoint.drivers.reader_mfrc522 import Mfrc522Reader
from host_tests.harness.devices import part
from host_tests.harness.devices.mfrc522 import Mfrc522
from host_tests.unit.drivers.bus_cable import BusCable

A = bytes.fromhex("04112233445566")
B = bytes.fromhex("04112233445567")
C = bytes.fromhex("04a1b2c3")
D = bytes.fromhex("04a1b2c3d4e5f6071829")


@pytest.fixture
def cable():
    cable = BusCable("spi", Mfrc522Reader, Mfrc522())
    cable.run(500)
    return cable


def test_registers_are_those_of_the_data_sheet(cable):
    """standards.md §6: 106 kbit/s, 25 ms timer, 100 % ASK, CRC preset 6363, antenna on."""
    registers = cable.part._registers
    values = {0x12: 0, 0x13: 0, 0x24: 0x26, 0x2A: 0x80, 0x2B: 0xA9, 0x2C: 0x03, 0x2D: 0xE8}
    values |= {0x15: 0x40, 0x11: 0x3D}
    assert {register: registers[register] for register in values} == values
    assert registers[0x14] & 3 == 3
    assert cable.driver.trouble is None


@pytest.mark.parametrize("field", [(A, B), (C, A), (C, D), (A, B, C, D)])
def test_of_several_cards_one_is_told_once(cable, field):
    """ISO 14443-3 6.5: the collisions are resolved, and always to the same card."""
    told = cable.hold(*field, duration_ms=10_000)
    assert len(told) == 1 and told[0] in field


def test_card_that_lies_there_is_not_pushed_aside_by_another(cable):
    for first, second in ((A, B), (B, A), (C, D), (D, C)):
        assert cable.hold(first) == [first]
        assert cable.hold(first, second, duration_ms=3000) == []
        assert cable.hold(first, duration_ms=3000) == []
        cable.run(1500)


def test_card_that_is_left_behind_is_told(cable):
    told = cable.hold(A, B, duration_ms=2000)
    (left,) = {A, B} - set(told)
    assert cable.hold(left, duration_ms=1000) == [left]


def test_card_that_moves_is_neither_news_nor_gone(cable):
    """Answers break off half-way: a card at the edge of the field must not count twice."""
    assert cable.hold(A, duration_ms=4000) == [A]
    cable.lay(A)
    for _ in range(20):
        cable.part.tear = 2
        cable.run(300)
    assert cable.polled == [A]
    assert cable.driver.trouble is None


def test_card_that_came_to_rest_half_way_is_found_by_the_second_call(cable):
    """A card in READY or ACTIVE does not answer WUPA, but the one after it (6.4)."""
    cable.lay(A)
    cable.part._cards[0].hear([0, 1, 0, 0, 1, 0, 1])
    assert cable.hold(A) == [A]


def test_chip_that_never_ends_an_exchange_is_reset(cable):
    """No answer and no timer: its registers are not what we wrote."""
    cable.part._registers[0x2A] = 0
    cable.run(3000)
    assert cable.part._registers[0x2A] == 0x80
    assert cable.hold(A) == [A]


def test_another_chip_in_its_place_is_set_up(cable):
    """The version differs: what was written to the first one is not in the second."""
    cable.fail(part.DISAPPEARS)
    cable.fail(None)
    cable.part.version = 0x91
    cable.run(2000)
    assert cable.driver.trouble is None
    assert cable.hold(A) == [A]


@pytest.mark.parametrize("version", [0x00, 0xFF])
def test_version_that_is_none_is_silence(cable, version):
    cable.part.version = version
    cable.run(1000)
    assert cable.driver.trouble == "silent"


def test_step_makes_few_transfers(cable):
    """Bounded work: no step moves more than 100 bytes, 0.8 ms at 1 MHz."""
    counted = []
    transfer = cable.part.transfer

    def counting(byte, now_ms):
        counted[-1] += 1
        return transfer(byte, now_ms)

    cable.part.transfer = counting
    cable.fail(part.DISAPPEARS)
    cable.fail(None)
    cable.lay(D)
    for _ in range(300):
        counted.append(0)
        cable.step(10)
    assert max(counted) <= 100
    assert cable.polled == [D]
