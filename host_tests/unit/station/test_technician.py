"""station and bay: the technician's ways in, and what each part is told to be in the facts."""

from pathlib import Path

import pytest

from host_tests.harness.stage import IDENTITY, Stage


def ready(**options):
    stage = Stage("in_process", Path("."), **options)
    stage.start()
    return stage.ready()


@pytest.fixture
def stage():
    with ready() as stage:
        yield stage


def leak(stage):
    """A latched fault that only a technician ends."""
    book = stage.target.device.station.bays[0].connector.faults
    book.restore("residual_current", 4, True)
    assert book.active == ["residual_current"]
    return book


def press(stage, seconds):
    stage.press_button(seconds)
    for _ in range(seconds + 2):
        # Not in one go: nothing else moves, and a button between two far steps counts for little.
        stage.advance(1)


def part(stage):
    return stage.facts()["connectors"][0]["parts"]


def test_long_press_lets_latched_faults_end(stage):
    book = leak(stage)
    stage.advance(310)
    assert book.active == ["residual_current"]
    press(stage, 6)
    assert book.active == []


def test_short_press_does_nothing(stage):
    book = leak(stage)
    stage.advance(310)
    press(stage, 2)
    assert book.active == ["residual_current"]


@pytest.mark.parametrize("value", ["false", "true"])
def test_setting_is_a_press_and_falls_back(stage, value):
    """ChangeConfiguration, for boards without a button."""
    book = leak(stage)
    stage.advance(310)
    key = {"key": "TechnicianReset", "value": value}
    asked = stage.csms.call(IDENTITY, "ChangeConfiguration", key)
    stage.until(lambda: asked.done, 5, "an answer")
    stage.advance(5)
    assert asked.result == {"status": "Accepted"}
    assert bool(book.active) == (value == "false")
    assert stage.target.device.station.settings.get("TechnicianReset") is False


def test_setting_that_was_provisioned_is_used_up_at_the_first_start():
    with ready(settings={"TechnicianReset": "true"}) as stage:
        assert stage.target.device.station.settings.get("TechnicianReset") is False
        stage.power_cut()
        stage.start()
        assert stage.target.device.station.settings.get("TechnicianReset") is False


def test_setting_that_is_none_is_refused(stage):
    key = {"key": "TechnicianReset", "value": "maybe"}
    asked = stage.csms.call(IDENTITY, "ChangeConfiguration", key)
    stage.until(lambda: asked.done, 5, "an answer")
    assert asked.result == {"status": "Rejected"}


def test_facts_tell_what_each_part_sees(stage):
    stage.charge(30)
    told = part(stage)
    assert told["self_test"]["residual current"] == "passed"
    assert "not monitored" not in told["self_test"].values()
    assert told["lock"] == "in" and told["residual_current"] == "ready"
    assert told["cable_ma"] == 32_000 and 164 <= told["proximity_ohm"] <= 308
    assert 0 < told["celsius_mc"] < 60_000 and told["phases"] == 3
    assert told["guard"] == "interlock"
    assert told["limit_ma"] == 32_000
    assert stage.facts()["connectors"][0]["not_monitored"] == []


def test_facts_tell_what_is_not_there_as_not_monitored():
    """Never as healthy."""
    lacks = ("residual", "earth", "thermometer", "interlock", "feedback")
    with ready(lacks=lacks, socket=False) as stage:
        stage.advance(5)
        connector = stage.facts()["connectors"][0]
        assert connector["not_monitored"] == [
            "cable lock", "cable rating", "contactor", "guard", "protective earth",
            "residual current", "temperature",
        ]  # fmt: skip
        assert not {"lock", "cable_ma", "residual_current", "celsius_mc"} & set(connector["parts"])


def test_wear_is_counted_and_kept(stage):
    """core/wear: closings, openings under load, life used; over a power cut."""
    assert part(stage)["wear"] == {"closings": 0, "loaded": 0, "ppm": 0}
    stage.charge(20)
    stage.tap()
    stage.finished_session()
    stage.advance(5)
    gentle = part(stage)["wear"]
    assert gentle["closings"] == 1
    stage.vehicle.unplug()
    stage.advance(5)
    stage.charge(20, amps=32)
    stage.world.fault("residual_current")
    stage.advance(5)
    worn = part(stage)["wear"]
    assert worn["closings"] == 2 and worn["loaded"] == gentle["loaded"] + 1
    assert worn["ppm"] > gentle["ppm"]
    stage.power_cut()
    stage.start()
    stage.advance(1)
    assert part(stage)["wear"] == worn


def test_wear_counts_the_current_of_a_transformer_that_is_the_wrong_way_round(stage):
    """Its readings are negative; the contactor feels no difference."""
    stage.charge(10)
    bay = stage.target.device.station.bays[0]
    bay.meter.reading.current_ma = [-16_000, None, -15_900]
    bay._count_opening(bay.meter.reading.taken_ms)
    assert bay.wear.loaded == 1
