"""bay, cards: a plug that is kept after a DeAuthorized session, rest energy, and free charging."""

from pathlib import Path

import pytest

from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY, Stage

OTHER = bytes.fromhex("0411223344AA80")
OTHER_TAG = "0411223344AA80"
UNWANTED = {"status": "Invalid"}


@pytest.fixture
def make():
    """Makes stages in process; with two connectors where asked."""
    stages = []

    def ready(connectors=1, **settings):
        stage = Stage("in_process", Path("."), connectors=connectors, settings=settings)
        stages.append(stage)
        stage.csms.add_card(CARD_TAG, parent="FLEET")
        stage.start()
        return stage.ready()

    yield ready
    for stage in stages:
        stage.__exit__()


def unwanted_session(stage, number=1, tap=True):
    """A session that the back end answered with Invalid; its plug is in."""
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "idTagInfo": UNWANTED})
    stage.world.connectors[number].vehicle.plug_in(amps=16)
    if tap:
        stage.tap()
    stage.until(lambda: [s for s in stage.sessions() if s["reason"]], 60, "a stop")
    assert stage.sessions()[-1]["reason"] == "DeAuthorized"
    stage.advance(10)


def bolt(stage, number=1):
    return stage.world.connectors[number].lock.word


def test_bolt_does_not_move_between_the_session_and_its_card(make):
    """OCPP 1.6 §4.8: kept from the stop on, without a gap."""
    stage = make()
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "idTagInfo": UNWANTED})
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: bolt(stage) == "in", 30, "the bolt")
    strokes = stage.outlet.lock.strokes
    stage.until(lambda: stage.status() == "Finishing", 60, "Finishing")
    stage.advance(30)
    assert bolt(stage) == "in" and stage.outlet.lock.strokes == strokes


def test_card_of_the_same_parent_frees_a_kept_plug(make):
    """OCPP 1.6 §4.8, §4.10: and begins nothing."""
    stage = make()
    unwanted_session(stage)
    stage.csms.add_card(OTHER_TAG, parent="FLEET")
    stage.tap(OTHER)
    stage.until(lambda: bolt(stage) == "out", 20, "a free plug")
    stage.advance(20)
    assert len(stage.sessions()) == 1 and not stage.contactor.coil


def test_stranger_may_pay_for_a_vehicle_whose_plug_is_kept(make):
    """Begun on the same cable by another card; the plug is free after that session."""
    stage = make()
    unwanted_session(stage)
    stage.csms.add_card(OTHER_TAG, parent="STRANGERS")
    stage.tap(OTHER)
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    stage.tap(OTHER)
    stage.until(lambda: bolt(stage) == "out", 30, "a free plug")
    stage.advance(5)
    assert [session["reason"] for session in stage.sessions()] == ["DeAuthorized", "Local"]


def test_unlock_by_the_back_end_frees_a_kept_plug(make):
    """OCPP 1.6 §5.18: for a driver whose card is lost."""
    stage = make()
    unwanted_session(stage)
    asked = stage.csms.call(IDENTITY, "UnlockConnector", {"connectorId": 1})
    stage.until(lambda: asked.done, 25, "an answer")
    assert asked.result == {"status": "Unlocked"}
    stage.advance(20)
    assert bolt(stage) == "out"


def test_vehicle_that_leaves_frees_a_kept_plug(make):
    """The driver took the other end out: nothing is left to be kept."""
    stage = make()
    unwanted_session(stage)
    stage.vehicle.unplug()
    stage.until(lambda: bolt(stage) == "out", 20, "a free plug")
    stage.until_status("Available", 10)


def test_power_cut_frees_a_kept_plug(make):
    """What is kept is not remembered: a restart lets go."""
    stage = make()
    unwanted_session(stage)
    stage.power_cut()
    stage.start()
    stage.until(lambda: bolt(stage) == "out", 60, "a free plug")


def test_plug_of_free_charging_is_never_kept(make):
    """No one has a card for it."""
    stage = make(FreeCharging="true")
    unwanted_session(stage, tap=False)
    stage.until(lambda: bolt(stage) == "out", 20, "a free plug")
    stage.advance(90)
    assert len(stage.sessions()) == 1


def test_kept_plug_of_one_connector_leaves_the_other_alone(make):
    """The card frees its own plug first; shown again it begins at the other connector."""
    stage = make(connectors=2)
    unwanted_session(stage, 1)
    stage.world.connectors[2].vehicle.plug_in(amps=10)
    stage.advance(2)
    stage.tap(CARD)
    stage.until(lambda: bolt(stage, 1) == "out", 20, "a free plug")
    stage.advance(2)
    assert not stage.world.connectors[2].contactor.closed
    stage.tap(CARD)
    stage.until(lambda: stage.world.connectors[2].contactor.closed, 60, "energy")


def test_free_charging_serves_both_connectors_and_waits_for_a_fault_to_end(make):
    """A vehicle that was plugged in during a fault is not forgotten, however long it took."""
    stage = make(connectors=2, FreeCharging="true", ConnectionTimeOut="10")
    stage.csms.add_card("FREE")
    stage.world.fault("earth_lost")
    stage.until(lambda: stage.status() == "Faulted", 10, "Faulted")
    for number in (1, 2):
        stage.world.connectors[number].vehicle.plug_in(amps=10)
    stage.advance(60)
    assert [session["connector"] for session in stage.sessions()] == [2]
    stage.world.clear_fault("earth_lost")
    both = stage.world.connectors.values()
    stage.until(lambda: all(o.contactor.closed for o in both), 120, "energy at both")
    assert {session["id_tag"] for session in stage.sessions()} == {"FREE"}


def test_free_charging_that_is_switched_on_serves_a_vehicle_that_waits(make):
    """ChangeConfiguration takes effect at once; switched off, the next vehicle needs a card."""
    stage = make()
    stage.csms.add_card("FREE")
    stage.vehicle.plug_in(amps=16)
    stage.advance(10)
    key = {"key": "FreeCharging", "value": "true"}
    stage.csms.call(IDENTITY, "ChangeConfiguration", key)
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    stage.csms.call(IDENTITY, "ChangeConfiguration", {**key, "value": "false"})
    stage.advance(5)
    assert stage.contactor.closed
    stage.vehicle.unplug()
    stage.until_status("Available", 20)
    stage.vehicle.plug_in(amps=16)
    stage.advance(20)
    assert not stage.contactor.closed and len(stage.sessions()) == 1


def test_card_shown_before_the_plug_charges_on_its_own_account(make):
    """FreeCharging: whoever wants to pay may."""
    stage = make(FreeCharging="true")
    stage.tap()
    stage.until_status("Preparing", 5)
    stage.vehicle.plug_in(amps=16)
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    assert stage.sessions()[0]["id_tag"] == CARD_TAG


def test_session_found_invalid_off_line_gets_its_rest_from_the_answer_on(make):
    """OCPP 1.6 §9.1 MaxEnergyOnInvalidId: so much after the back end's word, not before it."""
    stage = make(AllowOfflineTxForUnknownId="true", MaxEnergyOnInvalidId="100")
    stage.csms.add_card(CARD_TAG, "Blocked")
    stage.csms.stop()
    stage.advance(5)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(120)
    stage.csms.start()
    stage.until(lambda: stage.csms.calls(IDENTITY, "StartTransaction"), 200, "the start")
    told_wh = stage.meter_wh
    stage.until(lambda: not stage.contactor.closed, 120, "the end")
    assert 100 <= stage.meter_wh - told_wh <= 150
    assert stage.finished_session()["reason"] == "DeAuthorized"
