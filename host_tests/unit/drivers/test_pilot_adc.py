"""drivers/pilot_adc: a duty out, trimmed extremes in."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.drivers.pilot_adc import PilotAdc
from host_tests.unit.drivers.parts import Adc, Pin, Pwm

# The board's divider: 1500 mV at the ADC is 0 V, 100 mV are 1 V.
HIGH_UV, LOW_UV = 2_100_000, 300_000  # +6 V and -12 V


def pilot(adc=None, burst=64, **switch):
    return PilotAdc(Pwm(), adc or Adc(0), zero_mv=1500, ratio_bp=1000, burst=burst, **switch)


class Wave:
    """A pilot of 1 kHz, read every ``pace_us``; ``spikes``: numbers of reads that Wi-Fi spoils."""

    def __init__(self, duty_bp, pace_us, start_us=0, spikes=(), spike_uv=3_300_000):
        self._duty_us = duty_bp / 10
        self._pace_us = pace_us
        self._start_us = start_us
        self._spikes = spikes
        self._spike_uv = spike_uv
        self._reads = 0

    def read_uv(self):
        at_us = (self._start_us + self._reads * self._pace_us) % 1000
        self._reads += 1
        if self._reads - 1 in self._spikes:
            return self._spike_uv
        return HIGH_UV if at_us < self._duty_us else LOW_UV


@given(st.lists(st.integers(0, 3_300_000), min_size=8, max_size=200))
def test_the_extremes_are_the_fourth_from_each_end(samples_uv):
    driver = pilot(Adc(*samples_uv), burst=len(samples_uv))
    assert driver.read() is True
    ordered = sorted(samples_uv)
    assert driver.low_mv == pytest.approx(ordered[3] / 100 - 15_000, abs=1)
    assert driver.high_mv == pytest.approx(ordered[-4] / 100 - 15_000, abs=1)


@pytest.mark.parametrize("spike_uv", [0, 3_300_000])
@pytest.mark.parametrize("steady_uv", [2_700_000, 2_100_000, 300_000])
def test_three_spikes_to_one_side_do_not_move_a_steady_level(steady_uv, spike_uv):
    """micropython#7514: the ADC is noisy while Wi-Fi is active."""
    samples_uv = [steady_uv] * 64
    for place in (3, 30, 57):
        samples_uv[place] = spike_uv
    driver = pilot(Adc(*samples_uv))
    driver.read()
    assert driver.high_mv == driver.low_mv == steady_uv // 100 - 15_000


@pytest.mark.parametrize("pace_us", [35, 41, 57.3, 66, 80])
@pytest.mark.parametrize("duty_bp", [1000, 9000])
def test_a_pulse_of_6_a_is_seen_whole_whenever_the_burst_begins(duty_bp, pace_us):
    """IEC 61851-1 table A.7: 10 % is 6 A; 90 % its mirror image. 64 reads hold 4 of a pulse."""
    for start_us in range(0, 1000, 3):
        driver = pilot(Wave(duty_bp, pace_us, start_us))
        driver.read()
        assert (driver.high_mv, driver.low_mv) == (6000, -12_000), start_us


@pytest.mark.parametrize("spike_uv", [0, 3_300_000])
def test_three_spikes_between_the_pulses_hide_no_6_a(spike_uv):
    dice = random.Random(7514)
    for start_us in range(0, 1000, 7):
        wave = Wave(1000, 57.3, start_us)
        between = [at for at in range(64) if wave.read_uv() == LOW_UV]
        spikes = dice.sample(between, 3)
        driver = pilot(Wave(1000, 57.3, start_us, spikes, spike_uv))
        driver.read()
        assert (driver.high_mv, driver.low_mv) == (6000, -12_000), start_us


def test_80_a_is_seen_with_a_burst_of_160():
    """96 %: the diode's sign lasts 40 us only."""
    for start_us in range(0, 1000, 3):
        driver = pilot(Wave(9600, 57.3, start_us), burst=160)
        driver.read()
        assert driver.low_mv == -12_000, start_us


def test_noise_is_not_taken_for_another_level():
    dice = random.Random(1)
    driver = pilot(Adc(*(HIGH_UV + int(dice.gauss(0, 8000)) for _ in range(64))))
    driver.read()
    assert 5800 < driver.low_mv < driver.high_mv < 6200


def test_an_adc_that_fails_gives_no_reading_and_comes_back():
    adc = Adc(2_700_000)
    driver = pilot(adc)
    adc.absent = True
    assert driver.read() is False
    adc.absent = False
    assert driver.read() is True
    assert driver.high_mv == 12_000


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
def test_a_duty_that_can_not_be_is_refused_and_the_old_one_stays(duty_bp):
    driver = pilot()
    driver.set_duty(5000)
    before = driver._pwm.duty
    with pytest.raises(ValueError, match="not in 0..10000"):
        driver.set_duty(duty_bp)
    assert driver._pwm.duty == before


def test_a_burst_too_short_to_be_trimmed_is_refused():
    with pytest.raises(ValueError, match="burst 7"):
        pilot(burst=7)


@pytest.mark.parametrize("off_level", [0, 1])
def test_a_switch_takes_the_pilot_off_the_vehicle_and_puts_it_back(off_level):
    switch = Pin()
    driver = pilot(switch_pin=switch, off_level=off_level)
    assert driver.can_disconnect
    assert switch.level == 1 - off_level, "on the vehicle from the first moment"
    driver.connect(False)
    assert switch.level == off_level
    driver.connect(True)
    assert switch.level == 1 - off_level


def test_a_board_without_switch_says_so_and_ignores_the_wish():
    driver = pilot()
    assert not driver.can_disconnect
    driver.connect(False)
