"""A back end that answers late, wrong, twice, under a foreign id, or not at all."""

import json

import pytest

START = {
    "connectorId": 1,
    "idTag": "04A1",
    "meterStart": 1000,
    "timestamp": "2026-01-05T08:00:01Z",
}


def test_an_answer_comes_late_in_virtual_time(csms, loop, station, waited_s):
    csms.answer("Heartbeat", delay_s=30)
    assert station.call("Heartbeat", {}, "late") is None
    assert station.call("Heartbeat", {}, "prompt")[1] == "prompt"
    loop.advance_to(29_999)
    assert json.loads(station.heard[-1])[1] == "prompt"
    loop.advance_to(30_000)
    assert json.loads(station.heard[-1])[1] == "late"
    assert waited_s() < 1


def test_a_rule_is_used_as_often_as_it_says_and_in_its_turn(csms, station):
    csms.answer("Heartbeat", error=("InternalError", "busy"), times=2)
    csms.answer("Heartbeat", error=("GenericError", ""), identity="another")
    csms.answer("Heartbeat", error=("NotSupported", ""))
    codes = [station.call("Heartbeat", {})[2] for _ in range(4)]
    assert codes[:3] == ["InternalError", "InternalError", "NotSupported"]
    assert "currentTime" in codes[3]


def test_a_scripted_refusal_is_no_violation_and_leaves_no_session(csms, station):
    csms.answer("StartTransaction", error=("InternalError", "the database is away"))
    assert station.call("StartTransaction", START) == [
        4, "m1", "InternalError", "the database is away", {},
    ]  # fmt: skip
    assert csms.sessions("ST 1") == [] and csms.violations("ST 1") == []


def test_another_payload_is_answered_and_its_transaction_id_recorded(csms, station):
    chosen = {"transactionId": 2**31 - 1, "idTagInfo": {"status": "Accepted"}}
    csms.answer("StartTransaction", with_=chosen)
    assert station.call("StartTransaction", START) == [3, "m1", chosen]
    stop = {"transactionId": 2**31 - 1, "meterStop": 5, "timestamp": "2026-01-05T09:00:00Z"}
    station.call("StopTransaction", stop, "m2")
    (session,) = csms.sessions("ST 1")
    assert (session["meter_start"], session["meter_stop"]) == (1000, 5)


def test_the_usual_payload_can_be_altered(csms, station):
    csms.answer("Heartbeat", with_=lambda usual: {"currentTime": usual["currentTime"][:-5] + "Z"})
    assert station.call("Heartbeat", {})[2] == {"currentTime": "2026-01-05T08:00:00Z"}


def test_no_answer_still_records_the_call(csms, station):
    csms.answer("StartTransaction", never=True)
    assert station.call("StartTransaction", START, "a") is None
    again = station.call("StartTransaction", START, "b")
    assert again[2]["transactionId"] == csms.sessions("ST 1")[0]["transaction_id"]
    assert len(csms.sessions("ST 1")) == 1


def test_raw_text_takes_the_place_of_the_answer(csms, station):
    csms.answer("Heartbeat", raw='[3,"$ID",{"currentTime":')
    station.say('[2,"m7","Heartbeat",{}]')
    assert station.heard[-1] == '[3,"m7",{"currentTime":'


def test_an_answer_is_doubled(csms, station):
    csms.answer("Heartbeat", twice=True)
    station.call("Heartbeat", {})
    assert station.heard[-1] == station.heard[-2]


def test_an_answer_has_a_foreign_id(csms, station):
    csms.answer("Heartbeat", foreign_id=True)
    kind, message, payload = station.call("Heartbeat", {})
    assert kind == 3 and message != "m1" and "currentTime" in payload


@pytest.mark.parametrize("before_answer", [True, False])
def test_the_link_drops_in_the_middle_of_a_call(csms, station, connect_station, before_answer):
    csms.drop_on("StartTransaction", before_answer=before_answer)
    answer = station.call("StartTransaction", START)
    assert (answer is None) == before_answer
    assert station.closed == "reset" and not csms.online("ST 1")
    connect_station().call("StartTransaction", START, "again")
    assert len(csms.sessions("ST 1")) == 1


def test_the_script_can_be_forgotten(csms, station):
    csms.answer("Heartbeat", never=True, times=9)
    csms.script.clear()
    assert station.call("Heartbeat", {})[0] == 3
