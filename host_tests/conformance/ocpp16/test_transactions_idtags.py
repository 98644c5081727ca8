"""OCTT, Core: cached idTags, starts off line, and whose card ends a transaction."""

from host_tests.harness.stage import CARD_TAG, IDENTITY

OTHER = bytes.fromhex("0411223344AA80")
OTHER_TAG = "0411223344AA80"
OFFLINE = {
    "LocalAuthorizeOffline": "true",
    "AllowOfflineTxForUnknownId": "true",
    "AuthorizationCacheEnabled": "false",
}


def learn_card(case, stage):
    """The card is in the cache: the back end has answered an Authorize about it."""
    stage.tap()
    case.next("Authorize", idTag=CARD_TAG)
    stage.advance(2)
    stage.tap()
    case.status("Preparing")
    case.status("Available")
    stage.advance(2)


def start_offline(stage, status):
    """A session that began without a back end, whose card is ``status`` there."""
    stage.csms.add_card(CARD_TAG, status)
    stage.csms.stop()
    stage.advance(5)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy without a back end")
    stage.advance(10)
    stage.csms.start()


def test_tc_007_1_start_of_a_cached_id(case, make_ready):
    """OCPP 1.6 §3.5.1, §9.1 LocalPreAuthorize: no second Authorize."""
    stage = make_ready(settings={"LocalPreAuthorize": "true"})
    learn_card(case, stage)
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    stage.tap()
    case.next("StartTransaction", idTag=CARD_TAG)
    case.status("Charging")
    assert len(stage.csms.calls(IDENTITY, "Authorize")) == 1


def test_tc_007_2_remote_start_of_a_cached_id(case, make_ready):
    """OCPP 1.6 §5.11 with AuthorizeRemoteTxRequests: the cache has authorised it."""
    keys = {"LocalPreAuthorize": "true", "AuthorizeRemoteTxRequests": "true"}
    stage = make_ready(settings=keys)
    learn_card(case, stage)
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    start = {"idTag": CARD_TAG, "connectorId": 1}
    case.ask("RemoteStartTransaction", start, status="Accepted")
    case.next("StartTransaction", idTag=CARD_TAG)
    case.status("Charging")
    assert len(stage.csms.calls(IDENTITY, "Authorize")) == 1


def test_tc_037_1_offline_start_valid_id(case, make_ready):
    """OCPP 1.6 §4.1, §4.8: begun off line, accepted afterwards, and it goes on."""
    stage = make_ready(settings=OFFLINE)
    start_offline(stage, "Accepted")
    case.next("StartTransaction", 200, idTag=CARD_TAG)
    case.silent("StopTransaction", 20)
    assert stage.contactor.closed
    stage.tap()
    case.next("StopTransaction", 60)


def test_tc_037_2_offline_start_invalid_id_stoptransactiononinvalidid_false(case, make_ready):
    """OCPP 1.6 §4.8: Invalid afterwards; the energy ends, the transaction does not."""
    stage = make_ready(settings={**OFFLINE, "StopTransactionOnInvalidId": "false"})
    start_offline(stage, "Invalid")
    case.next("StartTransaction", 200, idTag=CARD_TAG)
    stage.until_status("SuspendedEVSE", 30)
    case.silent("StopTransaction", 20)
    assert not stage.contactor.closed
    stage.tap()
    case.next("StopTransaction", 60)


def test_tc_037_3_offline_start_invalid_id_stoptransactiononinvalidid_true(case, make_ready):
    """OCPP 1.6 §4.8: Invalid afterwards; DeAuthorized."""
    stage = make_ready(settings={**OFFLINE, "StopTransactionOnInvalidId": "true"})
    start_offline(stage, "Invalid")
    case.next("StartTransaction", 200, idTag=CARD_TAG)
    case.next("StopTransaction", 60, reason="DeAuthorized")
    stage.until_status("Finishing", 30)
    assert not stage.contactor.closed


def test_tc_068_stop_idtag_matches(case, stage):
    """OCPP 1.6 §4.1, §4.10: the card that began ends it; no Authorize for that."""
    stage.charge(5)
    asked = len(stage.csms.calls(IDENTITY, "Authorize"))
    stage.tap()
    stop = case.next("StopTransaction", idTag=CARD_TAG)
    assert stop.get("reason", "Local") == "Local"
    stage.until_status("Finishing", 30)
    assert len(stage.csms.calls(IDENTITY, "Authorize")) == asked


def test_tc_069_stop_parentidtag_matches(case, stage):
    """OCPP 1.6 §4.1: a card of the same parent ends it, a stranger's does not."""
    stage.csms.add_card(CARD_TAG, parent="FLEET")
    stage.csms.add_card(OTHER_TAG, parent="OTHERS")
    stage.charge(5)
    stage.tap(OTHER)
    case.next("Authorize", idTag=OTHER_TAG)
    case.silent("StopTransaction", 10)
    stage.csms.add_card(OTHER_TAG, parent="FLEET")
    stage.tap(OTHER)
    case.next("Authorize", idTag=OTHER_TAG)
    stop = case.next("StopTransaction", idTag=OTHER_TAG)
    assert stop.get("reason", "Local") == "Local"
    stage.until_status("Finishing", 30)
