"""OCTT, Core: a start that the lock forbids."""

from host_tests.harness.stage import CARD_TAG


def test_tc_024_lock_failure(case, stage):
    """OCPP 1.6 §4.9, §7.6: a bolt that does not go in: no energy, and ConnectorLockFailure."""
    stage.outlet.lock.jam(True)
    stage.tap()
    case.next("Authorize", idTag=CARD_TAG)
    case.status("Preparing")
    stage.vehicle.plug_in(amps=16)
    case.next("StatusNotification", 60, connectorId=1, errorCode="ConnectorLockFailure")
    stage.advance(10)
    assert not stage.contactor.closed and stage.contactor.cycles == 0
