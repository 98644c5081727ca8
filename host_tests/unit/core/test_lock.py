"""core/lock: the bolt is in before energy is offered, and out when there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import lock, timing
from chargepoint.core.faults import FaultBook
from chargepoint.core.lock import Lock
from chargepoint.core.rows import find
from host_tests.unit.core.parts import Bench, Bolt, assert_rows_lead_somewhere

MOVE_MS = timing.LOCK_DRIVE_MS + timing.LOCK_LOOK_MS
TRIES_MS = timing.LOCK_TRIES * (timing.LOCK_DRIVE_MS + timing.LOCK_REST_MS)


class Door(Bench):
    """A bolt that was driven out at the start, as after a power cut."""

    def __init__(self, settle=True, **how):
        self.bolt = Bolt(**how)
        super().__init__(Lock(self.bolt))
        if settle:
            self.run(MOVE_MS + 100)
            self.bolt.drives.clear()

    @property
    def state(self):
        return self.part.state

    def want(self, wanted, ms=0, every=10):
        self.part.wanted = wanted
        return self.run(ms, every)

    def locked(self):
        self.want(True, MOVE_MS + 100)
        assert self.state == lock.IN and self.part.why is None
        self.bolt.drives.clear()
        return self

    def jammed(self, wanted=True):
        if not wanted:
            self.locked()
        self.bolt.stuck = True
        self.part.wanted = wanted
        self.until(lambda: self.state == lock.JAMMED)
        self.bolt.drives.clear()
        return self


# -- in and out ---------------------------------------------------------------------------------


@pytest.mark.parametrize("in_place", [True, False])
def test_lock_is_driven_out_when_power_returns(in_place):
    """Nobody's plug stays caught by a power cut."""
    door = Door(settle=False, in_place=in_place)
    assert door.bolt.drives == [0]
    door.run(MOVE_MS + 100)
    assert door.bolt.drives == [0, -1, 0] and not door.bolt.in_place
    assert door.state == lock.OUT and door.part.is_out and door.faults == []
    assert door.part.verdict == "passed"


@pytest.mark.parametrize("every", [10, 100, 200])
def test_lock_moves_for_600_ms_and_is_looked_at_200_ms_later(every):
    """SE: 600 and 800 ms."""
    door = Door()
    door.want(True)
    door.step(every)
    assert door.bolt.drives == [1] and door.part.why == "lock"
    assert door.until(lambda: door.bolt.drives[-1] == 0, every=every) == timing.LOCK_DRIVE_MS
    assert door.part.why == "lock" and door.part.verdict == "unknown"
    assert door.until(lambda: door.part.why is None, every=every) == timing.LOCK_LOOK_MS
    assert door.state == lock.IN and not door.part.is_out and door.faults == []


def test_lock_that_is_in_stands_still_and_so_does_one_that_is_out():
    door = Door().locked().run(60_000)
    assert door.bolt.drives == [] and door.part.why is None
    door.want(False, MOVE_MS + 100)
    assert door.bolt.drives == [-1, 0] and door.part.is_out
    door.run(60_000)
    assert door.bolt.drives == [-1, 0]


def test_lock_that_is_to_leave_lets_nothing_be_offered():
    door = Door().locked()
    door.part.wanted = False
    assert door.part.why == "lock"


@pytest.mark.parametrize("at_ms", [10, 300, 590, 610, 790])
def test_lock_finishes_its_move_before_it_follows_a_new_wish(at_ms):
    """The motor is never reversed under current."""
    door = Door()
    door.want(True, at_ms)
    door.want(False)
    door.until(lambda: door.state == lock.OUT, 3000)
    assert door.bolt.drives == [1, 0, -1, 0] and door.faults == []


def test_lock_whose_wish_comes_back_while_it_moves_is_not_driven_twice():
    door = Door()
    door.want(True, 200)
    door.want(False, 200)
    door.want(True, 1000)
    assert door.bolt.drives == [1, 0] and door.state == lock.IN


# -- a bolt that does not arrive ----------------------------------------------------------------


