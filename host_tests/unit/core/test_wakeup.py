"""core/wakeup: a vehicle that sleeps is woken once for each offer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import timing, wakeup
from chargepoint.core.rows import find
from chargepoint.core.wakeup import WakeUp
from host_tests.unit.core.parts import assert_rows_lead_somewhere

AFTER_MS = 30_000


class Sleeper:
    """An offer that stands and a vehicle that does not ask, unless a test says otherwise."""

    def __init__(self, after_ms=AFTER_MS):
        self.wake_up, self.now_ms = WakeUp(), 7_000_000
        self.wake_up.after_ms = after_ms
        self.offered, self.asks = True, False
        self.pulses = []

    def run(self, ms, every=10):
        for _ in range(ms // every):
            self.now_ms += every
            was_cutting = self.wake_up.cutting
            self.wake_up.tick(self.offered, self.asks, self.now_ms)
            if self.wake_up.cutting != was_cutting:
                self.pulses.append(self.now_ms)
        return self.wake_up.state

    def pause(self, ms=100):
        self.offered = False
        self.run(ms)
        self.offered = True


@pytest.mark.parametrize("every", [10, 100, 1000])
def test_sleeping_vehicle_is_woken_once_by_4_s_without_a_pilot(every):
    """A.5.3: 30 s in B2, then one interruption (EV, TF: 4 s)."""
    sleeper = Sleeper()
    sleeper.run(AFTER_MS, every)
    assert sleeper.pulses == []
    sleeper.run(600_000, every)
    begun_ms, ended_ms = sleeper.pulses
    assert begun_ms == 7_000_000 + AFTER_MS + every
    assert ended_ms - begun_ms == timing.WAKE_PULSE_MS


def test_vehicle_that_asks_in_time_is_not_woken():
    sleeper = Sleeper()
    sleeper.run(AFTER_MS)
    sleeper.asks = True
    sleeper.run(100_000)
    assert sleeper.pulses == []


def test_vehicle_that_was_full_stays_in_peace():
    sleeper = Sleeper()
    sleeper.asks = True
    sleeper.run(10_000)
    sleeper.asks = False
    sleeper.run(3_600_000, every=1000)
    assert sleeper.pulses == [] and sleeper.wake_up.state == wakeup.SETTLED


@pytest.mark.parametrize("asked", [True, False])
def test_vehicle_is_woken_again_when_an_offer_returns_after_a_pause(asked):
    """One that slept through a pause."""
    sleeper = Sleeper()
    sleeper.asks = asked
    sleeper.run(AFTER_MS + 5000)
    sleeper.asks = False
    before = len(sleeper.pulses)
    sleeper.pause()
    sleeper.run(AFTER_MS)
    assert len(sleeper.pulses) == before
    sleeper.run(5000)
    assert len(sleeper.pulses) == before + 2


def test_waiting_begins_anew_with_each_offer():
    sleeper = Sleeper()
    for _ in range(20):
        sleeper.run(AFTER_MS - 10)
        sleeper.pause(10)
    assert sleeper.pulses == []


@pytest.mark.parametrize("at_ms", [10, 2000, 3990])
def test_pulse_ends_at_once_with_the_offer(at_ms):
    """A fault, an unplugged vehicle or a limit ends it."""
    sleeper = Sleeper()
    sleeper.run(AFTER_MS + at_ms)
    assert sleeper.wake_up.cutting
    sleeper.offered = False
    sleeper.run(10)
    assert not sleeper.wake_up.cutting and sleeper.wake_up.state == wakeup.REST


def test_pulse_lasts_its_time_whatever_the_line_seems_to_ask():
    """Nothing can be said of the vehicle meanwhile."""
    sleeper = Sleeper()
    sleeper.run(AFTER_MS + 1000)
    sleeper.asks = True
    sleeper.run(2900)
    assert sleeper.wake_up.cutting
    sleeper.run(1000)
    assert sleeper.wake_up.state == wakeup.SETTLED


def test_setting_of_0_wakes_no_one():
    sleeper = Sleeper(after_ms=0)
    sleeper.run(7_200_000, every=1000)
    assert sleeper.pulses == []


def test_setting_that_changes_counts_from_the_beginning_of_the_offer():
    sleeper = Sleeper(after_ms=0)
    sleeper.run(60_000)
    sleeper.wake_up.after_ms = 90_000
    sleeper.run(30_000)
    assert sleeper.pulses == []
    sleeper.run(10)
    assert sleeper.wake_up.cutting


def test_wake_up_table_has_one_row_for_each_pair_and_no_dead_end():
    assert_rows_lead_somewhere(wakeup._ROWS, wakeup.REST)
    with pytest.raises(ValueError, match="no row for asked in state pulsing"):
        find(wakeup._ROWS, wakeup.PULSING, wakeup.ASKED)


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from([10, 1000, 30_000])), max_size=60
    )
)
def test_wake_up_never_cuts_without_an_offer_nor_twice_in_one(parts):
    sleeper = Sleeper()
    begun = 0
    for offered, asks, ms in parts:
        was_cutting = sleeper.wake_up.cutting
        sleeper.offered, sleeper.asks = offered, asks
        sleeper.run(ms, every=ms)
        if not offered:
            begun = 0
            assert not sleeper.wake_up.cutting
        elif sleeper.wake_up.cutting and not was_cutting:
            begun += 1
            assert begun == 1 and not asks
