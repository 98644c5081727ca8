"""core/wear: what a contactor has been through, kept over power cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.wear import Wear


def test_wear_begins_with_nothing():
    wear = Wear(32_000, None)
    assert (wear.closings, wear.loaded, wear.ppm) == (0, 0, 0)


def test_closing_takes_a_millionth_of_the_life():
    """Mechanical life of a million cycles."""
    wear = Wear(32_000, None)
    for _ in range(1000):
        wear.closed()
        wear.opened(0)
    assert (wear.closings, wear.loaded, wear.ppm) == (1000, 0, 1000)


@pytest.mark.parametrize(
    ("current_ma", "loaded", "ppm"),
    [
        (None, 0, 0),
        (0, 0, 0),
        (499, 0, 0),
        (500, 100, 15),
        (16_000, 100, 500),
        (32_000, 100, 1000),
    ],
)
def test_opening_wears_in_proportion_to_its_current(current_ma, loaded, ppm):
    """AC-1, electrical life of a hundred thousand at the rated current."""
    wear = Wear(32_000, None)
    for _ in range(100):
        wear.opened(current_ma)
    assert (wear.loaded, wear.ppm) == (loaded, ppm)


@pytest.mark.parametrize("current_ma", [32_001, 64_000, 1_000_000])
def test_opening_above_the_rated_current_wears_four_times_as_much(current_ma):
    wear = Wear(32_000, None)
    for _ in range(10):
        wear.opened(current_ma)
    assert wear.ppm == 400


def test_wear_is_kept():
    wear = Wear(32_000, None)
    for _ in range(7):
        wear.closed()
        wear.opened(10_000)
    kept = Wear(32_000, wear.text())
    assert (kept.closings, kept.loaded, kept.ppm) == (7, 7, wear.ppm)
    assert kept.text() == wear.text()


@pytest.mark.parametrize(
    "saved",
    [b"", b"1", b"1 2", b"1 2 3 4", b"1 2 -3", b"a b c", b"1 2 3.0", b"\xff\xfe \x00 1", b"1,2,3"],
)
def test_wear_that_another_program_kept_counts_from_nothing(saved):
    wear = Wear(32_000, saved)
    assert wear.text() == b"0 0 0"


@given(st.lists(st.one_of(st.none(), st.integers(-1000, 100_000)), max_size=50))
def test_wear_only_grows_and_survives_each_cut(openings):
    wear = Wear(20_000, None)
    for current_ma in openings:
        before = (wear.closings, wear.loaded, wear.ppm)
        wear.closed()
        wear.opened(current_ma)
        wear = Wear(20_000, wear.text())
        after = (wear.closings, wear.loaded, wear.ppm)
        assert all(one <= other for one, other in zip(before, after))
        assert after[0] == before[0] + 1 and after[2] - before[2] <= 42
