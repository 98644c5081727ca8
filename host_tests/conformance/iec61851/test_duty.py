"""Standards §1.2: which duty tells which current, measured on the pilot line itself."""

import pytest

from host_tests.conformance.stories import ON_ALL, ON_DESKS, carries, charge, offer, set_to
from host_tests.harness.stage import IDENTITY

# No wake-up pulse in a long session whose vehicle never asks.
_ALONE = {"SupplyLimit": "80", "WakeUpAfter": "0"}
_BARE = {"lacks": ("thermometer",), "socket": False, "settings": _ALONE}
_swept = {}


def duties_by_current(make_stage):
    """Limit in 0.1 A, 5.0 to 80.0 A -> the duty on the line (0.01 %), from one long session."""
    if not _swept:
        stage = make_stage("sweep", **_BARE).ready()
        carries(stage, 6)
        offer(stage, asks=False)
        for tenths in range(50, 801):
            carries(stage, tenths / 10)
            # In B nothing but the duty moves: coarse steps will do.
            for _ in range(6):
                stage.step(stage.now_ms + 1000)
            _swept[tenths] = stage.outlet.duty_bp
    return _swept


def exact_bp(amps):
    """The table of the standard in 0.01 %, apart from the firmware's."""
    if 51 < amps <= 52.5:
        amps = 51
    return amps / 0.6 * 100 if amps <= 51 else (amps / 2.5 + 64) * 100


def signalled(case, stage, amps):
    """Set the limit, let the interval pass, and look at the line."""
    set_to(stage, "SupplyLimit", amps)
    stage.advance(11)
    case.between(
        f"duty for {amps} A", stage.outlet.duty_bp / 100, exact_bp(amps) / 100 - 0.5,
        exact_bp(amps) / 100, "%",
    )  # fmt: skip


def at_amperes(case, stage, amps, percent):
    """One row of the table: the duty that the standard rounds to one digit."""
    offer(stage, asks=False, cable_a=63)
    signalled(case, stage, amps)
    case.equals("duty, one digit", round(stage.outlet.duty_bp / 100, 1), percent, "%")


