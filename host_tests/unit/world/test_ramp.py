"""world/ramp: a current with its exact integral."""

from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.world.ramp import Ramp

_MA = st.integers(0, 5000)
_RAMPS = st.builds(Ramp, st.integers(0, 50), _MA, _MA, st.integers(1, 700))


@given(_RAMPS, st.integers(0, 400), st.integers(0, 400))
def test_the_area_is_the_sum_of_the_trapezoids_between_milliseconds(ramp, delay_ms, length_ms):
    from_ms = ramp.start_ms + delay_ms
    to_ms = from_ms + length_ms
    expected = sum(ramp.at(ms) + ramp.at(ms + 1) for ms in range(from_ms, to_ms))
    assert ramp.double_area(from_ms, to_ms) == expected


@given(_RAMPS, st.integers(0, 6000))
def test_it_never_overshoots_nor_outruns_its_rate(ramp, delay_ms):
    ms = ramp.start_ms + delay_ms
    low_ma, high_ma = sorted((ramp.start_ma, ramp.target_ma))
    assert low_ma <= ramp.at(ms) <= high_ma
    assert abs(ramp.at(ms + 1) - ramp.at(ms)) <= 700
    assert ramp.at(ramp.end_ms) == ramp.target_ma


def test_it_rises_by_its_rate():
    ramp = Ramp(1000, 0, 16_000, 10)
    assert [ramp.at(ms) for ms in (1000, 1001, 2000, 2600, 9000)] == [
        0,
        10,
        10_000,
        16_000,
        16_000,
    ]