@pytest.mark.parametrize("wanted", [True, False])
def test_lock_is_tried_five_times_a_second_apart_and_then_jammed(wanted):
    """E32: five tries."""
    door = Door()
    if not wanted:
        door.locked()
    door.bolt.stuck = True
    door.want(wanted)
    took_ms = door.until(lambda: door.state == lock.JAMMED)
    assert door.bolt.drives == [1 if wanted else -1, 0] * timing.LOCK_TRIES
    assert took_ms == TRIES_MS - timing.LOCK_REST_MS + timing.LOCK_LOOK_MS + 10
    assert door.faults == ["lock"] and door.part.why == "lock" and door.part.is_jammed
    assert door.part.verdict == "failed"


def test_jammed_lock_is_tried_again_every_30_s_and_stays_a_fault_until_it_moves():
    """The book holds it for 30 s, longer than five tries: no status comes and goes."""
    door = Door().jammed()
    door.book = FaultBook(door.part.faults)
    for _ in range(3):
        door.step()
        assert door.until(lambda: door.bolt.drives) <= timing.LOCK_RETRY_MS
        while door.state != lock.JAMMED:
            assert door.faults == ["lock"]
            door.step()
        assert door.bolt.drives == [1, 0] * timing.LOCK_TRIES
        door.bolt.drives.clear()
    door.bolt.stuck = False
    door.until(lambda: door.state == lock.IN)
    assert door.part.why is None
    assert door.until(lambda: not door.faults) <= timing.FAULT_HOLD_MS


def test_jammed_lock_follows_a_new_wish_at_once():
    door = Door().jammed()
    door.bolt.stuck = False
    door.want(False, timing.LOCK_LOOK_MS)
    assert door.bolt.drives == [-1]
    door.run(MOVE_MS + 20)
    assert door.part.is_out and door.faults == []


@pytest.mark.parametrize("wanted", [True, False])
def test_jammed_lock_that_is_moved_by_hand_is_where_it_is_seen(wanted):
    door = Door().jammed(wanted)
    door.bolt.in_place = wanted
    door.run(timing.LOCK_LOOK_MS + 20)
    assert door.state == (lock.IN if wanted else lock.OUT) and door.faults == []
    assert door.bolt.drives == []


def test_jammed_lock_gets_five_more_tries_when_someone_asks():
    """UnlockConnector."""
    door = Door().jammed(wanted=False)
    door.part.retry(door.now_ms)
    assert not door.part.is_jammed
    door.until(lambda: door.part.is_jammed)
    assert door.bolt.drives == [-1, 0] * timing.LOCK_TRIES


def test_asking_once_more_changes_nothing_unless_it_is_jammed():
    door = Door()
    door.part.retry(door.now_ms)
    assert door.state == lock.OUT
    door.want(True, 100)
    door.part.retry(door.now_ms)
    assert door.state == lock.MOVING
    door.run(550)
    door.part.retry(door.now_ms)
    assert door.state == lock.RESTING
    door.run(500)
    door.part.retry(door.now_ms)
    assert door.state == lock.IN and door.bolt.drives == [1, 0]


# -- a bolt that leaves its place ---------------------------------------------------------------


def test_lock_that_leaves_its_place_for_500_ms_is_a_fault_and_driven_again():
    door = Door().locked()
    door.bolt.in_place, door.bolt.stuck = False, True
    door.run(timing.LOCK_LOST_MS)
    assert door.faults == [] and door.bolt.drives == []
    door.step()
    assert door.faults == ["lock"] and door.bolt.drives == [1] and door.part.why == "lock"
    door.bolt.stuck, door.bolt.in_place = False, True
    door.run(MOVE_MS)
    assert door.faults == [] and door.part.why is None


