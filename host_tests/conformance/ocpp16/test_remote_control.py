"""OCTT, Core: what the back end starts, stops and unlocks from afar."""

from host_tests.harness.stage import CARD_TAG

START = {"idTag": CARD_TAG, "connectorId": 1}


def charging(case, stage, seconds=10):
    """A session up to its first seconds of energy; its transactionId."""
    stage.charge(seconds)
    case.skip()
    return stage.sessions()[-1]["transaction_id"]


def stopped(case, number, reason):
    """The stop of a transaction and what the connector is then."""
    case.next("StopTransaction", transactionId=number, reason=reason)
    case.stage.until_status("Finishing", 30)


def test_tc_010_remote_start_cable_first(case, stage):
    """OCPP 1.6 §5.11: Preparing by the plug, then started from afar."""
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    case.ask("RemoteStartTransaction", START, status="Accepted")
    case.next("StartTransaction", idTag=CARD_TAG, connectorId=1)
    case.status("Charging")


def test_tc_011_1_remote_start_remote_start_first(case, stage):
    """OCPP 1.6 §5.11: Preparing by the call, then the plug."""
    case.ask("RemoteStartTransaction", START, status="Accepted")
    case.status("Preparing")
    stage.vehicle.plug_in(amps=16)
    case.next("StartTransaction", idTag=CARD_TAG, connectorId=1)
    case.status("Charging")


def test_tc_011_2_remote_start_time_out(case, make_ready):
    """OCPP 1.6 §4.9 B1, §9.1.7: no plug within ConnectionTimeOut."""
    stage = make_ready(settings={"ConnectionTimeOut": "15"})
    case.ask("RemoteStartTransaction", START, status="Accepted")
    case.status("Preparing")
    began_ms = stage.now_ms
    case.status("Available")
    assert 14_000 <= stage.now_ms - began_ms <= 17_000
    stage.vehicle.plug_in(amps=16)
    case.silent("StartTransaction", 10)


def test_tc_012_remote_stop(case, stage):
    """OCPP 1.6 §5.12: as a stop on the spot, with reason Remote; the plug is set free."""
    number = charging(case, stage)
    case.ask("RemoteStopTransaction", {"transactionId": number}, status="Accepted")
    stopped(case, number, "Remote")
    stage.until(lambda: stage.outlet.lock.word == "out", 20, "a free plug")
    stage.vehicle.unplug()
    case.status("Available")


def test_tc_017_1_unlock_without_a_session_detachable_cable(case, stage):
    """OCPP 1.6 §5.18."""
    case.ask("UnlockConnector", {"connectorId": 1}, status="Unlocked")
    assert stage.outlet.lock.word == "out"


def test_tc_017_2_unlock_without_a_session_fixed_cable(case, make_ready):
    """OCPP 1.6 §5.18: a cable of the station's own has no lock."""
    make_ready(socket=False)
    case.ask("UnlockConnector", {"connectorId": 1}, status="NotSupported")


def test_tc_018_1_unlock_with_a_session_detachable_cable(case, stage):
    """OCPP 1.6 §5.18: the transaction ends first, UnlockCommand."""
    number = charging(case, stage)
    case.ask("UnlockConnector", {"connectorId": 1}, status="Unlocked")
    assert stage.outlet.lock.word == "out"
    stopped(case, number, "UnlockCommand")
    stage.vehicle.unplug()
    case.status("Available")


def test_tc_018_2_unlock_with_a_session_fixed_cable(case, make_ready):
    """OCPP 1.6 §5.18: it is no stop; without a lock the session goes on."""
    stage = make_ready(socket=False)
    charging(case, stage)
    case.ask("UnlockConnector", {"connectorId": 1}, status="NotSupported")
    case.silent("StopTransaction", 10)
    assert stage.contactor.closed


def test_tc_026_remote_start_rejected(case, stage):
    """OCPP 1.6 §5.11: a connector that is busy can't be started."""
    charging(case, stage)
    case.ask("RemoteStartTransaction", START, status="Rejected")
    case.silent("StartTransaction", 5)
    assert stage.contactor.closed


def test_tc_027_remote_start_connectorid_shall_not_be_0(case, stage):
    """OCPP 1.6 §5.11."""
    wanted = {"idTag": CARD_TAG, "connectorId": 0}
    case.ask("RemoteStartTransaction", wanted, status="Rejected")
    stage.vehicle.plug_in(amps=16)
    case.silent("StartTransaction", 10)


def test_tc_028_remote_stop_rejected(case, stage):
    """OCPP 1.6 §5.12: only a transaction that runs can be stopped."""
    number = charging(case, stage)
    case.ask("RemoteStopTransaction", {"transactionId": number + 1000}, status="Rejected")
    case.silent("StopTransaction", 5)
    assert stage.contactor.closed


def test_tc_030_unlock_failure(case, stage):
    """OCPP 1.6 §5.18: UnlockFailed, with the transaction ended."""
    number = charging(case, stage)
    stage.outlet.lock.jam(True)
    case.ask("UnlockConnector", {"connectorId": 1}, status="UnlockFailed")
    case.next("StopTransaction", transactionId=number, reason="UnlockCommand")
    assert not stage.contactor.closed


def test_tc_031_unlock_of_an_unknown_connector(case, stage):
    """OCPP 1.6 §5.18."""
    case.ask("UnlockConnector", {"connectorId": 9}, status="NotSupported")
