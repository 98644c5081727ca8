"""exchange, known: from which answers of the back end the station learns, on a whole station."""

from pathlib import Path

import pytest

from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY, Stage
from host_tests.harness.store import MemoryStore

OTHER = bytes.fromhex("0411223344AA80")
OTHER_TAG = "0411223344AA80"


@pytest.fixture
def stage():
    store = MemoryStore()
    with Stage("in_process", Path("."), store=store) as stage:
        stage.store = store
        for tag in (CARD_TAG, OTHER_TAG):
            stage.csms.add_card(tag, parent="FLEET")
        stage.start()
        yield stage.ready()


def known(stage, tag):
    return stage.target.device.station.known.find(tag)


def test_answer_to_authorize_is_learned(stage):
    """OCPP 1.6 §3.5.1: also a refusal."""
    stage.csms.add_card(OTHER_TAG, "Blocked")
    stage.tap(OTHER)
    stage.advance(3)
    assert known(stage, OTHER_TAG) == ("Blocked", None)


def test_answers_to_start_and_stop_are_learned(stage):
    """OCPP 1.6 §3.5.1; the stop tells of the card that ended the transaction."""
    start = {"idTag": CARD_TAG, "connectorId": 1}
    stage.vehicle.plug_in(amps=16)
    stage.csms.call(IDENTITY, "RemoteStartTransaction", start)
    stage.until_status("Charging", 30)
    assert known(stage, CARD_TAG) == ("Accepted", "FLEET")
    stage.csms.answer(
        "StopTransaction", with_={"idTagInfo": {"status": "Expired", "parentIdTag": "FLEET"}}
    )
    stage.tap(OTHER)
    stage.finished_session()
    stage.advance(2)
    assert known(stage, OTHER_TAG) == ("Expired", "FLEET")
    assert known(stage, CARD_TAG) == ("Accepted", "FLEET")


def test_parent_that_is_far_too_long_is_none(stage):
    """OCPP 1.6 §7.28: at most 20 characters; a longer one is kept nowhere."""
    start = {"idTag": CARD_TAG, "connectorId": 1}
    stage.vehicle.plug_in(amps=16)
    stage.csms.answer(
        "StartTransaction",
        with_={"transactionId": 5, "idTagInfo": {"status": "Accepted", "parentIdTag": "P" * 5000}},
    )
    stage.csms.call(IDENTITY, "RemoteStartTransaction", start)
    stage.until_status("Charging", 30)
    stage.advance(3)
    assert known(stage, CARD_TAG) == ("Accepted", None)
    assert stage.target.device.station.bays[0].transaction.parent is None


def test_stop_without_a_card_teaches_nothing(stage):
    """A RemoteStop tells no idTag: its idTagInfo, if any, is no one's."""
    stage.charge(3)
    stage.csms.answer("StopTransaction", with_={"idTagInfo": {"status": "Blocked"}})
    stage.vehicle.unplug()
    stage.finished_session()
    stage.advance(2)
    assert known(stage, CARD_TAG) == ("Accepted", "FLEET")


def test_answer_that_comes_after_a_restart_is_learned(stage):
    """The start was sent off line and is answered when the transaction has long ended."""
    stage.charge(2)
    stage.vehicle.unplug()
    stage.finished_session()
    stage.csms.stop()
    stage.advance(5)
    stage.vehicle.plug_in(amps=16)
    stage.tap(CARD)
    stage.until(lambda: stage.contactor.closed, 60, "energy by the cache")
    stage.power_cut()
    stage.start()
    stage.csms.add_card(CARD_TAG, "Blocked")
    stage.csms.start()
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "StopTransaction")) == 2, 300, "a stop")
    assert known(stage, CARD_TAG) == ("Blocked", None)


def test_card_that_charges_elsewhere_begins_nothing_but_ends_for_its_parent(stage):
    """OCPP 1.6 §7.2 ConcurrentTx."""
    busy = {"idTagInfo": {"status": "ConcurrentTx", "parentIdTag": "FLEET"}}
    stage.csms.answer("Authorize", with_=busy)
    stage.vehicle.plug_in(amps=16)
    stage.tap(OTHER)
    stage.advance(20)
    assert stage.sessions() == [] and known(stage, OTHER_TAG) is None
    stage.tap(CARD)
    stage.until_status("Charging", 30)
    stage.csms.answer("Authorize", with_=busy)
    stage.tap(OTHER)
    assert stage.finished_session()["stop_id_tag"] == OTHER_TAG


def test_same_card_every_day_costs_no_write_but_those_of_its_sessions(stage):
    """Issue 4, flash wear: nothing of the cache or the list is written again."""
    writes = []
    stage.charge(2)
    stage.vehicle.unplug()
    stage.until_status("Available", 60)
    before = {name: data for name, data in stage.store.files.items() if name[:2] in ("ta", "l/")}
    for _ in range(3):
        stage.charge(2)
        stage.vehicle.unplug()
        stage.until_status("Available", 60)
        writes.append(stage.store.writes)
    after = {name: data for name, data in stage.store.files.items() if name[:2] in ("ta", "l/")}
    assert before and after == before and len(set(writes)) == 3


def test_cleared_cache_is_cleared_on_flash_when_that_is_answered(stage):
    """OCPP 1.6 §5.4; DESIGN.md §1: a power cut at the answer brings nothing back."""
    stage.charge(2)
    asked = stage.csms.call(IDENTITY, "ClearCache", {})
    stage.until(lambda: asked.done, 10, "an answer")
    stage.power_cut()
    stage.start()
    stage.advance(0.1)
    assert asked.result == {"status": "Accepted"} and known(stage, CARD_TAG) is None
