"""A site shares one supply limit: who gets what, who waits, and never more than the limit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_tests.unit.back_office.site_history import History
from tools.back_office import site as sites
from tools.back_office.site import Place, Site

THREE = tuple(Place(name) for name in ("A", "B", "C"))


def site(limit_a=32, places=THREE, **words):
    return Site((limit_a * 1000,) * 3, places, **words)


def shares(history):
    return {name: each.allowed_ma(history.now_s) for name, each in history.stations.items()}


def test_site_says_what_is_wrong_with_it():
    assert site().problems() == []
    assert "policy" in site(policy="loudest").problems()[0]
    assert "18 A on L1" in site(limit_a=17).problems()[0]
    assert "6 A or more" in site(limit_a=3).problems()[0]
    assert "validity" in site(validity_s=100).problems()[0]
    assert "A: twice" in site(places=(Place("A"), Place("A"))).problems()
    assert "phases" in site(places=(Place("A", phases=()),)).problems()[0]
    assert "fallback" in site(places=(Place("A", fallback_ma=3000),)).problems()[0]


def test_fallbacks_are_summed_for_each_phase():
    """Nine single-phase stations, three on each phase: 18 A each, and 20 A is enough."""
    places = tuple(Place(f"S{at}", phases=(at % 3,)) for at in range(9))
    assert site(limit_a=20, places=places).problems() == []
    uneven = tuple(Place(f"S{at}", phases=(0,)) for at in range(9))
    assert site(limit_a=20, places=uneven).problems()


def test_one_that_charges_alone_gets_all():
    history = History(site())
    history.stations["A"].wants = 1
    history.settle()
    assert shares(history) == {"A": 32_000, "B": 0, "C": 0}


def test_those_that_charge_share_evenly():
    history = History(site())
    for name in ("A", "B", "C"):
        history.stations[name].wants = 1
    history.settle()
    assert set(shares(history).values()) == {10_600}
    history.stations["B"].wants = 0
    history.settle()
    assert shares(history) == {"A": 16_000, "B": 0, "C": 16_000}


def test_station_that_can_take_less_leaves_it_to_the_others():
    history = History(site(places=(Place("A", most_ma=8000), Place("B"), Place("C"))))
    for name in ("A", "B"):
        history.stations[name].wants = 1
    history.settle()
    assert shares(history) == {"A": 8000, "B": 24_000, "C": 0}


def test_single_phase_stations_use_what_is_left_on_their_phase():
    places = (Place("A"), Place("B", phases=(1,)), Place("C", phases=(2,)))
    history = History(Site((20_000, 32_000, 20_000), places))
    for name in ("A", "B", "C"):
        history.stations[name].wants = 1
    history.settle()
    assert shares(history) == {"A": 10_000, "B": 22_000, "C": 10_000}


def test_station_with_two_vehicles_counts_twice():
    history = History(site(limit_a=30, places=(Place("A"), Place("B"))))
    history.stations["A"].wants = 2
    history.stations["B"].wants = 1
    history.settle()
    assert shares(history) == {"A": 18_000, "B": 12_000}


def test_priority_gives_the_higher_one_all_that_it_can_draw_but_for_the_least():
    places = (Place("A", priority=1), Place("B", priority=2, most_ma=20_000), Place("C"))
    history = History(site(places=places, policy=sites.PRIORITY))
    for name in ("A", "B", "C"):
        history.stations[name].wants = 1
    history.settle()
    assert shares(history) == {"A": 6000, "B": 20_000, "C": 6000}


def test_who_gets_nothing_waits_and_is_told_and_has_a_turn():
    """6 A or 0: two of three at a time, each in turn."""
    places = tuple(Place(name, fallback_ma=0) for name in ("A", "B", "C"))
    history = History(site(limit_a=12, places=places))
    for name in ("A", "B", "C"):
        history.stations[name].wants = 1
    served_s = dict.fromkeys("ABC", 0)
    for _ in range(9 * 900 // 30):
        history.tick()
        history.arrive()
        history.pass_time(30)
        assert len(history.waiting) == 1
        assert max(history.sums_ma()) <= 12_000
        for name, ma in shares(history).items():
            served_s[name] += 30 * (ma >= 6000)
    least_s, most_s = min(served_s.values()), max(served_s.values())
    assert least_s >= 9 * 900 * 0.55 and most_s - least_s <= 900, served_s


def test_lower_is_confirmed_before_the_other_rises():
    history = History(site())
    history.stations["A"].wants = 1
    history.settle()
    history.stations["B"].wants = 1
    history.tick()
    assert [word.identity for word, _, _ in history.under_way.values()] == ["A"]
    history.arrive()
    history.tick()
    assert not history.under_way, "its vehicle has yet to follow"
    history.pass_time(12)
    history.tick()
    assert [word.identity for word, _, _ in history.under_way.values()] == ["B"]


def test_lost_answer_counts_with_what_was_and_what_may_be():
    history = History(site())
    history.stations["A"].wants = 1
    history.settle()
    history.stations["B"].wants = 1
    history.tick(lambda word: "lost")
    history.arrive()
    history.pass_time(30)
    known = history.known["A"]
    assert sites.bound_ma(history.site, known, history.now_s) == 32_000
    assert {told.share_ma for told in known.held} == {32_000, 16_000}


def test_station_off_line_counts_with_its_share_and_then_with_its_fallback():
    history = History(site())
    for name in ("A", "B"):
        history.stations[name].wants = 1
    history.settle()
    history.stations["A"].online = False
    history.settle()
    assert shares(history)["B"] == 16_000
    history.pass_time(3600)
    history.settle()
    assert shares(history)["A"] == 6000 and shares(history)["B"] == 26_000


def test_share_of_one_ends_before_the_other_may_draw_its_fallback():
    """B was told 0; off line it draws its 6 A from the end of that on, so A's 32 A end before."""
    history = History(site())
    history.stations["A"].wants = 1
    history.settle()
    for station in history.stations.values():
        station.online = False
    for _ in range(4000):
        history.pass_time(1)
        assert max(history.sums_ma()) <= 32_000
    assert shares(history) == {"A": 6000, "B": 6000, "C": 6000}


