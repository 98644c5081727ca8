"""Standards §1.1: what each state of the pilot gets, and how it is told from its neighbours."""

import pytest

from host_tests.conformance.stories import (
    ON_ALL,
    ON_DESKS,
    charge,
    offer,
    until_closed,
    until_open,
)
from host_tests.harness.stage import IDENTITY


def stays_open(case, stage, seconds=20):
    """Nothing is energised for a while; the case says so."""
    stage.advance(seconds)
    case.equals("closings", stage.contactor.cycles, 0)


@ON_DESKS
def test_state_a1_no_vehicle_gets_12_v_without_pwm(case, stage):
    """IEC 61851-1 table A.4, state A1 [PX, EV]: +12 V steady within 5 %, no energy."""
    stage.tap()
    stage.advance(10)
    case.between("high level", stage.outlet.pilot_mv[0], 11_400, 12_600, "mV")
    case.equals("duty", stage.outlet.duty_bp, 10_000, "0.01 %")
    stays_open(case, stage, 1)


@ON_DESKS
def test_state_b1_vehicle_without_a_driver_gets_no_pwm(case, stage):
    """IEC 61851-1 table A.4, state B1 [PX, EV]: +9 V steady, no energy."""
    stage.vehicle.plug_in()
    stage.advance(10)
    case.between("high level", stage.outlet.pilot_mv[0], 8_360, 9_560, "mV")
    case.equals("duty", stage.outlet.duty_bp, 10_000, "0.01 %")
    stays_open(case, stage, 1)


@ON_DESKS
def test_state_b2_offer_stands_and_s2_is_open_gets_no_energy(case, stage):
    """IEC 61851-1 table A.4, state B2 [PX, EV]: +9 V / -12 V, no energy."""
    offer(stage, asks=False)
    high_mv, low_mv = stage.outlet.pilot_mv
    case.between("high level", high_mv, 8_360, 9_560, "mV")
    case.between("low level", low_mv, -12_600, -11_400, "mV")
    stays_open(case, stage)


@ON_DESKS
def test_state_c1_vehicle_that_asks_without_an_offer_gets_no_energy(case, stage):
    """IEC 61851-1 table A.4, state C1 [PX, EV]: +6 V steady, energy only from C2 on."""
    stage.vehicle.plug_in(simplified=True)
    stage.advance(5)
    case.between("high level", stage.outlet.pilot_mv[0], 5_480, 6_530, "mV")
    stays_open(case, stage)


@ON_DESKS
def test_state_c2_gets_energy(case, stage):
    """IEC 61851-1 table A.4, state C2 [PX, EV]: +6 V / -12 V, energy."""
    charge(stage, 3)
    high_mv, low_mv = stage.outlet.pilot_mv
    case.between("high level", high_mv, 5_480, 6_530, "mV")
    case.between("low level", low_mv, -12_600, -11_400, "mV")
    case.at_least("current", max(stage.outlet.meter.current_ma), 6000, "mA")


@ON_DESKS
def test_state_d1_without_an_offer_gets_no_energy(case, stage):
    """IEC 61851-1 table A.4, state D1 [PX, EV]: +3 V steady, no energy."""
    stage.vehicle.plug_in(simplified=True, ventilation=True)
    stage.advance(5)
    case.between("high level", stage.outlet.pilot_mv[0], 2_620, 3_250, "mV")
    stays_open(case, stage)


@ON_ALL
def test_state_d2_without_ventilation_is_never_energised(case, stage):
    """IEC 61851-1 table A.4, state D2 [PX, EV]: no ventilation, no energy."""
    offer(stage, ventilation=True)
    stage.until(lambda: stage.vehicle.state == "D", 10, "state D")
    case.between("high level", stage.outlet.pilot_mv[0], 2_620, 3_250, "mV")
    stays_open(case, stage)


@ON_DESKS
def test_state_d2_with_ventilation_gets_energy(case, make_stage):
    """IEC 61851-1 table A.4, state D2 [PX, EV]: where the place is ventilated, as C2."""
    stage = make_stage(settings={"Ventilation": "true"}).ready()
    charge(stage, 3, ventilation=True)
    case.between("high level", stage.outlet.pilot_mv[0], 2_620, 3_250, "mV")
    case.at_least("current", max(stage.outlet.meter.current_ma), 6000, "mA")


