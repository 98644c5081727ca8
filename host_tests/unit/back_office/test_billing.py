"""What a session is billed: energy from registers, prices that change, months, the cent."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.back_office import billing
from tools.back_office.billing import Prices, Session
from tools.back_office.tariffs import instant, money, price, price_text

ZONE = "Europe/Brussels"
MINUTE_MS = 60_000


def at(text, zone=ZONE):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def session(begin, end, begin_wh=1000, end_wh=11_000, readings=(), **words):
    told = tuple((at(moment), wh) for moment, wh in readings)
    ends = (at(end), end_wh) if end else (None, None)
    return Session(1, "CP", "TAG", 1, at(begin), begin_wh, *ends, told, **words)


APRIL = Prices(((0, 28_340), (at("2026-04-01"), 30_000)))


@given(st.integers(-(10**7), 10**7), st.integers(0, 10**7))
def test_each_amount_is_rounded_half_a_cent_up(wh, millicents):
    exact = Fraction(abs(wh) * millicents, 1_000_000)
    cents = billing.cents_of(wh, millicents)
    assert abs(abs(cents) - exact) <= Fraction(1, 2)
    assert abs(cents) - exact != Fraction(-1, 2), "half a cent is rounded up"
    assert cents == -billing.cents_of(-wh, millicents)


def test_session_within_one_price_is_one_line():
    (line,) = billing.lines(session("2026-03-10T08:00", "2026-03-10T12:00"), APRIL)
    assert (line.wh, line.millicents, line.cents) == (10_000, 28_340, 283)


def test_session_over_a_change_is_parted_at_the_last_reading_before_it():
    over = session(
        "2026-03-31T22:00",
        "2026-04-01T02:00",
        readings=[
            ("2026-03-31T23:30", 4000),
            ("2026-03-31T23:55", 5000),
            ("2026-04-01T00:10", 6000),
        ],
    )
    first, second = billing.lines(over, APRIL)
    assert (first.wh, first.millicents, first.to_wh) == (4000, 28_340, 5000)
    assert (second.wh, second.millicents, second.from_wh) == (6000, 30_000, 5000)
    assert first.wh + second.wh == over.end_wh - over.begin_wh
    assert billing.month_of(over.end_ms, ZONE) == "2026-04"


def test_session_without_a_reading_near_the_change_has_the_price_of_its_start():
    for readings in ([], [("2026-03-31T23:40", 4000)], [("2026-04-01T00:01", 6000)]):
        over = session("2026-03-31T22:00", "2026-04-01T02:00", readings=readings)
        (line,) = billing.lines(over, APRIL)
        assert (line.wh, line.millicents) == (10_000, 28_340)


def test_session_that_began_just_before_the_change_has_its_start_for_a_reading():
    first, second = billing.lines(session("2026-03-31T23:50", "2026-04-01T02:00"), APRIL)
    assert (first.wh, second.wh, second.millicents) == (0, 10_000, 30_000)


def test_change_to_the_same_price_is_none():
    same = Prices(((0, 28_340), (at("2026-04-01"), 28_340)))
    assert len(billing.lines(session("2026-03-31T22:00", "2026-04-01T02:00"), same)) == 1


def test_session_before_the_first_price_has_no_amount():
    late = Prices(((at("2026-05-01"), 30_000),))
    (line,) = billing.lines(session("2026-03-10T08:00", "2026-03-10T12:00"), late)
    assert line.millicents is None and line.cents is None and line.wh == 10_000


@given(
    st.lists(st.integers(0, 240), min_size=0, max_size=12, unique=True),
    st.lists(st.integers(0, 10_000), min_size=12, max_size=12),
    st.lists(st.tuples(st.integers(1, 239), st.integers(0, 90_000)), max_size=4),
)
def test_no_watt_hour_is_lost_or_billed_twice(minutes, registers, changes):
    """Whatever the readings and the prices: the lines join, and their sum is the registers'."""
    begin_ms = at("2026-03-10T08:00")
    told = tuple(
        (begin_ms + minute * MINUTE_MS, 1000 + wh)
        for minute, wh in zip(sorted(minutes), sorted(registers), strict=False)
    )
    one = replace(session("2026-03-10T08:00", "2026-03-10T12:00"), readings=told)
    steps = dict([(0, 1), *((begin_ms + minute * MINUTE_MS, cost) for minute, cost in changes)])
    lines = billing.lines(one, Prices(tuple(sorted(steps.items()))))
    assert sum(line.wh for line in lines) == 10_000 and all(line.wh >= 0 for line in lines)
    assert lines[0].from_wh == 1000 and lines[-1].to_wh == 11_000
    for before, after in zip(lines, lines[1:], strict=False):
        assert before.to_wh == after.from_wh and before.end_ms == after.begin_ms