def test_lock_whose_contact_bounces_costs_no_pause():
    """Contacts bounce: less than LOCK_LOST_MS is no reason to withdraw the offer."""
    door = Door().locked()
    for _ in range(20):
        door.bolt.in_place = False
        for _ in range(timing.LOCK_LOST_MS // 10):
            door.step()
            assert door.part.why is None and door.faults == []
        door.bolt.in_place = True
        door.step()
    assert door.bolt.drives == []


def test_lock_that_goes_in_by_itself_is_driven_out_again():
    door = Door()
    door.bolt.in_place = True
    door.run(timing.LOCK_LOST_MS + 20)
    assert door.bolt.drives == [-1] and not door.part.is_out


def test_lock_that_was_never_seen_in_is_no_reason_to_offer():
    """At the start it is only taken to be in: a claim that comes at once must not trust that."""
    door = Door(settle=False)
    door.part.wanted = True
    for _ in range((timing.LOCK_LOST_MS + MOVE_MS) // 10):
        door.step()
        assert door.part.why == "lock" or door.bolt.in_place


# -- the sense ----------------------------------------------------------------------------------


def test_lock_without_a_sense_is_believed_and_told_as_not_monitored():
    door = Door(sense="blind").locked()
    assert not door.part.monitored and door.faults == []
    door.bolt.stuck = True
    door.want(False, MOVE_MS + 20)
    assert door.part.is_out and door.faults == []


def test_lock_whose_sense_falls_silent_is_a_fault():
    door = Door().locked()
    assert door.part.monitored
    door.bolt.sense = "blind"
    door.run(timing.LOCK_LOST_MS + 20)
    assert door.faults == ["lock"] and door.part.why == "lock"
    door.until(lambda: door.state == lock.JAMMED)
    assert door.part.monitored


@pytest.mark.parametrize("every_ms", [10, 100, 490])
def test_lock_whose_sense_shows_now_nothing_now_elsewhere_is_astray(every_ms):
    """Neither says that the bolt is in, so their time adds up."""
    door = Door().locked()
    for at_ms in range(0, timing.LOCK_LOST_MS + 20, 10):
        door.bolt.sense = "blind" if at_ms // every_ms % 2 else False
        door.step()
    assert door.faults == ["lock"] and door.part.why == "lock" and door.bolt.drives == [1]


def test_lock_whose_sense_wakes_up_late_is_monitored_from_then_on():
    door = Door(sense="blind")
    door.bolt.sense = "true"
    door.locked()
    assert door.part.monitored


@pytest.mark.parametrize("shown", [True, False])
def test_lock_whose_sense_lies_is_a_fault_in_the_place_that_it_denies(shown):
    door = Door(settle=False, sense=shown)
    door.part.wanted = not shown
    door.until(lambda: door.state == lock.JAMMED)
    assert door.faults == ["lock"] and door.part.why == "lock" and not door.part.is_out


# -- the table ----------------------------------------------------------------------------------


def test_lock_table_has_one_row_for_each_pair_and_no_dead_end():
    assert_rows_lead_somewhere(lock._ROWS, lock.IN)
    with pytest.raises(ValueError, match="no row for over in state out"):
        find(lock._ROWS, lock.OUT, lock.OVER)


steps = st.tuples(
    st.sampled_from([10, 10, 100, 1000, 31_000]),
    st.booleans(),
    st.sampled_from(["true", "true", "blind", True, False]),
    st.booleans(),
    st.sampled_from(["", "", "", "ask", "in by hand", "out by hand"]),
)


@given(st.lists(steps, max_size=60))
def test_lock_is_never_trusted_unseen_and_never_reversed_under_current(parts):
    door = Door(settle=False)
    for ms, wanted, sense, stuck, order in parts:
        door.bolt.sense, door.bolt.stuck = sense, stuck
        if order == "ask":
            door.part.retry(door.now_ms)
        elif order:
            door.bolt.in_place = order == "in by hand"
        door.want(wanted)
        for _ in range(3):
            door.step(ms)
        if door.part.why is None:
            assert wanted and door.state == lock.IN
        if door.part.is_out or door.state == lock.IN:
            assert door.bolt.drives[-1] == 0 or door.bolt.drives == [0]
    pairs = zip(door.bolt.drives, door.bolt.drives[1:])
    assert all(0 in pair for pair in pairs)
