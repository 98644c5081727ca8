"""In service or not: at once, after the session, and after the power was gone."""

from host_tests.harness.stage import CARD_TAG, IDENTITY


def change(stage, kind, connector=1):
    wanted = {"connectorId": connector, "type": kind}
    call = stage.csms.call(IDENTITY, "ChangeAvailability", wanted)
    stage.until(lambda: call.done, 5, "an answer")
    return call.result["status"]


def test_idle_connector_goes_out_of_service_and_comes_back(stage):
    """OCPP 1.6 §5.2, OCTT TC_033: Unavailable takes no card; Operative does again."""
    assert change(stage, "Inoperative") == "Accepted"
    stage.until_status("Unavailable", 5)
    assert change(stage, "Inoperative") == "Accepted"
    start = stage.csms.call(IDENTITY, "RemoteStartTransaction", {"idTag": CARD_TAG})
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(10)
    assert start.result == {"status": "Rejected"} and not stage.contactor.closed
    assert change(stage, "Operative") == "Accepted"
    stage.tap()
    stage.until_status("Charging", 30)


def test_change_during_a_session_waits_for_its_end(stage):
    """OCPP 1.6 §5.2, §4.9 C8/F8, OCTT TC_034: Scheduled."""
    stage.charge(5)
    assert change(stage, "Inoperative", connector=0) == "Scheduled"
    stage.advance(10)
    assert stage.contactor.closed and stage.status() == "Charging"
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"
    stage.until_status("Unavailable", 10)


def test_scheduled_change_survives_a_power_cut(stage):
    """OCPP 1.6 §4.9: Unavailable from ChangeAvailability is kept over a restart."""
    stage.charge(5)
    assert change(stage, "Inoperative") == "Scheduled"
    stage.power_cut()
    stage.advance(2)
    stage.start()
    assert stage.finished_session()["reason"] == "PowerLoss"
    stage.until_status("Unavailable", 30)
    stage.power_cut()
    stage.start()
    stage.until(lambda: stage.facts()["registration"] == "accepted", 30, "accepted")
    stage.advance(3)
    assert stage.status() == "Unavailable"


def test_connector_taken_out_of_service_forgets_who_was_to_charge_there(stage):
    """OCPP 1.6 §5.2: an authorisation that waits for its vehicle is no transaction."""
    stage.tap()
    stage.until_status("Preparing", 5)
    assert change(stage, "Inoperative") == "Accepted"
    stage.until_status("Unavailable", 5)
    stage.vehicle.plug_in(amps=16)
    stage.advance(10)
    assert not stage.contactor.closed and stage.sessions() == []
