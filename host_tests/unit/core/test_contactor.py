"""core/contactor: commanded against seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import contactor, timing
from chargepoint.core.contactor import Contactor
from host_tests.unit.core.electrics import Coil

CLOSE_MS, OPEN_MS, REST_MS = (
    timing.CONTACTOR_CLOSE_MS,
    timing.CONTACTOR_OPEN_MS,
    timing.CONTACTOR_REST_MS,
)


class Bench:
    def __init__(self, stuck=None):
        self.coil, self.now_ms = Coil(), 0
        self.coil.closed = True
        self.contactor = Contactor(self.coil)
        self.coil.stuck = stuck

    def run(self, ms, every=10):
        for _ in range(ms // every):
            self.now_ms += every
            self.contactor.watch(self.now_ms)
        return self.contactor.state

    def close(self):
        self.run(REST_MS + 10)
        self.contactor.close(self.now_ms)
        return self


def test_contactor_is_open_from_its_first_moment():
    assert Bench().coil.closed is False


def test_contactor_is_energised_when_the_contacts_are_seen_closed():
    bench = Bench(stuck=False).close()
    bench.run(100)
    assert bench.coil.closed and not bench.contactor.energised
    bench.coil.stuck = None
    assert bench.run(10) == contactor.CLOSED and bench.contactor.energised
    assert bench.contactor.cycles == 1 and bench.contactor.monitored


def test_contactor_without_feedback_counts_as_done_and_says_so():
    bench = Bench(stuck="blind").close()
    assert bench.run(10) == contactor.CLOSED
    assert not bench.contactor.monitored
    bench.contactor.open(bench.now_ms)
    assert bench.run(10) == contactor.OPEN
    assert bench.run(10_000) == contactor.OPEN


def test_contactor_that_does_not_close_is_let_go_after_500_ms():
    bench = Bench(stuck=False).close()
    bench.run(CLOSE_MS - 10)
    assert bench.coil.closed
    bench.run(10)
    assert not bench.coil.closed and bench.contactor.failed
    bench.run(10)
    assert bench.contactor.state == contactor.OPEN and not bench.contactor.failed


def test_contactor_that_drops_out_is_let_go_after_500_ms():
    bench = Bench().close()
    bench.run(1000)
    bench.coil.stuck = False
    bench.run(CLOSE_MS)
    assert bench.coil.closed and bench.contactor.energised
    bench.run(10)
    assert not bench.coil.closed and bench.contactor.failed


def test_contactor_forgives_a_feedback_that_bounces():
    bench = Bench().close()
    bench.run(1000)
    for _ in range(20):
        bench.coil.stuck = False
        bench.run(100)
        bench.coil.stuck = None
        assert bench.run(10) == contactor.CLOSED


def test_contactor_that_stays_closed_is_welded_after_a_second():
    """OE tests a stuck relay 1000 ms after opening, PX after 200 ms (standards §1.5)."""
    bench = Bench().close()
    bench.run(1000)
    bench.coil.stuck = True
    bench.contactor.open(bench.now_ms)
    assert bench.run(OPEN_MS - 10) == contactor.OPENING
    assert bench.run(10) == contactor.WELDED
    bench.coil.stuck = None
    assert bench.run(10) == contactor.OPEN


def test_contactor_that_is_closed_at_power_on_is_welded_after_a_second():
    bench = Bench(stuck=True)
    bench.run(OPEN_MS)
    assert bench.run(10) == contactor.WELDED


def test_contactor_is_not_called_welded_by_one_reading_after_a_gap():
    bench = Bench()
    bench.run(100)
    bench.coil.stuck = True
    assert bench.run(5000, every=5000) == contactor.OPENING


@pytest.mark.parametrize("stuck", [True, "blind"])
def test_contactor_may_not_close_on_feedback_that_is_not_plainly_open(stuck):
    """Never close with welded feedback (standards §1.5); unknown is not open."""
    bench = Bench()
    bench.run(REST_MS + 100)
    assert bench.contactor.may_close(bench.now_ms)
    bench.coil.stuck = stuck
    bench.run(10)
    assert not bench.contactor.may_close(bench.now_ms)


def test_contactor_rests_after_power_on_and_after_each_opening():
    """TF: 5 s between two closings."""
    bench = Bench()
    bench.run(REST_MS)
    assert not bench.contactor.may_close(bench.now_ms)
    bench.run(10)
    bench.contactor.close(bench.now_ms)
    bench.run(1000)
    bench.contactor.open(bench.now_ms)
    bench.run(REST_MS - 10)
    assert not bench.contactor.may_close(bench.now_ms)
    bench.run(10)
    assert bench.contactor.may_close(bench.now_ms)


def test_contactor_writes_an_open_relay_again_in_every_step():
    bench = Bench()
    bench.run(100)
    bench.coil.closed = True
    bench.run(10)
    assert not bench.coil.closed


def test_contactor_refuses_to_close_twice():
    bench = Bench().close()
    with pytest.raises(ValueError, match="no row for close in state closing"):
        bench.contactor.close(bench.now_ms)


steps = st.tuples(
    st.sampled_from([10, 50, 600, 6000]),
    st.sampled_from([None, None, True, False, "blind"]),
    st.sampled_from(["close", "open", None, None]),
)


@given(st.lists(steps, max_size=80))
def test_contactor_obeys_and_rests_under_any_feedback(parts):
    bench, opened_ms = Bench(), 10
    bench.run(10)
    for ms, stuck, order in parts:
        bench.coil.stuck = stuck
        was_closed = bench.coil.closed
        bench.run(ms, every=ms)
        if order == "close" and bench.contactor.may_close(bench.now_ms):
            assert bench.now_ms - opened_ms >= REST_MS and stuck is not True
            bench.contactor.close(bench.now_ms)
        elif order == "open":
            bench.contactor.open(bench.now_ms)
            assert not bench.coil.closed
        if was_closed and not bench.coil.closed:
            opened_ms = bench.now_ms
        assert bench.coil.closed == bench.contactor.commanded
        assert bench.contactor.commanded or not bench.contactor.energised


def test_times_of_the_last_closing_and_opening_are_those_of_the_feedback():
    bench = Bench(stuck=False).close()
    assert bench.contactor.took_ms == [None, None]
    bench.run(70)
    bench.coil.stuck = None
    bench.run(10)
    assert bench.contactor.took_ms == [80, None]
    bench.contactor.open(bench.now_ms)
    bench.coil.stuck = True
    bench.run(40)
    bench.coil.stuck = None
    bench.run(10)
    assert bench.contactor.took_ms == [80, 50]


def test_contactor_that_can_not_be_seen_has_no_times():
    bench = Bench(stuck="blind").close()
    bench.run(100)
    bench.contactor.open(bench.now_ms)
    bench.run(100)
    assert bench.contactor.took_ms == [None, None]


def test_closing_that_failed_has_no_time():
    bench = Bench(stuck=False).close()
    bench.run(CLOSE_MS + 100)
    assert bench.contactor.took_ms[0] is None
