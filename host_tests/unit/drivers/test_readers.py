"""Stories that every card reader on a bus of the processor must pass, in virtual time."""

import pytest

from chargepoint.drivers.pn532_i2c import Pn532I2c
from chargepoint.drivers.pn532_spi import Pn532Spi
from chargepoint.drivers.reader_mfrc522 import Mfrc522Reader
from chargepoint.drivers.reader_onewire import OneWireReader
from chargepoint.drivers.reader_pn532 import Pn532Reader
from host_tests.harness.devices import part
from host_tests.harness.devices.mfrc522 import Mfrc522
from host_tests.harness.devices.onewire_key import OneWireKey
from host_tests.harness.devices.pn532_bus import Pn532OnI2c, Pn532OnSpi
from host_tests.unit.drivers.bus_cable import BusCable

SINGLE = bytes.fromhex("04a1b2c3")
DOUBLE = bytes.fromhex("04112233445566")
TRIPLE = bytes.fromhex("04112233445566778899")
KEY = bytes.fromhex("0a0b0c0d0e0f")
ONE, OTHER = DOUBLE, bytes.fromhex("04aabbccddeeff")

READERS = {
    "mfrc522": ("spi", Mfrc522Reader, Mfrc522),
    "pn532-i2c": ("i2c", lambda i2c: Pn532Reader(Pn532I2c(i2c)), Pn532OnI2c),
    "pn532-spi": ("spi", lambda spi, pin: Pn532Reader(Pn532Spi(spi, pin)), Pn532OnSpi),
    "onewire": ("onewire", OneWireReader, OneWireKey),
}
SHOWN_MS = 800  # the slowest looks twice a second


def cable_of(name):
    kind, build, part_of = READERS[name]
    return BusCable(kind, build, part_of())


@pytest.fixture(params=READERS)
def cable(request):
    cable = cable_of(request.param)
    cable.name = request.param
    cable.run(500)
    return cable


def hold(cable, *uids, duration_ms=SHOWN_MS):
    return cable.hold(*uids, duration_ms=duration_ms)


@pytest.mark.parametrize("uid", [SINGLE, DOUBLE, TRIPLE])
@pytest.mark.parametrize("name", ["mfrc522", "pn532-i2c", "pn532-spi"])
def test_card_of_each_length_is_told_within_half_a_second(name, uid):
    """ISO 14443-3: single, double and triple size."""
    cable = cable_of(name)
    cable.run(500)
    assert cable.hold(uid, duration_ms=500) == [uid]


@pytest.mark.parametrize("uid", [KEY, DOUBLE])
def test_one_wire_reader_tells_six_bytes_of_a_key_and_seven_of_a_card(uid):
    """evse-firmwares.md §3: family 01 in front of six bytes, else seven bytes of a UID."""
    cable = cable_of("onewire")
    cable.run(500)
    assert hold(cable, uid) == [uid]


def test_card_that_stays_is_told_once(cable):
    """Otherwise a card left on the reader would start and stop sessions."""
    assert hold(cable, ONE, duration_ms=30_000) == [ONE]


def test_card_counts_again_after_it_was_away(cable):
    assert hold(cable, ONE) == [ONE]
    cable.run(2500)
    assert hold(cable, ONE) == [ONE]


def test_card_that_wobbles_is_told_once(cable):
    assert hold(cable, ONE) == [ONE]
    cable.run(300)
    assert hold(cable, ONE) == []


def test_another_card_counts_at_once(cable):
    assert hold(cable, ONE) == [ONE]
    assert hold(cable, OTHER) == [OTHER]


def test_steps_that_are_a_second_late_lose_nothing(cable):
    """A held-up step reads its input before it judges a time-out."""
    for _ in range(20):
        cable.step(1000)
    assert cable.driver.trouble is None
    cable.lay(ONE)
    for _ in range(30):
        cable.step(1000)
    assert cable.polled == [ONE]
    assert cable.driver.trouble is None


