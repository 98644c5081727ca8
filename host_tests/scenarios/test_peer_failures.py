"""The failures that the strongest peer showed (microocpp.md §3.3), each as a story of ours.

F11 to F13, power cuts at each write, are in host_tests/powercut/test_peer_power_cuts.py.
"""

import json

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY

OFFLINE = {"AllowOfflineTxForUnknownId": "true"}
BILLS = ("StartTransaction", "StopTransaction")


def calls(stage, action):
    """What the back end was asked, as the frames say it: (id, payload) of each."""
    heard = [json.loads(raw) for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    return [(frame[1], frame[3]) for frame in heard if frame[0] == 2 and frame[2] == action]


def end(stage):
    """The card ends it; the only session is complete, and billed to the meter's watt-hour."""
    stage.tap()
    session = stage.finished_session()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 240, "delivery")
    assert session["meter_stop"] == stage.meter_wh > session["meter_start"]
    assert session["id_tag"] == CARD_TAG
    return session


def begin(stage):
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")


def offline_sessions(stage, count, seconds=4):
    """So many without a back end; what the meter counted."""
    before_wh = stage.meter_wh
    stage.csms.stop()
    stage.advance(5)
    for _ in range(count):
        begin(stage)
        stage.advance(seconds)
        stage.vehicle.unplug()
        stage.advance(5)
    return stage.meter_wh - before_wh


def all_billed(stage, count, energy_wh):
    """Every session is there, once, and their energy is the meter's."""
    stage.until(lambda: stage.facts()["undelivered"] == 0, 600, "delivery")
    sessions = stage.sessions()
    assert len(sessions) == count and all(session["reason"] for session in sessions)
    assert sum(each["meter_stop"] - each["meter_start"] for each in sessions) == energy_wh
    for action in BILLS:
        ids = [unique_id for unique_id, _ in calls(stage, action)]
        said = {json.dumps(payload, sort_keys=True) for _, payload in calls(stage, action)}
        assert len(set(ids)) == len(said) == count


def test_f1_session_outlives_ten_minutes_of_silence(stage):
    """F1: the socket is up, StartTransaction is not answered, then the back end is well again."""
    stage.csms.answer("StartTransaction", never=True, times=1000)
    begin(stage)
    stage.advance(600)
    assert stage.contactor.closed
    sent = calls(stage, "StartTransaction")
    assert len(sent) >= 3 and all(call == sent[0] for call in sent)
    stage.csms.script.clear()
    stage.until(lambda: len(calls(stage, "StartTransaction")) > len(sent), 660, "the next try")
    end(stage)


def test_f2_session_outlives_three_flaps_each_with_the_start_on_its_way(stage):
    """F2: then the link is stable for an hour, and the session goes on to its own end."""
    stage.csms.drop_on("StartTransaction", times=3)
    begin(stage)
    stage.advance(3600)
    assert stage.contactor.closed
    assert len(calls(stage, "StartTransaction")) == 4
    assert end(stage)["reason"] == "Local"


def test_f3_short_drop_blocks_nothing(stage):
    """F3: after two seconds without a link the start is said again at once, and all else too."""
    stage.csms.answer("StartTransaction", never=True)
    begin(stage)
    stage.until(lambda: calls(stage, "StartTransaction"), 10, "the start")
    stage.network.up = False
    stage.advance(2)
    stage.network.up = True
    stage.until(lambda: stage.csms.online(IDENTITY), 60, "the link")
    stage.until(lambda: len(calls(stage, "StartTransaction")) == 2, 5, "the start again")
    stage.until_status("Charging", 5)
    end(stage)


def test_f4_answer_after_45_seconds_counts(stage):
    """F4: one start, one transaction, and what is said later has its id."""
    stage.csms.answer("StartTransaction", delay_s=45)
    begin(stage)
    stage.advance(120)
    session = end(stage)
    stop = calls(stage, "StopTransaction")[0][1]
    assert stop["transactionId"] == session["transaction_id"]
    starts = calls(stage, "StartTransaction")
    assert all(start == starts[0] for start in starts)


def test_f5_result_with_a_foreign_id_drops_nothing(stage):
    """F5: the call that is open stays open, and its own answer counts."""
    stage.csms.answer("StartTransaction", delay_s=5)
    begin(stage)
    stage.until(lambda: calls(stage, "StartTransaction"), 10, "the start")
    result = {"transactionId": 99, "idTagInfo": {"status": "Accepted"}}
    stage.csms.send_text(IDENTITY, json.dumps([3, "someone-elses", result]))
    stage.advance(90)
    session = end(stage)
    assert len(calls(stage, "StartTransaction")) == 1
    assert calls(stage, "StopTransaction")[0][1]["transactionId"] == session["transaction_id"]


def test_f6_stop_that_met_a_callerror_is_said_again(stage):
    """F6: an error is no delivery."""
    stage.csms.answer("StopTransaction", error=("InternalError", "out of order"))
    begin(stage)
    stage.advance(10)
    end(stage)
    stops = calls(stage, "StopTransaction")
    assert len(stops) == 2 and stops[0] == stops[1]


def readings(stage):
    return {call[1]["meterValue"][0]["timestamp"] for call in calls(stage, "MeterValues")}


