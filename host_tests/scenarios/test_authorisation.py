"""Whose session it is, and what the back end says of that when it is asked late."""

from host_tests.harness.stage import CARD_TAG, IDENTITY

UNWANTED = {"status": "Invalid"}


def refused(usual):
    return {**usual, "idTagInfo": UNWANTED}


def test_session_that_the_back_end_does_not_want_is_stopped(stage):
    """OCPP 1.6 §4.8, §9.1.32: StartTransaction.conf Invalid, StopTransactionOnInvalidId true."""
    stage.csms.answer("StartTransaction", with_=refused)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    session = stage.finished_session()
    assert session["reason"] == "DeAuthorized" and session["meter_stop"] == stage.meter_wh
    stage.until_status("Finishing", 10)
    stage.advance(20)
    assert not stage.contactor.closed


def test_session_that_the_back_end_does_not_want_only_gets_no_energy(make_stage):
    """OCPP 1.6 §4.8, §9.1.32: StopTransactionOnInvalidId false, SuspendedEVSE until stopped."""
    stage = make_stage(settings={"StopTransactionOnInvalidId": "false"}).ready()
    stage.csms.answer("StartTransaction", with_=refused)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until_status("SuspendedEVSE", 30)
    stage.advance(20)
    assert not stage.contactor.closed and stage.sessions()[0]["reason"] is None
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"


def test_session_that_the_back_end_did_not_open_is_not_stopped_there(stage):
    """back-ends.md §2.4: transactionId 0 with Invalid (CitrineOS) opened nothing."""
    answer = {"transactionId": 0, "idTagInfo": UNWANTED}
    stage.csms.answer("StartTransaction", with_=answer)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until_status("Finishing", 30)
    stage.until(lambda: stage.facts()["undelivered"] == 0, 10, "an empty journal")
    assert stage.csms.calls(IDENTITY, "StopTransaction") == []
    assert not stage.contactor.closed


def test_session_carries_the_largest_id_there_is(stage):
    """back-ends.md §2.4: a transactionId up to 2^31-1."""
    largest = 2**31 - 1
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "transactionId": largest})
    stage.charge(5)
    stop = stage.csms.call(IDENTITY, "RemoteStopTransaction", {"transactionId": largest})
    session = stage.finished_session()
    assert stop.result == {"status": "Accepted"} and session["transaction_id"] == largest
    assert stage.csms.violations(IDENTITY) == []


def test_card_shown_twice_while_it_is_asked_about_counts_once(stage):
    """OCPP 1.6 §4.1: an impatient driver begins one session."""
    stage.csms.answer("Authorize", delay_s=3)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(1.2)
    stage.tap()
    stage.until_status("Charging", 30)
    stage.advance(5)
    assert stage.contactor.closed and len(stage.sessions()) == 1
    assert len(stage.csms.calls(IDENTITY, "Authorize")) == 1


def test_card_shown_again_before_the_vehicle_comes_takes_it_back(stage):
    """OCPP 1.6 §4.9 B1: the second presentation ends Preparing."""
    stage.tap()
    stage.until_status("Preparing", 5)
    stage.advance(3)
    stage.tap()
    stage.until_status("Available", 5)
    stage.vehicle.plug_in()
    stage.advance(10)
    assert not stage.contactor.closed and stage.sessions() == []


def test_remote_start_is_authorised_like_a_card_where_that_is_wanted(make_stage):
    """OCPP 1.6 §5.11, §9.1.2: AuthorizeRemoteTxRequests."""
    stage = make_stage(settings={"AuthorizeRemoteTxRequests": "true"}).ready()
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Preparing", 5)
    start = {"idTag": "NOBODY", "connectorId": 1}
    stage.csms.call(IDENTITY, "RemoteStartTransaction", start)
    stage.advance(5)
    assert not stage.contactor.closed and stage.sessions() == []
    stage.csms.call(IDENTITY, "RemoteStartTransaction", {**start, "idTag": CARD_TAG})
    stage.until_status("Charging", 30)
    asked = [call["idTag"] for call in stage.csms.calls(IDENTITY, "Authorize")]
    assert asked == ["NOBODY", CARD_TAG]


def test_start_is_recorded_once_when_the_back_end_is_too_slow_for_it(make_stage):
    """microocpp.md F4: an answer after the time-out still counts, and nothing is sent again."""
    settings = {"MessageTimeout": "5", "TransactionMessageRetryInterval": "30"}
    stage = make_stage(settings=settings).ready()
    stage.csms.answer("StartTransaction", delay_s=12)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 30, "energy meanwhile")
    stage.advance(12)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert len(stage.csms.calls(IDENTITY, "StartTransaction")) == 1


def test_session_goes_on_through_a_late_answer_that_is_none(make_stage):
    """back-ends.md §1: what comes late and makes no sense touches nothing."""
    stage = make_stage(settings={"MessageTimeout": "5"}).ready()
    stage.csms.answer("StartTransaction", delay_s=8, raw='[3,"$ID",{"transactionId":5}]')
    stage.charge(12)
    assert stage.contactor.closed and stage.restarts == 0
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
