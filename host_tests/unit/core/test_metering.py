"""When readings are due, and what of them is wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.metering import CLOCK, PERIODIC, Sampler
from chargepoint.ports import Reading

MIDNIGHT_S = 1790035200  # 2026-09-22T00:00:00Z
STEP_MS = 10


def make_sampler(periodic_s=60, clock_s=0):
    settings = {"MeterValueSampleInterval": periodic_s, "ClockAlignedDataInterval": clock_s}
    return Sampler(settings), settings


def run(sampler, from_ms, to_ms, step_ms=STEP_MS, utc_at_0_s=None):
    """[(ms, context)] of all samples due in the steps from ``from_ms`` to ``to_ms``."""
    found = []
    for now_ms in range(from_ms, to_ms + 1, step_ms):
        utc_s = None if utc_at_0_s is None else utc_at_0_s + now_ms // 1000
        context = sampler.due(now_ms, utc_s)
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
        count += sampler.due(now_ms, None) == PERIODIC
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
    sampler.due(0, None if jump_s is None else MIDNIGHT_S + 10)
    assert sampler.due(1000, MIDNIGHT_S + (jump_s or 0)) is None


def test_sampler_gives_both_contexts_one_after_the_other_when_both_are_due():
    sampler, _ = make_sampler(60, 60)
    sampler.begin(0)
    sampler.due(0, MIDNIGHT_S)
    assert sampler.due(60000, MIDNIGHT_S + 60) == CLOCK
    assert sampler.due(60010, MIDNIGHT_S + 60) == PERIODIC
    assert sampler.due(60020, MIDNIGHT_S + 60) is None


def three_phase_reading():
    reading = Reading()
    reading.energy_wh = 1234
    reading.power_w = 7000
    reading.current_ma = [10000, 11000, None]
    reading.voltage_mv = [230000, 231000, 229000]
    return reading


def test_select_reports_every_phase_and_leaves_out_what_the_meter_does_not_give():
    """standards.md §2.7: multi-phase: report every phase."""
    sampler, _ = make_sampler()
    wanted = ("Energy.Active.Import.Register", "Current.Import", "Frequency", "Current.Offered")
    assert sampler.select(three_phase_reading(), wanted, 16000) == [
        ["energy_wh", 0, 1234],
        ["current_ma", 1, 10000],
        ["current_ma", 2, 11000],
        ["offered_ma", 0, 16000],
    ]


def test_select_takes_a_single_phase_when_the_measurand_names_it():
    sampler, _ = make_sampler()
    wanted = ("Voltage.L2", "Voltage.L3-N", "Power.Active.Import.L1")
    assert sampler.select(three_phase_reading(), wanted, 0) == [
        ["voltage_mv", 2, 231000],
        ["voltage_mv", 3, 229000],
    ]