@ON_DESKS
def test_state_d2_ends_energy_within_100_ms_where_ventilation_is_not_there(case, stage):
    """IEC 61851-1 table A.6 row 8.1 [TF, EV]: C to D without ventilation is not C: open."""
    charge(stage, 3)
    stage.vehicle.load.ventilation = True
    stage.outlet.refresh()
    asked_ms = stage.now_ms
    until_open(stage, 5)
    case.within("3 V to open contacts", asked_ms, case.seen.when(asked_ms, closed=False), 100)
    stage.advance(10)
    case.equals("closings", stage.contactor.cycles, 1)


@ON_DESKS
def test_state_e_pilot_at_earth_gets_no_energy(case, stage):
    """IEC 61851-1 table A.4, state E [PX, EV]: 0 V, no energy, no offer."""
    stage.vehicle.plug_in()
    stage.world.fault("pilot_earth_short")
    stage.tap()
    stage.advance(10)
    case.between("high level", stage.outlet.pilot_mv[0], -500, 500, "mV")
    case.equals("duty", stage.outlet.duty_bp, 10_000, "0.01 %")
    stays_open(case, stage, 1)


@ON_DESKS
def test_state_f_station_without_supply_gives_no_energy(case, stage):
    """IEC 61851-1 table A.4, states E and F [PX]: no supply, no pilot, open contacts."""
    charge(stage, 3)
    stage.power_cut()
    cut_ms = stage.now_ms
    stage.advance(2)
    case.within("loss of supply to open contacts", cut_ms, case.seen.when(closed=False,
                after_ms=cut_ms), 100)  # fmt: skip
    case.equals("pilot", stage.outlet.pilot_mv, (0, 0), "mV")


@pytest.mark.parametrize("ohm", [1870, 2740, 4610], ids="{}_ohm".format)
def test_state_b_is_seen_with(case, stage, ohm):
    """IEC 61851-1 table A.3 [PX]: B for 1870 to 4610 ohm in the vehicle."""
    stage.vehicle.load.b_ohm = ohm
    offer(stage, asks=False)
    stays_open(case, stage, 10)
    case.holds("an offer: the vehicle is seen", case.seen.ever(pwm=True, state="B"))


@pytest.mark.parametrize("ohm", [909, 1300, 1723], ids="{}_ohm".format)
def test_state_c_is_seen_with(case, stage, ohm):
    """IEC 61851-1 table A.3 [PX]: C for a switched resistor of 909 to 1723 ohm."""
    stage.vehicle.load.c_ohm = ohm
    charge(stage, 10)
    case.equals("closings", stage.contactor.cycles, 1)
    case.at_least("current", max(stage.outlet.meter.current_ma), 6000, "mA")


def steady(stage, millivolts):
    """A diode drop that puts the high level of the line where the case wants it."""
    circuit, load = stage.outlet.circuit, stage.vehicle.load
    for drop_mv in range(-6000, 12_000, 10):
        load.diode_mv = drop_mv
        if circuit.level_mv(circuit.plus_mv) >= millivolts:
            break
    stage.outlet.refresh()


@ON_DESKS
@pytest.mark.parametrize("edge_mv", [7300, 7700], ids="{}_mv".format)
def test_hysteresis_a_level_near_7_5_v_keeps_its_state(case, stage, edge_mv):
    """IEC 61851-1 A.4.11 [TF]: 10 % hysteresis, a level at the edge moves no state."""
    charge(stage, 3)
    steady(stage, edge_mv)
    moved_ms = stage.now_ms
    stage.advance(10)
    case.between("high level", stage.outlet.pilot_mv[0], edge_mv - 20, edge_mv + 20, "mV")
    case.holds("contacts stayed closed", not case.seen.ever(moved_ms, closed=False))
    case.equals("closings", stage.contactor.cycles, 1)


def test_hysteresis_from_b_the_same_level_does_not_start_energy(case, stage):
    """IEC 61851-1 A.4.11 [TF]: 7.3 V is still B for a vehicle that was in B."""
    offer(stage, asks=False)
    steady(stage, 7300)
    stays_open(case, stage, 10)


def test_hysteresis_ends_at_10_percent_and_opens(case, stage):
    """IEC 61851-1 A.4.11, table A.6 row 8.1 [TF]: 8.1 V is B, whatever it was before."""
    charge(stage, 3)
    # The world's vehicle is in C still: the observer can't call this late.
    steady(stage, 8100)
    moved_ms = stage.now_ms
    until_open(stage, 5)
    case.within("8.1 V to open contacts", moved_ms, case.seen.when(moved_ms, closed=False), 100)


