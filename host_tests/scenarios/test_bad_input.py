"""What is wrong in the world: the station stays safe, says what it is, and recovers."""

import json

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY

MALFORMED = (
    "",
    "nonsense",
    "{}",
    "[]",
    "[2]",
    '[2,"x"]',
    '[3,"never asked",{}]',
    '[4,"never asked","GenericError","",{}]',
    '[9,"x","y",{}]',
    '[2,"x","Reset",',
    '[3,"x",null]',
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    '[2,"' + "i" * 200 + '","Reset",{}]',
    "\u0000",
)

REFUSED = (
    ("NoSuchAction", {}, "NotImplemented"),
    ("GetLog", {}, "NotSupported"),
    ("SetChargingProfile", {}, "OccurenceConstraintViolation"),
    ("Reset", {}, "OccurenceConstraintViolation"),
    ("Reset", {"type": "Warm"}, "PropertyConstraintViolation"),
    ("Reset", {"type": 7}, "TypeConstraintViolation"),
    ("Reset", [], "FormationViolation"),
    (
        "ChangeAvailability",
        {"connectorId": 9, "type": "Inoperative"},
        "PropertyConstraintViolation",
    ),
    ("ChangeConfiguration", {"key": "k" * 51, "value": "1"}, "PropertyConstraintViolation"),
)


def reported(stage, connector, error):
    """Whether the last word on ``connector`` carries the error code ``error``."""
    told = stage.csms.calls(IDENTITY, "StatusNotification")
    last = [status for status in told if status["connectorId"] == connector][-1]
    return last["errorCode"] == error


def test_station_survives_malformed_frames_in_a_session(stage):
    """OCPP-J 1.6 §4.2: what is no frame is ignored; the session goes on."""
    stage.charge(5)
    for text in MALFORMED:
        stage.csms.send_text(IDENTITY, text)
        stage.advance(0.1)
    answer = stage.csms.call(IDENTITY, "GetConfiguration", {"key": ["HeartbeatInterval"]})
    stage.until(lambda: answer.done, 5, "an answer")
    assert answer.result["configurationKey"][0]["key"] == "HeartbeatInterval"
    assert stage.contactor.closed and stage.restarts == 0


def test_station_answers_bad_calls_with_the_right_error(stage):
    """OCPP-J 1.6 §4.2.3 and errata: each CALLERROR code as it should be."""
    got = []
    for action, payload, _ in REFUSED:
        answer = stage.csms.call(IDENTITY, action, payload)
        stage.until(lambda answer=answer: answer.done, 5, action)
        got.append(answer.error and answer.error[0])
    assert got == [code for _, _, code in REFUSED]
    assert stage.restarts == 0


@pytest.mark.parametrize("kind", ["binary", "endless", "not utf-8"])
def test_station_drops_a_connection_that_breaks_the_rules_and_comes_back(stage, kind):
    """RFC 6455 §7.4.1: 1003 for binary, 1009 for over a megabyte, 1007 for bad UTF-8."""
    stage.charge(5)
    if kind == "binary":
        stage.csms.send_binary(IDENTITY, b"\x00\x01")
    elif kind == "endless":
        stage.csms.send_bytes(IDENTITY, b"\x81\x7f\0\0\0\0\x7f\xff\xff\xff")
    else:
        stage.csms.send_bytes(IDENTITY, b"\x81\x02\xc3\x28")
    stage.until(lambda: not stage.csms.online(IDENTITY), 10, "a closed connection")
    stage.until(lambda: stage.csms.online(IDENTITY), 60, "a new connection")
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh


def test_message_that_there_is_no_room_for_is_answered_and_the_connection_stays(stage):
    """OCPP-J 1.6 §4.2.3: a CALLERROR for its id, read from its head; the session goes on."""
    stage.charge(5)
    long = "€" * 24_000
    answer = stage.csms.call(IDENTITY, "DataTransfer", {"vendorId": "long", "data": long})
    stage.until(lambda: answer.done, 60, "an answer")
    assert answer.error[0] == "InternalError" and "no room" in answer.error[1]
    answer = stage.csms.call(IDENTITY, "DataTransfer", {"vendorId": "short", "data": "€"})
    stage.until(lambda: answer.done, 5, "an answer")
    assert answer.result == {"status": "UnknownVendorId"}
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert stage.restarts == 0


@pytest.mark.parametrize("status", [301, 401, 404, 503])
def test_station_tries_again_after_an_http_error(make_stage, status):
    """OCPP-J errata 3.4: a refusal by HTTP is tried again, slowly; the reason is told."""
    stage = make_stage(start=False)
    stage.csms.http_status = status
    stage.start()
    stage.until(lambda: str(status) in stage.facts()["link"], 30, "the reason")
    stage.csms.http_status = None
    stage.until_status("Available", 150)


def test_station_refuses_another_subprotocol(make_stage):
    """OCPP-J 1.6 §3.1.2: only ocpp1.6 is spoken."""
    stage = make_stage(start=False)
    stage.csms.subprotocol = "ocpp2.0"
    stage.start()
    stage.until(lambda: "protocol" in stage.facts()["link"], 30, "the reason")
    stage.csms.subprotocol = "ocpp1.6"
    stage.until_status("Available", 150)


