"""The PN532 driver on the emulated chip, in virtual time."""

import pytest

from chargepoint.drivers.reader_pn532 import Pn532Reader
from chargepoint.wire import pn532
from host_tests.harness.devices import faults
from host_tests.harness.devices.pn532 import Pn532
from host_tests.unit.drivers.cable import Cable

CARD = bytes.fromhex("04a1b2c3")
OTHER = bytes.fromhex("04112233445566")
LONG = bytes(range(10))


class Field:
    present_uid = None


@pytest.fixture
def cable():
    cable = Cable(Pn532Reader, Pn532(Field()))
    cable.run(500)
    return cable


def hold(cable, uid, duration_ms):
    """Hold a card to the reader and take it away; what the reader told meanwhile."""
    cable.polled.clear()
    cable.device._field.present_uid = uid
    cable.run(duration_ms)
    cable.device._field.present_uid = None
    return list(cable.polled)


def test_bring_up_is_wake_configure_version_retries(cable):
    sent = cable.take_sent()
    wake = sent.index(pn532.WAKE)
    codes = [0x14, 0x02, 0x32, 0x12, 0x4A]
    places = [sent.index(bytes((0xD4, code))) for code in codes]
    assert [wake, *places] == sorted([wake, *places])
    assert cable.driver.trouble is None


@pytest.mark.parametrize("uid", [CARD, OTHER, LONG])
def test_card_is_told_within_half_a_second(cable, uid):
    assert hold(cable, uid, 500) == [uid]


def test_card_that_stays_is_told_once(cable):
    """Otherwise a card left on the reader would start and stop sessions."""
    assert hold(cable, CARD, 20_000) == [CARD]


def test_card_counts_again_after_it_was_away_for_a_second(cable):
    assert hold(cable, CARD, 500) == [CARD]
    cable.run(1500)
    assert hold(cable, CARD, 500) == [CARD]


def test_card_that_wobbles_is_told_once(cable):
    assert hold(cable, CARD, 500) == [CARD]
    cable.run(500)
    assert hold(cable, CARD, 500) == []


def test_card_that_was_away_shortly_counts_again_after_three_seconds(cable):
    assert hold(cable, CARD, 3000) == [CARD]
    cable.run(500)
    assert hold(cable, CARD, 500) == [CARD]


def test_another_card_counts_at_once(cable):
    assert hold(cable, CARD, 500) == [CARD]
    assert hold(cable, OTHER, 500) == [OTHER]


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (faults.SILENT, "silent"),
        (faults.DISAPPEARS, "silent"),
        (faults.RUBBISH, "rubbish"),
        (faults.TRUNCATED, "rubbish"),
    ],
)
def test_fault_is_trouble_and_passes(cable, fault, trouble):
    cable.device.fault = fault
    cable.run(3000)
    assert cable.driver.trouble == trouble
    assert hold(cable, CARD, 500) == []
    cable.device.fault = None
    cable.run(9000)
    assert cable.driver.trouble is None
    assert hold(cable, CARD, 500) == [CARD]


def test_chip_that_lost_its_power_is_configured_again(cable):
    """A brown-out of the reader alone: it sleeps, and looks for no card before it is told."""
    cable.device.fault = faults.DISAPPEARS
    cable.run(100)
    cable.device.fault = None
    cable.take_sent()
    cable.run(1500)
    assert bytes((0xD4, 0x14)) in cable.take_sent()
    assert hold(cable, CARD, 500) == [CARD]


def test_one_lost_answer_is_no_trouble(cable):
    cable.device.fault = faults.SILENT
    cable.run(300)
    cable.device.fault = None
    cable.run(500)
    assert cable.driver.trouble is None


def test_pause_between_attempts_grows_to_its_limit():
    cable = Cable(Pn532Reader)
    starts = []
    for _ in range(6000):
        cable.step(10)
        if pn532.WAKE in cable.take_sent():
            starts.append(cable.now_ms)
    gaps = [later - earlier for earlier, later in zip(starts, starts[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert gaps[0] < 700
    assert 8000 <= gaps[-1] <= 8400


def test_answer_that_came_is_read_before_the_time_out_is_judged():
    """The harness (or a held-up step) may be a second late."""
    cable = Cable(Pn532Reader, Pn532(Field()))
    for _ in range(12):
        cable.step(1000)
    assert cable.driver.trouble is None
    cable.device._field.present_uid = CARD
    for _ in range(4):
        cable.step(1000)
    assert cable.polled == [CARD]


def test_frame_that_answers_nothing_means_nothing(cable):
    """A late answer between two looks, and one to a command that we never gave."""
    while cable.take_sent():
        cable.run(100)
    cable.inject(pn532.frame(b"\xd5\x4b\x01\x01\x00\x04\x08\x04abcd"))
    cable.inject(pn532.frame(b"\xd5\x09\x00"))
    cable.step(10)
    assert not cable.take_sent()
    assert cable.polled == []
    assert cable.driver.trouble is None


def test_answer_without_a_whole_uid_begins_anew(cable):
    cable.take_sent()
    while not cable.take_sent():
        cable.step(10)
    cable.inject(pn532.frame(b"\xd5\x4b\x01\x01\x00\x04\x08\x07abcd"))
    cable.run(300)
    assert cable.polled == []
    assert pn532.WAKE in cable.take_sent()


def test_syntax_error_begins_anew(cable):
    """UM0701-02 6.2.1.5: the chip did not understand, so it is not what it should be."""
    cable.take_sent()
    while not cable.take_sent():
        cable.step(10)
    cable.inject(pn532.ERROR_FRAME)
    cable.run(300)
    assert pn532.WAKE in cable.take_sent()
