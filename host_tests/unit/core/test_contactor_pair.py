"""core/contactor_pair: two contactors with the face of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import contactor, timing
from chargepoint.core.contactor import Contactor
from chargepoint.core.contactor_pair import ContactorPair
from host_tests.unit.core.electrics import Coil

REST_MS = timing.CONTACTOR_REST_MS


class Pair:
    def __init__(self, phases=3):
        self.first, self.second, self.now_ms = Coil(), Coil(), 3_000_000
        self.pair = ContactorPair(Contactor(self.first), Contactor(self.second))
        self.pair.phases = phases
        self.run(REST_MS + 10)

    def run(self, ms, every=10):
        for _ in range(ms // every):
            self.now_ms += every
            self.pair.watch(self.now_ms)
        return self.pair.state

    def close(self, ms=100):
        assert self.pair.may_close(self.now_ms)
        self.pair.close(self.now_ms)
        self.run(ms)
        return self

    @property
    def coils(self):
        return self.first.closed, self.second.closed


@pytest.mark.parametrize(("phases", "coils"), [(3, (True, True)), (1, (True, False))])
def test_pair_closes_what_its_phases_ask_for(phases, coils):
    pair = Pair(phases).close()
    assert pair.coils == coils
    assert pair.pair.state == contactor.CLOSED and pair.pair.energised and pair.pair.commanded
    assert pair.pair.cycles == 1 and pair.pair.monitored
    pair.pair.open(pair.now_ms)
    assert pair.coils == (False, False)
    assert pair.run(10) == contactor.OPEN and not pair.pair.energised


def test_pair_is_not_energised_before_both_are_seen_closed():
    pair = Pair()
    pair.second.stuck = False
    pair.close()
    assert pair.pair.commanded and not pair.pair.energised
    pair.second.stuck = None
    pair.run(10)
    assert pair.pair.energised


@pytest.mark.parametrize("name", ["first", "second"])
@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("stuck", [True, "blind"])
def test_pair_may_not_close_unless_both_are_plainly_open(name, phases, stuck):
    """Also the second one, which would stay open with one phase: it would put L2 and L3 on."""
    pair = Pair(phases)
    getattr(pair, name).stuck = stuck
    pair.run(10)
    assert not pair.pair.may_close(pair.now_ms)


@pytest.mark.parametrize("name", ["first", "second"])
def test_pair_is_welded_when_one_of_them_is(name):
    pair = Pair().close()
    getattr(pair, name).stuck = True
    pair.pair.open(pair.now_ms)
    assert pair.run(timing.CONTACTOR_OPEN_MS - 10) == contactor.OPENING
    assert pair.run(20) == contactor.WELDED
    assert not pair.pair.may_close(pair.now_ms + REST_MS)


@pytest.mark.parametrize("name", ["first", "second"])
def test_pair_fails_when_one_of_them_does_not_close(name):
    pair = Pair()
    getattr(pair, name).stuck = False
    pair.close(timing.CONTACTOR_CLOSE_MS - 10)
    assert not pair.pair.failed
    pair.run(10)
    assert pair.pair.failed and pair.pair.commanded
    pair.pair.open(pair.now_ms)
    assert pair.coils == (False, False)


@pytest.mark.parametrize("name", ["first", "second"])
def test_pair_fails_when_one_of_them_drops_out(name):
    pair = Pair().close()
    getattr(pair, name).stuck = False
    pair.run(timing.CONTACTOR_CLOSE_MS + 10)
    assert pair.pair.failed


@pytest.mark.parametrize("name", ["first", "second"])
def test_pair_rests_when_one_of_them_has_to(name):
    pair = Pair(phases=1 if name == "first" else 3).close()
    pair.pair.open(pair.now_ms)
    pair.run(REST_MS - 10)
    assert not pair.pair.may_close(pair.now_ms)
    pair.run(10)
    assert pair.pair.may_close(pair.now_ms)


@pytest.mark.parametrize("name", ["first", "second"])
def test_pair_is_monitored_only_when_both_are(name):
    pair = Pair()
    fresh = {"first": Coil(), "second": Coil()}
    fresh[name].stuck = "blind"
    pair.pair = ContactorPair(Contactor(fresh["first"]), Contactor(fresh["second"]))
    pair.run(100)
    assert not pair.pair.monitored


def test_pair_counts_the_one_that_closes_most():
    pair = Pair(phases=1)
    for phases in (1, 3, 1):
        pair.pair.phases = phases
        pair.close()
        pair.pair.open(pair.now_ms)
        pair.run(REST_MS + 10)
    assert pair.pair.cycles == 3


steps = st.tuples(
    st.sampled_from([10, 100, 600, 6000]),
    st.sampled_from([None, None, True, False, "blind"]),
    st.sampled_from([None, None, True, False, "blind"]),
    st.sampled_from(["close", "open", None]),
)


@given(st.lists(steps, max_size=60), st.sampled_from([1, 3]))
def test_pair_never_energises_a_coil_that_was_not_asked_for(parts, phases):
    pair = Pair(phases)
    for ms, first, second, order in parts:
        pair.first.stuck, pair.second.stuck = first, second
        pair.run(ms, every=ms)
        if order == "close" and pair.pair.may_close(pair.now_ms):
            assert True not in (first, second)
            pair.pair.close(pair.now_ms)
        elif order == "open":
            pair.pair.open(pair.now_ms)
            assert pair.coils == (False, False)
        assert pair.pair.commanded == (True in pair.coils)
        assert phases == 3 or not pair.second.closed
        if pair.pair.energised:
            assert pair.first.closed
        if pair.pair.state == contactor.OPEN:
            assert pair.coils == (False, False)


def test_times_are_those_of_the_slower_one():
    pair = Pair()
    assert pair.pair.took_ms == [None, None]
    pair.second.stuck = False
    pair.pair.close(pair.now_ms)
    pair.run(50)
    pair.second.stuck = None
    pair.run(10)
    assert pair.pair.took_ms == [60, None]
    pair.pair.open(pair.now_ms)
    pair.run(10)
    assert pair.pair.took_ms == [60, 10]


def test_times_with_one_phase_are_those_of_the_first():
    pair = Pair(phases=1).close()
    assert pair.pair.took_ms == [10, None]
