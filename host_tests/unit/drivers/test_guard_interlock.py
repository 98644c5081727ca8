"""drivers/guard_interlock: edges that hold the contactor, against a one-shot."""

import pytest

from chargepoint.drivers.guard_interlock import InterlockGuard
from host_tests.unit.drivers.parts import Pin

HOLD_MS = 70


class OneShot(Pin):
    """A retriggerable monostable on the rising edge, as a 74HC123: held or not at ``ms``."""

    ms = 0
    _until_ms = 0

    def value(self, level=None):
        if level == 1 and self.level == 0:
            self._until_ms = self.ms + HOLD_MS
        return super().value(level)

    @property
    def holds(self):
        return self.ms < self._until_ms


class Sense:
    """Reads 1 while the one-shot does not hold."""

    def __init__(self, one_shot):
        self._one_shot = one_shot

    def value(self):
        return 0 if self._one_shot.holds else 1


def run(guard, one_shot, until_ms, every_ms=10):
    while one_shot.ms < until_ms:
        one_shot.ms += every_ms
        guard.beat(one_shot.ms)


def test_the_pin_is_low_and_nothing_is_held_from_the_first_moment():
    one_shot = OneShot(1)
    guard = InterlockGuard(one_shot, Sense(one_shot))
    assert guard.kind == "interlock"
    assert one_shot.level == 0
    assert not one_shot.holds
    assert guard.tripped() == "heartbeat"


def test_every_beat_is_an_edge_and_nothing_else_is():
    pin = Pin()
    guard = InterlockGuard(pin)
    for ms in range(0, 60, 10):
        guard.beat(ms)
        guard.tripped()
    assert pin.changes == [0, 1, 0, 1, 0, 1, 0]


def test_steps_of_10_ms_hold_it():
    one_shot = OneShot()
    guard = InterlockGuard(one_shot, Sense(one_shot))
    guard.beat(0)
    for until_ms in range(10, 2000, 10):
        run(guard, one_shot, until_ms)
        assert one_shot.holds
        assert guard.tripped() is None


@pytest.mark.parametrize("beats", [7, 8])
def test_it_opens_within_100_ms_when_the_beats_stop_at_either_level(beats):
    """IEC 61851-1 sequence 8.1: open within 100 ms; a stuck pin, high or low, does not hold."""
    one_shot = OneShot()
    guard = InterlockGuard(one_shot, Sense(one_shot))
    run(guard, one_shot, 10 * beats)
    assert one_shot.holds
    one_shot.ms += 100
    assert not one_shot.holds
    assert guard.tripped() == "heartbeat"


def test_it_holds_again_when_the_beats_come_back():
    one_shot = OneShot()
    guard = InterlockGuard(one_shot, Sense(one_shot))
    run(guard, one_shot, 50)
    one_shot.ms += 3000
    assert guard.tripped() == "heartbeat"
    run(guard, one_shot, one_shot.ms + 20)
    assert guard.tripped() is None


@pytest.mark.parametrize("open_level", [0, 1])
def test_the_sense_pin_has_either_polarity(open_level):
    sense = Pin(open_level)
    guard = InterlockGuard(Pin(), sense, open_level=open_level)
    assert guard.tripped() == "heartbeat"
    sense.level = 1 - open_level
    assert guard.tripped() is None


def test_a_board_that_can_not_see_the_interlock_tells_nothing():
    assert InterlockGuard(Pin()).tripped() is None
