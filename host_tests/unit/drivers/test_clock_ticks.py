"""drivers/clock_ticks: a time that only grows, and the time of day on clocks of either epoch."""

import calendar
import time as host

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.drivers.clock_ticks import TicksClock

PERIOD = 1 << 30
EPOCHS = {1970: 0, 2000: 946684800}
NOVEMBER = 1795475400  # 2026-11-23 23:10:00 UTC, a Monday


class Time:
    """MicroPython's module ``time`` of a port with the given epoch; no time zones."""

    def __init__(self, epoch=2000, first_tick=0):
        self.now_ms = 0
        self.slept = []
        self._first = first_tick
        self._epoch_s = EPOCHS[epoch]

    def ticks_ms(self):
        return (self.now_ms + self._first) % PERIOD

    def ticks_diff(self, later, earlier):
        return ((later - earlier + PERIOD // 2) % PERIOD) - PERIOD // 2

    def sleep_ms(self, ms):
        assert ms >= 0
        self.slept.append(ms)
        self.now_ms += ms

    def gmtime(self, seconds):
        return tuple(host.gmtime(seconds + self._epoch_s))[:8]

    def mktime(self, moment):
        assert len(moment) == 8
        return calendar.timegm(moment[:6]) - self._epoch_s


class Rtc:
    """machine.RTC: (year, month, day, weekday, hour, minute, second, microsecond)."""

    def __init__(self, year=2000):
        self.moment = (year, 1, 1, 5, 0, 0, 0, 0)

    def datetime(self, moment=None):
        if moment is None:
            return self.moment
        assert len(moment) == 8
        self.moment = moment


def test_it_starts_at_zero_wherever_the_ticks_are():
    assert TicksClock(Time(first_tick=12345)).now_ms() == 0


@given(
    st.integers(0, PERIOD - 1),
    st.lists(st.integers(0, PERIOD // 2 - 1), min_size=1, max_size=20),
)
def test_time_grows_by_what_passed_over_any_number_of_wraps(first_tick, steps_ms):
    time = Time(first_tick=first_tick)
    clock = TicksClock(time)
    for step_ms in steps_ms:
        time.now_ms += step_ms
        assert clock.now_ms() == time.now_ms


def test_a_month_of_steps_loses_nothing():
    """Ticks wrap every 12.4 days."""
    time = Time(first_tick=PERIOD - 1)
    clock = TicksClock(time)
    for _ in range(31 * 24):
        time.now_ms += 3_600_000
        clock.now_ms()
    assert clock.now_ms() == 31 * 86_400_000


def test_no_one_knows_the_time_until_it_is_set():
    assert TicksClock(Time()).utc_s() is None
    assert TicksClock(Time(), Rtc()).utc_s() is None


@pytest.mark.parametrize("year", [1970, 2000, 2023])
def test_a_clock_that_was_never_set_is_not_believed(year):
    assert TicksClock(Time(), Rtc(year)).utc_s() is None


def test_the_time_of_day_goes_on_with_the_ticks():
    time = Time()
    clock = TicksClock(time)
    clock.set_utc_s(NOVEMBER)
    time.now_ms += 90_500
    clock.now_ms()
    assert clock.utc_s() == NOVEMBER + 90


@pytest.mark.parametrize("epoch", EPOCHS)
def test_the_hardware_clock_is_set_in_its_own_order(epoch):
    rtc = Rtc()
    TicksClock(Time(epoch), rtc).set_utc_s(NOVEMBER)
    assert rtc.moment == (2026, 11, 23, 0, 23, 10, 0, 0)


@pytest.mark.parametrize("epoch", EPOCHS)
@given(utc_s=st.integers(1704067200, 4102444799))  # 2024 to 2099
def test_the_time_of_day_survives_a_reset(epoch, utc_s):
    rtc = Rtc()
    TicksClock(Time(epoch), rtc).set_utc_s(utc_s)
    assert TicksClock(Time(epoch), rtc).utc_s() == utc_s


def test_a_second_is_not_worth_a_jump():
    rtc = Rtc()
    clock = TicksClock(Time(), rtc)
    clock.set_utc_s(NOVEMBER)
    before = rtc.moment
    clock.set_utc_s(NOVEMBER + 1)
    clock.set_utc_s(NOVEMBER - 1)
    assert (clock.utc_s(), rtc.moment) == (NOVEMBER, before)
    clock.set_utc_s(NOVEMBER + 2)
    assert clock.utc_s() == NOVEMBER + 2
    assert rtc.moment != before


def test_waiting_ends_when_it_is_due():
    time = Time()
    clock = TicksClock(time)
    clock.wait_until_ms(10)
    time.now_ms += 25
    clock.wait_until_ms(20)
    assert time.slept == [10, 0]
