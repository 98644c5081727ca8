"""Calls to the station, dropped links, frames and their trace."""

import json

import pytest


def _answer(station, payload):
    frame = json.loads(station.heard[-1])
    station.say(json.dumps([3, frame[1], payload]))


def test_a_call_is_answered(csms, station):
    pending = csms.call("ST 1", "Reset", {"type": "Soft"})
    assert json.loads(station.heard[-1]) == [2, pending.message_id, "Reset", {"type": "Soft"}]
    assert not pending.done
    _answer(station, {"status": "Accepted"})
    assert pending.done and pending.result == {"status": "Accepted"}
    assert (pending.error, pending.violation) == (None, None)


def test_any_action_and_payload_can_be_sent_and_a_refusal_is_told(csms, station):
    pending = csms.call("ST 1", "Foo", ["not", "an", "object"])
    frame = json.loads(station.heard[-1])
    assert frame[2:] == ["Foo", ["not", "an", "object"]]
    station.say(json.dumps([4, frame[1], "NotImplemented", "Foo is unknown", {}]))
    assert pending.error == ("NotImplemented", "Foo is unknown")


def test_a_result_against_its_schema_is_told(csms, station):
    pending = csms.call("ST 1", "Reset", {"type": "Soft"})
    _answer(station, {"status": "Perhaps"})
    assert pending.result == {"status": "Perhaps"} and "Perhaps" in pending.violation


def test_calls_wait_for_each_other_unless_sent_at_once(csms, station):
    """OCPP-J 4.1.1: one call open in each direction."""
    first = csms.call("ST 1", "ClearCache", {})
    second = csms.call("ST 1", "Reset", {"type": "Hard"})
    csms.call("ST 1", "GetConfiguration", {}, at_once=True)
    actions = [json.loads(text)[2] for text in station.heard[1:]]
    assert actions == ["ClearCache", "GetConfiguration"]
    station.say(json.dumps([3, first.message_id, {"status": "Accepted"}]))
    assert json.loads(station.heard[-1])[2] == "GetConfiguration"
    _answer(station, {})
    assert json.loads(station.heard[-1])[1] == second.message_id


def test_a_call_times_out_and_its_late_answer_is_a_violation(csms, loop, station):
    pending = csms.call("ST 1", "ClearCache", {})
    loop.advance_to(29_999)
    assert not pending.done
    loop.advance_to(30_000)
    assert pending.error[0] == "Timeout"
    _answer(station, {"status": "Accepted"})
    assert csms.violations("ST 1") == [f"answer to an unknown message id {pending.message_id}"]


def test_a_call_is_lost_with_its_connection(csms, station):
    calls = [csms.call("ST 1", "ClearCache", {}) for _ in range(2)]
    station.vanish()
    assert [pending.error[0] for pending in calls] == ["ConnectionLost"] * 2
    with pytest.raises(ConnectionError, match="ST 1 is not connected"):
        csms.call("ST 1", "ClearCache", {})


def test_anything_can_be_sent(csms, station):
    csms.send_text("ST 1", "}{")
    csms.send_binary("ST 1", b"\xff\x00")
    assert station.heard[-2:] == ["}{", b"\xff\x00"]


def test_the_link_is_dropped_as_asked(csms, station, connect_station):
    csms.drop("ST 1", how="close", code=1011)
    assert station.closed == 1011
    again = connect_station()
    csms.drop("ST 1")
    assert again.closed == "reset" and not csms.online("ST 1")
    connect_station()
    with pytest.raises(ValueError, match="not 'politely'"):
        csms.drop("ST 1", how="politely")


def test_the_back_end_goes_away_and_comes_back_on_its_port(csms, station, connect_station):
    csms.stop()
    assert station.closed == "reset"
    assert isinstance(connect_station().status, OSError)
    csms.start()
    connect_station()
    assert csms.online("ST 1")


def test_pings_are_sent_when_asked_for(csms, loop, connect_station):
    csms.stop()
    csms.ping_interval_s = 20
    csms.start()
    station = connect_station()
    station.socket.transport.pause_reading()
    loop.advance_to(30_000)
    assert csms.online("ST 1")
    loop.advance_to(60_000)
    assert not csms.online("ST 1")


def test_every_message_is_kept_and_observed(csms, loop, station):
    seen = []
    csms.observers.append(lambda *message: seen.append(message))
    loop.advance_to(500)
    answer = station.call("Heartbeat", {})
    (way_in, at_in, heard), (way_out, _, sent) = csms.frames("ST 1")[-2:]
    assert (way_in, way_out) == ("received", "sent")
    assert at_in == csms.clock.utc_ms()
    assert json.loads(heard) == [2, "m1", "Heartbeat", {}] and json.loads(sent) == answer
    assert seen == [("ST 1", way_in, at_in, heard), ("ST 1", way_out, at_in, sent)]


def test_the_trace_has_the_fields_of_open_ocpp_trace(csms, station, tmp_path):
    """Open OCPP Trace 1.1: what is not a frame is left out."""
    station.say("garbage")
    told = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    station.call("StatusNotification", told)
    station.call("Heartbeat", {"extra": 1})
    csms.write_trace(tmp_path / "trace.jsonl")
    records = [json.loads(line) for line in (tmp_path / "trace.jsonl").open(encoding="utf-8")]
    assert len(records) == 6
    status, answered = records[2:4]
    assert json.loads(status.pop("raw")) == [2, "m1", "StatusNotification", told]
    assert status == {
        "schemaVersion": "1.1",
        "timestamp": "2026-01-05T08:00:00.000Z",
        "ocppVersion": "1.6",
        "transport": "json",
        "chargePointId": "ST 1",
        "connectorId": 1,
        "direction": "cp-to-csms",
        "messageType": "CALL",
        "messageId": "m1",
        "action": "StatusNotification",
        "payload": told,
    }
    assert (answered["direction"], answered["messageType"]) == ("csms-to-cp", "CALLRESULT")
    assert records[5]["error"]["code"] == "FormatViolation" and "payload" not in records[5]
