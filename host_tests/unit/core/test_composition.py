"""core/composition: what charging profiles allow, against the obvious way (slow_profiles)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import composition
from host_tests.unit.core import slow_profiles
from host_tests.unit.core.slow_profiles import Profile, moment

PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
# Two hours before the leap day of 2028, a Monday.
BASE = 1835301600 + 20 * 3600
HOUR, DAY, WEEK = 3600, 86400, 604800


def packed(profile: Profile) -> bytes:
    """For composition.py."""
    kind = {"Absolute": composition.ABSOLUTE, "Relative": composition.RELATIVE}.get(profile.kind)
    if kind is None:
        kind = composition.DAILY if profile.recurrency == "Daily" else composition.WEEKLY
    times = [
        -1 if each is None else int(each.timestamp())
        for each in (profile.start, profile.valid_from, profile.valid_to)
    ]
    duration = -1 if profile.duration is None else profile.duration
    head = (PURPOSES.index(profile.purpose), profile.connector, profile.stack, kind)
    head += (int(profile.unit == "W"), profile.number, profile.number, *times, duration, -1)
    return composition.pack(head, profile.periods)


def look(profiles, connector, utc_s, elapsed_s):
    """What composition says, in the words of slow_profiles, and for how long."""
    elapsed_s = elapsed_s if connector else None
    found = composition.allowed([packed(each) for each in profiles], connector, utc_s, elapsed_s)
    tenths, unit, phases, _, holds_s = found
    return None if tenths is None else (tenths, "AW"[unit], phases), holds_s


def slowly(profiles, connector, utc_s, elapsed_s):
    now = None if utc_s is None else moment(utc_s)
    begun_ago = None if connector == 0 else timedelta(seconds=elapsed_s)
    return slow_profiles.allowed(profiles, connector, now, begun_ago)


# Round steps, so that edges meet; and any second.
OFFSETS = st.one_of(
    st.integers(-3, 3).map(lambda n: n * DAY),
    st.integers(-50, 50).map(lambda n: n * HOUR),
    st.integers(-2 * WEEK, 2 * WEEK),
)
MOMENTS = st.none() | OFFSETS.map(lambda s: moment(BASE + s))
LENGTHS = st.one_of(
    st.integers(0, 30).map(lambda n: n * HOUR), st.integers(0, 100), st.integers(0, 2 * WEEK)
)


@st.composite
def profiles(draw):
    purpose = draw(st.sampled_from(PURPOSES))
    connector = {"TxProfile": 1, "ChargePointMaxProfile": 0}.get(purpose)
    starts = draw(st.lists(LENGTHS.filter(bool), max_size=5, unique=True).map(sorted))
    limits = st.integers(0, 320)
    kind = draw(st.sampled_from(["Absolute", "Recurring", "Relative"]))
    return Profile(
        number=0,
        purpose=purpose,
        connector=draw(st.integers(0, 2)) if connector is None else connector,
        stack=draw(st.integers(0, 3)),
        kind=kind,
        recurrency=draw(st.sampled_from(["Daily", "Weekly"])) if kind == "Recurring" else None,
        valid_from=draw(MOMENTS),
        valid_to=draw(MOMENTS),
        start=draw(MOMENTS),
        duration=draw(st.none() | LENGTHS),
        unit=draw(st.sampled_from("AW")),
        periods=[(at, draw(limits), draw(st.integers(0, 3))) for at in [0, *starts]],
    )


@st.composite
def sets(draw):
    """Profiles that can be installed beside each other."""
    found = {}
    for each in draw(st.lists(profiles(), max_size=6)):
        found[each.purpose, each.stack, each.connector] = each
    for number, each in enumerate(found.values()):
        each.number = number
    return list(found.values())


@settings(max_examples=400)
@given(sets(), st.sampled_from([0, 1, 2]), st.none() | OFFSETS, LENGTHS)
def test_limit_is_that_of_the_obvious_way_and_holds_as_long_as_is_said(
    installed, connector, at_s, elapsed_s
):
    """OCPP 1.6 §3.13; standards.md §2.9."""
    utc_s = None if at_s is None else BASE + at_s
    found, holds_s = look(installed, connector, utc_s, elapsed_s)
    assert found == slowly(installed, connector, utc_s, elapsed_s)
    assert holds_s > 0
    last_s = min(holds_s - 1, 3 * WEEK)
    for later_s in {last_s, last_s // 2, last_s // 3, min(last_s, 1)}:
        later = None if utc_s is None else utc_s + later_s
        assert slowly(installed, connector, later, elapsed_s + later_s) == found


def composite(installed, connector, utc_s, elapsed_s, duration_s, most=10_000):
    def at(later_s):
        return look(installed, connector, utc_s + later_s, elapsed_s + later_s)

    found = composition.Composite(at, duration_s, most)
    while not found.go_on(3):
        pass
    return found


@settings(max_examples=60, deadline=None)
@given(sets(), st.sampled_from([0, 1, 2]), OFFSETS, LENGTHS, st.integers(1, 400))
def test_schedule_is_exact_to_the_second(installed, connector, at_s, elapsed_s, duration_s):
    """OCPP 1.6 §5.7: each second of a composite schedule, one by one."""
    found = composite(installed, connector, BASE + at_s, elapsed_s, duration_s)
    expected = []
    for later_s in range(duration_s):
        now = slowly(installed, connector, BASE + at_s + later_s, elapsed_s + later_s)
        if not expected or expected[-1][1] != now:
            expected.append((later_s, now))
    assert (found.periods, found.end_s) == (expected, duration_s)


def edges(installed, utc_s, elapsed_s, duration_s):
    """Every second of the next ``duration_s`` at which something could begin or end."""
    found = {0}
    for each in installed:
        for time in (each.valid_from, each.valid_to):
            if time is not None:
                found.add(int(time.timestamp()) - utc_s)
        begins = utc_s - elapsed_s
        if each.kind != "Relative" and each.start is not None:
            begins = int(each.start.timestamp())
        every_s = {None: 100 * WEEK, "Daily": DAY, "Weekly": WEEK}[each.recurrency]
        while begins < utc_s + duration_s:
            ends = [] if each.duration is None else [each.duration]
            found.update(begins - utc_s + at for at in [p[0] for p in each.periods] + ends)
            begins += every_s
    return sorted(at for at in found if 0 <= at < duration_s)


@settings(max_examples=100, deadline=None)
@given(sets(), st.sampled_from([0, 1, 2]), OFFSETS, LENGTHS, st.integers(1, 6 * WEEK))
def test_long_schedule_changes_where_something_begins_or_ends(
    installed, connector, at_s, elapsed_s, duration_s
):
    """OCPP 1.6 §5.7: weeks of it, over the leap day and the ends of months."""
    utc_s = BASE + at_s
    found = composite(installed, connector, utc_s, elapsed_s, duration_s)
    expected = []
    for later_s in edges(installed, utc_s, elapsed_s, duration_s):
        now = slowly(installed, connector, utc_s + later_s, elapsed_s + later_s)
        if not expected or expected[-1][1] != now:
            expected.append((later_s, now))
    assert found.periods == expected


def test_schedule_of_more_periods_than_asked_for_ends_earlier_and_says_so():
    """ChargingScheduleMaxPeriods; what is told is true as far as it goes."""
    many = Profile(0, connector=1, periods=[(n * 60, 60 + n, 0) for n in range(24)])
    many.kind = "Relative"
    found = composite([many], 1, BASE, 0, DAY, most=10)
    assert len(found.periods) == 10 and found.end_s == 600


def test_daily_profile_begins_anew_at_its_time_across_midnight_and_the_leap_day():
    """OCPP 1.6 §7.16: from 22:00 to 06:00, here on 28 February, 29 February and 1 March."""
    night = Profile(
        0, kind="Recurring", recurrency="Daily", start=moment(BASE + 2 * HOUR - 30 * DAY)
    )
    night.duration, night.periods = 8 * HOUR, [(0, 320, 0)]
    found = composite([night], 1, BASE, 0, 3 * DAY)
    hours = [(at_s // HOUR, now and now[0]) for at_s, now in found.periods]
    assert hours == [(0, None), (2, 320), (10, None), (26, 320), (34, None), (50, 320), (58, None)]


def test_weekly_profile_repeats_every_seven_days():
    """Errata 3.79."""
    weekly = Profile(0, kind="Recurring", recurrency="Weekly", start=moment(BASE))
    weekly.periods = [(0, 100, 0), (6 * DAY, 60, 0)]
    found = composite([weekly], 1, BASE, 0, 15 * DAY)
    assert [at_s // DAY for at_s, _ in found.periods] == [0, 6, 7, 13, 14]


def test_limit_without_the_time_of_day_is_by_what_needs_none():
    """DESIGN: a site's maximum guards the wiring, so its lowest limit holds; others wait."""
    installed = [
        Profile(
            0, "ChargePointMaxProfile", start=moment(BASE), periods=[(0, 320, 0), (60, 80, 0)]
        ),
        Profile(1, stack=1, start=moment(BASE)),
        Profile(2, stack=0, kind="Relative", periods=[(0, 130, 0)]),
    ]
    assert look(installed, 0, None, None)[0] == (80, "A", 0)
    assert look(installed, 1, None, 0)[0] == (130, "A", 0)
    assert look(installed, 1, BASE, 0)[0] == (160, "A", 0)


