"""The contactor: opens in time, is believed only as far as it can be seen."""

from host_tests.harness.stage import IDENTITY


def test_contactor_opens_within_100_ms_when_the_vehicle_leaves_c(stage):
    """IEC 61851-1 table A.6 8.1: S2 opened, contactor open within 100 ms."""
    stage.charge(10)
    stage.vehicle.stop_power()
    stage.until(lambda: not stage.contactor.closed, 15, "an open contactor")
    assert 0 < stage.world.connectors[1].worst_open_delay_ms <= 100


def test_contactor_opens_within_100_ms_when_the_plug_is_pulled_under_load(stage):
    """IEC 61851-1 table A.6 2.2: C to A, contactor open within 100 ms."""
    stage.charge(10)
    stage.vehicle.unplug()
    stage.until(lambda: not stage.contactor.closed, 5, "an open contactor")
    assert 0 < stage.world.connectors[1].worst_open_delay_ms <= 100


def test_welded_contactor_is_reported_and_never_energised_again(stage):
    """IEC 61851-1 §13, OCPP 1.6 PowerSwitchFailure: feedback closed after open is a fault."""
    stage.charge(10)
    stage.world.fault("contactor_welded")
    stage.tap()
    stage.until_status("Faulted", 20)
    told = stage.csms.calls(IDENTITY, "StatusNotification")[-1]
    assert told["errorCode"] == "PowerSwitchFailure"
    relay = stage.contactor
    stage.vehicle.unplug()
    stage.world.clear_fault("contactor_welded")
    stage.advance(10)
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(30)
    assert not relay.coil and not relay.closed


def test_contactor_that_does_not_close_is_reported(stage):
    """OCPP 1.6 PowerSwitchFailure: told to close, feedback stays open."""
    stage.world.fault("contactor_stuck_open")
    stage.vehicle.plug_in()
    stage.tap()
    stage.until_status("Faulted", 120)
    told = stage.csms.calls(IDENTITY, "StatusNotification")[-1]
    assert told["errorCode"] == "PowerSwitchFailure" and not stage.contactor.coil


def test_pilot_short_opens_the_contactor_while_charging(stage):
    """IEC 61851-1 A.4.9: pilot to earth, open within 3 s; we take 100 ms."""
    stage.charge(10)
    stage.world.fault("pilot_earth_short")
    stage.until(lambda: not stage.contactor.closed, 1, "an open contactor")
    assert stage.world.connectors[1].worst_open_delay_ms <= 100


def test_missing_diode_gets_no_energy(stage):
    """IEC 61851-1 table A.4: the low side must be -12 V before the first close."""
    stage.world.fault("diode_missing")
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(30)
    assert not stage.contactor.closed and stage.contactor.cycles == 0


def test_station_waits_for_mains_that_failed_and_goes_on(stage):
    """The contactor drops out with its supply; it is not tried again before there is mains."""
    stage.charge(10)
    stage.world.mains.switch(False)
    stage.advance(40)
    cycles = stage.contactor.cycles
    assert not stage.contactor.coil
    stage.world.mains.switch(True)
    stage.until_status("Charging", 60)
    assert stage.contactor.cycles == cycles + 1
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
