"""OCTT, LocalAuthListManagement: the list is sent, told, refused, and decides."""

from host_tests.harness.stage import CARD_TAG

ACCEPTED = {"status": "Accepted"}


def full(version, *tags):
    """A Full list of idTags that are Accepted."""
    entries = [{"idTag": tag, "idTagInfo": ACCEPTED} for tag in tags]
    return {"listVersion": version, "updateType": "Full", "localAuthorizationList": entries}


def differential(version, *tags):
    return {**full(version, *tags), "updateType": "Differential"}


def with_list(make_ready, case, **settings):
    """A station that begins for idTags of its list at once, and that has one."""
    stage = make_ready(settings={"LocalPreAuthorize": "true", **settings})
    case.ask("SendLocalList", full(1, CARD_TAG), status="Accepted")
    return stage


def test_tc_008_1_start_of_an_id_in_the_local_list(case, make_ready):
    """OCPP 1.6 §3.5.1: no Authorize; the transaction is started at once."""
    stage = with_list(make_ready, case)
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    stage.tap()
    case.next("StartTransaction", idTag=CARD_TAG)
    case.status("Charging")
    assert stage.csms.calls(stage.identity, "Authorize") == []


def test_tc_008_2_remote_start_of_an_id_in_the_local_list(case, make_ready):
    """OCPP 1.6 §5.11 with AuthorizeRemoteTxRequests: the list has authorised it."""
    stage = with_list(make_ready, case, AuthorizeRemoteTxRequests="true")
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    start = {"idTag": CARD_TAG, "connectorId": 1}
    case.ask("RemoteStartTransaction", start, status="Accepted")
    case.next("StartTransaction", idTag=CARD_TAG)
    case.status("Charging")
    assert stage.csms.calls(stage.identity, "Authorize") == []


def test_tc_042_1_getlocallistversion_not_supported(case, make_ready):
    """OCPP 1.6 §5.10: -1 where the list is off."""
    make_ready(settings={"LocalAuthListEnabled": "false"})
    case.ask("GetLocalListVersion", listVersion=-1)


def test_tc_042_2_getlocallistversion_empty(case, stage):
    """OCPP 1.6 §5.10: 0 for a list that is empty, also for one that was emptied."""
    case.ask("GetLocalListVersion", listVersion=0)
    case.ask("SendLocalList", full(3, CARD_TAG), status="Accepted")
    case.ask("SendLocalList", full(4), status="Accepted")
    case.ask("GetLocalListVersion", listVersion=0)


def test_tc_043_sendlocallist(case, stage):
    """OCPP 1.6 §5.15: a Full list, then a Differential."""
    case.ask("SendLocalList", full(1, CARD_TAG), status="Accepted")
    case.ask("GetLocalListVersion", listVersion=1)
    case.ask("SendLocalList", differential(2, "OTHER"), status="Accepted")
    case.ask("GetLocalListVersion", listVersion=2)


def test_tc_043_1_sendlocallist_notsupported(case, make_ready):
    """OCPP 1.6 §5.15: the list is off."""
    make_ready(settings={"LocalAuthListEnabled": "false"})
    case.ask("SendLocalList", full(1, CARD_TAG), status="NotSupported")


def test_tc_043_2_sendlocallist_versionmismatch(case, stage):
    """OCPP 1.6 §5.15: a Differential that is not newer."""
    case.ask("SendLocalList", full(5, CARD_TAG), status="Accepted")
    case.ask("SendLocalList", differential(5, "OTHER"), status="VersionMismatch")
    case.ask("SendLocalList", differential(4, "OTHER"), status="VersionMismatch")
    case.ask("GetLocalListVersion", listVersion=5)


def test_tc_043_3_sendlocallist_failed(case, stage):
    """OCPP 1.6 §5.15: an idTag twice in one list; the list stays what it was."""
    case.ask("SendLocalList", full(1, CARD_TAG), status="Accepted")
    case.ask("SendLocalList", full(2, "SAME", "same"), status="Failed")
    case.ask("GetLocalListVersion", listVersion=1)
