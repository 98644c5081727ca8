"""What the back end answers, and what it records of sessions."""

import pytest

BOOT = {"chargePointVendor": "Pilotlight", "chargePointModel": "Bench"}
START = {
    "connectorId": 1,
    "idTag": "04a1",
    "meterStart": 1000,
    "timestamp": "2026-01-05T08:00:01Z",
}
STOP = {"meterStop": 2500, "timestamp": "2026-01-05T09:00:01Z", "reason": "Local"}


def _values(transaction_id, value="1200"):
    sample = {"value": value, "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    at = {"timestamp": "2026-01-05T08:30:00Z", "sampledValue": [sample]}
    return {"connectorId": 1, "transactionId": transaction_id, "meterValue": [at]}


def test_boot_tells_the_virtual_time_and_the_heartbeat_interval(csms, loop, connect_station):
    csms.heartbeat_interval_s = 60
    station = connect_station()
    loop.advance_to(61_250)
    assert station.call("BootNotification", BOOT)[2] == {
        "status": "Accepted",
        "currentTime": "2026-01-05T08:01:01.250Z",
        "interval": 60,
    }
    assert station.call("Heartbeat", {})[2] == {"currentTime": "2026-01-05T08:01:01.250Z"}


def test_a_boot_policy_holds_until_it_is_changed(csms, connect_station):
    csms.boot_policy("Pending", interval=10)
    station = connect_station()
    pending = station.call("BootNotification", BOOT)[2]
    assert (pending["status"], pending["interval"]) == ("Pending", 10)
    csms.boot_policy("Accepted", identity="ST 1")
    assert station.call("BootNotification", BOOT)[2]["status"] == "Accepted"


@pytest.mark.parametrize("policy", [None, "Rejected"])
def test_a_station_that_is_not_registered_is_refused(csms, connect_station, policy):
    """OCPP-J errata 3.10."""
    station = connect_station()
    if policy:
        csms.boot_policy(policy)
        station.call("BootNotification", BOOT)
    assert station.call("Heartbeat", {})[:3] == [4, "m1", "SecurityError"]
    assert "Heartbeat before BootNotification was accepted" in csms.violations("ST 1")[0]


def test_a_registration_outlives_the_connection_and_the_back_end(csms, connect_station, station):
    csms.stop()
    assert station.closed == "reset"
    port = csms.port
    csms.start()
    assert csms.port == port
    assert connect_station().call("Heartbeat", {})[0] == 3


def test_cards_are_known_by_any_case_until_they_expire(csms, loop, station):
    csms.add_card("0B", parent="FAMILY", expiry="2026-01-05T09:00:00+01:00")
    csms.add_card("0C", status="Blocked")
    csms.add_card("0D", expiry="2026-01-05T08:00:01Z")

    def ask(id_tag):
        return station.call("Authorize", {"idTag": id_tag})[2]["idTagInfo"]

    assert ask("04a1") == {"status": "Accepted"}
    assert ask("0B")["status"] == "Expired" and ask("0B")["parentIdTag"] == "FAMILY"
    assert ask("0C") == {"status": "Blocked"}
    assert ask("stranger") == {"status": "Invalid"}
    assert ask("0d") == {"status": "Accepted", "expiryDate": "2026-01-05T08:00:01Z"}
    loop.advance_to(1000)
    assert ask("0d")["status"] == "Expired"


def test_a_session_is_recorded_with_its_readings(csms, station):
    started = station.call("StartTransaction", {**START, "reservationId": 7})[2]
    assert started["idTagInfo"] == {"status": "Accepted"}
    number = started["transactionId"]
    assert station.call("MeterValues", _values(number), "m2") == [3, "m2", {}]
    end = _values(number, "2500")["meterValue"]
    stop = {"transactionId": number, "idTag": "04A1", "transactionData": end, **STOP}
    assert station.call("StopTransaction", stop, "m3")[2] == {"idTagInfo": {"status": "Accepted"}}
    (session,) = csms.sessions("ST 1")
    values = session.pop("values")
    assert session == {
        "identity": "ST 1",
        "transaction_id": number,
        "connector": 1,
        "id_tag": "04a1",
        "meter_start": 1000,
        "meter_stop": 2500,
        "start_time": START["timestamp"],
        "stop_time": STOP["timestamp"],
        "stop_id_tag": "04A1",
        "reason": "Local",
        "reservation": 7,
    }
    assert [(value["source"], value["value"]) for value in values] == [
        ("MeterValues", "1200"),
        ("StopTransaction", "2500"),
    ]
    assert csms.violations("ST 1") == []


def test_a_start_sent_again_is_the_same_transaction(csms, station):
    """OCPP-J errata 3.1: a message may be sent again, with its id or another."""
    first = station.call("StartTransaction", START, "a")[2]["transactionId"]
    assert station.call("StartTransaction", START, "a")[2]["transactionId"] == first
    assert station.call("StartTransaction", START, "b")[2]["transactionId"] == first
    other = {**START, "timestamp": "2026-01-05T08:00:02Z"}
    assert station.call("StartTransaction", other, "c")[2]["transactionId"] != first
    assert len(csms.sessions("ST 1")) == 2


def test_a_stop_sent_again_is_recorded_once_and_a_different_one_is_a_violation(csms, station):
    number = station.call("StartTransaction", START, "a")[2]["transactionId"]
    stop = {"transactionId": number, **STOP}
    for message in ("b", "b", "c"):
        assert station.call("StopTransaction", stop, message) == [3, message, {}]
    assert csms.violations("ST 1") == []
    station.call("StopTransaction", {**stop, "meterStop": 9999}, "d")
    (session,) = csms.sessions("ST 1")
    assert session["meter_stop"] == 2500
    assert csms.violations("ST 1") == [f"StopTransaction of {number} differs from the one before"]


def test_readings_sent_again_are_recorded_once(csms, station):
    number = station.call("StartTransaction", START, "a")[2]["transactionId"]
    for message in ("b", "b", "c"):
        station.call("MeterValues", _values(number), message)
    assert [value["message"] for value in csms.sessions("ST 1")[0]["values"]] == ["b", "c"]


def test_stops_of_transactions_that_were_never_answered_stay_apart(csms, station):
    """OCPP 1.6 4.8: transactionId -1 when StartTransaction was never answered."""
    for meter_stop, message in ((10, "a"), (20, "b"), (20, "c")):
        stop = {**STOP, "transactionId": -1, "meterStop": meter_stop}
        station.call("StopTransaction", stop, message)
    assert [session["meter_stop"] for session in csms.sessions("ST 1")] == [10, 20]
    assert csms.violations("ST 1") == []


def test_a_stop_and_readings_of_an_unknown_transaction_are_violations(csms, station):
    station.call("MeterValues", _values(77), "a")
    station.call("StopTransaction", {"transactionId": 77, **STOP}, "b")
    assert csms.violations("ST 1") == [
        "MeterValues of unknown transaction 77",
        "StopTransaction of unknown transaction 77",
    ]
    assert csms.sessions("ST 1")[0]["meter_start"] is None


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("StartTransaction", {"connectorId": 1}, "ProtocolError"),
        ("Authorize", {"idTag": "x" * 21}, "TypeConstraintViolation"),
        ("Authorize", {"idTag": 5}, "TypeConstraintViolation"),
        ("Heartbeat", {"extra": 1}, "FormatViolation"),
        ("NoSuchAction", {}, "NotSupported"),
    ],
)
def test_a_call_against_the_schema_is_refused_and_noted(csms, station, action, payload, code):
    assert station.call(action, payload)[:3] == [4, "m1", code]
    (violation,) = csms.violations("ST 1")
    assert code in violation
    assert csms.sessions("ST 1") == []


@pytest.mark.parametrize("raw", ["{", "[]", '[9,"x",{}]', '[2,5,"Heartbeat",{}]', b"\x00"])
def test_what_is_not_a_frame_is_noted_and_survived(csms, station, raw):
    station.say(raw)
    assert csms.violations("ST 1")[0].startswith("not an OCPP-J frame")
    assert station.call("Heartbeat", {})[0] == 3


def test_statuses_and_calls_are_told_in_order(csms, station):
    for connector, status in ((0, "Available"), (1, "Available"), (1, "Preparing")):
        told = {"connectorId": connector, "errorCode": "NoError", "status": status}
        assert station.call("StatusNotification", told) == [3, "m1", {}]
    assert csms.statuses("ST 1", 1) == ["Available", "Preparing"]
    assert csms.calls("ST 1", "BootNotification") == [BOOT]


def test_the_other_notices_of_a_station_are_answered(station):
    assert station.call("DataTransfer", {"vendorId": "x"})[2] == {"status": "UnknownVendorId"}
    assert station.call("FirmwareStatusNotification", {"status": "Idle"})[2] == {}
    assert station.call("DiagnosticsStatusNotification", {"status": "Idle"})[2] == {}