@ON_DESKS
def test_duty_6_a_is_10_percent(case, stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 0.6, 6 A is 10 %."""
    at_amperes(case, stage, 6, 10.0)


def test_duty_10_a_is_16_7_percent(case, stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 0.6, 10 A is 16.7 %."""
    at_amperes(case, stage, 10, 16.7)


def test_duty_13_a_is_21_7_percent(case, stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 0.6, 13 A is 21.7 %."""
    at_amperes(case, stage, 13, 21.7)


@ON_ALL
def test_duty_16_a_is_26_7_percent(case, stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 0.6, 16 A is 26.7 %."""
    at_amperes(case, stage, 16, 26.7)


def test_duty_20_a_is_33_3_percent(case, stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 0.6, 20 A is 33.3 %."""
    at_amperes(case, stage, 20, 33.3)


@ON_DESKS
def test_duty_32_a_is_53_3_percent(case, stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 0.6, 32 A is 53.3 %."""
    at_amperes(case, stage, 32, 53.3)


def test_duty_63_a_is_89_2_percent(case, make_stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 2.5 + 64, 63 A is 89.2 %."""
    stage = make_stage(**_BARE).ready()
    carries(stage, 80)
    at_amperes(case, stage, 63, 89.2)


def test_duty_80_a_is_96_percent(case, make_stage):
    """IEC 61851-1 table A.7 [FL]: D = I / 2.5 + 64, 80 A is 96 %."""
    stage = make_stage(**_BARE).ready()
    carries(stage, 80)
    at_amperes(case, stage, 80, 96.0)


def test_duty_of_every_tenth_of_an_ampere_from_6_to_51_a(case, make_stage):
    """IEC 61851-1 table A.7 [FL, EV]: 10 to 85 %, D = I / 0.6, never more than the limit."""
    judge_range(case, duties_by_current(make_stage), 60, 510)


def test_duty_of_every_tenth_of_an_ampere_from_52_6_to_80_a(case, make_stage):
    """IEC 61851-1 table A.7 [FL, EV]: 85 to 96 %, D = I / 2.5 + 64, never more than the limit."""
    judge_range(case, duties_by_current(make_stage), 526, 800)


def judge_range(case, duties, first, last):
    """The table of the page, and the two worst errors of it."""
    case.curve = {
        "x": "limit, A",
        "y": "duty, %",
        "points": [
            [tenths / 10, duties[tenths] / 100, round(exact_bp(tenths / 10) / 100, 3)]
            for tenths in range(first, last + 1)
        ],
    }
    errors_bp = [
        duties[tenths] - exact_bp(tenths / 10) for tenths in range(first, last + 1)
    ]  # fmt: skip
    case.at_most("most above the exact duty", round(max(errors_bp) / 100, 4), 0.0001, "%")
    # A period is 1 ms: 0.01 % of it is 0.1 us.
    case.at_most("longest error of a pulse", round(-min(errors_bp) / 10, 3), 5, "us")


def test_duty_between_51_and_52_5_a_is_that_of_51_a(case, make_stage):
    """IEC 61851-1 table A.7 [EV]: 51 to 52.5 A have no code, 51 A is signalled."""
    duties = duties_by_current(make_stage)
    told = {duties[tenths] for tenths in range(511, 526)}
    case.equals("duties from 51.1 to 52.5 A", sorted(told), [8500], "0.01 %")


def test_duty_below_6_a_is_no_pwm(case, make_stage):
    """IEC 61851-1 table A.7 [EV]: 100 %, state x1: less than 6 A has no code, a pause."""
    duties = duties_by_current(make_stage)
    told = {duties[tenths] for tenths in range(50, 60)}
    case.equals("duties from 5.0 to 5.9 A", sorted(told), [10_000], "0.01 %")


@pytest.mark.parametrize(
    "low_bp, high_bp",
    [
        pytest.param(1, 299, id="below_3_percent_which_is_not_permitted"),
        pytest.param(300, 700, id="3_to_7_percent_which_is_digital_communication"),
        pytest.param(701, 799, id="7_to_8_percent_which_is_an_error"),
        pytest.param(800, 999, id="8_to_10_percent_which_is_6_a_by_tolerance_only"),
        pytest.param(9601, 9700, id="96_to_97_percent_which_is_80_a_by_tolerance_only"),
        pytest.param(9701, 9999, id="97_to_100_percent_which_is_no_charging"),
    ],
)
def test_duty_is_never(case, make_stage, low_bp, high_bp):
    """IEC 61851-1 table A.7 [FL]: of the duties without a current none is ever given."""
    duties = set(duties_by_current(make_stage).values())
    wrong = sorted(duty for duty in duties if low_bp <= duty <= high_bp)
    case.equals(f"duties of 751 limits from {low_bp} to {high_bp}", wrong, [], "0.01 %")


def test_duty_0_is_never_given_while_the_pilot_is_watched(case, make_stage):
    """IEC 61851-1 table A.7 [FL]: 0 % is state F (-12 V), on which no vehicle can be seen."""
    case.equals("limits with 0 %", list(duties_by_current(make_stage).values()).count(0), 0)


@ON_DESKS
def test_frequency_is_1_khz(case, stage):
    """IEC 61851-1 A.3 [S35]: 1 kHz within 0.5 %."""
    offer(stage, asks=False)
    case.between("frequency", stage.outlet.pilot_hz, 995, 1005, "Hz")


@ON_ALL
def test_row_6_duty_changes_are_5_s_apart(case, stage):
    """IEC 61851-1 table A.6 row 6 [EV, TI]: not more often than every 5 s, however often asked."""
    charge(stage, 3, amps=32)
    for amps in (20, 10, 16, 8, 25, 12):
        set_to(stage, "SupplyLimit", amps)
        stage.advance(1)
    stage.advance(15)
    duties = case.seen.changes("duty_bp", case.seen.when(pwm=True))
    gaps = [after - before for (before, _), (after, _) in zip(duties, duties[1:], strict=False)]
    case.at_least("shortest time between two duties", min(gaps), 5000, "ms", duties[0][0])
    case.equals("the last duty", stage.outlet.duty_bp, 2000, "0.01 %")


@ON_DESKS
def test_row_6_new_limit_reaches_the_duty_within_10_s(case, stage):
    """IEC 61851-1 table A.6 row 6 [?]: a limit from outside is on the line within 10 s."""
    charge(stage, 10, amps=32)
    for amps in (10, 20):
        asked_ms = stage.now_ms
        set_to(stage, "SupplyLimit", amps)
        stage.advance(12)
        until_ms = case.seen.when(asked_ms, duty_bp=int(exact_bp(amps)))
        case.within(f"limit of {amps} A to its duty", asked_ms, until_ms, 10_000)


def test_row_6_offer_never_exceeds_the_limit_of_the_installation(case, stage):
    """IEC 61851-1 8.2 [EV]: what is signalled is not more than installation and cable carry."""
    charge(stage, 8, amps=32)
    set_to(stage, "SupplyLimit", 9)
    stage.advance(20)
    case.at_most(
        "current of a vehicle that follows", max(stage.outlet.meter.current_ma), 9000, "mA"
    )
    assert stage.csms.violations(IDENTITY) == []
