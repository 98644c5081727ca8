"""drivers/lock_pins: a motor both ways, or a coil against a spring."""

import pytest

from chargepoint.drivers.lock_pins import LockPins
from host_tests.unit.drivers.parts import Pin


def levels(lock, pins, *directions):
    for direction in directions:
        lock.drive(direction)
    return [pin.level for pin in pins]


@pytest.mark.parametrize("rest_level", [0, 1])
def test_a_bridge_drives_both_ways_and_rests(rest_level):
    """Rest with both low, or with both high as on a SmartEVSE."""
    pins = Pin(), Pin()
    lock = LockPins(*pins, rest_level=rest_level)
    assert levels(lock, pins) == [rest_level] * 2, "no current from the first moment"
    assert levels(lock, pins, 1) == [1, 0]
    assert levels(lock, pins, 0) == [rest_level] * 2
    assert levels(lock, pins, -1) == [0, 1]
    assert levels(lock, pins, 0) == [rest_level] * 2


@pytest.mark.parametrize("locked_level", [0, 1])
def test_the_sense_pin_tells_where_the_bolt_is(locked_level):
    sense = Pin(locked_level)
    lock = LockPins(Pin(), Pin(), sense, locked_level=locked_level)
    assert lock.locked() is True
    sense.level = 1 - locked_level
    assert lock.locked() is False


def test_a_jammed_bolt_is_seen_out_while_it_is_driven_in():
    sense = Pin(0)
    lock = LockPins(Pin(), Pin(), sense)
    lock.drive(1)
    assert lock.locked() is False


def test_a_lock_without_sense_can_not_tell():
    assert LockPins(Pin(), Pin()).locked() is None


@pytest.mark.parametrize("rest_level", [0, 1])
@pytest.mark.parametrize("current_drives", [1, -1])
def test_a_coil_against_a_spring_keeps_its_current_until_the_other_way(current_drives, rest_level):
    pin = Pin()
    pins = (pin, None) if current_drives == 1 else (None, pin)
    lock = LockPins(*pins, rest_level=rest_level)
    assert pin.level == rest_level, "no current from the first moment"
    assert levels(lock, [pin], 0) == [rest_level]
    assert levels(lock, [pin], current_drives, 0) == [1 - rest_level]
    assert levels(lock, [pin], -current_drives, 0) == [rest_level]


@pytest.mark.parametrize("direction", [2, -2, None, "in"])
def test_a_direction_that_is_none_is_refused_and_nothing_moves(direction):
    pins = Pin(), Pin()
    lock = LockPins(*pins)
    lock.drive(1)
    with pytest.raises(ValueError, match="is not -1, 0 or 1"):
        lock.drive(direction)
    assert [pin.level for pin in pins] == [1, 0]


def test_a_lock_without_pins_is_refused():
    with pytest.raises(ValueError, match="without a pin"):
        LockPins(None, None)
