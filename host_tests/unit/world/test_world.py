"""world: an outlet's parts together, as a session meets them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.harness.world import World
from host_tests.harness.world.faults import FAULTS

DUTY_16_A = 2667


class Session:
    """A world with one outlet, and a station that closes as it is told."""

    def __init__(self, lacks=("interlock", "second_relay"), **options):
        self.world = World(seed=1, lacks=lacks, **options)
        self.outlet = self.world.connectors[1]
        self.vehicle = self.outlet.vehicle

    def run(self, ms):
        self.world.advance_to(self.world.now_ms + ms)

    def charge(self, **vehicle):
        """Plug in, offer 16 A, close as soon as the vehicle asks, wait for the full current."""
        self.vehicle.plug_in(**vehicle)
        self.outlet.drive_pilot(DUTY_16_A)
        self.run(1000)
        self.outlet.contactor.drive(True)
        self.run(9000)


def test_a_vehicle_asks_a_second_after_the_offer_and_draws_a_second_later():
    session = Session()
    session.outlet.drive_pilot(10_000)
    session.vehicle.plug_in(amps=32)
    session.run(5000)
    assert session.vehicle.state == "B"
    session.outlet.drive_pilot(DUTY_16_A)
    session.run(999)
    assert session.vehicle.state == "B"
    session.run(1)
    assert session.vehicle.state == "C"
    session.outlet.contactor.drive(True)
    session.run(1000)
    assert session.vehicle.current_ma == 0
    session.run(100)
    assert session.vehicle.current_ma == 1000
    session.run(9000)
    assert session.vehicle.current_ma == 16_002


def test_nothing_is_drawn_without_mains_at_the_inlet():
    session = Session()
    session.vehicle.plug_in()
    session.outlet.drive_pilot(DUTY_16_A)
    session.run(60_000)
    assert session.vehicle.state == "C"
    assert session.vehicle.current_ma == 0
    session.outlet.contactor.drive(True)
    session.run(125)
    assert session.vehicle.current_ma == 1000


def test_it_follows_a_new_duty_within_five_seconds():
    """IEC 61851-1 table A.6, sequence 6."""
    session = Session()
    session.charge()
    session.outlet.drive_pilot(1000)
    session.run(900)
    assert session.vehicle.current_ma == 16_002
    session.run(4100)
    assert session.vehicle.current_ma == 6000


def test_it_stops_within_three_seconds_of_the_end_of_the_wave():
    """IEC 61851-1 table A.6, sequence 9.1 and 10.1."""
    session = Session()
    session.charge(amps=80)
    session.outlet.drive_pilot(10_000)
    session.run(2999)
    assert session.vehicle.state == "B"
    assert session.vehicle.current_ma == 0
    assert session.outlet.contactor.opened_under_load == 0


def test_a_stubborn_vehicle_goes_on():
    session = Session()
    session.charge(ignores_stop=True)
    session.outlet.drive_pilot(10_000)
    session.run(20_000)
    assert session.vehicle.state == "C"
    assert session.vehicle.current_ma == 16_002


def test_a_vehicle_that_does_not_ask_waits_for_its_driver():
    session = Session()
    session.charge(asks=False)
    assert session.vehicle.state == "B"
    session.vehicle.request_power(amps=10, phases=1)
    assert session.vehicle.state == "C"
    session.run(5000)
    assert session.outlet.meter.current_ma == [10_000, 0, 0]


def test_a_vehicle_pauses_and_resumes():
    session = Session()
    session.charge()
    session.vehicle.stop_power()
    session.run(3000)
    assert session.vehicle.state == "B"
    session.run(60_000)
    assert session.vehicle.state == "B"
    session.vehicle.request_power()
    session.run(9000)
    assert (session.vehicle.state, session.vehicle.current_ma) == ("C", 16_002)


def test_a_new_offer_while_it_stops_is_taken_up_after_the_stop():
    session = Session()
    session.charge()
    session.outlet.drive_pilot(10_000)
    session.run(600)
    session.outlet.drive_pilot(DUTY_16_A)
    session.run(500)
    assert session.vehicle.state == "B"
    session.run(9000)
    assert session.vehicle.state == "C"


def test_a_simplified_vehicle_goes_from_a_to_c():
    """IEC 61851-1 A.2.3."""
    session = Session()
    session.vehicle.plug_in(simplified=True)
    assert session.vehicle.state == "C"
    assert session.outlet.pilot_mv == (-12_000, -12_000)
    session.outlet.drive_pilot(10_000)
    assert session.outlet.pilot_mv == (5995, 5995)


def test_a_vehicle_that_wants_air_is_in_state_d():
    session = Session()
    session.charge(ventilation=True)
    assert session.vehicle.state == "D"
    assert session.outlet.pilot_mv[0] == 2929


def test_unplugging_ends_everything_at_once():
    session = Session()
    session.charge()
    session.vehicle.unplug()
    assert session.vehicle.current_ma == 0
    assert session.outlet.pilot_mv == (12_000, -12_000)
    session.run(70)
    session.outlet.contactor.drive(False)
    session.run(1000)
    assert session.outlet.worst_open_delay_ms == 90
    with pytest.raises(ValueError, match="no vehicle"):
        session.vehicle.unplug()


def test_the_meter_counts_a_steady_hour_to_the_watt_hour():
    session = Session()
    session.charge()
    before_mws = session.outlet.meter.energy_mws
    session.run(3_600_000)
    expected_mws = 3 * 230 * 16_002 * 3600
    assert session.outlet.meter.energy_mws - before_mws == expected_mws
    assert session.outlet.meter.power_w == 11_041


def test_the_meter_counts_a_ramp_exactly():
    """From 0 to 16 002 mA by 10 A/s: 1600 ms, a last one of 2 mA, then level."""
    session = Session()
    meter = session.outlet.meter
    before_mws = meter.energy_mws
    session.charge(phases=1)
    level_ms = 10_000 - (2000 + 1601)
    area_ma_ms = 16_000 * 1600 // 2 + 16_001 + 16_002 * level_ms
    assert meter.energy_mws - before_mws == 230 * area_ma_ms // 1000


@given(st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 6)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_register_is_the_sum_of_what_flowed_whoever_looks_when(story):
    """Reading the meter often changes nothing, and the register never goes back."""

    def play(look):
        session = Session()
        session.charge()
        seen = [session.outlet.meter.energy_mws]
        actions = (
            lambda: session.outlet.drive_pilot(1000),
            lambda: session.outlet.drive_pilot(5333),
            lambda: session.outlet.drive_pilot(10_000),
            lambda: session.outlet.contactor.drive(False),
            lambda: session.outlet.contactor.drive(True),
            lambda: session.world.mains.switch(not session.world.mains.on),
            lambda: session.world.mains.set_voltage([231_000, 228_000, 240_500]),
        )
        for wait_ms, what in story:
            actions[what]()
            for _ in range(look):
                session.run(wait_ms // look)
                seen.append(session.outlet.meter.energy_mws)
            session.run(wait_ms % look)
        assert seen == sorted(seen)
        return session.outlet.meter.energy_mws

    assert play(1) == play(7)


def test_a_mains_failure_drops_the_contactor_and_the_current():
    session = Session()
    session.charge()
    session.world.mains.switch(False)
    assert session.outlet.meter.current_ma == [0, 0, 0]
    assert session.outlet.meter.voltage_mv == [0, 0, 0]
    session.run(100)
    assert not session.outlet.contactor.closed
    session.world.mains.switch(True)
    session.run(9000)
    assert session.vehicle.current_ma == 16_002


def test_a_power_cut_opens_the_contactor_and_keeps_vehicle_and_register():
    session = Session()
    session.charge()
    session.world.power(False)
    session.run(100)
    register_wh = session.outlet.meter.energy_wh
    assert not session.outlet.contactor.closed
    assert session.outlet.pilot_mv == (0, 0)
    session.run(10_000)
    session.world.power(True)
    assert session.vehicle.state == "B"
    assert session.outlet.meter.energy_wh == register_wh


def test_one_phase_of_mains_gives_a_three_phase_vehicle_one_phase():
    session = Session(phases=1)
    session.charge(phases=3)
    assert session.outlet.meter.current_ma == [16_002, 0, 0]


def test_outlets_are_apart():
    world = World(connectors=3)
    world.connectors[2].vehicle.plug_in()
    assert [world.connectors[n].vehicle.state for n in (1, 2, 3)] == ["A", "B", "A"]
    with pytest.raises(ValueError, match="no connector 4, they are 1..3"):
        world.outlet(4)


# -- faults --------------------------------------------------------------------------------------


def test_an_unknown_fault_is_refused_with_the_known_ones():
    world = World()
    with pytest.raises(ValueError, match="'meteor'.*diode_missing.*reader_rubbish"):
        world.fault("meteor")
    assert world.state() == World().state()


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_comes_is_told_and_goes_without_a_trace(name):
    session = Session()
    session.charge()
    before = session.outlet.state()
    told = []
    session.world.fault_hooks.append(lambda *what: told.append(what))
    session.world.fault(name)
    session.world.fault(name)
    flags = session.world.faults | session.outlet.faults
    assert flags == {name}
    session.world.clear_fault(name)
    connector = 0 if FAULTS[name].of_station else 1
    assert told == [(name, connector, True), (name, connector, False)]
    session.run(10)
    after = session.outlet.state()
    assert after["faults"] == [] and after["pilot_mv"] == before["pilot_mv"]


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("diode_missing", (5623, -5623)),
        ("pilot_earth_short", (235, -235)),
        ("earth_open", (12_000, -12_000)),
    ],
)
def test_faults_of_the_pilot_show_on_the_pilot(name, levels):
    session = Session()
    session.charge()
    session.world.fault(name)
    assert session.outlet.pilot_mv == pytest.approx(levels, abs=3)


def test_a_register_that_goes_back_leaves_the_truth_alone():
    session = Session()
    session.charge()
    meter = session.outlet.meter
    truth_wh = meter.energy_wh
    session.world.fault("meter_backwards")
    assert (meter.energy_wh, meter.import_wh) == (truth_wh, truth_wh - 1000)
    session.world.clear_fault("meter_backwards")
    assert meter.import_wh == truth_wh


def test_an_open_earth_counts_as_having_left_c():
    session = Session()
    session.charge()
    session.world.fault("earth_open")
    session.run(50)
    assert session.outlet.worst_open_delay_ms == 50


def test_a_welded_contactor_is_seen_by_the_observer():
    session = Session()
    session.charge()
    session.world.fault("contactor_welded")
    session.vehicle.unplug()
    session.outlet.contactor.drive(False)
    session.run(1000)
    assert session.outlet.contactor.mirror_closed
    assert session.outlet.worst_open_delay_ms == 1000


# -- cards and state -----------------------------------------------------------------------------


def test_a_card_is_there_for_a_while():
    world = World()
    world.cards.present(b"\x04\xa1\xb2\xc3", duration_ms=500, in_ms=100)
    assert world.cards.present_uid is None
    world.advance_to(100)
    assert world.state()["card"] == "04a1b2c3"
    world.cards.present(b"\x01\x02\x03\x04\x05\x06\x07", duration_ms=900)
    world.advance_to(999)
    assert world.state()["card"] == "01020304050607"
    world.advance_to(1000)
    assert world.state()["card"] is None


def test_a_uid_that_no_card_has_is_refused():
    with pytest.raises(ValueError, match="4, 7 or 10 bytes, not 5"):
        World().cards.present(b"12345")


def test_the_state_is_json():
    session = Session()
    session.charge()
    state = json.loads(json.dumps(session.world.state()))
    assert state["connectors"]["1"]["vehicle"] == "C"
    assert state["connectors"]["1"]["closed"] is True
    assert state["mains"] is True
