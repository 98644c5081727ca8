"""A corrupt or foreign store: the station starts, is safe, says so, and charges."""

import pytest

from host_tests.powercut.spoiled import STORES


def stopped(stage, from_wh):
    """The registers at the end of the stopped sessions that began with ``from_wh``."""
    ours = [session for session in stage.sessions() if session["meter_start"] == from_wh]
    return [session["meter_stop"] for session in ours if session["reason"]]


@pytest.mark.parametrize("kind", STORES)
def test_station_charges_in_spite_of_a_spoiled_store(make_stage, kind):
    """What can't be read is skipped and told; a session is billed once, and in full."""
    stage = make_stage(files=STORES[kind]())
    assert not stage.contactor.coil
    stage.until_status("Available", 60)
    before_wh = stage.meter_wh
    stage.charge(10)
    stage.tap()
    stage.until(lambda: stopped(stage, before_wh), 300, "a stop")
    assert stopped(stage, before_wh) == [stage.meter_wh]
    assert stage.restarts == 0 and not stage.facts()["safe_mode"]


# A journal that another station kept well can't be told from our own.
@pytest.mark.parametrize("kind", [kind for kind in STORES if kind != "another station's"])
def test_station_tells_of_a_spoiled_store(make_stage, kind):
    """In the log and in the facts."""
    stage = make_stage(files=STORES[kind]()).ready()
    facts = stage.facts()
    assert [text for _, level, text in stage.log if level == "error" and "store" in text]
    assert facts["journal"]["damaged"] or facts["damaged_settings"]


@pytest.mark.parametrize("saved", [b"", b'{"Identity": "PL-', b"[]", b"\xff" * 64])
def test_station_starts_without_what_the_factory_laid_when_that_is_damaged(make_stage, saved):
    """Safe, by its own defaults, and the log says why it does not know its back end."""
    stage = make_stage(files={"factory": saved})
    stage.advance(5)
    stage.vehicle.plug_in()
    stage.advance(30)
    assert not stage.contactor.coil and stage.restarts == 0
    assert [text for _, level, text in stage.log if level == "error" and "factory" in text]
