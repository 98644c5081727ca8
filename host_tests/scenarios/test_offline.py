"""The network and the back end go away; no session and no watt-hour does."""

import json

from host_tests.harness.stage import CARD_TAG, IDENTITY

OFFLINE = {"AllowOfflineTxForUnknownId": "true", "MeterValueSampleInterval": "20"}


def transaction_frames(stage):
    """(action, payload) of what the back end heard of transactions, in order."""
    heard = [json.loads(raw) for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    wanted = ("StartTransaction", "MeterValues", "StopTransaction")
    return [(frame[2], frame[3]) for frame in heard if frame[0] == 2 and frame[2] in wanted]


def test_session_of_an_outage_is_delivered_in_order_with_its_own_times(make_stage):
    """OCPP 1.6 §3.7, §4.8, OCTT TC_039: an offline transaction keeps its times and order."""
    stage = make_stage(settings=OFFLINE).ready()
    stage.csms.stop()
    stage.advance(5)
    began_s = stage.clock.utc_s()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy without a back end")
    stage.advance(90)
    stage.tap()
    stage.until(lambda: not stage.contactor.closed, 10, "the end")
    ended_s = stage.clock.utc_s()
    stage.advance(30)
    stage.csms.start()
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh > session["meter_start"]
    frames = transaction_frames(stage)
    assert [action for action, _ in frames][0] == "StartTransaction"
    assert [action for action, _ in frames][-1] == "StopTransaction"
    number = session["transaction_id"]
    assert {payload["transactionId"] for action, payload in frames[1:]} == {number}
    assert len(frames) >= 5
    assert began_s <= stage.seconds(session["start_time"]) <= began_s + 60
    assert ended_s - 5 <= stage.seconds(session["stop_time"]) <= ended_s + 5


def test_start_is_answered_once_when_the_link_drops_in_the_middle_of_the_call(stage):
    """OCPP-J errata 3.1: the same message is sent again; one session, not two, not none."""
    stage.csms.drop_on("StartTransaction")
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until_status("Charging", 60)
    stage.advance(20)
    stage.tap()
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh
    calls = stage.csms.calls(IDENTITY, "StartTransaction")
    assert len(calls) == 2 and calls[0] == calls[1]


def test_station_comes_back_by_itself_after_a_half_open_link(make_stage):
    """OCPP-J errata 3.11, OCTT TC_036: a link that swallows everything is found and replaced."""
    stage = make_stage(settings={"WebSocketPingInterval": "10"}).ready()
    stage.charge(10)
    stage.network.freeze()
    stage.advance(60)
    assert stage.contactor.closed
    stage.network.thaw()
    stage.tap()
    session = stage.finished_session()
    assert session["id_tag"] == CARD_TAG and session["meter_stop"] == stage.meter_wh


def power_cut_while_charging(stage):
    stage.charge(40)
    stage.power_cut()
    stage.advance(0.2)
    assert not stage.contactor.closed
    at_cut_wh = stage.meter_wh
    stage.advance(60)
    assert stage.meter_wh == at_cut_wh
    return at_cut_wh


def test_transaction_is_stopped_with_power_loss_after_a_power_cut(stage):
    """OCPP 1.6 §3.6, OCTT TC_032_2: the stop is told after the restart, energy to the meter."""
    at_cut_wh = power_cut_while_charging(stage)
    stage.start()
    session = stage.finished_session()
    assert session["reason"] == "PowerLoss" and session["meter_stop"] == at_cut_wh
    stage.advance(20)
    assert not stage.contactor.closed and len(stage.sessions()) == 1
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "a new session on the same cable")


def test_start_is_never_given_up_because_of_silence(make_stage):
    """microocpp.md F1: a back end that listens and does not answer loses no session."""
    settings = {"MessageTimeout": "3", "TransactionMessageRetryInterval": "2"}
    stage = make_stage(settings=settings).ready()
    stage.csms.answer("StartTransaction", never=True, times=5)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    stage.advance(10)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    starts = stage.csms.calls(IDENTITY, "StartTransaction")
    assert len(starts) == 6 and all(start == starts[0] for start in starts)


def test_session_survives_a_link_that_flaps(stage):
    """microocpp.md F2, F3: each time with the start on its way; sent again on the new link."""
    stage.csms.drop_on("StartTransaction", times=3)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until_status("Charging", 90)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh


def test_every_session_of_a_long_outage_is_served_and_delivered(make_stage):
    """microocpp.md F8: there is no number of offline sessions after which no one is served."""
    stage = make_stage(settings=OFFLINE).ready()
    before_wh = stage.meter_wh
    stage.csms.stop()
    stage.advance(35)
    for _ in range(4):
        stage.vehicle.plug_in(amps=16)
        stage.tap()
        stage.until(lambda: stage.contactor.closed, 60, "energy")
        stage.advance(4)
        stage.vehicle.unplug()
        stage.advance(4)
    stage.power_cut()
    stage.start()
    stage.csms.start()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 240, "delivery")
    sessions = stage.sessions()
    billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in sessions)
    assert len(sessions) == 4 and billed_wh == stage.meter_wh - before_wh
    assert stage.csms.violations(IDENTITY) == []
