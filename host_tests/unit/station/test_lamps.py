"""The lamp of a station as its owner set it: brightness, night, blinks, and what a kWh costs."""

from pathlib import Path

import pytest

from chargepoint.core import timing
from chargepoint.wire.lamp_patterns import PATTERNS
from host_tests.harness.stage import CARD_TAG, IDENTITY, Stage

GUEST = bytes.fromhex("AABBCCDD")


class Lamp:
    """Takes the place of a bay's lamp and writes down what it is told."""

    def __init__(self, stage, number=1):
        self.told = []
        self.percent = None
        station = stage.target.device.station
        station.bay(number)._lamp = self

    def dim(self, percent):
        self.percent = percent

    def show(self, meaning):
        if not self.told or self.told[-1] != meaning:
            self.told.append(meaning)


@pytest.fixture
def make():
    stages = []

    def make(**settings):
        stage = Stage("in_process", Path("."), settings=settings)
        stages.append(stage)
        stage.start()
        return stage.ready()

    yield make
    for stage in stages:
        stage.__exit__()


def set_to(stage, key, value):
    call = stage.csms.call(IDENTITY, "ChangeConfiguration", {"key": key, "value": value})
    stage.until(lambda: call.done, 10, key)
    assert call.result == {"status": "Accepted"}


def test_lamp_is_dimmed_in_the_night_of_the_place(make):
    """LampNight, LampTimeZone: the stage begins at 8:00 UTC, when it is 22:00 far east of it."""
    stage = make(LampNight="22-6")
    lamp = Lamp(stage)
    stage.advance(1)
    assert lamp.percent == 100
    set_to(stage, "LampTimeZone", str(14 * 60))
    stage.advance(11)
    assert lamp.percent == 20
    set_to(stage, "LampNightIntensity", "0")
    stage.advance(1)
    assert lamp.percent == 0
    set_to(stage, "LampNight", "")
    stage.advance(1)
    assert lamp.percent == 100


@pytest.mark.parametrize("blinks", [0, 3, 15])
def test_refused_card_blinks_so_often(make, blinks):
    """BlinkRepeat, OCPP 1.6 §9.1: how often the lamp blinks when it signals."""
    stage = make(BlinkRepeat=str(blinks))
    lamp = Lamp(stage)
    stage.tap(GUEST)
    stage.until(lambda: stage.csms.calls(IDENTITY, "Authorize"), 10, "Authorize")
    if blinks:
        stage.until(lambda: lamp.told[-1] == "refused", 2, "the signal")
        began_ms = stage.now_ms
        stage.until(lambda: lamp.told[-1] == "free", 10, "its end")
        # A station that only waits is stepped once a second here.
        assert blinks * 200 <= stage.now_ms - began_ms <= blinks * 200 + 1000
    else:
        stage.advance(3)
        assert lamp.told == ["free"]


def test_blink_is_as_long_as_the_pattern_says():
    """core/timing does not know the pattern of the lamp."""
    rhythm = [row[2] for row in PATTERNS if row[0] == "refused"]
    assert sum(rhythm[0]) == timing.BLINK_MS


def test_reserved_connector_shows(make):
    """A meaning of its own until the holder comes."""
    stage = make()
    lamp = Lamp(stage)
    until = stage.time_text(600)
    payload = {"connectorId": 1, "expiryDate": until, "idTag": CARD_TAG, "reservationId": 5}
    stage.csms.call(IDENTITY, "ReserveNow", payload)
    stage.until_status("Reserved", 5)
    assert lamp.told == ["free", "reserved"]
    stage.tap()
    stage.until_status("Preparing", 10)
    assert lamp.told == ["free", "reserved", "waiting"]


def test_tariff_is_among_the_facts(make):
    """TariffText: for whoever shows it."""
    stage = make(TariffText="39 ct/kWh")
    assert stage.facts()["tariff"] == "39 ct/kWh"