SILENT, RUBBISH, NONE = "silent", "rubbish", None
TROUBLES = [
    ("mfrc522", part.DISAPPEARS, SILENT),
    ("mfrc522", part.LOW, SILENT),
    ("mfrc522", part.HIGH, SILENT),
    ("mfrc522", part.RUBBISH, RUBBISH),
    # The chip is well: it is the cards' answers that break off.
    ("mfrc522", part.TRUNCATED, NONE),
    ("pn532-i2c", part.DISAPPEARS, SILENT),
    ("pn532-i2c", part.LOW, SILENT),
    ("pn532-i2c", part.HIGH, SILENT),
    ("pn532-i2c", part.RUBBISH, RUBBISH),
    ("pn532-i2c", part.TRUNCATED, RUBBISH),
    ("pn532-spi", part.DISAPPEARS, SILENT),
    ("pn532-spi", part.LOW, SILENT),
    ("pn532-spi", part.HIGH, SILENT),
    ("pn532-spi", part.RUBBISH, RUBBISH),
    ("pn532-spi", part.TRUNCATED, RUBBISH),
    # An empty probe looks the same as none.
    ("onewire", part.DISAPPEARS, NONE),
    ("onewire", part.HIGH, NONE),
    ("onewire", part.LOW, RUBBISH),
    ("onewire", part.RUBBISH, RUBBISH),
    ("onewire", part.TRUNCATED, RUBBISH),
]


@pytest.mark.parametrize(("name", "fault", "trouble"), TROUBLES)
def test_fault_is_trouble_and_passes_without_a_restart(name, fault, trouble):
    cable = cable_of(name)
    cable.run(1500)
    assert cable.driver.trouble is None
    cable.fail(fault)
    assert hold(cable, ONE, duration_ms=12_000) == []
    assert cable.driver.trouble == trouble
    cable.fail(None)
    cable.run(10_000)
    assert cable.driver.trouble is None
    assert hold(cable, ONE) == [ONE]


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("mfrc522", SILENT), ("pn532-i2c", SILENT), ("pn532-spi", SILENT), ("onewire", NONE)],
)
def test_part_that_is_absent_at_boot_is_told_and_may_come_later(name, trouble):
    kind, build, part_of = READERS[name]
    cable = BusCable(kind, build, part_of())
    cable.fail(part.DISAPPEARS)
    cable.run(5000)
    assert cable.driver.trouble == trouble
    cable.fail(None)
    cable.run(10_000)
    assert cable.driver.trouble is None
    assert hold(cable, ONE) == [ONE]


@pytest.mark.parametrize("name", READERS)
def test_bus_without_any_part_does_not_raise(name):
    kind, build, _ = READERS[name]
    cable = BusCable(kind, build)
    cable.run(3000)
    assert cable.driver.trouble == (NONE if name == "onewire" else SILENT)
    assert cable.polled == []


@pytest.mark.parametrize("name", ["mfrc522", "pn532-i2c", "pn532-spi"])
def test_brown_out_between_two_looks_is_noticed(name):
    """The reader alone lost its supply for a moment, and its registers with it."""
    cable = cable_of(name)
    cable.run(1000)
    cable.fail(part.DISAPPEARS)
    cable.fail(None)
    cable.run(2500)
    assert hold(cable, ONE) == [ONE]
    assert cable.driver.trouble is None


def test_noise_over_a_card_is_never_another_card(cable):
    """Checksums: nothing is told that does not lie there."""
    cable.lay(ONE)
    for _ in range(40):
        cable.fail(part.RUBBISH)
        cable.run(200)
        cable.fail(None)
        cable.run(500)
    assert set(cable.polled) <= {ONE}


def test_pause_between_attempts_grows_to_its_limit():
    kind, build, part_of = READERS["mfrc522"]
    cable = BusCable(kind, build, part_of())
    cable.fail(part.LOW)
    starts = []
    for _ in range(6000):
        before = cable.driver._failures
        cable.step(10)
        if cable.driver._failures > before:
            starts.append(cable.now_ms)
    gaps = [later - earlier for earlier, later in zip(starts, starts[1:])]
    assert gaps == sorted(gaps)
    assert gaps[0] < 500
    assert 8000 <= gaps[-1] <= 8200
