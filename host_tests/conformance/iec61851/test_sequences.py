"""Standards §1.3: the sequences of table A.6 by their numbers, and the times that they allow."""

import pytest

from host_tests.conformance.stories import (
    ON_ALL,
    ON_DESKS,
    charge,
    offer,
    set_to,
    until_closed,
    until_open,
)


def no_energy(case, stage):
    """Nothing was energised until now."""
    case.equals("closings", stage.contactor.cycles, 0)


def leave_at_every_phase(case, stage, leave, come_back):
    """``leave`` C at ten moments between two steps of the firmware; the slowest opening."""
    delays_ms = []
    for offset_ms in range(10):
        until_closed(stage)
        stage.advance(2)
        stage.world.after(offset_ms + 1, leave)
        until_open(stage, 5)
        left_ms = max(case.seen.when(stage.now_ms - 1000, state=word) for word in leave.to)
        delays_ms.append((case.seen.when(left_ms, closed=False) - left_ms, left_ms))
        come_back()
    worst_ms, left_ms = max(delays_ms)
    case.at_most("slowest of ten openings", worst_ms, 100, "ms", left_ms)


class Leave:
    """What the vehicle does, and the state that it is in then."""

    def __init__(self, action, *to):
        self._action, self.to = action, to

    def __call__(self):
        self._action()


def open_s2(vehicle):
    """S2 opens with what it carries, and the vehicle wants no more."""

    def at_once():
        vehicle.fall_a_s = 1_000_000
        vehicle.stop_power()

    return at_once


def test_row_1_1_plugged_in_with_s2_open_is_b(case, stage):
    """IEC 61851-1 table A.6 row 1.1 [S35]: A1 to B1, nothing is energised."""
    stage.vehicle.plug_in()
    stage.advance(10)
    case.equals("duty", stage.outlet.duty_bp, 10_000, "0.01 %")
    no_energy(case, stage)
    stage.tap()
    stage.until(lambda: case.seen.ever(pwm=True), 10, "PWM: the vehicle is seen")
    case.holds("seen as B: an offer for the driver", case.seen.ever(pwm=True, state="B"))


@ON_DESKS
def test_row_1_2_plugged_in_with_s2_closed_is_c1_and_gets_10_a(case, stage):
    """IEC 61851-1 table A.6 row 1.2, A.2.3 [EV]: A to C at once, at most 10 A."""
    stage.vehicle.plug_in(simplified=True)
    stage.advance(5)
    no_energy(case, stage)
    stage.tap()
    until_closed(stage)
    stage.advance(10)
    duties = [duty for _, duty in case.seen.changes("duty_bp") if duty < 10_000]
    case.at_most("largest duty", max(duties), 1667, "0.01 %")
    case.at_most("current", max(stage.outlet.meter.current_ma), 10_000, "mA")


def test_row_1_2_simplified_pilot_is_refused_where_the_setting_says_so(case, make_stage):
    """IEC 61851-1 A.2.3 [EV]: the station may refuse a simplified pilot (SimplifiedPilot)."""
    stage = make_stage(settings={"SimplifiedPilot": "false"}).ready()
    stage.vehicle.plug_in(simplified=True)
    stage.tap()
    stage.advance(30)
    no_energy(case, stage)
    case.holds("no offer", not case.seen.ever(pwm=True))


@ON_DESKS
def test_row_2_1_unplugged_in_b2_ends_pwm(case, stage):
    """IEC 61851-1 table A.6 rows 2.1, 9.3 [?]: PWM off after the plug; no limit known, 100 ms."""
    offer(stage, asks=False)
    stage.advance(5)
    stage.vehicle.unplug()
    left_ms = stage.now_ms
    stage.advance(3)
    case.within("unplugged to steady +12 V", left_ms, case.seen.when(left_ms, duty_bp=10_000), 100)
    no_energy(case, stage)


