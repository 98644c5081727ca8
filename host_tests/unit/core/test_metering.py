"""When readings are due, and what of them is wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import metering
from chargepoint.core.metering import CLOCK, PERIODIC, Sampler, select
from chargepoint.ports import Reading

MIDNIGHT_S = 1790035200  # 2026-09-22T00:00:00Z
STEP_MS = 10


def unknown():
    return None


def make_sampler(periodic_s=60, clock_s=0):
    settings = {"MeterValueSampleInterval": periodic_s, "ClockAlignedDataInterval": clock_s}
    return Sampler(settings), settings


def run(sampler, from_ms, to_ms, step_ms=STEP_MS, utc_at_0_s=None):
    """[(ms, context)] of all samples due in the steps from ``from_ms`` to ``to_ms``."""
    found = []
    for now_ms in range(from_ms, to_ms + 1, step_ms):
        utc_s = None if utc_at_0_s is None else utc_at_0_s + now_ms // 1000
        context = sampler.due(now_ms, lambda utc_s=utc_s: utc_s)
        if context:
            found.append((now_ms, context))
    return found


def test_midnight_is_midnight():
    assert MIDNIGHT_S % 86400 == 0


def test_sampler_samples_at_every_interval_from_the_begin():
    """OCPP 1.6 §9.1.25: from the start of the transaction."""
    sampler, _ = make_sampler(60)
    sampler.begin(5000)
    assert run(sampler, 5000, 185000) == [(t, PERIODIC) for t in (65000, 125000, 185000)]


@given(st.lists(st.integers(1, 45000), min_size=1, max_size=60))
def test_sampler_does_not_drift_however_the_steps_fall(gaps_ms):
    sampler, _ = make_sampler(60)
    sampler.begin(0)
    now_ms, count = 0, 0
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        count += sampler.due(now_ms, unknown) == PERIODIC
        assert count == now_ms // 60000


def test_sampler_gives_one_sample_for_several_missed_slots():
    sampler, _ = make_sampler(60)
    sampler.begin(0)
    assert run(sampler, 250000, 299990) == [(250000, PERIODIC)]
    assert run(sampler, 300000, 300000) == [(300000, PERIODIC)]


@pytest.mark.parametrize("periodic_s", [0, 60])
def test_sampler_is_silent_when_off_or_outside_a_transaction(periodic_s):
    sampler, _ = make_sampler(periodic_s)
    assert run(sampler, 0, 300000, 1000) == []
    sampler.begin(300000)
    sampler.end()
    assert run(sampler, 300000, 600000, 1000) == []


def test_sampler_with_interval_zero_is_off():
    sampler, _ = make_sampler(0)
    sampler.begin(0)
    assert run(sampler, 0, 300000, 1000) == []


def test_sampler_follows_a_changed_interval_from_the_same_begin():
    sampler, settings = make_sampler(60)
    sampler.begin(0)
    assert run(sampler, 0, 70000, 1000) == [(60000, PERIODIC)]
    settings["MeterValueSampleInterval"] = 20
    assert run(sampler, 71000, 100000, 1000) == [(80000, PERIODIC), (100000, PERIODIC)]


def test_sampler_aligns_clock_samples_to_midnight():
    """OCPP 1.6 §9.1.2: evenly spaced from 00:00:00."""
    sampler, _ = make_sampler(0, 900)
    sampler.begin(0)
    found = run(sampler, 0, 1900000, 1000, MIDNIGHT_S - 100)
    assert found == [(100000, CLOCK), (1000000, CLOCK), (1900000, CLOCK)]


def test_sampler_starts_again_at_midnight_when_the_interval_does_not_divide_the_day():
    sampler, _ = make_sampler(0, 50000)
    sampler.begin(0)
    found = run(sampler, 0, 136400000, 100000, MIDNIGHT_S)
    assert [at // 1000 for at, _ in found] == [50000, 86400, 136400]


@pytest.mark.parametrize("jump_s", [-7200, None])
def test_sampler_takes_no_clock_sample_when_the_clock_goes_back_or_becomes_known(jump_s):
    sampler, _ = make_sampler(0, 900)
    sampler.begin(0)
    sampler.due(0, unknown if jump_s is None else (lambda: MIDNIGHT_S + 10))
    assert sampler.due(1000, lambda: MIDNIGHT_S + (jump_s or 0)) is None


def test_sampler_gives_both_contexts_one_after_the_other_when_both_are_due():
    sampler, _ = make_sampler(60, 60)
    sampler.begin(0)
    sampler.due(0, lambda: MIDNIGHT_S)
    assert sampler.due(60000, lambda: MIDNIGHT_S + 60) == CLOCK
    assert sampler.due(60010, lambda: MIDNIGHT_S + 60) == PERIODIC
    assert sampler.due(60020, lambda: MIDNIGHT_S + 60) is None


def three_phase_reading():
    reading = Reading()
    reading.energy_wh = 1234
    reading.power_w = 7000
    reading.current_ma = [10000, 11000, None]
    reading.voltage_mv = [230000, 231000, 229000]
    return reading


OWN = {"offered_ma": 16000, "offered_w": 11040, "interval_wh": 7, "celsius_mc": 31500}


def test_select_reports_every_phase_and_leaves_out_what_the_meter_does_not_give():
    """standards.md §2.7: multi-phase: report every phase."""
    wanted = ("Energy.Active.Import.Register", "Current.Import", "Frequency", "Current.Offered")
    assert select(three_phase_reading(), wanted, OWN) == [
        ["energy_wh", 0, 1234],
        ["current_ma", 1, 10000],
        ["current_ma", 2, 11000],
        ["offered_ma", 0, 16000],
    ]


def test_select_takes_a_single_phase_when_the_measurand_names_it():
    """OCPP 1.6 §9.1.23: a measurand may carry a phase."""
    wanted = ("Voltage.L2", "Voltage.L3-N", "Power.Active.Import.L1")
    assert select(three_phase_reading(), wanted, OWN) == [
        ["voltage_mv", 2, 231000],
        ["voltage_mv", 3, 229000],
    ]


def test_select_tells_the_power_of_all_phases_and_of_each():
    reading = three_phase_reading()
    reading.phase_w = [2300, 2541, None]
    assert select(reading, ("Power.Active.Import",), OWN) == [
        ["power_w", 0, 7000],
        ["power_w", 1, 2300],
        ["power_w", 2, 2541],
    ]
    assert select(reading, ("Power.Active.Import.L2",), OWN) == [["power_w", 2, 2541]]


def test_select_knows_every_measurand_of_the_table():
    reading = three_phase_reading()
    reading.export_wh, reading.phase_w, reading.frequency_mhz = 5, [1, 2, 3], 49990
    reading.reactive_var, reading.factor_milli = -30, 985
    told = {value[0] for value in select(reading, metering.known().split(","), OWN)}
    assert told | {"phase_w"} == set(metering.EVERYTHING.split())


@pytest.mark.parametrize(
    "name, known",
    [
        ("Voltage", True),
        ("Voltage.L1", True),
        ("Voltage.L3-N", True),
        ("Current.Import.L1-N", True),
        ("Power.Active.Import.L2", True),
        ("Voltage.L4", False),
        ("Voltage.N", False),
        ("Energy.Active.Import.Register.L1", False),
        ("SoC", False),
        ("", False),
        ("L1", False),
        ("Voltage|voltage_mv", False),
        ("voltage_mv", False),
    ],
)
def test_measurand_is_known_with_a_phase_where_it_has_phases(name, known):
    assert metering.knows(name) is known


def test_measurand_that_the_meter_does_not_give_is_not_known():
    """OCPP 1.6 §9.1.23: an unsupported measurand is refused, so what is there must be told."""
    gives = "energy_wh power_w " + metering.OWN
    assert not metering.knows("Voltage", gives) and not metering.knows("Voltage.L1", gives)
    assert metering.knows("Power.Active.Import", gives)
    assert not metering.knows("Power.Active.Import.L1", gives)
    assert metering.known(gives) == (
        "Energy.Active.Import.Register,Energy.Active.Import.Interval,Power.Active.Import,"
        "Power.Offered,Current.Offered"
    )


def test_words_of_a_quantity_are_those_of_the_standard():
    """OCPP 1.6 §7.31, §7.45: Frequency and Power.Factor have no unit."""
    assert metering.words_of("energy_wh") == ("Energy.Active.Import.Register", "Wh", 0)
    assert metering.words_of("frequency_mhz") == ("Frequency", "", 3)
    with pytest.raises(KeyError):
        metering.words_of("phase_w")


def test_sampler_aligns_clock_samples_outside_transactions_too():
    """OCPP 1.6 §9.1.2."""
    sampler, _ = make_sampler(60, 900)
    assert run(sampler, 0, 1000000, 1000, MIDNIGHT_S - 100) == [(100000, CLOCK), (1000000, CLOCK)]


def test_sampler_does_not_ask_the_clock_while_it_does_not_matter():
    sampler, _ = make_sampler(60, 0)
    sampler.begin(0)

    def asked():
        raise AssertionError

    for now_ms in range(0, 130000, 1000):
        sampler.due(now_ms, asked)
