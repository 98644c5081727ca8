"""world/schedule: virtual time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.world.schedule import Schedule


@given(st.lists(st.integers(0, 1000)), st.lists(st.integers(0, 1000)))
def test_events_happen_in_order_of_time_then_of_planning(dues, stops):
    schedule, happened = Schedule(), []
    for number, due_ms in enumerate(dues):
        schedule.at(due_ms, lambda n=number: happened.append((schedule.now_ms, n)))
    for stop_ms in sorted(stops) + [1000]:
        schedule.advance_to(stop_ms)
        assert len(happened) == sum(due_ms <= stop_ms for due_ms in dues)
    assert happened == sorted((due_ms, number) for number, due_ms in enumerate(dues))


def test_an_event_planned_by_an_event_happens_on_the_same_way():
    schedule, happened = Schedule(), []
    schedule.at(10, lambda: schedule.after(5, lambda: happened.append(schedule.now_ms)))
    schedule.advance_to(100)
    assert happened == [15]
    assert schedule.now_ms == 100


def test_a_cancelled_event_neither_happens_nor_is_the_next():
    schedule, happened = Schedule(), []
    schedule.at(10, lambda: happened.append("no")).cancel()
    schedule.at(20, lambda: happened.append("yes"))
    assert schedule.next_event_ms() == 20
    schedule.advance_to(30)
    assert happened == ["yes"]
    assert schedule.next_event_ms() is None


def test_the_past_is_refused():
    schedule = Schedule()
    schedule.advance_to(10)
    with pytest.raises(ValueError, match="9 ms is in the past, it is 10 ms"):
        schedule.at(9, lambda: None)
    with pytest.raises(ValueError, match="does not go back"):
        schedule.advance_to(9)
