"""core/phases: between one and three phases, never under load and never on an offer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import phases, timing
from chargepoint.core.phases import Phases
from chargepoint.core.rows import find
from host_tests.unit.core.parts import assert_rows_lead_somewhere

CUT_MS, DWELL_MS = timing.PHASE_CUT_MS, timing.PHASE_DWELL_MS


class Switch:
    """A plugged vehicle without an offer, unless a test says otherwise."""

    def __init__(self, count=3):
        self.phases, self.now_ms = Phases(count), 9_000_000
        self.plugged = self.idle = True

    def run(self, ms=10, every=10):
        for _ in range(ms // every):
            self.now_ms += every
            self.phases.tick(self.plugged, self.idle, self.now_ms)
        return self.phases.state

    def want(self, wanted, ms=10, every=10):
        self.phases.wanted = wanted
        return self.run(ms, every)


@pytest.mark.parametrize("wanted", [0, 2, 4, -1, None, "3"])
def test_phases_refuses_what_is_neither_one_nor_three(wanted):
    switch = Switch()
    with pytest.raises(ValueError, match="expected 1 or 3"):
        switch.phases.wanted = wanted
    assert switch.phases.wanted == 3
    with pytest.raises(ValueError, match="expected 1 or 3"):
        Phases(wanted)


def test_phases_stay_as_they_are_while_they_are_as_wished():
    switch = Switch()
    switch.run(60_000)
    assert switch.phases.count == 3 and switch.phases.why is None and not switch.phases.cutting


@pytest.mark.parametrize("every", [10, 100, 1000])
@pytest.mark.parametrize(("count", "wanted"), [(3, 1), (1, 3)])
def test_phases_change_after_a_minute_without_a_pilot(count, wanted, every):
    """TF: a vehicle must measure its supply anew; 45 s are needed by some."""
    switch = Switch(count)
    switch.want(wanted, every, every)
    assert switch.phases.state == phases.LEAVING and switch.phases.why == "phases"
    assert not switch.phases.cutting
    switch.run(every, every)
    assert switch.phases.cutting
    switch.run(CUT_MS - every, every)
    assert switch.phases.cutting and switch.phases.count == count
    switch.run(every, every)
    assert switch.phases.count == wanted and switch.phases.why is None
    assert not switch.phases.cutting


def test_phases_wait_for_the_contactor_and_the_end_of_the_offer():
    switch = Switch()
    switch.idle = False
    switch.want(1, 600_000, 100)
    assert switch.phases.state == phases.LEAVING and switch.phases.count == 3
    switch.idle = True
    switch.run(20)
    assert switch.phases.cutting


def test_phases_go_back_to_waiting_when_the_contactor_is_not_open_in_the_cut():
    switch = Switch()
    switch.want(1, 30_000)
    switch.idle = False
    assert switch.run() == phases.LEAVING and not switch.phases.cutting
    switch.idle = True
    switch.run(CUT_MS)
    assert switch.phases.count == 3
    switch.run(20)
    assert switch.phases.count == 1


def test_phases_change_at_once_without_a_vehicle():
    switch = Switch()
    switch.plugged = False
    switch.want(1, 20)
    assert switch.phases.count == 1 and switch.phases.why is None
    switch.want(3, 20)
    assert switch.phases.count == 3


def test_phases_of_a_vehicle_that_leaves_while_its_offer_ends_change_without_a_cut():
    switch = Switch()
    switch.idle = False
    switch.want(1, 100)
    switch.plugged, switch.idle = False, True
    switch.run()
    assert switch.phases.count == 1 and not switch.phases.cutting


def test_phases_finish_the_cut_when_the_vehicle_seems_to_leave_in_it():
    """The pilot is off the vehicle: what is plugged can't be told."""
    switch = Switch()
    switch.want(1, 1000)
    switch.plugged = False
    switch.run(CUT_MS)
    assert switch.phases.count == 1 and switch.phases.state == phases.SET


def test_wish_that_is_taken_back_before_the_cut_changes_nothing():
    switch = Switch()
    switch.idle = False
    switch.want(1, 1000)
    switch.want(3)
    assert switch.phases.state == phases.SET and switch.phases.why is None
    switch.idle = True
    switch.run(100)
    assert switch.phases.count == 3 and not switch.phases.cutting


def test_wish_that_is_taken_back_in_the_cut_leaves_what_was():
    switch = Switch()
    switch.want(1, 30_000)
    switch.want(3, CUT_MS)
    assert switch.phases.count == 3 and switch.phases.why is None


@pytest.mark.parametrize("every", [10, 1000])
def test_phases_change_at_most_every_10_minutes_for_one_vehicle(every):
    """EV."""
    switch = Switch()
    switch.want(1, CUT_MS + 3 * every, every)
    assert switch.phases.count == 1
    switched_ms = switch.now_ms - (switch.now_ms - 9_000_000 - CUT_MS - 2 * every)
    switch.want(3)
    while switch.phases.why is None:
        switch.run(every, every)
    assert DWELL_MS <= switch.now_ms - switched_ms <= DWELL_MS + every + 10


def test_phases_of_the_next_vehicle_need_not_wait():
    switch = Switch()
    switch.want(1, CUT_MS + 100)
    switch.plugged = False
    switch.want(3, 20)
    assert switch.phases.count == 3


def test_phases_table_has_one_row_for_each_pair_and_no_dead_end():
    assert_rows_lead_somewhere(phases._ROWS, phases.SET)
    with pytest.raises(ValueError, match="no row for empty in state cutting"):
        find(phases._ROWS, phases.CUTTING, phases.EMPTY)


steps = st.tuples(
    st.sampled_from([1, 3]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([10, 1000, 59_990, 60_000, 600_000]),
)


@given(st.lists(steps, max_size=60))
def test_phases_never_change_under_load_or_without_the_cut_that_a_vehicle_needs(parts):
    switch = Switch()
    quiet_ms = 0
    for wanted, plugged, idle, ms in parts:
        switch.plugged, switch.idle = plugged, idle
        count, was_cutting = switch.phases.count, switch.phases.cutting
        switch.want(wanted, ms, ms)
        quiet_ms = quiet_ms + ms if was_cutting and idle else 0
        if switch.phases.count != count:
            assert idle and (quiet_ms >= CUT_MS or not plugged)
        if switch.phases.cutting:
            assert switch.phases.why == "phases"
