"""remote: UnlockConnector, on a whole station with a socket (OCPP 1.6 §5.18)."""

from pathlib import Path

import pytest

from chargepoint.core import timing
from host_tests.harness.stage import IDENTITY, Stage


def ready(**options):
    stage = Stage("in_process", Path("."), **options)
    stage.start()
    return stage.ready()


@pytest.fixture
def stage():
    with ready() as stage:
        yield stage


def ask(stage, at_once=True):
    return stage.csms.call(IDENTITY, "UnlockConnector", {"connectorId": 1}, at_once=at_once)


def unlock(stage, within_s=25):
    asked = ask(stage)
    stage.until(lambda: asked.done, within_s, "an answer")
    return asked.result["status"]


def bolt(stage):
    return stage.world.connectors[1].lock


def test_unlock_ends_the_transaction_and_answers_once_the_bolt_is_out(stage):
    """TC_018: the transaction stops with reason UnlockCommand; the contactor is open before."""
    stage.charge(10)
    assert bolt(stage).word == "in"
    asked = ask(stage)
    while not asked.done:
        stage.advance(0.1)
        assert bolt(stage).word == "in" or not stage.contactor.closed
    assert asked.result["status"] == "Unlocked" and bolt(stage).word == "out"
    session = stage.finished_session()
    assert session["reason"] == "UnlockCommand" and session["meter_stop"] == stage.meter_wh


def test_unlock_without_a_session_is_done_at_once(stage):
    """TC_017_1."""
    assert unlock(stage, within_s=2) == "Unlocked"


def test_unlock_of_a_jammed_bolt_fails_after_five_tries_and_is_told(stage):
    """TC_030; no answer is owed for longer than UNLOCK_MS."""
    stage.charge(10)
    bolt(stage).jam(True)
    begun_ms = stage.now_ms
    assert unlock(stage) == "UnlockFailed"
    assert stage.now_ms - begun_ms <= timing.UNLOCK_MS + 1000
    assert "lock" in stage.facts()["connectors"][0]["faults"]
    assert stage.finished_session()["reason"] == "UnlockCommand"


def test_unlock_tries_a_bolt_anew_that_was_given_up(stage):
    stage.charge(10)
    bolt(stage).jam(True)
    assert unlock(stage) == "UnlockFailed"
    bolt(stage).jam(False)
    assert unlock(stage) == "Unlocked" and bolt(stage).word == "out"


def test_unlock_of_a_cable_of_the_station_is_not_supported():
    """TC_017_2: and a running transaction goes on."""
    with ready(socket=False) as stage:
        stage.charge(5)
        assert unlock(stage, within_s=2) == "NotSupported"
        stage.advance(5)
        assert stage.contactor.closed and stage.sessions()[-1]["reason"] is None


def test_two_unlocks_at_once_get_an_answer_each(stage):
    stage.charge(5)
    first, second = ask(stage), ask(stage)
    stage.until(lambda: first.done and second.done, 25, "both answers")
    assert first.result == second.result == {"status": "Unlocked"}


def test_connection_that_goes_while_an_unlock_waits_costs_its_answer_only(stage):
    stage.charge(5)
    bolt(stage).jam(True)
    ask(stage)
    stage.advance(1)
    stage.network.up = False
    stage.advance(5)
    bolt(stage).jam(False)
    stage.network.up = True
    assert stage.finished_session()["reason"] == "UnlockCommand"
    stage.until(lambda: bolt(stage).word == "out", 60, "the bolt out")
    assert stage.restarts == 0


def test_unlock_takes_back_a_start_that_waits_for_its_meter(stage):
    """The claim holds the plug although there is no transaction yet."""
    stage.world.fault("meter_silent")
    stage.advance(10)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: bolt(stage).word == "in", 5, "a locked plug")
    assert unlock(stage) == "Unlocked" and bolt(stage).word == "out"
    assert not stage.sessions()