def test_shares_are_renewed_as_long_as_the_back_end_is_there():
    history = History(site())
    history.stations["A"].wants = 1
    history.settle()
    for _ in range(600):
        history.tick()
        history.arrive()
        history.pass_time(30)
        assert shares(history)["A"] == 32_000
    assert history.number < 60, "renewed again and again"


def test_site_is_not_run_above_what_has_no_fallback_yet():
    """A station that was never told anything may draw its most."""
    history = History(site(limit_a=40))
    history.stations["C"].online = False
    for name in ("A", "B"):
        history.stations[name].wants = 1
    history.settle()
    assert shares(history)["A"] + shares(history)["B"] <= 12_000
    history.stations["C"].online = True
    history.settle()
    assert shares(history) == {"A": 20_000, "B": 20_000, "C": 0}


FATES = ("answered", "answered", "answered", "answer lost", "lost", "refused", "slow")
EVENTS = st.one_of(
    st.tuples(st.just("wants"), st.integers(0, 5), st.integers(0, 2)),
    st.tuples(st.just("online"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("tick"), st.lists(st.sampled_from(FATES), max_size=6)),
    st.tuples(st.just("arrive")),
    st.tuples(st.just("pass"), st.sampled_from([1, 3, 7, 20, 60, 200, 500])),
    st.tuples(st.just("forget")),
    st.tuples(st.just("hurry"), st.lists(st.integers(0, 5), min_size=2, max_size=6)),
)


@st.composite
def lives(draw):
    count = draw(st.integers(2, 6))
    limit_a = tuple(draw(st.integers(6 * count, 60)) for _ in range(3))
    places = tuple(
        Place(
            f"S{at}",
            draw(st.sampled_from([(0, 1, 2), (0,), (1,), (2,), (0, 2)])),
            draw(st.sampled_from([16_000, 32_000])),
            draw(st.sampled_from([0, 6000])),
            draw(st.integers(0, 2)),
        )
        for at in range(count)
    )
    policy = draw(st.sampled_from([sites.EQUAL, sites.PRIORITY]))
    made = Site(tuple(a * 1000 for a in limit_a), places, policy, validity_s=600, turn_s=120)
    clocks = [draw(st.integers(-29, 29)) for _ in places]
    return made, clocks, draw(st.lists(EVENTS, min_size=20, max_size=70))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives())