def test_settings_refuse_what_is_wrong_and_keep_what_was(stage):
    """OCPP 1.6 §5.3, OCTT TC_040: unknown, read-only, of the wrong type, out of range."""
    wanted = (
        ("NoSuchKey", "1", "NotSupported"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("HeartbeatInterval", "often", "Rejected"),
        ("HeartbeatInterval", "-1", "Rejected"),
        ("MeterValuesSampledData", "Energy.Active.Import.Register,Colour", "Rejected"),
    )
    for key, value, status in wanted:
        answer = stage.csms.call(IDENTITY, "ChangeConfiguration", {"key": key, "value": value})
        stage.until(lambda answer=answer: answer.done, 5, key)
        assert answer.result == {"status": status}, key
    answer = stage.csms.call(IDENTITY, "GetConfiguration", {"key": ["HeartbeatInterval"]})
    stage.until(lambda: answer.done, 5, "the value")
    assert answer.result["configurationKey"][0]["value"] == "300"


@pytest.mark.parametrize("setting", [("SupplyLimit", "900"), ("NoSuchSetting", "1")])
def test_station_does_not_start_with_a_bad_factory_setting(make_stage, setting):
    """A bad setting is named, with what was expected; nothing is closed meanwhile."""
    stage = make_stage(start=False, settings=dict([setting]))
    with pytest.raises(ValueError, match=setting[0]):
        stage.start()
    assert not stage.contactor.coil


@pytest.mark.parametrize("fault", ["meter_silent", "meter_rubbish", "meter_foreign"])
def test_meter_that_fails_in_a_session_ends_it_orderly_and_is_reported(stage, fault):
    """OCPP 1.6 PowerMeterFailure: what is not measured is not sold."""
    stage.charge(20)
    stage.world.fault(fault)
    stage.until(lambda: reported(stage, 1, "PowerMeterFailure"), 30, "PowerMeterFailure")
    stage.until(lambda: not stage.contactor.closed, 15, "an open contactor")
    stage.world.clear_fault(fault)
    stage.until(lambda: reported(stage, 1, "NoError"), 60, "NoError")
    stage.until(lambda: stage.contactor.closed, 120, "energy again")
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh


def test_session_does_not_begin_without_a_meter(stage):
    """No register, no bill: the start waits for a reading, and comes with it."""
    stage.world.fault("meter_silent")
    stage.advance(10)
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(20)
    assert not stage.contactor.closed and stage.sessions() == []
    stage.world.clear_fault("meter_silent")
    stage.until_status("Charging", 60)


@pytest.mark.parametrize("fault", ["reader_absent", "reader_rubbish"])
def test_reader_that_fails_is_reported_and_comes_back(stage, fault):
    """OCPP 1.6 ReaderFailure on connector 0; remote start goes on working."""
    stage.world.fault(fault)
    stage.until(lambda: reported(stage, 0, "ReaderFailure"), 60, "ReaderFailure")
    stage.vehicle.plug_in()
    stage.csms.call(IDENTITY, "RemoteStartTransaction", {"idTag": CARD_TAG})
    stage.until_status("Charging")
    stage.world.clear_fault(fault)
    stage.until(lambda: reported(stage, 0, "NoError"), 60, "NoError")
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"


def test_session_before_the_clock_was_ever_set_gets_its_true_times(make_stage):
    """OCPP 1.6 §3.14: events before the first time answer are dated when it is known."""
    settings = {"AllowOfflineTxForUnknownId": "true"}
    stage = make_stage(start=False, settings=settings)
    stage.csms.stop()
    stage.start()
    stage.vehicle.plug_in(amps=16)
    stage.advance(5)
    began = stage.clock.utc_s()
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(30)
    stage.tap()
    stage.advance(10)
    stage.csms.start()
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh
    starts = stage.csms.calls(IDENTITY, "StartTransaction")
    assert abs(stage.seconds(starts[0]["timestamp"]) - began) <= 5


def test_station_lives_with_a_back_end_that_does_not_know_the_time(make_stage):
    """OCPP 1.6 §4.2: a currentTime that makes no sense leaves the clock alone."""
    stage = make_stage(start=False)

    def timeless(usual):
        return {**usual, "currentTime": "yesterday"}

    stage.csms.answer("BootNotification", with_=timeless)
    stage.start()
    stage.until(lambda: stage.facts()["registration"] == "accepted", 30, "accepted")
    assert stage.facts()["utc_s"] is None
    stage.charge(10)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh


def test_back_end_that_answers_rubbish_does_not_stop_the_session(stage):
    """Late, doubled, foreign, malformed and missing answers (back-ends.md §1)."""
    stage.csms.answer("Authorize", foreign_id=True)
    stage.csms.answer("StartTransaction", raw='[3,"$ID",{"transactionId":"one"}]')
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(25)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 120, "energy")
    stage.csms.answer("StopTransaction", error=("InternalError", "try again"))
    stage.advance(10)
    stage.tap()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 400, "delivery")
    session = stage.sessions()[-1]
    assert session["reason"] and session["meter_stop"] == stage.meter_wh
    frames = [json.loads(raw) for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    assert all(frame[0] in (2, 3, 4) for frame in frames)
