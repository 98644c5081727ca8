"""core/dimming: the lamps at night, by the clock of the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.dimming import Dimming, is_night

# 2026-11-25 00:00 UTC
MIDNIGHT_S = 1_795_564_800
HOUR_S = 3600


class Desk:
    """Settings and a clock."""

    def __init__(self, **values):
        self.values = {
            "LightIntensity": 80,
            "LampNight": (22, 6),
            "LampNightIntensity": 20,
            "LampTimeZone": 0,
            **values,
        }
        self.utc_s = MIDNIGHT_S
        self.looks = 0
        self.dimming = Dimming(self, self.clock)

    def get(self, name):
        return self.values[name]

    def clock(self):
        self.looks += 1
        return self.utc_s


@pytest.mark.parametrize(
    ("hours", "night"),
    [((22, 6), [0, 1, 2, 3, 4, 5, 22, 23]), ((1, 3), [1, 2]), ((0, 1), [0]), ((23, 0), [23])],
)
def test_night_is_between_its_hours(hours, night):
    """From the first to before the second, over midnight where the first is the later one."""
    found = [h for h in range(24) if is_night(hours, 0, MIDNIGHT_S + h * HOUR_S + 1799)]
    assert found == night


def test_same_hour_twice_is_the_whole_day():
    assert all(is_night((7, 7), 0, MIDNIGHT_S + h * HOUR_S) for h in range(24))


def test_night_begins_and_ends_to_the_minute():
    assert not is_night((22, 6), 0, MIDNIGHT_S + 22 * HOUR_S - 1)
    assert is_night((22, 6), 0, MIDNIGHT_S + 22 * HOUR_S)
    assert is_night((22, 6), 0, MIDNIGHT_S + 6 * HOUR_S - 1)
    assert not is_night((22, 6), 0, MIDNIGHT_S + 6 * HOUR_S)


@given(zone=st.integers(-840, 840), minute=st.integers(0, 1439))
def test_zone_moves_the_night(zone, minute):
    """LampTimeZone, also the half and quarter hours."""
    utc_s = MIDNIGHT_S + 86400 + minute * 60
    assert is_night((22, 6), zone, utc_s) == is_night((22, 6), 0, utc_s + zone * 60)


def test_without_a_clock_it_is_day():
    assert not is_night((0, 0), 0, None)


def test_lamp_is_dimmed_at_night():
    desk = Desk()
    assert desk.dimming.percent(0) == 20
    desk.utc_s += 12 * HOUR_S
    assert desk.dimming.percent(5000) == 20 and desk.dimming.percent(10_000) == 80


def test_night_never_makes_a_lamp_brighter():
    """LightIntensity is the most that the owner wants."""
    assert Desk(LightIntensity=10).dimming.percent(0) == 10


def test_clock_is_not_asked_without_a_night():
    """An idle station makes no garbage."""
    desk = Desk(LampNight=())
    assert [desk.dimming.percent(ms) for ms in (0, 60_000)] == [80, 80] and desk.looks == 0