def test_no_history_exceeds_the_limit(life):
    """Issue 5: never above the limit on any phase, whatever is plugged, lost, refused or off
    line, and in whatever order; the stations' clocks half a minute wrong."""
    made, clocks, events = life
    history = History(made, clocks)
    assert made.problems() == []
    history.settle(4)
    history.pass_time(20)
    for what, *told in events:
        _happen(history, what, told)
        sums = history.sums_ma()
        assert all(ma <= most for ma, most in zip(sums, made.limit_ma, strict=True)), sums
        assert sites.safe(made, history.known, history.now_s)


def _happen(history, what, told):
    names = list(history.stations)
    if what in ("wants", "online"):
        setattr(history.stations[names[told[0] % len(names)]], what, told[1])
    elif what == "tick":
        fates = iter(told[0])
        history.tick(lambda word: next(fates, "answered"))
    elif what == "arrive":
        history.arrive()
    elif what == "hurry":
        # One comes or goes each second, and every message is answered at once.
        for at in told[0]:
            station = history.stations[names[at % len(names)]]
            station.wants = 1 - min(station.wants, 1)
            history.tick()
            history.arrive()
            _pass_and_look(history, 1)
        _pass_and_look(history, 8)
        history.tick()
        history.arrive()
    elif what == "forget":
        # The back end is started anew: what is under way is lost, and the queue with it.
        history.under_way.clear()
        history.queue = type(history.queue)()
    else:
        _pass_and_look(history, told[0])


def _pass_and_look(history, seconds):
    for _ in range(seconds):
        history.pass_time(1)
        sums = history.sums_ma()
        assert all(ma <= most for ma, most in zip(sums, history.site.limit_ma, strict=True)), sums


@pytest.mark.parametrize("left_out", ["follow_s", "margin_s"])
def test_the_margins_are_needed(left_out):
    """The property notices when they are left out: a vehicle follows late, a clock is wrong."""
    made = site(**{left_out: 0})
    history = History(made, [0, 29, -29])
    worst_ma = 0
    for round_ in range(120):
        history.stations["A"].wants = round_ % 3 != 0
        history.stations["B"].wants = round_ % 2
        history.stations["C"].online = round_ < 60
        for _ in range(3):
            history.tick()
            history.arrive()
            for _ in range(20 if round_ < 60 else 60):
                history.pass_time(1)
                worst_ma = max(worst_ma, *history.sums_ma())
                if left_out == "margin_s" and round_ > 80:
                    for station in history.stations.values():
                        station.online = False
    assert worst_ma > 32_000


def test_station_that_is_raised_and_lowered_in_a_hurry_is_waited_for_anew():
    """What lingers from a change before says nothing of the one after it."""
    history = History(site())
    history.stations["A"].wants = 1
    history.settle()
    history.stations["B"].wants = 1
    for b_wants in (1, 0, 1):
        history.stations["B"].wants = b_wants
        history.tick()
        history.arrive()
        history.pass_time(4)
    for _ in range(20):
        history.tick()
        history.arrive()
        history.pass_time(1)
        assert max(history.sums_ma()) <= 32_000