def test_session_without_a_stop_ends_with_its_last_reading_once_another_began():
    open_ = session("2026-03-10T08:00", None, readings=[("2026-03-10T09:00", 4000)])
    now_ms = at("2026-03-11T08:00")
    assert billing.closed(open_, now_ms) is None
    ended = billing.closed(replace(open_, followed=True), now_ms)
    assert (ended.end_wh, ended.end_ms) == (4000, at("2026-03-10T09:00"))
    assert billing.closed(open_, at("2026-03-18T08:00")).end_wh == 4000
    silent = session("2026-03-10T08:00", None)
    assert billing.closed(replace(silent, followed=True), now_ms).end_wh == 1000


def test_session_that_can_not_be_billed_says_why():
    good = session("2026-03-10T08:00", "2026-03-10T12:00")
    assert billing.trouble(good) == ""
    assert "start" in billing.trouble(replace(good, begin_wh=None))
    assert "backwards" in billing.trouble(replace(good, end_wh=999))
    assert "before it begins" in billing.trouble(replace(good, end_ms=0))


def test_months_end_by_the_clock_of_the_zone():
    """CET is an hour before UTC, CEST two; the month of the change is an hour shorter."""
    begin_ms, end_ms = billing.bounds_ms("2026-03", ZONE)
    assert (end_ms - begin_ms) == (31 * 24 - 1) * 3600 * 1000
    assert billing.month_of(begin_ms, ZONE) == "2026-03"
    assert billing.month_of(begin_ms - 1, ZONE) == "2026-02"
    assert billing.month_of(begin_ms, "UTC") == "2026-02"
    assert billing.month_of(end_ms, "America/New_York") == "2026-03"
    begin_ms, end_ms = billing.bounds_ms("2026-12", ZONE)
    assert billing.month_of(end_ms, ZONE) == "2027-01" == billing.month_after("2026-12")
    assert (begin_ms, end_ms) == (at("2026-12-01"), at("2027-01-01"))


@pytest.mark.parametrize(
    "typed, millicents", [("0.2834", 28_340), ("0,28345", 28_345), ("1", 100_000), ("0.3", 30_000)]
)
def test_price_is_read_to_the_thousandth_of_a_cent(typed, millicents):
    assert price(typed) == millicents
    assert price(price_text(millicents)) == millicents


@pytest.mark.parametrize("typed", ["", "-1", "0.283456", "1e3", "=1", "٣", "999", "1.", "0x1"])
def test_what_is_no_price_is_refused(typed):
    with pytest.raises(ValueError, match="expected"):
        price(typed)


def test_money_and_moments_are_written_plainly():
    assert [money(cents) for cents in (0, 5, 1234, -5, None)] == [
        "0.00",
        "0.05",
        "12.34",
        "-0.05",
        "–",
    ]
    assert price_text(28_340) == "0.2834" and price_text(28_345) == "0.28345"
    assert instant(ZONE)("2026-04-01") == at("2026-04-01")
    assert instant(ZONE)("2026-04-01T06:30") == at("2026-04-01T06:30")
    for typed in ("", "tomorrow", "2026-13-01", "2026-04-01; DROP", "0001-01-01"):
        if typed != "0001-01-01":
            with pytest.raises(ValueError, match="expected a date"):
                instant(ZONE)(typed)
