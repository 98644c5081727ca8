"""drivers/button_pin, earth_pin and residual_pin: a level, whichever it is."""

import pytest

from chargepoint.drivers.button_pin import ButtonPin
from chargepoint.drivers.earth_pin import EarthPin
from chargepoint.drivers.residual_pin import ResidualPin
from host_tests.unit.drivers.parts import Pin

both = pytest.mark.parametrize("level", [0, 1])


@both
def test_a_button_is_pressed_at_its_level(level):
    pin = Pin(level)
    button = ButtonPin(pin, pressed_level=level)
    assert button.pressed() is True
    pin.level = 1 - level
    assert button.pressed() is False


def test_a_button_that_is_not_there_is_not_pressed_with_a_pull_up():
    assert ButtonPin(Pin(1)).pressed() is False


@both
def test_earth_is_connected_at_its_level(level):
    pin = Pin(level)
    earth = EarthPin(pin, connected_level=level)
    assert earth.connected() is True
    pin.level = 1 - level
    assert earth.connected() is False


@both
def test_a_monitor_trips_at_its_level_and_comes_back(level):
    pin = Pin(1 - level)
    monitor = ResidualPin(pin, tripped_level=level)
    assert monitor.tripped() is False
    pin.level = level
    assert monitor.tripped() is True
    pin.level = 1 - level
    assert monitor.tripped() is False


@both
def test_a_monitor_that_is_not_there_reads_as_tripped(level):
    """IEC 62955: the input fails safe. The pull of the pin takes it to the tripped level."""
    pulled = Pin(level)
    assert ResidualPin(pulled, tripped_level=level).tripped() is True


@both
def test_the_test_input_is_off_from_the_first_moment_and_follows(level):
    test_pin = Pin()
    monitor = ResidualPin(Pin(0), test_pin, test_level=level)
    assert monitor.can_test
    assert test_pin.level == 1 - level
    monitor.test(True)
    assert test_pin.level == level
    monitor.test(False)
    assert test_pin.level == 1 - level


def test_a_monitor_without_test_input_says_so_and_ignores_the_wish():
    monitor = ResidualPin(Pin(0))
    assert not monitor.can_test
    monitor.test(True)
    assert monitor.tripped() is False
