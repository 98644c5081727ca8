"""drivers/lamp_pin and wire/lamp_patterns: colours and rhythms by meaning."""

import pytest

from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.wire.lamp_patterns import PATTERNS, is_lit
from host_tests.unit.drivers.parts import Clock, Pin

# ports.Lamp.show
MEANINGS = (
    "free",
    "waiting",
    "refused",
    "ready",
    "charging",
    "paused",
    "reserved",
    "fault",
    "offline",
    "update",
)
CYCLE_MS = 2000


class Lamp:
    def __init__(self, on_level=1):
        self.pins, self.clock = [Pin(), Pin(), Pin()], Clock()
        self.lamp = PinLamp(*self.pins, self.clock, on_level)

    def colours(self, meaning, at_ms):
        self.clock.ms = at_ms
        self.lamp.show(meaning)
        return [pin.level for pin in self.pins]


def rhythm(meaning):
    lamp = Lamp()
    return [any(lamp.colours(meaning, ms)) for ms in range(0, CYCLE_MS, 10)]


def test_every_meaning_of_the_port_has_a_pattern():
    assert tuple(row[0] for row in PATTERNS) == MEANINGS


def test_every_meaning_has_a_rhythm_of_its_own_without_its_colours():
    assert len({tuple(rhythm(meaning)) for meaning in MEANINGS}) == len(MEANINGS)


def test_red_never_looks_like_green_to_who_can_not_tell_them_apart():
    green, red = rhythm("free"), [rhythm("fault"), rhythm("refused"), rhythm("offline")]
    assert all(green), "free is steady"
    for warning in red:
        assert warning.count(False) >= len(warning) // 4


@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_pattern_begins_lit_and_repeats_within_two_seconds(meaning):
    lamp = Lamp()
    first = [lamp.colours(meaning, 70_000 + ms) for ms in range(0, CYCLE_MS, 10)]
    again = [lamp.colours(meaning, 72_000 + ms) for ms in range(0, CYCLE_MS, 10)]
    assert any(first[0])
    assert first == again


def test_waiting_blinks_blue_once_a_second_from_its_beginning():
    lamp = Lamp()
    lamp.colours("free", 0)
    shown = [lamp.colours("waiting", ms)[2] for ms in (330, 829, 830, 1329, 1330)]
    assert shown == [1, 1, 0, 0, 1]


def test_fault_flashes_three_times_and_pauses():
    seen = "".join("#" if lit else "." for lit in rhythm("fault"))
    assert len([flash for flash in seen.split(".") if flash]) == 3
    assert seen.endswith("." * 80)


def test_a_new_meaning_takes_the_lamp_at_once():
    lamp = Lamp()
    assert lamp.colours("charging", 0) == [0, 0, 1]
    assert lamp.colours("fault", 10) == [1, 0, 0]


def test_the_pins_are_left_alone_while_nothing_changes():
    lamp = Lamp()
    for ms in range(0, 490, 10):
        lamp.colours("waiting", ms)
    assert [pin.changes for pin in lamp.pins] == [[0], [0], [1]]


def test_lamps_that_light_when_low():
    assert Lamp(on_level=0).colours("free", 0) == [1, 0, 1]


def test_a_meaning_without_pattern_is_refused_and_what_was_shown_goes_on():
    lamp = Lamp()
    lamp.colours("waiting", 0)
    with pytest.raises(ValueError, match="'merry'"):
        lamp.colours("merry", 100)
    assert [pin.level for pin in lamp.pins] == [0, 0, 1]
    assert lamp.colours("waiting", 500) == [0, 0, 0], "from its own beginning"


def test_a_late_step_finds_its_place_in_the_rhythm():
    assert is_lit((100, 50), 1000 * 150 + 99)
    assert not is_lit((100, 50), 1000 * 150 + 100)