def test_f7_every_reading_of_ten_minutes_without_a_back_end_is_delivered(make_stage):
    """F7: 60 of 60."""
    stage = make_stage(settings={**OFFLINE, "MeterValueSampleInterval": "10"}).ready()
    stage.csms.stop()
    stage.advance(5)
    begin(stage)
    stage.advance(605)
    stage.csms.start()
    stage.advance(200)
    during = len(readings(stage))
    end(stage)
    assert during >= 60


def test_f7_power_cut_takes_a_few_readings_at_most(make_stage):
    """F7: those that waited in memory, four at most, and none of the energy."""
    stage = make_stage(settings={**OFFLINE, "MeterValueSampleInterval": "10"}).ready()
    stage.csms.stop()
    stage.advance(5)
    begin(stage)
    stage.advance(605)
    stage.power_cut()
    stage.start()
    stage.csms.start()
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh and session["reason"] == "PowerLoss"
    assert len(readings(stage)) >= 60 - 4


def test_f8_no_offline_session_is_refused(make_stage):
    """F8: eight and more."""
    stage = make_stage(settings=OFFLINE).ready()
    energy_wh = offline_sessions(stage, 9)
    stage.csms.start()
    all_billed(stage, 9, energy_wh)


def test_f9_clear_cache_clears_no_transaction(make_stage):
    """F9: with two of them unsent."""
    settings = {**OFFLINE, "TransactionMessageRetryInterval": "5"}
    stage = make_stage(settings=settings).ready()
    energy_wh = offline_sessions(stage, 2)
    stage.csms.answer("StartTransaction", never=True, times=1)
    stage.csms.start()
    stage.until(lambda: stage.csms.online(IDENTITY), 120, "the link")
    stage.until(lambda: calls(stage, "StartTransaction"), 60, "the first start")
    asked = stage.csms.call(IDENTITY, "ClearCache", {})
    stage.until(lambda: asked.done, 30, "an answer")
    assert asked.result == {"status": "Accepted"}
    all_billed(stage, 2, energy_wh)


def test_f10_new_version_delivers_what_the_old_one_left(make_stage):
    """F10: two sessions unsent, then other firmware starts."""
    stage = make_stage(settings=OFFLINE).ready()
    energy_wh = offline_sessions(stage, 2)
    stage.csms.start()
    stage.csms.answer("BootNotification", never=True, times=1)
    stage.power_cut()
    stage.target.provision_settings({"FirmwareVersion": "9.9.9"})
    stage.start()
    all_billed(stage, 2, energy_wh)
    assert calls(stage, "BootNotification")[-1][1]["firmwareVersion"] == "9.9.9"


HOSTILE = (
    ("SendLocalList", {"parentIdTag": None, "status": "Accepted"}, CARD_TAG),
    ("SendLocalList", {"expiryDate": None, "status": "Accepted"}, CARD_TAG),
    ("SendLocalList", {"status": None}, CARD_TAG),
    ("SendLocalList", {"status": "Accepted"}, 5),
    ("SendLocalList", {"status": "Accepted"}, None),
    ("ReserveNow", "expiryDate", 5),
    ("ReserveNow", "expiryDate", None),
    ("ReserveNow", "expiryDate", {"at": 5}),
    ("ReserveNow", "idTag", None),
    ("ReserveNow", "parentIdTag", None),
    ("ReserveNow", "reservationId", "five"),
    ("ChangeConfiguration", "value", None),
    ("ChangeConfiguration", "value", 10**30),
)


def hostile(action, what, value):
    """A payload with one thing in it that must not be there."""
    if action == "SendLocalList":
        entries = [{"idTag": value, "idTagInfo": what}]
        told = {"listVersion": 1, "updateType": "Full"}
        return dict(told, localAuthorizationList=entries)
    whole = {
        "ReserveNow": {
            "connectorId": 1,
            "expiryDate": "2030-01-01T00:00:00Z",
            "idTag": CARD_TAG,
            "reservationId": 1,
        },
        "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "100"},
    }[action]
    return dict(whole, **{what: value})


@pytest.mark.violations("the back end's")
def test_f14_null_and_other_types_get_an_error_and_change_nothing(stage):
    """F14: TypeConstraintViolation or the like, and the station charges on."""
    begin(stage)
    for action, what, value in HOSTILE:
        asked = stage.csms.call(IDENTITY, action, hostile(action, what, value))
        stage.until(lambda asked=asked: asked.done, 30, f"an answer to {action} {what}")
        assert asked.error is not None and asked.error[0] in (
            "TypeConstraintViolation",
            "FormationViolation",
            "PropertyConstraintViolation",
            "OccurrenceConstraintViolation",
        ), (action, what, value, asked.result, asked.error)
    version = stage.csms.call(IDENTITY, "GetLocalListVersion", {})
    stage.until(lambda: version.done, 30, "an answer")
    assert version.result == {"listVersion": 0}
    assert stage.contactor.closed and stage.restarts == 0
    stage.advance(10)
    end(stage)


@pytest.mark.violations("the back end's")
def test_f15_malformed_messages_are_answered_or_passed_over(stage):
    """F15: no crash; what has an id that can be read gets an error, and all goes on."""
    begin(stage)
    for raw in ("[3]", "[]", "{", "", "5", "null", "[2]", '[2,"a"]', '["2","b","Reset",{}]'):
        stage.csms.send_text(IDENTITY, raw)
        stage.advance(1)
    sent = [json.loads(raw) for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    assert [frame for frame in sent if frame[0] == 4 and frame[1] == "a"]
    assert stage.contactor.closed and stage.restarts == 0
    end(stage)
