"""What the back end may do to a session: start, stop, reset."""

from host_tests.harness.stage import CARD_TAG, IDENTITY


def test_remote_start_and_stop_make_a_session(stage):
    """OCPP 1.6 §5.11, §5.12, OCTT TC_010, TC_012: cable first, then from afar."""
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Preparing", 5)
    start = stage.csms.call(
        IDENTITY, "RemoteStartTransaction", {"idTag": CARD_TAG, "connectorId": 1}
    )
    stage.until_status("Charging", 30)
    assert start.result == {"status": "Accepted"}
    stage.advance(20)
    number = stage.sessions()[0]["transaction_id"]
    stop = stage.csms.call(IDENTITY, "RemoteStopTransaction", {"transactionId": number})
    assert stage.finished_session()["reason"] == "Remote"
    assert stop.result == {"status": "Accepted"}


def test_remote_stop_of_a_foreign_transaction_is_rejected(stage):
    """OCPP 1.6 §5.12, OCTT TC_028."""
    stage.charge(5)
    stop = stage.csms.call(IDENTITY, "RemoteStopTransaction", {"transactionId": 999_999})
    stage.advance(2)
    assert stop.result == {"status": "Rejected"} and stage.contactor.closed


def reset_in_a_session(stage, kind):
    stage.charge(20)
    reset = stage.csms.call(IDENTITY, "Reset", {"type": kind})
    stage.until(lambda: stage.restarts == 1, 40, "a restart")
    assert reset.result == {"status": "Accepted"} and not stage.contactor.closed
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "BootNotification")) == 2, 30, "a boot")
    return session


def test_soft_reset_in_a_session_stops_it_first(stage):
    """OCPP 1.6 §5.14, OCTT TC_016."""
    assert reset_in_a_session(stage, "Soft")["reason"] == "SoftReset"


def test_hard_reset_in_a_session_is_reported_as_such(stage):
    """OCPP 1.6 §5.14, errata 3.36, OCTT TC_015."""
    assert reset_in_a_session(stage, "Hard")["reason"] == "HardReset"


def test_station_waits_while_pending_and_works_when_accepted(make_stage):
    """OCPP 1.6 §4.2, OCTT TC_002: Pending sends nothing but BootNotification."""
    stage = make_stage(start=False)
    stage.csms.boot_policy("Pending", interval=10)
    stage.start()
    stage.until(lambda: stage.csms.calls(IDENTITY, "BootNotification"), 20, "a boot")
    stage.advance(5)
    assert stage.csms.statuses(IDENTITY, 1) == []
    stage.csms.boot_policy("Accepted", interval=300)
    stage.until_status("Available", 20)
    assert len(stage.csms.calls(IDENTITY, "BootNotification")) == 2
