"""core/limits: the lowest limit, and whose it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.limits import Limits


def test_limits_give_the_lowest_and_its_name():
    limits = Limits(32000)
    assert (limits.lowest_ma, limits.binding) == (32000, "hardware")
    limits.put("allowed", 16000)
    assert (limits.lowest_ma, limits.binding) == (16000, "allowed")
    limits.put("simplified", 10000)
    assert (limits.lowest_ma, limits.binding) == (10000, "simplified")
    limits.put("simplified", None)
    assert (limits.lowest_ma, limits.binding) == (16000, "allowed")


def test_limits_never_rise_above_the_hardware():
    limits = Limits(16000)
    limits.put("allowed", 80000)
    assert (limits.lowest_ma, limits.binding) == (16000, "hardware")


@pytest.mark.parametrize(("allowed_ma", "enough"), [(0, False), (5999, False), (6000, True)])
def test_limits_are_enough_from_6_amperes(allowed_ma, enough):
    """Standards §1.2: below 6 A there is no duty, the offer ends."""
    limits = Limits(32000)
    limits.put("allowed", allowed_ma)
    assert limits.enough is enough


def test_limits_refuse_hardware_below_6_amperes():
    with pytest.raises(ValueError, match="max_ma 5000: expected at least 6000"):
        Limits(5000)


puts = st.tuples(st.sampled_from(["allowed", "simplified"]), st.none() | st.integers(0, 90000))


@given(st.lists(puts))
def test_limits_are_the_minimum_of_what_was_put_last(parts):
    limits, kept = Limits(32000), {"hardware": 32000}
    for name, limit_ma in parts:
        limits.put(name, limit_ma)
        kept[name] = limit_ma
    assert limits.lowest_ma == min(value for value in kept.values() if value is not None)
    assert kept[limits.binding] == limits.lowest_ma
