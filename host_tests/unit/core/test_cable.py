"""core/cable: the cable carries what its resistor says, and never more than it said before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import timing
from chargepoint.core.cable import Cable, rating_ma
from host_tests.unit.core.parts import Bench, Value

NONE = 100_000


class Socket(Bench):
    def __init__(self, ohm=220, plugged=False):
        self.port = Value(ohm)
        super().__init__(Cable(self.port))
        self.part.plugged = plugged

    def show(self, ohm, ms, every=10):
        self.port.value = ohm
        return self.run(ms, every)

    @property
    def limit_ma(self):
        return self.part.limit_ma


@pytest.mark.parametrize(
    ("ohm", "carries_ma"),
    [
        (0, 0), (60, 0), (74, 0),
        (75, 63000), (80, 63000), (100, 63000), (140, 63000),
        (141, 32000), (164, 32000), (220, 32000), (308, 32000),
        (309, 20000), (400, 20000), (680, 20000), (936, 20000),
        (937, 13000), (1100, 13000), (1500, 13000), (2460, 13000),
        (2461, 0), (4500, 0), (NONE, 0), (-5, 0), (None, None),
    ],
)  # fmt: skip
def test_cable_carries_what_the_table_says_and_the_lower_rating_between_two_bands(ohm, carries_ma):
    """Standards §1.4: minimum, nominal and maximum of each row, and the gaps."""
    assert rating_ma(ohm) == carries_ma


@given(st.integers(75, 2460), st.integers(75, 2460))
def test_cable_with_more_ohm_never_carries_more(one, other):
    assert rating_ma(max(one, other)) <= rating_ma(min(one, other))


@pytest.mark.parametrize("every", [10, 100])
def test_cable_counts_after_500_ms(every):
    socket = Socket()
    assert socket.part.why == "cable" and socket.part.verdict == "unknown"
    socket.run(timing.CABLE_SETTLE_MS, every)
    assert socket.limit_ma == 0 and socket.part.why == "cable"
    socket.step(every)
    assert socket.limit_ma == 32000 and socket.part.why is None
    assert socket.part.verdict == "passed" and socket.part.ohm == 220


def test_cable_that_is_gone_carries_nothing():
    socket = Socket().run(1000)
    socket.show(NONE, 520)
    assert socket.limit_ma == 0 and socket.part.why == "cable" and socket.faults == []


def test_cable_rating_may_only_fall_while_a_vehicle_is_plugged():
    socket = Socket(680).run(1000)
    socket.part.plugged = True
    socket.show(100, 5000)
    assert socket.limit_ma == 20000
    socket.show(1500, 5000)
    assert socket.limit_ma == 13000
    socket.show(680, 5000)
    assert socket.limit_ma == 13000 and socket.faults == []


@pytest.mark.parametrize("between", [NONE, 0, None])
def test_cable_rating_does_not_rise_over_a_moment_without_one(between):
    """A loose contact, then a resistor that seems to carry more: not in this session."""
    socket = Socket(680).run(1000)
    socket.part.plugged = True
    socket.show(between, 700)
    assert socket.limit_ma == 0 and socket.part.why == "cable"
    socket.show(100, 5000)
    assert socket.limit_ma == 20000
    socket.part.plugged = False
    socket.run(20)
    assert socket.limit_ma == 63000


def test_cable_of_a_vehicle_that_is_there_at_the_start_is_believed_once_it_settled():
    """Power returns with a vehicle plugged: the pilot may be known before the resistor."""
    socket = Socket(None, plugged=True).run(700)
    assert socket.limit_ma == 0
    socket.show(220, 520)
    assert socket.limit_ma == 32000
    socket.show(100, 1000)
    assert socket.limit_ma == 32000


@pytest.mark.parametrize("ohm", [0, 74, 2461, NONE, None])
@pytest.mark.parametrize("every", [10, 100])
def test_plugged_vehicle_on_a_cable_that_is_none_is_a_fault_after_a_second(ohm, every):
    socket = Socket(plugged=True).run(1000)
    socket.show(ohm, timing.CABLE_FAULT_MS, every)
    assert socket.faults == []
    socket.run(100, every)
    assert socket.faults == ["cable"] and socket.part.verdict == "failed"
    socket.show(220, 100)
    assert socket.faults == []


@pytest.mark.parametrize("ohm", [0, NONE, None])
def test_socket_without_a_vehicle_has_no_fault_whatever_the_resistor(ohm):
    socket = Socket(ohm).run(10_000)
    assert socket.faults == [] and socket.part.why == "cable"


@pytest.mark.parametrize("other", [NONE, 0, None])
def test_cable_that_flickers_for_less_than_its_time_costs_nothing(other):
    """A plug that is moved in its socket."""
    socket = Socket(plugged=True).run(1000)
    for _ in range(20):
        socket.show(other, timing.CABLE_SETTLE_MS - 100)
        assert socket.limit_ma == 32000 and socket.part.why is None
        socket.show(220, 100)
    assert socket.faults == []


@pytest.mark.parametrize(
    ("ohm", "carries_ma"), [(140, 32000), (308, 20000), (936, 13000)]
)  # fmt: skip
def test_cable_that_swings_between_two_ratings_is_the_lower_one(ohm, carries_ma):
    """A good cable at the edge of its tolerance, and noise: served, with the safer rating."""
    socket = Socket(NONE).run(1000)
    for _ in range(10):
        socket.show(ohm, 100)
        socket.show(ohm + 1, 100)
    assert socket.limit_ma == carries_ma and socket.part.why is None and socket.faults == []


@pytest.mark.parametrize(("ohm", "carries_ma"), [(309, 20000), (300, 20000), (298, 32000)])
def test_cable_is_a_higher_one_when_it_is_3_percent_away_from_the_edge(ohm, carries_ma):
    """Without a vehicle: another cable, not noise."""
    socket = Socket(320).run(1000)
    socket.show(ohm, 1000)
    assert socket.limit_ma == carries_ma


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, 0, 100, 220, 680, 1500, NONE]),
            st.sampled_from([10, 100, 600, 2000]),
        ),
        max_size=40,
    )
)
def test_cable_never_carries_more_later_in_a_session(shown):
    socket = Socket(plugged=True)
    most_ma = None
    for ohm, ms in shown:
        socket.show(ohm, ms)
        if socket.limit_ma:
            assert most_ma is None or socket.limit_ma <= most_ma
            most_ma = socket.limit_ma
