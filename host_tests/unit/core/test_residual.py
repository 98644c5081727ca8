"""core/residual: a trip opens, a self-test comes before each session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import residual, timing
from chargepoint.core.residual import Residual
from chargepoint.core.rows import find
from host_tests.unit.core.parts import Bench, Monitor, assert_rows_lead_somewhere

TEST_MS, CLEAR_MS = timing.RESIDUAL_TEST_MS, timing.RESIDUAL_CLEAR_MS


class Watch(Bench):
    """A monitor at a contactor that is open unless a test says otherwise."""

    def __init__(self, idle=True, **how):
        self.monitor = Monitor(**how)
        super().__init__(Residual(self.monitor))
        self.part.idle = idle
        self.monitor.now_ms = self.now_ms - 10_000

    def step(self, ms=10):
        self.monitor.now_ms = self.now_ms + ms
        super().step(ms)

    @property
    def state(self):
        return self.part.state

    def ready(self, every=10):
        self.until(lambda: self.state == residual.READY, every=every)
        return self


# -- the self-test ------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [10, 100, 1000])
def test_residual_is_tested_at_the_start_before_anything_is_offered(every):
    watch = Watch()
    assert watch.part.why == "residual current" and watch.part.verdict == "unknown"
    while watch.state != residual.READY:
        assert watch.part.why == "residual current"
        watch.step(every)
    assert watch.part.why is None and watch.part.verdict == "passed"
    assert watch.monitor.inputs == [False, True, False] and watch.faults == []


def test_residual_that_trips_and_clears_at_the_last_moment_passes():
    """E32 500 ms, TF 740 ms, OE 2 s: the longest of them plus room."""
    watch = Watch(lag_ms=TEST_MS).ready()
    assert watch.faults == []


def test_residual_that_does_not_trip_in_its_test_fails_after_a_second():
    watch = Watch()
    watch.monitor.dead = True
    watch.run(20)
    assert watch.state == residual.TESTING
    watch.run(TEST_MS - 10)
    assert watch.state == residual.TESTING and watch.faults == []
    watch.step()
    assert watch.state == residual.FAILED and watch.faults == ["residual_test"]
    assert watch.monitor.inputs[-1] is False
    assert watch.part.why == "residual current" and watch.part.verdict == "failed"


def test_residual_that_does_not_clear_after_its_test_fails_and_counts_as_a_trip():
    """A residual current that begins in the test hides behind it: it is found at its end."""
    watch = Watch()
    watch.run(30)
    assert watch.state == residual.CLEARING
    watch.monitor.fault = True
    watch.run(CLEAR_MS - 10)
    assert watch.state == residual.CLEARING and watch.faults == []
    watch.step()
    assert watch.state == residual.FAILED and watch.faults == ["residual_test"]
    watch.step()
    assert watch.faults == ["residual_current"] and watch.part.why == "residual current"


def test_residual_that_failed_is_tested_again_every_30_s():
    watch = Watch()
    watch.monitor.dead = True
    watch.until(lambda: watch.state == residual.FAILED)
    for _ in range(3):
        took_ms = watch.until(lambda: watch.state == residual.TESTING)
        assert took_ms == timing.RESIDUAL_RETRY_MS
        watch.until(lambda: watch.state == residual.FAILED)
    watch.monitor.dead = False
    watch.ready()
    assert watch.faults == [] and watch.part.why is None


@pytest.mark.parametrize("dead", [True, False])
def test_residual_is_tested_anew_for_a_session_that_begins_while_the_last_test_had_failed(dead):
    watch = Watch()
    watch.monitor.dead = True
    watch.until(lambda: watch.state == residual.FAILED)
    watch.part.renew()
    watch.monitor.dead = dead
    assert watch.part.why == "residual current"
    watch.run(timing.RESIDUAL_RETRY_MS + 2 * TEST_MS)
    assert watch.part.why == ("residual current" if dead else None)


def test_residual_is_tested_before_each_session():
    """TF: in every state A."""
    watch = Watch().ready()
    watch.run(5000)
    assert watch.monitor.inputs.count(True) == 1
    watch.part.renew()
    assert watch.part.why == "residual current"
    watch.ready()
    assert watch.monitor.inputs.count(True) == 2 and watch.part.why is None


@pytest.mark.parametrize("during", ["TESTING", "CLEARING"])
def test_residual_is_tested_anew_for_a_session_that_begins_in_a_test(during):
    """A test that began before the plug came is not one of this session."""
    watch = Watch(lag_ms=50)
    watch.until(lambda: watch.state == getattr(residual, during))
    watch.part.renew()
    watch.ready()
    assert watch.part.why == "residual current"
    watch.run(TEST_MS)
    assert watch.monitor.inputs.count(True) == 2 and watch.part.why is None


def test_residual_is_tested_again_after_a_day():
    watch = Watch().ready()
    watch.run(timing.RESIDUAL_TEST_AGE_MS - 10_000, every=10_000)
    assert watch.monitor.inputs.count(True) == 1
    watch.run(10_000, every=1000)
    assert watch.monitor.inputs.count(True) == 2


def test_residual_is_not_tested_while_the_contactor_is_closed():
    watch = Watch().ready()
    watch.part.idle = False
    watch.part.renew()
    watch.run(timing.RESIDUAL_TEST_AGE_MS * 2, every=60_000)
    assert watch.monitor.inputs.count(True) == 1
    watch.part.idle = True
    watch.run(30)
    assert watch.monitor.inputs.count(True) == 2


# -- trips --------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [10, 100, 1000])
def test_residual_current_counts_in_the_second_reading(every):
    """E32 and SE look a second time: one reading may be noise."""
    watch = Watch().ready()
    watch.monitor.fault = True
    watch.step(every)
    assert watch.faults == [] and watch.part.why is None
    watch.step(every)
    assert watch.faults == ["residual_current"] and watch.part.verdict == "failed"
    assert watch.part.why == "residual current"


@pytest.mark.parametrize("can_test", [True, False])
def test_residual_current_in_one_reading_is_noise(can_test):
    """A withdrawal for a spike would cost the driver a pause; with and without a test input."""
    watch = Watch(can_test=can_test)
    watch.run(5000)
    for _ in range(20):
        watch.monitor.fault = True
        watch.step()
        assert watch.part.why is None
        watch.monitor.fault = False
        watch.step()
        assert watch.faults == [] and watch.part.why is None


def test_residual_monitor_is_tested_after_a_trip_cleared():
    watch = Watch().ready()
    watch.monitor.fault = True
    watch.run(1000)
    watch.monitor.fault = False
    watch.step()
    assert watch.state == residual.UNTESTED and watch.part.why == "residual current"
    watch.ready()
    assert watch.monitor.inputs.count(True) == 2 and watch.faults == []


@pytest.mark.parametrize("shown", [True, None, 1, "rubbish"])
def test_residual_monitor_that_is_not_there_reads_as_tripped(shown):
    """The input fails safe: whatever is not a plain False."""
    watch = Watch()
    watch.monitor.told = shown
    watch.run(CLEAR_MS)
    assert watch.faults == [] and watch.part.why == "residual current"
    watch.run(20)
    assert watch.faults == ["residual_current"]
    watch.monitor.told = ...
    watch.ready()
    assert watch.faults == []


def test_residual_monitor_that_is_lost_and_comes_back_is_tested_before_it_counts():
    watch = Watch().ready()
    watch.monitor.told = True
    watch.run(60_000)
    assert watch.state == residual.TRIPPED
    watch.monitor.told = ...
    while watch.state != residual.READY:
        watch.step()
        assert watch.part.why == "residual current" or watch.state == residual.READY


def test_residual_test_that_a_restart_cut_short_is_no_trip():
    """The test input is let go at once; the monitor has its time to clear."""
    watch = Watch(lag_ms=2000)
    watch.monitor.inputs.append(True)
    watch.part = Residual(watch.monitor)
    watch.part.idle = True
    watch.monitor.now_ms = watch.now_ms
    watch.monitor._changed_ms = watch.now_ms
    assert watch.monitor.inputs[-1] is False
    watch.run(1900)
    assert watch.state == residual.STARTING and watch.faults == []
    watch.monitor.lag_ms = 0
    watch.ready()
    assert watch.faults == []


# -- a monitor without a test input -------------------------------------------------------------


def test_residual_monitor_without_a_test_input_counts_while_it_does_not_trip():
    watch = Watch(can_test=False)
    watch.run(2000)
    assert watch.part.why is None and True not in watch.monitor.inputs
    assert watch.part.verdict == "passed, without a self-test"
    watch.part.renew()
    watch.run(20)
    assert watch.part.why is None
    watch.monitor.fault = True
    watch.run(20)
    assert watch.part.why == "residual current" and watch.part.verdict == "failed"


# -- the table ----------------------------------------------------------------------------------


def test_residual_table_has_one_row_for_each_pair_and_no_dead_end():
    assert_rows_lead_somewhere(residual._ROWS, residual.STARTING)
    with pytest.raises(ValueError, match="no row for due in state testing"):
        find(residual._ROWS, residual.TESTING, residual.DUE)


steps = st.tuples(
    st.sampled_from([10, 10, 10, 100, 1000, 4000, 30_000]),
    st.sampled_from([..., ..., True, False, None]),
    st.booleans(),
    st.sampled_from(["", "", "renew"]),
)


@given(st.lists(steps, max_size=60), st.booleans())
def test_residual_never_lets_energy_flow_on_an_untested_or_tripping_monitor(parts, can_test):
    """In any order of what the monitor shows: a row for everything, a test only when open."""
    watch = Watch(can_test=can_test)
    shown = []
    for ms, told, idle, order in parts:
        watch.monitor.told, watch.part.idle = told, idle
        if order:
            watch.part.renew()
        begun = watch.monitor.inputs.count(True)
        watch.step(ms)
        shown.append(watch.monitor.tripped())
        if watch.monitor.inputs.count(True) > begun:
            assert idle and can_test
        if watch.part.why is None:
            assert False in shown and (len(shown) < 2 or False in shown[-2:])
            assert not can_test or watch.part.tested_ms is not None
        assert watch.monitor.inputs[-1] == (watch.state == residual.TESTING)