@ON_DESKS
def test_debounce_c_must_hold_500_ms_before_energy(case, stage):
    """IEC 61851-1 table A.6 row 4 [TF, SE]: 6 V stable for 500 ms, and closed within 3 s."""
    offer(stage, asks=False)
    stage.advance(10)
    stage.vehicle.request_power()
    until_closed(stage, 5)
    asked_ms = case.seen.when(state="C")
    closed_ms = case.seen.when(closed=True)
    case.lasts("C to closed contacts, at least", asked_ms, closed_ms, 500)
    case.within("C to closed contacts, at most", asked_ms, closed_ms, 3000)


@ON_DESKS
@pytest.mark.parametrize("pulse_ms", [100, 200, 400], ids="{}_ms".format)
def test_debounce_short_c_pulses_start_nothing(case, stage, pulse_ms):
    """IEC 61851-1 table A.6 row 11 [P]: BCB toggles of about 200 ms are no wish for energy."""
    offer(stage, asks=False)
    stage.advance(8)
    stage.vehicle.flap(5, pulse_ms)
    stays_open(case, stage, 10)


@ON_DESKS
def test_blanking_nothing_counts_for_550_ms_after_a_duty_change(case, stage):
    """IEC 61851-1 table A.6 rows 3.2, 4 [TF]: readings around a duty change are ignored."""
    # The contactor rests for 5 s after the start of the firmware.
    stage.advance(6)
    stage.vehicle.ask_after_ms = 10
    charge(stage, 1)
    pwm_ms = case.seen.when(pwm=True)
    closed_ms = case.seen.when(closed=True)
    case.lasts("PWM to closed contacts: 550 ms ignored, 500 ms stable", pwm_ms, closed_ms, 1050)
    case.within("C to closed contacts", case.seen.when(pwm_ms, state="C"), closed_ms, 3000)


@ON_DESKS
def test_blanking_never_delays_the_way_away_from_energy(case, stage):
    """IEC 61851-1 table A.6 row 8.1 [own]: S2 opens just after a duty change, still 100 ms."""
    charge(stage, 10, amps=32)
    call = {"key": "SupplyLimit", "value": "10"}
    stage.csms.call(IDENTITY, "ChangeConfiguration", call)
    stage.until(lambda: stage.outlet.duty_bp == 1666, 20, "the new duty")
    stage.vehicle.stop_after_ms = 0
    stage.vehicle.fall_a_s = 10_000
    stage.vehicle.stop_power()
    until_open(stage, 5)
    left_ms = case.seen.when(case.seen.when(duty_bp=1666), state="B")
    case.within("S2 open to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)


@ON_ALL
def test_diode_is_proven_before_the_first_close(case, stage):
    """IEC 61851-1 table A.4 footnote [S35]: -12 V must be seen once before energy flows."""
    stage.world.fault("diode_missing")
    stage.vehicle.plug_in()
    stage.tap()
    stays_open(case, stage, 60)


@ON_DESKS
def test_diode_that_fails_in_a_session_opens(case, stage):
    """IEC 61851-1 table A.4 footnote [S35, TF]: checked in every period; open within 3 s."""
    charge(stage, 3)
    stage.world.fault("diode_missing")
    failed_ms = stage.now_ms
    until_open(stage, 5)
    opened_ms = case.seen.when(failed_ms, closed=False)
    case.within("diode bridged to open contacts", failed_ms, opened_ms, 3000)
    stage.advance(20)
    case.equals("closings", stage.contactor.cycles, 1)


@ON_DESKS
def test_extremes_three_spikes_in_a_burst_move_nothing(case, stage):
    """IEC 61851-1 A.2 [SE, own]: single spoiled readings (Wi-Fi) are trimmed away."""
    stage.outlet.circuit.spikes = 3
    charge(stage, 30)
    case.equals("closings", stage.contactor.cycles, 1)
    case.holds("contacts stayed closed", stage.contactor.closed)
    stage.vehicle.unplug()
    case.within("unplugged to open contacts", stage.now_ms, until_open(stage), 100)


@ON_DESKS
def test_extremes_that_contradict_each_other_start_nothing(case, stage):
    """IEC 61851-1 table A.4 [SE]: both extremes in one band without PWM, else nothing begins."""
    stage.outlet.circuit.noise_mv = 6000
    stage.vehicle.plug_in()
    stage.tap()
    stays_open(case, stage, 30)
