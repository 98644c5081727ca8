"""world/lock: a motor that takes its time, and a switch that sees the bolt."""

import pytest

from host_tests.harness.world.lock import Lock
from host_tests.harness.world.schedule import Schedule


class Bolt:
    def __init__(self):
        self.schedule = Schedule()
        self.lock = Lock(self.schedule)

    def run(self, ms):
        self.schedule.advance_to(self.schedule.now_ms + ms)


@pytest.fixture
def bolt():
    return Bolt()


def test_bolt_takes_250_ms_each_way(bolt):
    bolt.lock.drive(1)
    bolt.run(249)
    assert (bolt.lock.sense, bolt.lock.word) == (False, "between")
    bolt.run(1)
    assert (bolt.lock.sense, bolt.lock.word) == (True, "in")
    bolt.lock.drive(-1)
    bolt.run(1)
    assert not bolt.lock.sense
    bolt.run(249)
    assert bolt.lock.word == "out"


def test_bolt_stays_where_it_is_without_current(bolt):
    bolt.lock.drive(1)
    bolt.run(100)
    bolt.lock.drive(0)
    bolt.run(10_000)
    assert bolt.lock.position_ms == 100
    bolt.lock.drive(1)
    bolt.run(150)
    assert bolt.lock.engaged


def test_end_of_the_way_is_an_event_that_no_step_misses(bolt):
    bolt.lock.drive(1)
    assert bolt.schedule.next_event_ms() == 250
    bolt.run(50)
    bolt.lock.drive(-1)
    assert bolt.schedule.next_event_ms() == 100
    bolt.lock.drive(0)
    assert bolt.schedule.next_event_ms() is None


def test_jammed_bolt_does_not_move_until_it_is_free(bolt):
    bolt.lock.jam(True)
    bolt.lock.drive(1)
    bolt.run(5000)
    assert bolt.lock.word == "out" and bolt.lock.strokes == 1
    bolt.lock.jam(False)
    bolt.run(250)
    assert bolt.lock.engaged


def test_broken_switch_says_what_it_said_last(bolt):
    bolt.lock.break_sense(True)
    bolt.lock.drive(1)
    bolt.run(300)
    assert bolt.lock.engaged and not bolt.lock.sense
    bolt.lock.break_sense(False)
    assert bolt.lock.sense


def test_bridge_with_both_legs_alike_drives_nothing(bolt):
    bolt.lock.bridge(a=True)
    bolt.lock.bridge(b=True)
    assert bolt.lock.direction == 0
    bolt.lock.bridge(a=False)
    assert bolt.lock.direction == -1
