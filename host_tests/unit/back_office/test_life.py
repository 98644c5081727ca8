"""The life of an installation as a table: whatever happens, it stays on its way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.back_office import life

_EVENTS = st.lists(st.sampled_from(life.EVENTS), max_size=60)


def _walk(events):
    """(state, event) of each event that could happen, and the last state."""
    state, walked = life.ORDERED, []
    for event in events:
        if event in life.possible(state):
            walked.append((state, event))
            state, _ = life.follow(state, event)
    return walked, state


def test_usual_way_leads_from_order_to_account():
    _, state = _walk(["passed", "appoint", "approve", "settled", "activate"])
    assert state == life.ACTIVE and life.serves_driver(state)


def test_rejected_one_gets_a_second_appointment():
    events = ["passed", "appoint", "reject", "appoint", "approve", "settled", "activate"]
    walked, state = _walk(events)
    assert len(walked) == len(events) and state == life.ACTIVE


@given(_EVENTS)
def test_driver_is_served_only_after_report_approval_and_configuration(events):
    walked, state = _walk(events)
    happened = [event for _, event in walked]
    if life.serves_driver(state):
        positions = [happened.index(event) for event in ("passed", "appoint", "approve")]
        assert positions == sorted(positions)
        last = len(happened) - 1 - happened[::-1].index("approve")
        assert "settled" in happened[last:] and "activate" in happened[last:]


@given(_EVENTS)
def test_inspection_that_was_rejected_never_leads_on_without_another(events):
    walked, _ = _walk(events)
    happened = [event for _, event in walked]
    for at, event in enumerate(happened):
        if event == "reject":
            after = [each for each in happened[at + 1 :] if each in ("appoint", "approve")]
            assert not after or after[0] == "appoint"


@given(_EVENTS)
def test_what_is_over_stays_over(events):
    walked, state = _walk(events)
    assert not any(life.is_over(before) for before, _ in walked)
    if life.is_over(state):
        assert life.possible(state) == []


@given(st.sampled_from(life.STATES), st.sampled_from(life.EVENTS))
def test_what_can_not_happen_says_so_and_what_can_leads_to_a_state(state, event):
    if event in life.possible(state):
        assert life.follow(state, event)[0] in life.STATES
    else:
        with pytest.raises(life.Impossible, match=state):
            life.follow(state, event)


def test_whenever_the_station_wants_other_settings_it_is_set_anew():
    """Else a station stayed open after it was suspended, or closed after it was active."""
    for state in life.STATES:
        for event in life.possible(state):
            following, effect = life.follow(state, event)
            if life.serves_driver(state) != life.serves_driver(following):
                assert effect == "settle", (state, event)


def test_every_state_can_be_reached():
    reached, todo = {life.ORDERED}, [life.ORDERED]
    while todo:
        state = todo.pop()
        for event in life.possible(state):
            following, _ = life.follow(state, event)
            if following not in reached:
                reached.add(following)
                todo.append(following)
    assert reached == set(life.STATES)
