"""world: cable, residual current, earth, temperature, second contactor, interlock."""

import json

import pytest

from host_tests.harness.world import World
from host_tests.harness.world.world import PARTS

DUTY_16_A = 2667


class Session:
    """A world with one outlet that lacks nothing, and a station that beats and closes."""

    def __init__(self, lacks=()):
        self.world = World(seed=1, lacks=lacks)
        self.outlet = self.world.connectors[1]
        self.vehicle = self.outlet.vehicle
        self.outlet.interlock.stepped(True)

    def run(self, ms):
        self.world.advance_to(self.world.now_ms + ms)

    def charge(self, second=True, **vehicle):
        self.vehicle.plug_in(**vehicle)
        self.outlet.drive_pilot(DUTY_16_A)
        self.run(1000)
        self.outlet.contactor.drive(True)
        self.outlet.second_contactor.drive(second)
        self.run(9000)


@pytest.fixture
def session():
    return Session()


# -- the cable -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cable_a", "ohm"), [(13, 1500), (20, 680), (32, 220), (63, 100)])
def test_cable_is_known_by_its_resistor(session, cable_a, ohm):
    """IEC 61851-1 annex B as quoted in standards.md §1.4."""
    session.vehicle.plug_in(cable_a=cable_a)
    assert session.outlet.proximity_ohm == ohm
    session.vehicle.unplug()
    assert session.outlet.proximity_ohm == 100_000


def test_any_other_resistor_or_none_may_be_in_the_plug(session):
    session.vehicle.plug_in(cable_ohm=330)
    assert session.outlet.proximity_ohm == 330
    session.vehicle.unplug()
    session.vehicle.plug_in(cable_a=None)
    assert session.outlet.proximity_ohm == 100_000


def test_unknown_cable_is_refused_and_nothing_is_plugged(session):
    with pytest.raises(ValueError, match="13, 20, 32, 63 A, not 25"):
        session.vehicle.plug_in(cable_a=25)
    assert not session.vehicle.plugged and session.outlet.proximity_ohm == 100_000


@pytest.mark.parametrize(
    ("fault", "ohm"),
    [("proximity_open", 100_000), ("proximity_changed", 680), ("proximity_short", 0)],
)
def test_faults_of_the_contact_come_and_go(session, fault, ohm):
    session.vehicle.plug_in(cable_a=32)
    session.world.fault(fault)
    assert session.outlet.proximity_ohm == ohm
    session.world.clear_fault(fault)
    assert session.outlet.proximity_ohm == 220


# -- residual current ----------------------------------------------------------------------------


def test_residual_current_opens_the_contactors_in_hardware(session):
    """IEC 62955: whatever the station commands."""
    session.charge()
    session.world.fault("residual_current")
    assert session.outlet.residual.tripped
    session.run(20)
    assert not session.outlet.contactor.closed and not session.outlet.second_contactor.closed
    assert session.outlet.contactor.coil


def test_trip_lasts_as_long_as_the_current_and_500_ms_more(session):
    session.world.fault("residual_current")
    session.run(60_000)
    session.world.clear_fault("residual_current")
    session.run(499)
    assert session.outlet.residual.tripped
    session.run(1)
    assert not session.outlet.residual.tripped and session.outlet.residual.trips == 1


def test_test_input_makes_it_trip_within_100_ms_and_opens_the_supply(session):
    session.outlet.residual.drive_test(True)
    session.run(100)
    assert session.outlet.residual.tripped and not session.outlet.coil_supplied
    session.outlet.residual.drive_test(False)
    session.run(500)
    assert not session.outlet.residual.tripped and session.outlet.coil_supplied


def test_failed_test_input_does_nothing_and_a_current_still_trips(session):
    session.world.fault("residual_test_failed")
    session.outlet.residual.drive_test(True)
    session.run(5000)
    assert not session.outlet.residual.tripped
    session.world.fault("residual_current")
    assert session.outlet.residual.tripped


def test_absent_monitor_reads_as_tripped(session):
    session.world.fault("residual_absent")
    assert session.outlet.residual.tripped and not session.outlet.coil_supplied
    session.world.clear_fault("residual_absent")
    assert not session.outlet.residual.tripped


def test_station_without_a_monitor_charges_on():
    session = Session(lacks=["residual"])
    session.charge()
    session.world.fault("residual_current")
    session.run(1000)
    assert session.outlet.contactor.closed and not session.outlet.residual.tripped


# -- earth and temperature -----------------------------------------------------------------------


def test_open_earth_is_seen_by_the_earth_monitor_and_on_the_pilot(session):
    session.vehicle.plug_in()
    session.outlet.drive_pilot(10_000)
    session.world.fault("earth_open")
    assert not session.outlet.earthed and session.outlet.pilot_mv == (12_000, 12_000)
    session.world.clear_fault("earth_open")
    assert session.outlet.earthed


