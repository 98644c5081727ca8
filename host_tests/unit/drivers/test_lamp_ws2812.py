"""drivers/lamp_ws2812: the same meanings on pixels, dimmed."""

import pytest

from chargepoint.drivers.lamp_ws2812 import Ws2812Lamp
from host_tests.unit.drivers.parts import Clock


class NeoPixel:
    """What neopixel.NeoPixel promises: ``wire`` is what the pixels were last sent."""

    def __init__(self, count):
        self._colours = [(0, 0, 0)] * count
        self.wire = None
        self.writes = 0

    def __len__(self):
        return len(self._colours)

    def __setitem__(self, at, colour):
        assert all(0 <= level <= 255 for level in colour)
        self._colours[at] = colour

    def write(self):
        self.wire = list(self._colours)
        self.writes += 1


class Lamp:
    def __init__(self, count=3, full=200):
        self.pixels, self.clock = NeoPixel(count), Clock()
        self.lamp = Ws2812Lamp(self.pixels, self.clock, full)

    def shown(self, meaning, at_ms):
        self.clock.ms = at_ms
        self.lamp.show(meaning)
        return self.pixels.wire


def test_all_pixels_show_the_colour_of_the_meaning():
    assert Lamp(count=3).shown("offline", 0) == [(200, 200, 0)] * 3


def test_the_line_is_driven_only_when_something_changes():
    lamp = Lamp()
    for ms in range(0, 1000, 10):
        lamp.shown("waiting", ms)
    assert lamp.pixels.writes == 2, "lit, then dark"
    for ms in range(1000, 60_000, 10):
        lamp.shown("free", ms)
    assert lamp.pixels.writes == 3


@pytest.mark.parametrize("percent, level", [(100, 200), (50, 100), (1, 2), (0, 0)])
def test_dimming_takes_the_share_of_the_full_level(percent, level):
    lamp = Lamp()
    lamp.shown("free", 0)
    lamp.lamp.dim(percent)
    assert lamp.shown("free", 10) == [(0, level, 0)] * 3


def test_the_weakest_light_is_not_dark():
    lamp = Lamp(full=1)
    lamp.lamp.dim(1)
    assert lamp.shown("free", 0) == [(0, 1, 0)] * 3


def test_dimming_to_the_same_again_drives_nothing():
    lamp = Lamp()
    for ms in range(0, 100, 10):
        lamp.lamp.dim(40)
        lamp.shown("free", ms)
    assert lamp.pixels.writes == 1


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_brightness_that_can_not_be_is_refused_and_the_old_one_stays(percent):
    lamp = Lamp()
    with pytest.raises(ValueError, match="not in 0..100"):
        lamp.lamp.dim(percent)
    assert lamp.shown("free", 0) == [(0, 200, 0)] * 3


@pytest.mark.parametrize("full", [0, 256])
def test_a_level_that_is_no_byte_is_refused(full):
    with pytest.raises(ValueError, match="not in 1..255"):
        Lamp(full=full)


def test_a_meaning_without_pattern_is_refused():
    with pytest.raises(ValueError, match="'merry'"):
        Lamp().shown("merry", 0)
