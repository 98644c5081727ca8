"""Standards §1.3: pause and resume from limits; one and three phases with their waits."""

from host_tests.conformance.stories import (
    ON_DESKS,
    allow,
    charge,
    set_to,
    until_closed,
    until_open,
)


def test_pause_less_than_6_a_ends_pwm_and_opens_without_load(case, make_stage):
    """IEC 61851-1 table A.7, A.6 rows 9.1, 10.1 [EV]: I < 6 A is x1: a pause, not a small duty."""
    stage = make_stage().ready()
    charge(stage, 15)
    allow(stage, 5.5)
    told_ms = stage.now_ms
    until_open(stage)
    ended_ms = case.seen.when(told_ms, pwm=False)
    case.within("limit to the end of PWM", told_ms, ended_ms, 10_000)
    case.within("end of PWM to S2 open", ended_ms, case.seen.when(ended_ms, state="B"), 3000)
    case.equals("openings under load", stage.contactor.opened_under_load, 0)


def test_resume_gives_pwm_first_and_closes_within_3_s(case, make_stage):
    """IEC 61851-1 table A.6 rows 3.1, 4 [EV]: the offer returns, the vehicle asks, 3 s."""
    stage = make_stage().ready()
    charge(stage, 15)
    allow(stage, 5.5)
    until_open(stage)
    paused_ms = case.seen.when(case.seen.when(closed=True), pwm=False)
    stage.advance(60)
    case.holds("no PWM in the pause", not case.seen.ever(paused_ms, pwm=True))
    allow(stage, 12)
    told_ms = stage.now_ms
    until_closed(stage)
    pwm_ms = case.seen.when(told_ms, pwm=True)
    case.within("limit to PWM", told_ms, pwm_ms, 10_000)
    asked_ms = case.seen.when(pwm_ms, state="C")
    case.within("C2 to closed contacts", asked_ms, case.seen.when(asked_ms, closed=True), 3000)


def test_resume_waits_5_s_after_the_end_of_pwm(case, make_stage):
    """IEC 61851-1 table A.6 row 6 [EV]: a limit that swings does not make the duty swing."""
    stage = make_stage().ready()
    charge(stage, 15)
    for amps in (5.5, 6, 5.5, 6, 5.5, 6):
        allow(stage, amps)
        stage.advance(1)
    stage.advance(20)
    first_ms = case.seen.when(case.seen.when(closed=True), pwm=False)
    again_ms = case.seen.when(first_ms, pwm=True)
    case.lasts("end of PWM to the next offer", first_ms, again_ms, 5000)
    case.at_most("closings", stage.contactor.cycles, 3, "")


def one_phase(stage, wish):
    """The back end asks for one phase, or for all three."""
    set_to(stage, "SinglePhase", "true" if wish else "false")


def closed_moves(case):
    """The moments at which the second contactor moved while the first was closed."""
    return [at for at, _ in case.seen.changes("second")[1:] if both_sides(case, at)]


def both_sides(case, at_ms):
    """The first contactor was closed 50 ms before and is 50 ms after."""
    before = not case.seen.ever(max(0, at_ms - 50), at_ms, closed=False)
    return before and not case.seen.ever(at_ms, at_ms + 50, closed=False)


@ON_DESKS
def test_phases_three_to_one_with_a_vehicle_interrupts_the_pilot_for_60_s(case, stage):
    """Practice [TF 60 s, EV 10 s, SE 5 s; the longest]: open, interrupt, switch, offer again."""
    charge(stage, 20)
    one_phase(stage, True)
    told_ms = stage.now_ms
    until_open(stage)
    stage.advance(50)
    stage.pace.wake(30_000)
    until_closed(stage, 60)
    cut_ms = case.seen.when(told_ms, pilot_on=False)
    opened_ms = case.seen.when(told_ms, closed=False)
    case.lasts("open contacts to the interruption", opened_ms, cut_ms, 0)
    case.lasts("interruption", cut_ms, case.seen.when(cut_ms, pilot_on=True), 60_000)
    stage.advance(20)
    case.holds("L2 and L3 stay open", not case.seen.ever(cut_ms, second=True))
    case.at_least("current on L1", stage.outlet.meter.current_ma[0], 6000, "mA")
    case.equals("current on L2 and L3", stage.outlet.meter.current_ma[1:], [0, 0], "mA")


def test_phases_are_never_switched_under_load(case, stage):
    """Practice [TF, EV, SE]: a wrong switching can destroy a vehicle's charger."""
    charge(stage, 20)
    one_phase(stage, True)
    stage.advance(150)
    one_phase(stage, False)
    stage.advance(900)
    case.equals("phases in the end", stage.outlet.meter.current_ma.count(0), 0, "dead")
    case.equals("second contactor moved under the first", closed_moves(case), [])
    case.equals("openings under load", stage.contactor.opened_under_load, 0)
    case.equals("and of L2 and L3", stage.outlet.second_contactor.opened_under_load, 0)


def test_phases_are_not_switched_more_often_than_every_10_minutes(case, stage):
    """Practice [EV 600 s]: with a vehicle, ten minutes from one switching to the next."""
    charge(stage, 20)
    for wish in (True, False, True, False):
        one_phase(stage, wish)
        stage.advance(120)
    one_phase(stage, False)
    stage.advance(900)
    cuts = [at for at, on in case.seen.changes("pilot_on") if not on]
    gaps = [after - before for before, after in zip(cuts, cuts[1:], strict=False)]
    case.at_least("interruptions", len(cuts), 2, "")
    case.at_least("shortest time between two", min(gaps), 600_000)


def test_phases_change_at_once_without_a_vehicle(case, stage):
    """Practice [own]: no vehicle, no wait, no interruption."""
    stage.advance(6)
    one_phase(stage, True)
    charge(stage, 20)
    case.holds("no interruption", not case.seen.ever(pilot_on=False))
    case.equals("current on L2 and L3", stage.outlet.meter.current_ma[1:], [0, 0], "mA")


def test_phases_stay_three_where_there_is_no_second_contactor(case, make_stage):
    """Practice [own]: the setting means nothing on a board without the part."""
    stage = make_stage(lacks=("second_relay",)).ready()
    one_phase(stage, True)
    charge(stage, 20)
    case.at_least("least current of a phase", min(stage.outlet.meter.current_ma), 6000, "mA")
    case.holds("no interruption", not case.seen.ever(pilot_on=False))
