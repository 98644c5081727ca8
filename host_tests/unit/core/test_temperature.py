"""core/temperature: less current first, none at the cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import timing
from chargepoint.core.temperature import CUT_C, DERATE_C, Temperature
from host_tests.unit.core.parts import Bench, Thermometer


class Box(Bench):
    def __init__(self, celsius=20, max_ma=32000, **options):
        self.port = Thermometer(celsius)
        super().__init__(Temperature(self.port, max_ma, options))

    def show(self, celsius, ms=10):
        self.port.celsius_mc = None if celsius is None else int(celsius * 1000)
        return self.run(ms)

    @property
    def limit_ma(self):
        return self.part.limit_ma


@pytest.mark.parametrize(
    ("derate_c", "cut_c"), [(0, 60), (-1, 60), (60, 60), (61, 60), (50, 91), (95, 99)]
)
def test_temperature_refuses_a_curve_that_is_none(derate_c, cut_c):
    with pytest.raises(ValueError, match="expected 0 < derate_c < cut_c <= 90"):
        Box(derate_c=derate_c, cut_c=cut_c)


def test_temperature_is_polled_in_every_step():
    assert Box().run(1000).port.polls == 100


def test_temperature_must_be_known_before_anything_is_offered():
    box = Box(celsius=None)
    assert box.part.why == "temperature"
    box.run(1000)
    assert box.part.why == "temperature" and box.part.verdict == "unknown" and box.faults == []
    box.show(20)
    assert box.part.why is None and box.part.verdict == "passed"
    assert box.part.celsius_mc == 20_000


@pytest.mark.parametrize(
    ("celsius", "limit_ma"),
    [
        (-30, 32000), (20, 32000), (59.9, 32000), (60, 32000),
        (60.1, 31000), (62, 26000), (65, 19000), (69, 8000), (69.9, 6000), (70, 6000), (85, 6000),
    ],
)  # fmt: skip
def test_temperature_takes_current_away_in_a_straight_line_from_derate_to_cut(celsius, limit_ma):
    """To 6 A at the cut, in whole amperes, never more than the line."""
    assert Box(celsius).run(10).limit_ma == limit_ma


@given(st.integers(-40_000, 100_000), st.integers(6000, 80_000))
def test_temperature_never_leaves_more_than_the_line_nor_less_than_6_amperes(celsius_mc, max_ma):
    box = Box(max_ma=max_ma)
    box.port.celsius_mc = celsius_mc
    box.step()
    over = max(0, celsius_mc - DERATE_C * 1000) / ((CUT_C - DERATE_C) * 1000)
    # The line is followed in tenths of a degree.
    line_ma = max_ma - (max_ma - 6000) * max(0, over - 0.01)
    assert 6000 <= box.limit_ma <= max(6000, line_ma)


def test_temperature_is_a_fault_from_the_cut_until_10_degrees_below_it():
    """SE resumes 10 degrees below."""
    box = Box(69.9).run(100)
    assert box.faults == [] and box.part.why is None
    box.show(70)
    assert box.faults == ["temperature_high"] and box.part.why == "temperature"
    assert box.part.verdict == "failed"
    box.show(60, 60_000)
    assert box.faults == ["temperature_high"] and box.part.why == "temperature"
    box.show(59.9)
    assert box.faults == [] and box.part.why is None


def test_temperature_that_falls_counts_two_degrees_late():
    """The offer must not swing with the heat that it makes."""
    box = Box(66).run(10)
    least_ma = box.limit_ma
    for celsius in (65, 64.5, 66, 64, 65.9):
        assert box.show(celsius).limit_ma == least_ma
    assert box.show(63).limit_ma == Box(65).run(10).limit_ma > least_ma
    assert box.show(57.9).limit_ma == 32000


def test_temperature_that_rises_counts_at_once():
    box = Box(66).run(10).show(60)
    assert box.show(67).limit_ma == Box(67).run(10).limit_ma


@pytest.mark.parametrize("every", [10, 100])
def test_temperature_that_falls_silent_is_a_fault_after_5_s(every):
    box = Box(66).run(1000)
    limit_ma = box.limit_ma
    box.port.celsius_mc = None
    box.run(timing.TEMPERATURE_SILENT_MS, every)
    assert box.faults == [] and box.limit_ma == limit_ma
    box.step(every)
    assert box.faults == ["temperature_unknown"] and box.part.verdict == "unknown"
    assert box.part.celsius_mc is None
    box.show(30)
    assert box.faults == [] and box.part.verdict == "passed"


def test_temperature_that_falls_silent_while_it_is_too_hot_stays_too_hot():
    box = Box(75).run(100).show(None, 60_000)
    assert box.faults == ["temperature_high", "temperature_unknown"]
    assert box.part.why == "temperature"


@given(st.lists(st.one_of(st.none(), st.integers(-60, 150)), max_size=50))
def test_temperature_never_lets_energy_flow_at_or_above_the_cut(shown):
    box = Box(None)
    for celsius in shown:
        box.show(celsius)
        assert celsius is None or celsius < CUT_C or box.part.why == "temperature"
        assert 6000 <= box.limit_ma <= 32000
