"""OCTT, Core: idTags that the back end does not accept, and the cache that is cleared."""

from host_tests.harness.stage import CARD_TAG, IDENTITY

INVALID = {"idTagInfo": {"status": "Invalid"}}
REMOTE = {"AuthorizeRemoteTxRequests": "true"}
EARLY = {"LocalPreAuthorize": "true"}


def nothing_starts(case):
    case.silent("StartTransaction", 20)
    assert not case.stage.contactor.closed


def cached(case, stage):
    """A session has put the card into the cache."""
    stage.charge(3)
    stage.vehicle.unplug()
    stage.finished_session()
    stage.until_status("Available")
    stage.advance(2)
    case.skip()


def asked_again(case, begin):
    """After ClearCache the back end is asked, though the cache may decide."""
    case.ask("ClearCache", status="Accepted")
    case.stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    begin()
    case.next("Authorize", idTag=CARD_TAG)
    case.next("StartTransaction", idTag=CARD_TAG)


def test_tc_023_4_local_start_authorize_invalid(case, stage):
    """OCPP 1.6 §4.1: a card that is Invalid begins nothing."""
    stage.csms.answer("Authorize", with_=INVALID)
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    stage.tap()
    case.next("Authorize", idTag=CARD_TAG)
    nothing_starts(case)


def test_tc_023_5_remote_start_authorize_invalid(case, make_ready):
    """OCPP 1.6 §5.11, AuthorizeRemoteTxRequests: accepted, asked about, and refused."""
    stage = make_ready(settings=REMOTE)
    stage.csms.answer("Authorize", with_=INVALID)
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    start = {"idTag": CARD_TAG, "connectorId": 1}
    case.ask("RemoteStartTransaction", start, status="Accepted")
    case.next("Authorize", idTag=CARD_TAG)
    nothing_starts(case)


def test_tc_061_1_clear_cache_seen_by_a_local_start(case, make_ready):
    """OCPP 1.6 §5.4, §9.1 LocalPreAuthorize."""
    stage = make_ready(settings=EARLY)
    cached(case, stage)
    asked_again(case, stage.tap)


def test_tc_061_2_clear_cache_seen_by_a_remote_start(case, make_ready):
    """OCPP 1.6 §5.4, §5.11 with AuthorizeRemoteTxRequests."""
    stage = make_ready(settings={**EARLY, **REMOTE})
    cached(case, stage)
    start = {"idTag": CARD_TAG, "connectorId": 1}
    asked_again(case, lambda: stage.csms.call(IDENTITY, "RemoteStartTransaction", start))
