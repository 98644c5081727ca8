"""drivers/pilot_adc: a duty out, trimmed extremes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.drivers.pilot_adc import PilotAdc


class Pwm:
    duty = None

    def duty_u16(self, duty):
        self.duty = duty


class Adc:
    """Says ``samples_uv`` one after the other."""

    def __init__(self, samples_uv):
        self._samples = iter(samples_uv)

    def read_uv(self):
        try:
            return next(self._samples)
        except StopIteration:
            raise OSError("ADC timed out")


def pilot(samples_uv=(), burst=6):
    return PilotAdc(Pwm(), Adc(samples_uv), zero_mv=1500, ratio_bp=1000, burst=burst)


@given(st.lists(st.integers(0, 3_300_000), min_size=6, max_size=200))
def test_the_extremes_are_the_means_of_the_second_and_third(samples_uv):
    driver = pilot(samples_uv, burst=len(samples_uv))
    assert driver.read() is True
    ordered = sorted(samples_uv)
    assert driver.low_mv == pytest.approx((ordered[1] + ordered[2]) / 200 - 15_000, abs=1)
    assert driver.high_mv == pytest.approx((ordered[-2] + ordered[-3]) / 200 - 15_000, abs=1)


def test_one_glitch_at_each_end_is_dropped():
    driver = pilot([2_100_000] * 3 + [300_000] * 3 + [3_300_000, 0], burst=8)
    driver.read()
    assert (driver.high_mv, driver.low_mv) == (6000, -12_000)


def test_a_steady_level_is_both_extremes():
    driver = pilot([2_700_000] * 6)
    driver.read()
    assert (driver.high_mv, driver.low_mv) == (12_000, 12_000)


def test_an_adc_that_fails_gives_no_reading():
    assert pilot([2_700_000] * 5).read() is False


@given(st.integers(0, 10_000))
def test_the_duty_is_within_a_tenth_of_a_percent(duty_bp):
    driver = pilot()
    driver.set_duty(duty_bp)
    assert abs(driver._pwm.duty * 10_000 / 65_535 - duty_bp) < 1


def test_the_ends_are_steady():
    driver = pilot()
    driver.set_duty(0)
    assert driver._pwm.duty == 0
    driver.set_duty(10_000)
    assert driver._pwm.duty == 65_535


@pytest.mark.parametrize("duty_bp", [-1, 10_001])
def test_a_duty_that_can_not_be_is_refused(duty_bp):
    with pytest.raises(ValueError, match="not in 0..10000"):
        pilot().set_duty(duty_bp)


def test_a_burst_too_short_to_be_trimmed_is_refused():
    with pytest.raises(ValueError, match="burst 5"):
        pilot(burst=5)
