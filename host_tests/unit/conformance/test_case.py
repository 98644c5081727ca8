"""The suite's own judgement: what is measured, and what no case may break."""

import pytest

from host_tests.conformance.case import Case
from host_tests.conformance.recorder import Recorder
from host_tests.harness.world import World


class Stand:
    """A stage with a world and no station: the test drives the pilot and the coil."""

    def __init__(self):
        self.world = World(1, 1)
        self.outlet = self.world.connectors[1]
        self.outlet.residual.fitted = self.outlet.interlock.fitted = False

    def step(self, to_ms):
        self.world.advance_to(to_ms)
        return {}

    def drive(self, duty_bp, at_ms):
        self.step(at_ms)
        self.outlet.drive_pilot(duty_bp)


@pytest.fixture
def stand():
    return Stand()


@pytest.fixture
def case(stand):
    made = Case("test_it", "IEC 1 [EV: one; TF]: it opens: soon.", "sequences", "in_process")
    made.follow(stand)
    return made


def test_case_takes_clause_and_rule_from_its_words(case):
    told = case.record("passed", "")
    assert told["clause"] == "IEC 1 [EV: one; TF]" and told["rule"] == "it opens: soon."


@pytest.mark.parametrize(
    ("judge", "words"),
    [
        (lambda case: case.within("it", 100, 201, 100), "it: 101 ms, required at most 100"),
        (lambda case: case.lasts("it", 100, 199, 100), "it: 99 ms, required at least 100"),
        (lambda case: case.between("it", 9, 10, 20), "it: 9 ms, required between"),
        (lambda case: case.equals("it", [2666], [1666], "0.01 %"), r"it: \[26.66\] %"),
        (lambda case: case.holds("it", 0), "it: False"),
    ],
)
def test_measure_that_fails_is_kept_and_says_by_how_much(case, judge, words):
    with pytest.raises(AssertionError, match=words):
        judge(case)
    (kept,) = case.measures
    assert kept["passed"] is False and kept["what"] == "it"


def test_measure_at_its_limit_passes(case):
    case.within("it", 100, 200, 100)
    case.lasts("it", 100, 200, 100)
    case.between("it", 10, 10, 20)
    assert [kept["passed"] for kept in case.measures] == [True] * 3


def charge(stand):
    stand.outlet.vehicle.plug_in(simplified=True)
    stand.outlet.contactor.drive(True)
    stand.step(100)


def test_contacts_that_stay_closed_for_101_ms_break_what_always_holds(case, stand):
    charge(stand)
    stand.outlet.vehicle.unplug()
    stand.step(200)
    case.check_always()
    stand.step(201)
    with pytest.raises(AssertionError, match="not in C or D: 101 ms"):
        case.check_always()
    case.excuse("opening")
    case.check_always()


@pytest.mark.parametrize("duty_bp", [1, 500, 999, 9601])
def test_duty_that_no_table_has_breaks_what_always_holds(case, stand, duty_bp):
    stand.drive(duty_bp, 1000)
    with pytest.raises(AssertionError, match="duties that no table has"):
        case.check_always()


@pytest.mark.parametrize(
    ("second_ms", "right"), [(1000 + 4999, False), (1000 + 5000, True)]
)  # fmt: skip
def test_offers_less_than_5_s_apart_break_what_always_holds(case, stand, second_ms, right):
    stand.outlet.vehicle.plug_in(asks=False)
    stand.drive(2666, 1000)
    stand.drive(1000, second_ms)
    if right:
        return case.check_always()
    with pytest.raises(AssertionError, match="time between two offers: 4999 ms"):
        case.check_always()


def test_offer_soon_after_the_end_of_pwm_breaks_what_always_holds(case, stand):
    stand.outlet.vehicle.plug_in(asks=False)
    stand.drive(2666, 1000)
    stand.drive(10_000, 20_000)
    stand.drive(2666, 21_000)
    with pytest.raises(AssertionError, match="time between two offers: 1000 ms"):
        case.check_always()


def test_offer_to_the_next_vehicle_may_come_at_once(case, stand):
    stand.outlet.vehicle.plug_in(asks=False)
    stand.drive(2666, 1000)
    stand.step(2000)
    stand.outlet.vehicle.unplug()
    stand.drive(10_000, 2030)
    stand.step(2500)
    stand.outlet.vehicle.plug_in(asks=False)
    stand.drive(2666, 3000)
    case.check_always()


def test_recorder_knows_the_millisecond_between_two_steps(stand):
    seen = Recorder(stand)
    stand.outlet.vehicle.plug_in(simplified=True)
    stand.world.after(3, lambda: stand.outlet.contactor.drive(True))
    stand.step(100)
    assert seen.when(closed=True) == 3 + stand.outlet.contactor.close_ms
    assert seen.when(50, closed=True) == 50 and seen.ever(0, 27, closed=False)
    assert not seen.ever(30, closed=False) and seen.changes("closed")[-1] == (28, True)


def test_recorder_refuses_a_word_that_it_does_not_know(stand):
    seen = Recorder(stand)
    with pytest.raises(ValueError, match="no \\['open'\\], it has"):
        seen.when(open=True)
    with pytest.raises(AssertionError, match="was never so after 7 ms"):
        seen.when(7, closed=True)
