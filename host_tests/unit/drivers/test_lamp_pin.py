"""drivers/lamp_pin: colours and rhythms by meaning."""

import pytest

from chargepoint.drivers.lamp_pin import PinLamp


class Pin:
    level = None

    def value(self, level):
        self.level = level


class Clock:
    ms = 0

    def now_ms(self):
        return self.ms


class Lamp:
    def __init__(self, on_level=1):
        self.pins, self.clock = [Pin(), Pin(), Pin()], Clock()
        self.lamp = PinLamp(*self.pins, self.clock, on_level)

    def colours(self, meaning, at_ms):
        self.clock.ms = at_ms
        self.lamp.show(meaning)
        return [pin.level for pin in self.pins]


# ports.Lamp.show
MEANINGS = ("free", "waiting", "refused", "ready", "charging", "paused", "fault", "offline")


def test_every_meaning_has_a_pattern_of_its_own():
    seen = {tuple(map(tuple, (Lamp().colours(m, 0), *_run(m)))) for m in MEANINGS}
    assert len(seen) == len(MEANINGS)


def _run(meaning):
    lamp = Lamp()
    return [lamp.colours(meaning, ms) for ms in range(0, 4000, 50)]


def test_waiting_blinks_blue_once_a_second_from_its_beginning():
    lamp = Lamp()
    lamp.colours("free", 0)
    shown = [lamp.colours("waiting", ms)[2] for ms in (330, 829, 830, 1329, 1330)]
    assert shown == [1, 1, 0, 0, 1]


def test_a_new_meaning_takes_the_lamp_at_once():
    lamp = Lamp()
    assert lamp.colours("charging", 0) == [0, 0, 1]
    assert lamp.colours("fault", 10) == [1, 0, 0]


def test_lamps_that_light_when_low():
    assert Lamp(on_level=0).colours("free", 0) == [1, 0, 1]


def test_a_meaning_without_pattern_is_refused():
    with pytest.raises(ValueError, match="'merry'"):
        Lamp().colours("merry", 0)
