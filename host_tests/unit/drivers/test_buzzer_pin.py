"""drivers/buzzer_pin: short signals for the driver."""

import pytest

from chargepoint.drivers.buzzer_pin import BuzzerPin, Tone
from host_tests.unit.drivers.parts import Pin, Pwm

SIGNALS = ("accepted", "refused", "fault")


def heard(buzzer, pin, from_ms=0, for_ms=2000, every_ms=10, loud=1):
    """The level's changes as (ms, sounds) from ``from_ms`` on."""
    changes, sounds = [], None
    for ms in range(from_ms, from_ms + for_ms, every_ms):
        buzzer.poll(ms)
        if (pin.level == loud) != sounds:
            sounds = pin.level == loud
            changes.append((ms - from_ms, sounds))
    return changes


def test_accepted_is_two_short_ones():
    pin = Pin()
    buzzer = BuzzerPin(pin)
    buzzer.sound("accepted", 5000)
    assert heard(buzzer, pin, 5000) == [(0, True), (80, False), (160, True), (240, False)]


def test_the_signals_differ_in_rhythm():
    told = []
    for signal in SIGNALS:
        pin = Pin()
        buzzer = BuzzerPin(pin)
        buzzer.sound(signal, 0)
        told.append(tuple(heard(buzzer, pin)))
        assert told[-1][0] == (0, True)
        assert told[-1][-1][1] is False, "and ends"
    assert len(set(told)) == 3


@pytest.mark.parametrize("on_level", [0, 1])
def test_it_is_silent_from_the_first_moment(on_level):
    pin = Pin()
    BuzzerPin(pin, on_level)
    assert pin.level == 1 - on_level


def test_it_sounds_at_once_without_a_poll():
    pin = Pin(1)
    BuzzerPin(pin, on_level=0).sound("refused", 0)
    assert pin.level == 0


def test_a_second_signal_cuts_the_first_short():
    pin = Pin()
    buzzer = BuzzerPin(pin)
    buzzer.sound("refused", 0)
    buzzer.poll(300)
    buzzer.sound("accepted", 300)
    assert heard(buzzer, pin, 300)[1] == (80, False)


def test_a_step_that_comes_late_ends_what_should_be_over():
    pin = Pin()
    buzzer = BuzzerPin(pin)
    buzzer.sound("fault", 0)
    buzzer.poll(2300)
    assert pin.level == 0


def test_an_unknown_signal_is_refused_and_what_sounds_goes_on():
    pin = Pin()
    buzzer = BuzzerPin(pin)
    buzzer.sound("refused", 0)
    with pytest.raises(ValueError, match="'tune', expected accepted, refused or fault"):
        buzzer.sound("tune", 100)
    assert heard(buzzer, pin, 100) == [(0, True), (500, False)]


def test_the_pin_is_left_alone_while_it_is_silent():
    pin = Pin()
    buzzer = BuzzerPin(pin)
    heard(buzzer, pin)
    assert pin.changes == [0]


def test_a_tone_is_half_of_each_period():
    pwm = Pwm()
    buzzer = BuzzerPin(Tone(pwm))
    assert pwm.duty == 0
    buzzer.sound("accepted", 0)
    assert pwm.duty == 32768
