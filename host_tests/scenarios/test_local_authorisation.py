"""Who may charge by what the station knows itself: local list, cache, and no card at all."""

import pytest

from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY

OTHER = bytes.fromhex("0411223344AA80")
OTHER_TAG = "0411223344AA80"
UNWANTED = {"status": "Invalid"}


def ask(stage, action, payload):
    """The station's answer to a call of the back end."""
    asked = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: asked.done, 30, f"an answer to {action}")
    assert asked.error is None, asked.error
    return asked.result


def send_list(stage, version, entries, kind="Full"):
    """SendLocalList with (idTag, idTagInfo or None)."""
    told = []
    for tag, info in entries:
        told.append({"idTag": tag} if info is None else {"idTag": tag, "idTagInfo": info})
    payload = {"listVersion": version, "updateType": kind, "localAuthorizationList": told}
    return ask(stage, "SendLocalList", payload)["status"]


def accepted(**more):
    return {"status": "Accepted", **more}


def go_offline(stage):
    stage.csms.stop()
    stage.advance(5)


def restart(stage):
    """A power cut, and the station is there again."""
    boots = len(stage.csms.calls(IDENTITY, "BootNotification"))
    stage.power_cut()
    stage.start()
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "BootNotification")) > boots, 60, "a boot")
    stage.advance(2)


def statuses_of_station(stage):
    calls = stage.csms.calls(IDENTITY, "StatusNotification")
    return [call["errorCode"] for call in calls if call["connectorId"] == 0]