@pytest.mark.parametrize(
    "tenths, unit, phases, limit_ma",
    [
        (161, composition.AMPERES, 3, 16_100),
        (1, composition.AMPERES, 1, 100),
        (110_400, composition.WATTS, 3, 16_000),
        (110_399, composition.WATTS, 3, 15_999),
        (36_800, composition.WATTS, 1, 16_000),
        (0, composition.WATTS, 3, 0),
    ],
)
def test_limit_becomes_milliamperes_per_phase(tenths, unit, phases, limit_ma):
    """OCPP 1.6 §7.12: amperes are per phase, watts are in all; at 230 V, never more."""
    assert composition.to_ma(tenths, unit, phases) == limit_ma


@given(st.integers(0, composition.MOST_TENTHS), st.sampled_from([1, 2, 3]))
def test_conversion_to_amperes_and_back_is_never_more(watts, phases):
    amperes = composition.convert(watts, composition.WATTS, composition.AMPERES, phases)
    back = composition.convert(amperes, composition.AMPERES, composition.WATTS, phases)
    assert watts - 230 * phases < back <= watts


@pytest.mark.parametrize("data", [None, b"", b"\x01" * 58, b"\x02" * 66, b"\x01" * 67])
def test_bytes_of_something_else_are_no_profile(data):
    assert composition.head_of(data) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 2**31), st.integers(0, 2**30 - 1), st.integers(0, 3)),
        min_size=1,
        max_size=30,
    )
)
def test_profile_takes_eight_bytes_a_period(periods):
    """RAM: twelve profiles of 24 periods are 3 KB, whatever is in them."""
    data = packed(Profile(0, periods=periods))
    assert len(data) == 58 + 8 * len(periods)


def test_without_a_clock_each_maximum_counts_that_may_be_the_one():
    """A share that ended may not outlive the clock: the lowest down to what needs no time."""
    ended = Profile(1, "ChargePointMaxProfile", stack=5, valid_to=moment(BASE))
    timed = Profile(2, "ChargePointMaxProfile", stack=3, start=moment(BASE))
    lasting = Profile(3, "ChargePointMaxProfile", stack=2)
    below = Profile(4, "ChargePointMaxProfile", stack=0)
    other = Profile(5, "TxDefaultProfile", stack=9)
    those = [packed(each) for each in (below, lasting, other, timed, ended)]
    found = composition.may_count([None, *those])
    assert [composition.head_of(data)[composition.ID] for data in found] == [1, 2, 3]
    assert composition.may_count([]) == []
    assert composition.may_count([packed(other), packed(timed)]) == [packed(timed)]
    relative = Profile(6, "ChargePointMaxProfile", stack=7, kind="Relative", start=moment(BASE))
    assert composition.may_count([packed(relative), *those]) == [packed(relative)]
