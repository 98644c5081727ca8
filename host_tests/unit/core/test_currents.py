"""core/currents: current against the offer, mains voltage, by the readings of a meter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import timing
from chargepoint.core.currents import Currents
from host_tests.unit.core.parts import Book, Reading

OVER_MS, FOLLOW_MS, STRAY_MS = (
    timing.OVERCURRENT_MS,
    timing.OVERCURRENT_FOLLOW_MS,
    timing.STRAY_CURRENT_MS,
)
LIVE = (230, 230, 230)


class Judge:
    """Readings a second apart, of a contactor that is closed on an offer of 16 A."""

    def __init__(self, amps=16, nominal_mv=230_000):
        self.currents, self.now_ms, self.book = Currents(nominal_mv), 5_000_000, Book()
        self.offer_ma, self.is_open = amps * 1000, False
        self.volts = LIVE
        self.say(0)

    def say(self, *amps, ms=1000, lag_ms=0):
        """A reading; what is offered and seen is told in every step before."""
        for _ in range(ms // 100):
            self.now_ms += 100
            self.currents.offered(self.offer_ma, self.now_ms)
            self.currents.opened(self.is_open, self.now_ms)
        amps = amps + (None,) * (3 - len(amps))
        self.currents.take(Reading(self.now_ms - lag_ms, amps, self.volts))
        self.currents.put(self.book, self.now_ms)
        return self.book.active

    def until(self, *amps, limit_s=60):
        begun_ms = self.now_ms
        while not self.say(*amps):
            assert self.now_ms - begun_ms < limit_s * 1000
        return self.now_ms - begun_ms


# -- over-current -------------------------------------------------------------------------------


@pytest.mark.parametrize("amps", [(18.16,), (16, 18.2, 16), (0, 0, -18.2), (None, 25, None)])
def test_current_above_the_offer_for_7_s_is_an_over_current(amps):
    """EV: (limit + 0.5 A) * 1.10 = 18.15 A in any phase, whatever its sign."""
    judge = Judge()
    judge.say(16, ms=FOLLOW_MS)
    assert judge.until(*amps) == OVER_MS + 1000
    assert judge.book.active == ["overcurrent"]


@pytest.mark.parametrize("amps", [(18.15,), (16, 16, 16), (-18.1,), (None, None, None)])
def test_current_within_the_tolerance_is_none(amps):
    judge = Judge()
    for _ in range(60):
        assert judge.say(*amps) == []


def test_over_current_needs_every_reading_of_its_time():
    judge = Judge()
    for _ in range(10):
        for _ in range(7):
            assert judge.say(30) == []
        assert judge.say(16) == []


def test_over_current_ends_with_the_first_reading_that_does_not_show_it():
    judge = Judge()
    judge.until(30)
    assert judge.say(18) == []


@pytest.mark.parametrize("after_s", [1, 3, 6])
def test_current_has_6_s_to_follow_an_offer_that_fell(after_s):
    """Row 6: a vehicle may take 5 s."""
    judge = Judge(amps=32)
    judge.say(32, ms=20_000)
    judge.offer_ma = 6000
    for _ in range(after_s):
        assert judge.say(32) == []
    for _ in range(60):
        assert judge.say(6.5) == []


def test_current_that_does_not_follow_an_offer_that_fell_is_an_over_current():
    judge = Judge(amps=32)
    judge.say(32, ms=20_000)
    judge.offer_ma = 6000
    took_ms = judge.until(32)
    assert FOLLOW_MS + OVER_MS <= took_ms <= FOLLOW_MS + OVER_MS + 1000


def test_current_is_judged_by_the_largest_of_several_offers_of_the_last_6_s():
    judge = Judge(amps=32)
    judge.say(32, ms=20_000)
    for offer_ma in (20_000, 10_000, 6000):
        judge.offer_ma = offer_ma
        judge.say(32, ms=1500)
    assert judge.book.active == []
    assert judge.until(32) < FOLLOW_MS + OVER_MS
    judge.offer_ma = 32_000
    assert judge.say(32) == []


def test_current_after_the_contactor_opened_is_no_over_current():
    judge = Judge()
    judge.until(30)
    judge.is_open, judge.offer_ma = True, 0
    assert judge.say(30) == []


def test_current_that_no_meter_gives_is_not_monitored():
    judge = Judge()
    judge.currents = Currents()
    judge.volts = (None, None, None)
    judge.say(None)
    assert not judge.currents.current_known and not judge.currents.voltage_known
    judge.say(0)
    assert judge.currents.current_known and not judge.currents.voltage_known


# -- stray current ------------------------------------------------------------------------------


@pytest.mark.parametrize("amps", [1.1, -1.1, 16])
def test_current_5_s_after_the_opening_flows_through_welded_contacts(amps):
    """SE: the only sign of them on a board that does not see its contacts."""
    judge = Judge()
    judge.is_open = True
    for _ in range(STRAY_MS // 1000):
        judge.say(amps)
        assert not judge.currents.stray
    judge.say(amps)
    assert judge.currents.stray
    judge.say(1)
    assert not judge.currents.stray


def test_reading_from_before_the_5_s_are_over_is_no_stray_current():
    """A meter is slow: what counts is when it was asked, not when it answered."""
    judge = Judge()
    judge.is_open = True
    for _ in range(8):
        judge.say(16, lag_ms=3000)
        stray_ms = judge.now_ms
        if judge.currents.stray:
            break
    assert stray_ms - (5_000_000 + 1000) >= STRAY_MS + 3000


def test_current_is_no_stray_current_once_the_contactor_closes_again():
    judge = Judge()
    judge.is_open = True
    judge.say(16, ms=10_000)
    assert judge.currents.stray
    judge.is_open = False
    judge.currents.opened(False, judge.now_ms)
    assert not judge.currents.stray


def test_small_current_after_the_opening_is_what_the_charge_point_takes():
    judge = Judge()
    judge.is_open = True
    judge.say(0.9, ms=60_000)
    assert not judge.currents.stray


# -- mains --------------------------------------------------------------------------------------


@pytest.mark.parametrize("volts", [(265, 230, 230), (230, None, 300), (265,) * 3])
def test_voltage_15_percent_above_nominal_for_a_second_is_a_fault(volts):
    judge = Judge()
    judge.volts = volts
    assert judge.say(0) == []
    assert judge.say(0) == ["over_voltage"]
    judge.volts = LIVE
    assert judge.say(0) == []


@pytest.mark.parametrize("volts", [(195, 230, 230), (230, 101, None), (195, None, None)])
def test_voltage_15_percent_below_nominal_for_10_s_is_a_fault(volts):
    judge = Judge()
    judge.volts = volts
    for _ in range(timing.UNDER_VOLTAGE_MS // 1000):
        assert judge.say(0) == []
    assert judge.say(0) == ["under_voltage"]


@pytest.mark.parametrize(
    "volts",
    [
        (264, 196, 230), (230, None, None), (230, 0, 0), (0, 0, 0),
        (99, 230, 230), (None, None, None),
    ],
)  # fmt: skip
def test_voltage_within_limits_or_without_a_phase_is_no_fault(volts):
    """Meters of one phase say None or nothing for the others; an outage is told elsewhere."""
    judge = Judge()
    judge.volts = volts
    for _ in range(30):
        assert judge.say(0) == []


def test_voltage_is_judged_by_the_nominal_one_of_the_board():
    judge = Judge(nominal_mv=120_000)
    judge.volts = (120, 120, 120)
    for _ in range(30):
        assert judge.say(0) == []
    judge.volts = (230, 230, 230)
    judge.say(0)
    assert judge.say(0) == ["over_voltage"]


def test_voltage_that_is_high_in_one_phase_and_low_in_another_is_both():
    """A lost neutral."""
    judge = Judge()
    judge.volts = (300, 130, 230)
    for _ in range(12):
        judge.say(0)
    assert judge.book.active == ["over_voltage", "under_voltage"]


# -- readings -----------------------------------------------------------------------------------


def test_reading_counts_once_however_often_it_is_handed_over():
    judge = Judge()
    judge.say(16, ms=FOLLOW_MS)
    reading = Reading(judge.now_ms + 10, (30,))
    for _ in range(2000):
        judge.now_ms += 10
        judge.currents.take(reading)
        judge.currents.put(judge.book, judge.now_ms)
    assert judge.book.active == []


def test_no_reading_is_no_verdict():
    judge = Judge()
    judge.currents.take(None)
    judge.currents.put(judge.book, judge.now_ms)
    assert judge.book.active == []


@given(
    st.lists(
        st.tuples(st.integers(-20, 20), st.integers(196, 264), st.sampled_from([1000, 5000])),
        max_size=40,
    )
)
def test_currents_never_complain_of_a_vehicle_that_keeps_to_its_offer(said):
    judge = Judge(amps=32)
    for amps, volts, ms in said:
        judge.volts = (volts, None, volts)
        assert judge.say(amps, None, -amps, ms=ms) == []
        assert not judge.currents.stray