def test_thermometer_says_what_a_mcp9700_says(session):
    """Microchip DS20001942: 500 mV at 0 degrees, 10 mV a degree."""
    assert session.outlet.thermometer.level_mv == 750
    session.outlet.temperature_c = -20
    assert session.outlet.thermometer.level_mv == 300
    session.outlet.temperature_c = 71.5
    assert session.outlet.thermometer.level_mv == 1215
    session.world.fault("thermometer_open")
    assert session.outlet.thermometer.level_mv == 3300
    session.world.fault("thermometer_short")
    assert session.outlet.thermometer.level_mv == 0


# -- the mains -----------------------------------------------------------------------------------


def test_brown_out_drops_the_contactors_and_ends_the_current(session):
    session.charge()
    session.world.mains.set_voltage([180_000] * 3)
    session.run(1000)
    assert session.outlet.contactor.closed and session.outlet.meter.current_ma[0] == 16_002
    session.world.mains.set_voltage([100_000] * 3)
    session.run(20)
    assert not session.outlet.contactor.closed and not session.outlet.second_contactor.closed
    assert session.outlet.meter.current_ma == [0, 0, 0] and session.outlet.contactor.coil
    session.world.mains.set_voltage([230_000] * 3)
    session.run(25)
    assert session.outlet.contactor.closed


# -- the second contactor ------------------------------------------------------------------------


def test_one_closed_contactor_carries_one_phase(session):
    session.charge(second=False)
    assert session.outlet.meter.current_ma == [16_002, 0, 0]
    session.outlet.second_contactor.drive(True)
    session.run(25)
    assert session.outlet.meter.current_ma == [16_002] * 3


def test_second_contactor_alone_carries_nothing(session):
    session.charge()
    session.outlet.contactor.drive(False)
    session.run(100)
    assert session.outlet.second_contactor.closed
    assert session.outlet.meter.current_ma == [0, 0, 0]


def test_meter_counts_each_phase_for_as_long_as_it_is_connected(session):
    session.charge(second=False)
    before_mws = session.outlet.meter.energy_mws
    session.run(1000)
    one_mws = session.outlet.meter.energy_mws - before_mws
    session.outlet.second_contactor.drive(True)
    session.run(1025)
    three_mws = session.outlet.meter.energy_mws - before_mws - one_mws
    assert one_mws == 230 * 16_002
    assert three_mws == pytest.approx(3.025 * one_mws, abs=2)


def test_faults_of_the_second_contactor_are_its_own(session):
    session.charge()
    session.world.fault("second_welded")
    session.outlet.second_contactor.drive(False)
    session.outlet.contactor.drive(False)
    session.run(1000)
    assert session.outlet.second_contactor.mirror_closed and not session.outlet.contactor.closed
    session.world.clear_fault("second_welded")
    session.world.fault("second_stuck_open")
    session.outlet.second_contactor.drive(True)
    session.run(1000)
    assert not session.outlet.second_contactor.closed


# -- the interlock -------------------------------------------------------------------------------


def step(session, times, toggled, ms=10):
    for _ in range(times):
        session.run(ms)
        session.outlet.interlock.stepped(toggled)


def test_interlock_opens_100_ms_after_the_last_edge(session):
    session.charge()
    step(session, 100, True)
    step(session, 9, False)
    assert session.outlet.interlock.held and session.outlet.contactor.closed
    step(session, 1, False)
    assert not session.outlet.interlock.held
    session.run(20)
    assert not session.outlet.contactor.closed and session.outlet.contactor.coil


def test_leisurely_steps_with_edges_hold_the_interlock(session):
    """A step that the harness makes a second apart stands for one of 10 ms."""
    session.charge()
    step(session, 60, True, ms=1000)
    assert session.outlet.contactor.closed and session.outlet.contactor.cycles == 1


def test_hung_firmware_opens_the_interlock_and_an_edge_closes_it_again(session):
    session.charge()
    session.outlet.interlock.starved(99)
    assert session.outlet.coil_supplied
    session.outlet.interlock.starved(1)
    assert not session.outlet.coil_supplied
    step(session, 1, True)
    assert session.outlet.coil_supplied


# -- all of it -----------------------------------------------------------------------------------


def test_part_that_does_not_exist_can_not_be_lacking():
    with pytest.raises(ValueError, match="'wheel'; there are second_relay"):
        World(lacks=["wheel"])


def test_station_that_lacks_everything_has_one_contactor_for_all():
    session = Session(lacks=PARTS)
    session.outlet.interlock.release()
    session.charge(second=False)
    assert session.outlet.meter.current_ma == [16_002] * 3


def test_state_tells_all_of_it_in_json(session):
    session.charge(cable_a=20)
    session.outlet.lock.drive(1)
    session.run(250)
    session.world.press_button(100)
    state = json.loads(json.dumps(session.world.state()))
    connector = state["connectors"]["1"]
    assert state["button"] is True and state["buzzer"] is False
    assert (connector["proximity_ohm"], connector["lock"]) == (680, "in")
    assert (connector["residual"], connector["earth"]) == (False, True)
    assert (connector["second_closed"], connector["temperature_c"]) == (True, 25.0)
    session.run(100)
    assert not session.world.button