@ON_ALL
def test_row_2_2_unplugged_in_c2_opens_within_100_ms(case, stage):
    """IEC 61851-1 table A.6 row 2.2 [EV]: C to A, contactor open within 100 ms; PWM ends."""
    charge(stage, 5)
    stage.vehicle.unplug()
    left_ms = stage.now_ms
    stage.advance(3)
    case.within("unplugged to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)
    case.within("unplugged to steady +12 V", left_ms, case.seen.when(left_ms, duty_bp=10_000), 100)


def test_row_2_2_unplugged_at_every_phase_of_the_step(case, make_stage):
    """IEC 61851-1 table A.6 row 2.2 [EV]: 100 ms, whenever between two steps it happens."""
    settings = {"StopTransactionOnEVSideDisconnect": "false"}
    stage = make_stage(settings=settings).ready()
    charge(stage)

    def come_back():
        stage.advance(2)
        stage.vehicle.plug_in(amps=16)

    leave_at_every_phase(case, stage, Leave(stage.vehicle.unplug, "A"), come_back)


@ON_DESKS
def test_row_2_2_unplugged_in_d2_opens_within_100_ms(case, make_stage):
    """IEC 61851-1 table A.6 row 2.2 [EV]: D to A, contactor open within 100 ms."""
    stage = make_stage(settings={"Ventilation": "true"}).ready()
    charge(stage, 5, ventilation=True)
    stage.vehicle.unplug()
    left_ms = stage.now_ms
    until_open(stage, 5)
    case.within("unplugged to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)


@ON_DESKS
def test_row_3_1_supply_becomes_available_in_b(case, stage):
    """IEC 61851-1 table A.6 row 3.1 [S35]: B1 to B2, and nothing is energised by it."""
    stage.vehicle.plug_in(asks=False)
    stage.advance(5)
    stage.tap()
    tapped_ms = stage.now_ms
    stage.advance(15)
    pwm_ms = case.seen.when(tapped_ms, pwm=True)
    case.within("card to PWM (a driver waits)", tapped_ms, pwm_ms, 10_000)
    no_energy(case, stage)


@ON_DESKS
def test_row_3_2_vehicle_at_6_v_when_power_returns_goes_to_c_properly(case, stage):
    """IEC 61851-1 table A.6 row 3.2 [S35]: C1 to C2, PWM first, then the contactor."""
    stage.vehicle.load.s2 = True
    stage.vehicle.plug_in(simplified=True)
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.until(lambda: stage.facts()["registration"] == "accepted", 30, "accepted")
    stage.advance(5)
    case.holds("open while there is no offer", not case.seen.ever(closed=True))
    stage.tap()
    until_closed(stage)
    pwm_ms = case.seen.when(pwm=True)
    closed_ms = case.seen.when(closed=True)
    case.lasts("PWM before the contactor", pwm_ms, closed_ms, 500)
    case.within("C2 to closed contacts", pwm_ms, closed_ms, 3000)


def test_row_3_2_session_that_a_power_cut_ended_does_not_close_by_itself(case, stage):
    """IEC 61851-1 table A.6 row 3.2, OCPP 1.6 reason PowerLoss: a vehicle still in C gets none."""
    charge(stage, 5, ignores_stop=True)
    stage.power_cut()
    stage.advance(3)
    stage.start()
    started_ms = stage.now_ms
    stage.advance(30)
    case.equals("vehicle", stage.vehicle.state, "C")
    case.holds("contacts stay open", not case.seen.ever(started_ms, closed=True))


@ON_ALL
def test_row_4_state_c2_closes_within_3_s(case, stage):
    """IEC 61851-1 table A.6 row 4 [EV, TF, TI]: state C2 to a closed contactor, 3 s at most."""
    offer(stage, asks=False)
    stage.advance(8)
    stage.vehicle.request_power(16)
    until_closed(stage, 10)
    asked_ms = case.seen.when(state="C", pwm=True)
    case.within("C2 to closed contacts", asked_ms, case.seen.when(closed=True), 3000)


@ON_DESKS
def test_row_4_state_d2_closes_within_3_s(case, make_stage):
    """IEC 61851-1 table A.6 row 4 [EV, TF, TI]: the same for D2 where there is ventilation."""
    stage = make_stage(settings={"Ventilation": "true"}).ready()
    offer(stage, asks=False, ventilation=True)
    stage.advance(8)
    stage.vehicle.request_power(16)
    until_closed(stage, 10)
    asked_ms = case.seen.when(state="D", pwm=True)
    case.within("D2 to closed contacts", asked_ms, case.seen.when(closed=True), 3000)


def test_row_4_slow_contactor_still_closes_within_3_s(case, stage):
    """IEC 61851-1 table A.6 row 4 [EV, TF]: contacts that need 300 ms are in time too."""
    stage.contactor.close_ms = 300
    stage.advance(6)
    offer(stage, asks=False)
    stage.advance(8)
    stage.vehicle.request_power(16)
    until_closed(stage, 10)
    asked_ms = case.seen.when(state="C", pwm=True)
    case.within("C2 to closed contacts", asked_ms, case.seen.when(closed=True), 3000)


def test_row_4_vehicle_that_takes_its_time_is_served(case, stage):
    """IEC 61851-1 table A.6 row 4 [TF]: a vehicle that asks only after 80 s is closed in 3 s."""
    stage.vehicle.ask_after_ms = 80_000
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    until_closed(stage, 100)
    asked_ms = case.seen.when(state="C", pwm=True)
    case.within("C2 to closed contacts", asked_ms, case.seen.when(closed=True), 3000)


@ON_DESKS
def test_row_5_vehicle_starts_and_stays_within_the_offer(case, stage):
    """IEC 61851-1 table A.6 row 5 [S35]: current flows after the contactor, within the duty."""
    set_to(stage, "SupplyLimit", 13)
    charge(stage, 10, amps=32)
    flows_ms = next(at for at, current_ma in case.seen.changes("current_ma") if current_ma)
    case.at_least("closed contacts to current", flows_ms - case.seen.when(closed=True), 0)
    most_ma = max(current_ma for _, current_ma in case.seen.changes("current_ma"))
    case.between("largest current", most_ma, 6000, 13_000, "mA")


@ON_DESKS
def test_row_6_vehicle_follows_a_lower_duty_within_5_s(case, stage):
    """IEC 61851-1 table A.6 row 6 [EV, TI]: the new current within 5 s of the new duty."""
    charge(stage, 10, amps=32)
    set_to(stage, "SupplyLimit", 10)
    stage.advance(12)
    told_ms = case.seen.when(duty_bp=1666)
    followed = [at for at, ma in case.seen.changes("current_ma", told_ms) if 0 < ma <= 10_000]
    case.within("new duty to the new current", told_ms, followed[0], 5000)
    case.holds("contacts stayed closed", not case.seen.ever(told_ms, closed=False))


@ON_DESKS
def test_row_7_vehicle_stops_and_nothing_is_switched_under_load(case, stage):
    """IEC 61851-1 table A.6 row 7 [S35]: current to zero, S2 opens, then the contactor."""
    charge(stage, 10)
    stage.vehicle.stop_power()
    until_open(stage)
    case.equals("openings under load", stage.contactor.opened_under_load, 0)


@ON_ALL
def test_row_8_1_s2_opened_with_pwm_opens_within_100_ms(case, stage):
    """IEC 61851-1 table A.6 row 8.1 [EV]: C2 to B2, contactor open within 100 ms."""
    charge(stage, 5)
    stage.vehicle.stop_power()
    until_open(stage)
    left_ms = case.seen.when(case.seen.when(closed=True), state="B")
    case.within("S2 open to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)
    stage.advance(10)
    case.holds("the offer stands", not case.seen.ever(left_ms, pwm=False))


def test_row_8_1_s2_opened_at_every_phase_of_the_step(case, stage):
    """IEC 61851-1 table A.6 row 8.1 [EV]: 100 ms, whenever between two steps it happens."""
    charge(stage)
    leave = Leave(open_s2(stage.vehicle), "B")

    def come_back():
        stage.advance(6)
        stage.vehicle.request_power()

    leave_at_every_phase(case, stage, leave, come_back)


@ON_DESKS
def test_row_8_1_slow_contactor_leaves_50_ms_to_the_filter(case, stage):
    """IEC 61851-1 table A.6 row 8.1 [EV]: 50 ms for the contactor, 50 ms for the filter."""
    stage.contactor.open_ms = 50
    charge(stage, 5)
    stage.vehicle.stop_power()
    until_open(stage)
    left_ms = case.seen.when(case.seen.when(closed=True), state="B")
    coil_ms = case.seen.when(left_ms, coil=False)
    case.within("S2 open to the coil let go", left_ms, coil_ms, 50)
    case.within("S2 open to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)


@ON_DESKS
def test_row_8_2_s2_opened_without_pwm_opens_within_100_ms(case, stage):
    """IEC 61851-1 table A.6 rows 8.2, 10.1 [EV]: C1 to B1, contactor open within 100 ms."""
    charge(stage, 5)
    stage.tap()
    until_open(stage)
    left_ms = case.seen.when(case.seen.when(closed=True), state="B")
    case.holds("PWM was off before", not case.seen.ever(left_ms, pwm=True))
    case.within("S2 open to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)


@ON_ALL
def test_row_9_1_and_10_1_vehicle_answers_the_end_of_pwm(case, stage):
    """IEC 61851-1 table A.6 rows 9.1, 10.1 [EV]: PWM off, the vehicle opens S2 within 3 s."""
    charge(stage, 10)
    stage.tap()
    until_open(stage)
    ended_ms = case.seen.when(case.seen.when(closed=True), pwm=False)
    left_ms = case.seen.when(ended_ms, state="B")
    case.within("end of PWM to S2 open", ended_ms, left_ms, 3000)
    case.within("S2 open to open contacts", left_ms, case.seen.when(left_ms, closed=False), 100)
    case.equals("openings under load", stage.contactor.opened_under_load, 0)


def test_row_9_1_end_of_pwm_waits_for_no_interval(case, stage):
    """IEC 61851-1 table A.6 row 9.1 [EV]: a stop right after a new duty ends PWM at once."""
    charge(stage, 10, amps=32)
    set_to(stage, "SupplyLimit", 10)
    stage.until(lambda: stage.outlet.duty_bp == 1666, 10, "the new duty")
    stage.tap()
    told_ms = stage.now_ms
    stage.until(lambda: stage.outlet.duty_bp == 10_000, 10, "no PWM")
    case.within("card to the end of PWM", told_ms, case.seen.when(told_ms, pwm=False), 3000)


@ON_DESKS
def test_row_9_2_pwm_ends_in_b(case, stage):
    """IEC 61851-1 table A.6 row 9.2 [S35]: B2 to B1 when the offer is withdrawn."""
    offer(stage, asks=False)
    stage.advance(8)
    stage.tap()
    told_ms = stage.now_ms
    stage.advance(5)
    case.within("card to the end of PWM", told_ms, case.seen.when(told_ms, pwm=False), 3000)
    no_energy(case, stage)


def test_row_9_3_pwm_ends_in_a(case, stage):
    """IEC 61851-1 table A.6 row 9.3 [?]: A2 is transitional only; no limit known, 100 ms."""
    charge(stage, 5)
    stage.vehicle.unplug()
    left_ms = stage.now_ms
    stage.advance(30)
    case.within("A2 to A1", left_ms, case.seen.when(left_ms, pwm=False), 100)
    case.holds("no PWM without a vehicle", not case.seen.ever(left_ms + 100, pwm=True))


@ON_ALL
def test_row_10_2_vehicle_that_does_not_answer_is_opened_after_6_s(case, stage):
    """IEC 61851-1 table A.6 row 10.2 [EV]: at least 6 s of patience, then open under load."""
    charge(stage, 5, ignores_stop=True)
    stage.tap()
    stage.pace.wake(10_000)
    until_open(stage)
    ended_ms = case.seen.when(case.seen.when(closed=True), pwm=False)
    opened_ms = case.seen.when(ended_ms, closed=False)
    waited_ms = opened_ms - ended_ms
    case.between("end of PWM to open contacts", waited_ms, 6000, 6200, "ms", ended_ms)
    case.equals("openings under load", stage.contactor.opened_under_load, 1)


@ON_ALL
def test_row_12_pilot_to_earth_while_energised_opens_within_3_s(case, stage):
    """IEC 61851-1 table A.6 row 12, EN 61851-1:2019 A.4.9 [S35]: 80 ohm CP to PE, 3 s."""
    charge(stage, 6)
    stage.outlet.circuit.short_ohm = 80.0
    stage.outlet.refresh()
    shorted_ms = stage.now_ms
    until_open(stage, 5)
    opened_ms = case.seen.when(shorted_ms, closed=False)
    case.within("80 ohm to open contacts", shorted_ms, opened_ms, 3000)
    case.within("and by our own rule", shorted_ms, opened_ms, 100)


@pytest.mark.parametrize("ohm", [0, 20, 120], ids="{}_ohm".format)
def test_row_12_pilot_to_earth_opens_with(case, stage, ohm):
    """IEC 61851-1 table A.6 row 12 [S35]: E while energised, at other resistances."""
    charge(stage, 6)
    stage.outlet.circuit.short_ohm = float(ohm)
    stage.outlet.refresh()
    shorted_ms = stage.now_ms
    until_open(stage, 5)
    opened_ms = case.seen.when(shorted_ms, closed=False)
    case.within("short to open contacts", shorted_ms, opened_ms, 3000)


@ON_DESKS
def test_row_12_fault_is_held_and_the_offer_stays_away(case, stage):
    """IEC 61851-1 table A.5 note [EV]: no offer for 300 ms after a fault; we give +12 V, 30 s."""
    charge(stage, 6)
    stage.world.fault("pilot_earth_short")
    until_open(stage, 5)
    stage.advance(2)
    stage.world.clear_fault("pilot_earth_short")
    ended_ms = stage.now_ms
    stage.advance(25)
    stage.pace.wake(10_000)
    stage.advance(20)
    again_ms = case.seen.when(ended_ms, pwm=True)
    case.lasts("fault gone to the next offer", ended_ms, again_ms, 300)
    case.lasts("and by our own rule", ended_ms, again_ms, 29_000)


def test_untabulated_contactor_rests_5_s_between_closings(case, stage):
    """Practice [TF]: at least 5 s from an opening to the next closing, however S2 flaps."""
    charge(stage, 5)
    stage.vehicle.flap(20, 700)
    stage.advance(60)
    closings = [at for at, closed in case.seen.changes("closed") if closed]
    openings = [at for at, closed in case.seen.changes("closed", closings[0]) if not closed]
    rests = [
        min(at for at in closings if at > opened_ms) - opened_ms
        for opened_ms in openings
        if any(at > opened_ms for at in closings)
    ]
    case.at_least("shortest rest", min(rests), 5000)
    case.at_most("closings while S2 flapped 20 times", len(closings), 6, "")


@pytest.mark.parametrize("after_s", [30, 90], ids="after_{}_s".format)
def test_wake_up_interrupts_the_pilot_once_for_4_s(case, make_stage, after_s):
    """IEC 61851-1 A.5.3 [EV, TF, PX]: B2 without C for so long, one interruption of 4 s."""
    stage = make_stage(settings={"WakeUpAfter": str(after_s)}).ready()
    offer(stage, asleep=True, amps=16)
    pwm_ms = case.seen.when(pwm=True)
    stage.advance(after_s - 5)
    # The calm stage steps once a second; here it matters.
    stage.pace.wake(20_000)
    stage.advance(20)
    cut_ms = case.seen.when(pwm_ms, pilot_on=False)
    back_ms = case.seen.when(cut_ms, pilot_on=True)
    most_ms = after_s * 1000 + 100
    case.between("PWM to the interruption", cut_ms - pwm_ms, after_s * 1000, most_ms, "ms", pwm_ms)
    case.between("interruption", back_ms - cut_ms, 3900, 4100, "ms", cut_ms)
    until_closed(stage, 30)
    case.holds("the vehicle woke up and is charged", stage.contactor.closed)


@ON_DESKS
def test_wake_up_comes_once_only(case, make_stage):
    """IEC 61851-1 A.5.3 [EV, TF, PX]: a vehicle that is full is left in peace after one try."""
    stage = make_stage(settings={"WakeUpAfter": "30"}).ready()
    offer(stage, asks=False)
    stage.advance(300)
    cuts = [on for _, on in case.seen.changes("pilot_on")].count(False)
    case.equals("interruptions in 5 minutes", cuts, 1)
    no_energy(case, stage)


def test_wake_up_can_be_switched_off(case, make_stage):
    """IEC 61851-1 A.5.3 [2/P]: WakeUpAfter 0 wakes no one."""
    stage = make_stage(settings={"WakeUpAfter": "0"}).ready()
    offer(stage, asleep=True)
    stage.advance(300)
    case.holds("no interruption", not case.seen.ever(pilot_on=False))


def test_wake_up_never_interrupts_a_closed_contactor(case, make_stage):
    """IEC 61851-1 A.5.3 [own]: a vehicle that charges is never woken."""
    stage = make_stage(settings={"WakeUpAfter": "30"}).ready()
    charge(stage, 120)
    case.holds("no interruption", not case.seen.ever(pilot_on=False))
    case.equals("closings", stage.contactor.cycles, 1)