def test_list_survives_a_power_cut_and_decides_off_line(stage):
    """OCPP 1.6 §3.5.1, errata 3.4, §4.1: Accepted may begin, Blocked may not."""
    entries = [(CARD_TAG, accepted()), (OTHER_TAG, {"status": "Blocked"})]
    assert send_list(stage, 7, entries) == "Accepted"
    restart(stage)
    assert ask(stage, "GetLocalListVersion", {}) == {"listVersion": 7}
    go_offline(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap(OTHER)
    stage.advance(25)
    assert not stage.contactor.closed
    stage.tap(CARD)
    stage.until(lambda: stage.contactor.closed, 60, "energy by the list")
    stage.csms.start()
    stage.until(lambda: stage.sessions(), 200, "the start")
    stage.tap(CARD)
    assert stage.finished_session()["id_tag"] == CARD_TAG


def test_card_is_remembered_and_charges_off_line(stage):
    """OCPP 1.6 §3.5.1, §9.1 LocalAuthorizeOffline: the cache; ClearCache ends it."""
    stage.charge(5)
    stage.vehicle.unplug()
    stage.finished_session()
    restart(stage)
    go_offline(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap(OTHER)
    stage.advance(25)
    assert not stage.contactor.closed
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy by the cache")
    stage.vehicle.unplug()
    stage.csms.start()
    stage.until(lambda: len(stage.sessions()) == 2, 200, "the start")
    stage.until(lambda: stage.status() == "Available", 60, "Available")
    assert ask(stage, "ClearCache", {}) == {"status": "Accepted"}
    go_offline(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(30)
    assert not stage.contactor.closed


def test_cleared_cache_takes_no_transaction_with_it(make_stage):
    """microocpp.md F9: two unsent transactions, then ClearCache at once after the reconnect."""
    stage = make_stage(settings={"AllowOfflineTxForUnknownId": "true"}).ready()
    go_offline(stage)
    for _ in range(2):
        stage.vehicle.plug_in(amps=16)
        stage.tap()
        stage.until(lambda: stage.contactor.closed, 60, "energy")
        stage.advance(5)
        stage.vehicle.unplug()
        stage.advance(5)
    stage.csms.answer("StartTransaction", delay_s=5)
    stage.csms.start()
    stage.until(lambda: stage.csms.calls(IDENTITY, "StartTransaction"), 200, "a start")
    assert ask(stage, "ClearCache", {}) == {"status": "Accepted"}
    stage.until(lambda: stage.facts()["undelivered"] == 0, 240, "delivery")
    assert [session["reason"] for session in stage.sessions()] == ["EVDisconnected"] * 2


def test_known_card_begins_at_once_where_that_is_wanted(make_stage):
    """OCPP 1.6 §9.1 LocalPreAuthorize: no Authorize; StartTransaction asks all the same."""
    stage = make_stage(settings={"LocalPreAuthorize": "true"}).ready()
    assert send_list(stage, 1, [(CARD_TAG, accepted())]) == "Accepted"
    stage.csms.answer("Authorize", never=True)
    stage.charge(5)
    assert stage.csms.calls(IDENTITY, "Authorize") == []
    assert stage.csms.calls(IDENTITY, "StartTransaction")[0]["idTag"] == CARD_TAG


def test_card_of_the_same_parent_ends_a_session_off_line(stage):
    """OCPP 1.6 §4.1, OCTT TC_069: the parents come from the list."""
    entries = [(tag, accepted(parentIdTag="FLEET")) for tag in (CARD_TAG, OTHER_TAG)]
    assert send_list(stage, 1, entries) == "Accepted"
    go_offline(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.tap(OTHER)
    stage.until(lambda: not stage.contactor.closed, 15, "the end")
    stage.csms.start()
    stage.until(lambda: stage.sessions() and stage.sessions()[0]["reason"], 240, "a stop")
    assert stage.sessions()[0]["stop_id_tag"] == OTHER_TAG
    assert stage.sessions()[0]["reason"] == "Local"


def test_back_end_that_contradicts_its_list_is_told(stage):
    """OCPP 1.6 §3.5.3, §7.6 LocalListConflict: a warning of connector 0, and it ends."""
    assert send_list(stage, 1, [(CARD_TAG, {"status": "Blocked"})]) == "Accepted"
    stage.charge(5)
    stage.until(lambda: statuses_of_station(stage)[-1] == "LocalListConflict", 10, "the warning")
    assert stage.status(0) == "Available" and stage.contactor.closed
    stage.until(lambda: statuses_of_station(stage)[-1] == "NoError", 60, "its end")
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"


def test_list_is_changed_by_what_came_last_and_refused_when_it_is_old(stage):
    """OCPP 1.6 §5.15, OCTT TC_043_2: Differential, deletion, VersionMismatch; Full clears."""
    assert send_list(stage, 5, [(CARD_TAG, accepted()), (OTHER_TAG, accepted())]) == "Accepted"
    assert send_list(stage, 5, [(OTHER_TAG, None)], "Differential") == "VersionMismatch"
    assert send_list(stage, 6, [(OTHER_TAG, None)], "Differential") == "Accepted"
    doubled = [("A", accepted()), ("a", accepted())]
    assert send_list(stage, 7, doubled, "Differential") == "Failed"
    assert ask(stage, "GetLocalListVersion", {}) == {"listVersion": 6}
    go_offline(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap(OTHER)
    stage.advance(25)
    assert not stage.contactor.closed
    stage.csms.start()
    stage.until(lambda: stage.csms.online(IDENTITY), 200, "the link")
    stage.advance(5)
    assert ask(stage, "SendLocalList", {"listVersion": 9, "updateType": "Full"}) == {
        "status": "Accepted"
    }
    assert ask(stage, "GetLocalListVersion", {}) == {"listVersion": 0}


def test_longest_message_is_taken_with_the_memory_that_there_is(stage):
    """OCPP 1.6 §9.3.3: SendLocalListMaxLength idTags, each with all that it can have."""
    key = {"key": ["SendLocalListMaxLength"]}
    most = int(ask(stage, "GetConfiguration", key)["configurationKey"][0]["value"])
    info = accepted(expiryDate="2030-12-31T23:59:59.000Z", parentIdTag="FLEET-OF-THE-COMPANY")
    entries = [(f"{number:020d}", info) for number in range(most - 1)]
    assert send_list(stage, 1, [*entries, (CARD_TAG, info)]) == "Accepted"
    assert send_list(stage, 2, entries, "Differential") == "Accepted"
    go_offline(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy by the list")


@pytest.mark.parametrize("stops", ["true", "false"])
def test_idtag_found_invalid_may_take_some_energy_still(make_stage, stops):
    """OCPP 1.6 §4.8, §9.1 MaxEnergyOnInvalidId: so many Wh, then no transaction, or no energy."""
    keys = {"MaxEnergyOnInvalidId": "50", "StopTransactionOnInvalidId": stops}
    stage = make_stage(settings=keys).ready()
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "idTagInfo": UNWANTED})
    before_wh = stage.meter_wh
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until_status("Charging", 30)
    stage.until(lambda: not stage.contactor.closed, 60, "the end of the energy")
    assert 50 <= stage.meter_wh - before_wh <= 100
    if stops == "true":
        assert stage.finished_session()["reason"] == "DeAuthorized"
    else:
        stage.until_status("SuspendedEVSE", 10)
        assert stage.sessions()[0]["reason"] is None


def test_plug_of_an_idtag_found_invalid_stays_until_its_card_is_shown(stage):
    """OCPP 1.6 §4.8: the cable stays locked until the idTag is presented."""
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "idTagInfo": UNWANTED})
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    assert stage.finished_session()["reason"] == "DeAuthorized"
    stage.advance(20)
    assert stage.outlet.lock.engaged
    stage.tap(OTHER)
    stage.advance(10)
    assert stage.outlet.lock.engaged
    stage.tap()
    stage.until(lambda: not stage.outlet.lock.engaged, 20, "a free plug")
    assert len(stage.sessions()) == 1 and not stage.contactor.closed


def test_free_charging_wants_no_card(make_stage):
    """The vendor keys FreeCharging and FreeChargingIdTag: begun by the plug, ended by it."""
    keys = {"FreeCharging": "true", "FreeChargingIdTag": "HOUSE"}
    stage = make_stage(settings=keys).ready()
    stage.csms.add_card("HOUSE")
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging", 30)
    stage.tap()
    stage.advance(10)
    assert stage.contactor.closed
    stage.vehicle.unplug()
    session = stage.finished_session()
    assert session["id_tag"] == "HOUSE" and session["reason"] == "EVDisconnected"
    asked = [call["idTag"] for call in stage.csms.calls(IDENTITY, "Authorize")]
    assert "HOUSE" not in asked


def test_free_charging_stopped_from_afar_begins_again_with_the_next_plug_only(make_stage):
    """A RemoteStop is meant to last; the next vehicle is served."""
    stage = make_stage(settings={"FreeCharging": "true"}).ready()
    stage.csms.add_card("FREE")
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging", 30)
    number = stage.sessions()[0]["transaction_id"]
    ask(stage, "RemoteStopTransaction", {"transactionId": number})
    assert stage.finished_session()["reason"] == "Remote"
    stage.advance(90)
    assert not stage.contactor.closed and len(stage.sessions()) == 1
    stage.vehicle.unplug()
    stage.advance(3)
    stage.vehicle.plug_in(amps=16)
    stage.until(lambda: len(stage.sessions()) == 2, 30, "another session")


def test_free_charging_goes_on_by_itself_after_a_power_cut(make_stage):
    """No one is there to plug in again in the night."""
    stage = make_stage(settings={"FreeCharging": "true"}).ready()
    stage.csms.add_card("FREE")
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging", 30)
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.until(lambda: len(stage.sessions()) == 2, 120, "another session")
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    assert stage.sessions()[0]["reason"] == "PowerLoss"
