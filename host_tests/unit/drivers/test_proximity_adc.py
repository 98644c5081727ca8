"""drivers/proximity_adc: what the cable's resistor is (IEC 61851-1 annex B)."""

import random

import pytest

from chargepoint.drivers.proximity_adc import ProximityAdc
from host_tests.unit.drivers.parts import Adc

# SmartEVSE v3: 1 kohm to 3.3 V; the ADC at 6 dB clips not far above 2 V.
SERIES_OHM, SUPPLY_MV = 1000, 3300
# esp32-evse tells the edges between the cables in mV: taken with the ohm of these edges.
EDGES = ((0, 0), (430, 150), (820, 330), (1650, 1000), (2400, 4500))


def level_uv(ohm, series_ohm=SERIES_OHM, supply_mv=SUPPLY_MV):
    return supply_mv * 1000 * ohm // (ohm + series_ohm)


def proximity(*samples_uv, **options):
    return ProximityAdc(Adc(*samples_uv), SERIES_OHM, SUPPLY_MV, **options)


@pytest.mark.parametrize("ohm", [0, 80, 100, 140, 164, 220, 308, 400, 680, 936, 1500, 2460, 4500])
def test_a_resistor_is_read_within_one_percent(ohm):
    assert proximity(level_uv(ohm)).read_ohm() == pytest.approx(ohm, rel=0.01, abs=2)


@pytest.mark.parametrize("ohm", [100, 220, 680, 1500])
def test_another_divider(ohm):
    adc = Adc(level_uv(ohm, series_ohm=330, supply_mv=5000))
    assert ProximityAdc(adc, 330, 5000).read_ohm() == pytest.approx(ohm, rel=0.01)


@pytest.mark.parametrize("open_uv", [3_300_000, 3_200_000, 3_060_000])
def test_an_open_line_reads_as_100_kohm(open_uv):
    assert proximity(open_uv).read_ohm() == 100_000


def test_an_adc_that_clips_needs_the_level_where_it_does():
    clipped_uv = 2_200_000
    assert proximity(clipped_uv).read_ohm() == 2000, "mistaken for a cable"
    assert proximity(clipped_uv, open_mv=2100).read_ohm() == 100_000


def test_a_short_reads_as_nothing():
    assert proximity(0).read_ohm() == 0


def test_a_level_above_what_the_circuit_can_give_is_no_reading():
    assert proximity(3_700_000).read_ohm() is None


def test_two_spikes_to_one_side_in_nine_reads_do_not_count():
    steady_uv = level_uv(220)
    assert proximity(*[steady_uv] * 7, 3_300_000, 3_300_000).read_ohm() == pytest.approx(
        220, abs=2
    )
    assert proximity(*[steady_uv] * 7, 0, 0).read_ohm() == pytest.approx(220, abs=2)


def test_noise_is_no_reading():
    dice = random.Random(9)
    assert proximity(*(dice.randrange(3_300_000) for _ in range(9))).read_ohm() is None


def test_an_adc_that_refuses_is_no_reading_until_it_is_back():
    adc = Adc(level_uv(680))
    driver = ProximityAdc(adc, SERIES_OHM, SUPPLY_MV)
    adc.absent = True
    assert driver.read_ohm() is None
    adc.absent = False
    assert driver.read_ohm() == pytest.approx(680, rel=0.01)


@pytest.mark.parametrize(
    "level_mv, ohm", [(0, 0), (215, 75), (430, 150), (625, 240), (1650, 1000), (2400, 100_000)]
)
def test_a_circuit_told_by_points(level_mv, ohm):
    assert proximity(level_mv * 1000, points=EDGES).read_ohm() == ohm


def test_before_the_first_point_there_is_no_reading():
    assert proximity(100_000, points=EDGES[1:]).read_ohm() is None


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"points": ((0, 0),)}, "1 points make no curve"),
        ({"points": ((0, 0), (400, 100), (400, 200))}, "point 2 of the curve does not rise"),
        ({"open_mv": 3300}, "not between 0 and 3300"),
        ({"open_mv": 0}, "not between 0 and 3300"),
    ],
)
def test_what_makes_no_circuit_is_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        proximity(0, **options)


@pytest.mark.parametrize("series_ohm, supply_mv", [(0, 3300), (1000, 0), (-1, 3300)])
def test_a_divider_that_is_none_is_refused(series_ohm, supply_mv):
    with pytest.raises(ValueError, match="is no divider"):
        ProximityAdc(Adc(0), series_ohm, supply_mv)
