"""Two connectors and one reader: whose card is meant for which vehicle."""

import json
from pathlib import Path

import pytest

from chargepoint.core import timing
from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY, Stage

FRIEND = bytes.fromhex("AABBCCDD")


@pytest.fixture
def stage():
    with Stage("in_process", Path("."), connectors=2) as stage:
        stage.csms.add_card("AABBCCDD")
        stage.start()
        yield stage.ready()


def vehicle(stage, number):
    return stage.world.connectors[number].vehicle


def closed(stage):
    """The numbers of the connectors with energy."""
    return [n for n, outlet in stage.world.connectors.items() if outlet.contactor.closed]


def show(stage, uid, seconds=15):
    """A card, and time enough for another vehicle to make room (core/sharing.py)."""
    stage.tap(uid)
    stage.advance(seconds)


def test_two_drivers_charge_side_by_side_and_each_pays_for_his_own(stage):
    """OCPP 1.6 §4.1: the card that began a session ends that one."""
    vehicle(stage, 1).plug_in(amps=8)
    show(stage, CARD)
    vehicle(stage, 2).plug_in(amps=16)
    show(stage, FRIEND, 30)
    assert closed(stage) == [1, 2]
    show(stage, CARD)
    assert closed(stage) == [2]
    show(stage, FRIEND)
    bills = {each["id_tag"]: each for each in stage.sessions()}
    for tag, number in ((CARD_TAG, 1), ("AABBCCDD", 2)):
        assert bills[tag]["connector"] == number
        assert bills[tag]["meter_stop"] == stage.world.connectors[number].meter.energy_wh


def test_supply_is_shared(stage):
    """SupplyLimit is the station's: each connector may offer its part."""
    for number, uid in ((1, CARD), (2, FRIEND)):
        vehicle(stage, number).plug_in(amps=32)
        show(stage, uid)
    offered = [connector["offered_ma"] for connector in stage.facts()["connectors"]]
    assert offered == [16_000, 16_000]


def test_card_is_meant_for_the_vehicle_that_waits_longest(stage):
    vehicle(stage, 2).plug_in(amps=16)
    stage.advance(3)
    vehicle(stage, 1).plug_in(amps=16)
    stage.advance(3)
    show(stage, CARD)
    assert closed(stage) == [2]
    show(stage, FRIEND)
    assert closed(stage) == [1, 2]


def test_card_shown_first_follows_its_driver_to_either_connector(stage):
    """OCPP 1.6 §4.1: with the identification first no one knows yet which one it will be."""
    show(stage, CARD, 3)
    assert stage.status(1) == "Preparing"
    vehicle(stage, 2).plug_in(amps=16)
    stage.advance(8)
    assert closed(stage) == [2] and stage.status(1) == "Available"


def test_remote_start_of_a_connector_stays_there(stage):
    """OCPP 1.6 §5.11: the back end named the connector."""
    payload = {"idTag": CARD_TAG, "connectorId": 1}
    stage.csms.call(IDENTITY, "RemoteStartTransaction", payload)
    stage.advance(3)
    vehicle(stage, 2).plug_in(amps=16)
    stage.advance(8)
    assert closed(stage) == []
    vehicle(stage, 1).plug_in(amps=16)
    stage.advance(8)
    assert closed(stage) == [1]


def test_card_does_not_pay_for_the_vehicle_that_another_card_left_plugged(stage):
    """F2 of OCPP 1.6 §4.9 only where there is no other place to charge."""
    vehicle(stage, 1).plug_in(amps=16)
    show(stage, CARD)
    show(stage, CARD)
    assert stage.status(1) == "Finishing"
    show(stage, FRIEND, 3)
    assert closed(stage) == [] and stage.status(2) == "Preparing"
    vehicle(stage, 2).plug_in(amps=16)
    stage.advance(8)
    assert closed(stage) == [2]
    show(stage, CARD)
    assert closed(stage) == [1, 2]


def test_card_of_the_family_begins_for_the_vehicle_that_waits_and_ends_the_other_otherwise(stage):
    """OCPP 1.6 §4.8: the parent id may end a session; it need not."""
    stage.csms.add_card(CARD_TAG, parent="FAMILY")
    stage.csms.add_card("AABBCCDD", parent="FAMILY")
    vehicle(stage, 1).plug_in(amps=16)
    show(stage, CARD)
    vehicle(stage, 2).plug_in(amps=16)
    stage.advance(3)
    show(stage, FRIEND)
    assert closed(stage) == [1, 2]
    show(stage, FRIEND)
    assert closed(stage) == [1]
    vehicle(stage, 2).unplug()
    stage.advance(3)
    show(stage, FRIEND)
    assert closed(stage) == []


def test_both_sessions_are_closed_after_a_power_cut(stage):
    """OCPP 1.6 §3.6: PowerLoss, for each of them."""
    for number, uid in ((1, CARD), (2, FRIEND)):
        vehicle(stage, number).plug_in(amps=16)
        show(stage, uid)
    stage.power_cut()
    stage.advance(2)
    stage.start()
    stage.advance(20)
    assert [each["reason"] for each in stage.sessions()] == ["PowerLoss"] * 2
    for each in stage.sessions():
        meter = stage.world.connectors[each["connector"]].meter
        assert each["meter_stop"] == meter.energy_wh > each["meter_start"]


def test_session_of_a_connector_that_is_gone_is_stopped(stage):
    """A station that was rebuilt smaller while it was off: nothing stays open for ever."""
    vehicle(stage, 2).plug_in(amps=16)
    show(stage, CARD, timing.ALIVE_MS // 1000 + 60)
    assert stage.sessions()[0]["values"] != []
    stage.power_cut()
    stage.target.provision("board", json.dumps({"connectors": 1}).encode())
    stage.start()
    stage.advance(20)
    session = stage.finished_session()
    assert session["reason"] == "PowerLoss"
    assert (
        session["meter_start"] < session["meter_stop"] <= stage.world.connectors[2].meter.energy_wh
    )


@pytest.mark.violations("the back end gives both one id, and wonders about the second stop")
def test_same_transaction_id_for_both_stops_one_session_at_a_time(stage):
    """A back end that gives an id twice: each stop is told, and none is lost."""
    stage.csms.answer(
        "StartTransaction", times=2, with_=lambda usual: {**usual, "transactionId": 7}
    )
    for number, uid in ((1, CARD), (2, FRIEND)):
        vehicle(stage, number).plug_in(amps=16)
        show(stage, uid)
    for left in ([2], []):
        stage.csms.call(IDENTITY, "RemoteStopTransaction", {"transactionId": 7})
        stage.advance(10)
        assert closed(stage) == left
    stops = stage.csms.calls(IDENTITY, "StopTransaction")
    assert [stop["transactionId"] for stop in stops] == [7, 7]


def test_last_resort_opens_every_contactor_before_anything_else_that_may_fail(stage):
    """DESIGN.md §4: what broke the step may break there, too."""
    station = stage.target.device.station

    def broken(duty_bp):
        raise OSError("pilot")

    asked = []
    for number, of in enumerate(station.ports.connectors):
        of.pilot.set_duty = broken
        of.relay.set_closed = lambda closed, number=number: asked.append((number, closed))
    with pytest.raises(OSError):
        station.open_all()
    assert asked == [(0, False), (1, False)]
