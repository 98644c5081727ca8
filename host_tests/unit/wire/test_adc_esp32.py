"""wire/adc_esp32: counts and volts of an ADC that bends, found from one wave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness import paths
from host_tests.harness.devices.adc_esp32 import counts_of

paths.use_firmware()

from chargepoint.wire.adc_esp32 import along, points_of  # noqa: E402

# A SmartEVSE: 0 V on the pilot is 1723 mV at the pad, each volt 129.8 mV.
ZERO_MV, MV_A_VOLT = 1723, 129.8


def pad_mv(volts):
    return ZERO_MV + volts * MV_A_VOLT


def points_at(high_mv, bends=True):
    low_mv = round(pad_mv(-12))
    return points_of(counts_of(low_mv), low_mv * 10, counts_of(high_mv), high_mv * 10, bends)


@pytest.mark.parametrize("volts", [1.5, 3, 4.5, 6, 7.5, 8.4, 9, 9.6])
@pytest.mark.parametrize("at_start", [3130, 3000, 2892, 2700, 2502, 2435, 2112])
def test_what_a_start_finds_is_right_on_the_pilot(volts, at_start):
    """Within 0.25 V, whatever was on the pilot at the start: 12 V, where the ADC ends, B, C, D.

    A vehicle may still be in C or D when the firmware starts again; by the line that they give a
    B of 9.6 V would be an A, and an unplugged vehicle."""
    points, level_mv = points_at(at_start), pad_mv(volts)
    shown_mv = along(points, counts_of(level_mv), 0, 1) / 10
    assert abs(shown_mv - level_mv) / MV_A_VOLT < 0.25


def test_a_straight_line_through_a_saturated_start_takes_b_for_c():
    """Why it bends: by a line B of 8.4 V lies below the edge at 7.5 V."""
    level = counts_of(pad_mv(8.4))
    assert level < along(points_at(3130, bends=False), round(pad_mv(7.5) * 10), 1, 0)
    edge = along(points_at(3130), round(pad_mv(7.5) * 10), 1, 0)
    assert counts_of(pad_mv(6.6)) + 60 < edge < level - 60


def test_where_nothing_bends_two_points_are_a_line():
    """The levels of esp32_devkit: +12 V is 2289 mV."""
    points = points_of(200, 2540, 2600, 22890, False)
    assert points == ((200, 2540), (2600, 22890))
    bent = points_of(200, 2540, 2600, 22890, True)
    assert abs(along(bent, 2600, 0, 1) - 22890) <= 10, "below the bend the same, to 1 mV"
    assert along(points, 1400, 0, 1) == (2540 + 22890) // 2
    assert along(points, 2800, 0, 1) == 22890 + 200 * (22890 - 2540) // 2400, "it goes on"


@given(
    high=st.integers(2880, 4095),
    share=st.integers(0, 1000),
    value=st.integers(0, 4095),
)
def test_it_rises_and_turns_back(high, share, value):
    """Of every chip: more counts are more volts, and the way back finds the counts again."""
    high_tenths = 22400 + share * 9690 // 1000
    points = points_of(30, 1650, high, high_tenths, True)
    for place in (0, 1):
        values = [point[place] for point in points]
        assert values == sorted(set(values))
    tenths = along(points, value, 0, 1)
    assert along(points, value + 1, 0, 1) >= tenths
    assert abs(along(points, tenths, 1, 0) - value) <= 1
