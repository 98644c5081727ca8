"""drivers/relay_pin: a coil and what watches the contacts."""

import pytest

from chargepoint.drivers.relay_pin import RelayPin
from host_tests.unit.drivers.parts import Pin


@pytest.mark.parametrize("coil_level", [0, 1])
def test_the_coil_is_off_from_the_first_moment(coil_level):
    pin = Pin()
    RelayPin(pin, coil_level=coil_level)
    assert pin.level == 1 - coil_level


@pytest.mark.parametrize("coil_level", [0, 1])
def test_it_energises_and_releases(coil_level):
    pin = Pin()
    relay = RelayPin(pin, coil_level=coil_level)
    relay.set_closed(True)
    assert pin.level == coil_level
    relay.set_closed(False)
    assert pin.level == 1 - coil_level


@pytest.mark.parametrize("closed_level", [0, 1])
def test_the_feedback_follows_the_contacts(closed_level):
    contact = Pin(closed_level)
    relay = RelayPin(Pin(), contact, closed_level=closed_level)
    assert relay.feedback() is True
    contact.level = 1 - closed_level
    assert relay.feedback() is False


def test_a_board_without_feedback_can_not_tell():
    assert RelayPin(Pin()).feedback() is None


@pytest.mark.parametrize("levels", [{"coil_level": 2}, {"closed_level": -1}, {"coil_level": None}])
def test_a_level_that_is_none_is_refused_and_the_coil_is_left_alone(levels):
    """1 - 2 is true to a pin: the coil would be energised as soon as it is made."""
    pin = Pin()
    with pytest.raises(ValueError, match="not 0 or 1"):
        RelayPin(pin, Pin(0), **levels)
    assert pin.changes == []
