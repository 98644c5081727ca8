"""world/vehicle: those that sleep, are slow, flap, or draw too much."""

import pytest

from host_tests.harness.world import World

DUTY_16_A = 2667


class Session:
    def __init__(self):
        self.world = World(seed=1, lacks=["interlock", "second_relay"])
        self.outlet = self.world.connectors[1]
        self.vehicle = self.outlet.vehicle

    def run(self, ms):
        self.world.advance_to(self.world.now_ms + ms)

    def charge(self, **vehicle):
        self.vehicle.plug_in(**vehicle)
        self.outlet.drive_pilot(DUTY_16_A)
        self.run(1000)
        self.outlet.contactor.drive(True)
        self.run(9000)


@pytest.fixture
def session():
    return Session()


def test_sleeping_vehicle_answers_no_offer(session):
    session.outlet.drive_pilot(10_000)
    session.vehicle.plug_in(asleep=True)
    session.outlet.drive_pilot(DUTY_16_A)
    session.run(600_000)
    session.outlet.drive_pilot(10_000)
    session.run(600_000)
    session.outlet.drive_pilot(DUTY_16_A)
    session.run(5000)
    assert session.vehicle.state == "B"


@pytest.mark.parametrize("way", ["F", "cut"])
def test_sleeping_vehicle_wakes_when_the_pilot_was_gone_for_two_seconds(session, way):
    """IEC 61851-1 A.5.3: state F or an interruption."""
    session.outlet.drive_pilot(10_000)
    session.vehicle.plug_in(asleep=True)
    session.outlet.drive_pilot(DUTY_16_A)
    for gone_ms, state in ((1999, "B"), (2000, "C")):
        if way == "F":
            session.outlet.drive_pilot(0)
        session.outlet.connect_pilot(way == "F")
        session.run(gone_ms)
        session.outlet.connect_pilot(True)
        session.outlet.drive_pilot(DUTY_16_A)
        session.run(1000)
        assert session.vehicle.state == state


def test_driver_wakes_a_sleeping_vehicle(session):
    session.charge(asleep=True)
    assert session.vehicle.state == "B"
    session.vehicle.request_power()
    assert session.vehicle.state == "C"


def test_slow_vehicle_asks_late(session):
    session.vehicle.ask_after_ms = 40_000
    session.vehicle.plug_in()
    session.outlet.drive_pilot(DUTY_16_A)
    session.run(39_999)
    assert session.vehicle.state == "B"
    session.run(1)
    assert session.vehicle.state == "C"


def test_flapping_s2_goes_to_and_fro_and_ends_where_it_was(session):
    session.charge()
    states = []
    session.vehicle.flap(times=3, every_ms=200)
    for _ in range(6):
        states.append(session.vehicle.state)
        session.run(200)
    assert states == ["B", "C"] * 3 and session.vehicle.state == "C"
    assert session.outlet.pilot_mv[0] == 5995


def test_vehicle_without_a_plug_can_not_flap(session):
    with pytest.raises(ValueError, match="no vehicle"):
        session.vehicle.flap(1)


def test_overdrawing_vehicle_draws_more_than_it_may_and_the_meter_sees_it(session):
    session.charge()
    session.vehicle.overdraws(1.25)
    assert session.outlet.meter.current_ma == [20_002] * 3
    session.vehicle.overdraws(1)
    session.vehicle.overdraws(2, phase=2)
    assert session.outlet.meter.current_ma == [16_002, 32_004, 16_002]
    before_mws = session.outlet.meter.energy_mws
    session.run(1000)
    assert session.outlet.meter.energy_mws - before_mws == 4 * 230 * 16_002


@pytest.mark.parametrize(("factor", "phase"), [(-1, None), (1, 0), (1, 4)])
def test_senseless_overdraw_is_refused(session, factor, phase):
    with pytest.raises(ValueError, match="phase 1 to 3"):
        session.vehicle.overdraws(factor, phase)
    assert session.vehicle.draws_bp == [10_000] * 3


def test_interrupted_pilot_measures_the_stations_own_source(session):
    session.charge()
    session.outlet.connect_pilot(False)
    assert session.outlet.pilot_mv == (12_000, -12_000)
    session.run(1000)
    assert session.vehicle.current_ma == 0
    assert session.outlet.state()["pilot_connected"] is False
