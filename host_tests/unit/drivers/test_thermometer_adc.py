"""drivers/thermometer_adc: an MCP9700, an NTC by its law, a sensor told by points."""

import math
import random

import pytest

from chargepoint.drivers.thermometer_adc import POLL_MS, AdcThermometer, Mcp9700, Ntc, Points
from host_tests.unit.drivers.parts import Adc

CELSIUS = range(-35, 121, 5)


def mcp9700_uv(celsius):
    """Microchip DS20001942, equation 4-2."""
    return round((0.5 + 0.01 * celsius) * 1_000_000)


def ntc_ohm(celsius, nominal_ohm=10_000, beta_k=3950):
    return nominal_ohm * math.exp(beta_k * (1 / (celsius + 273.15) - 1 / 298.15))


def foot_uv(celsius, series_ohm=10_000, supply_mv=3300, **ntc):
    ohm = ntc_ohm(celsius, **ntc)
    return round(supply_mv * 1000 * ohm / (ohm + series_ohm))


def read(law, *samples_uv):
    thermometer = AdcThermometer(Adc(*samples_uv), law)
    thermometer.poll(0)
    return thermometer.celsius_mc


@pytest.mark.parametrize("celsius", CELSIUS)
def test_an_mcp9700(celsius):
    assert read(Mcp9700(), mcp9700_uv(celsius)) == 1000 * celsius


@pytest.mark.parametrize("beta_k", [3435, 3950])
@pytest.mark.parametrize("celsius", CELSIUS)
def test_an_ntc_at_the_foot_of_the_divider(celsius, beta_k):
    told_mc = read(Ntc(10_000, 3300, beta_k=beta_k), foot_uv(celsius, beta_k=beta_k))
    assert told_mc == pytest.approx(1000 * celsius, abs=100)


@pytest.mark.parametrize("celsius", CELSIUS)
def test_an_ntc_on_top_of_the_divider(celsius):
    level_uv = 3_300_000 - foot_uv(celsius, series_ohm=4700)
    told_mc = read(Ntc(4700, 3300, on_top=True), level_uv)
    assert told_mc == pytest.approx(1000 * celsius, abs=100)


def test_an_ntc_of_another_value():
    law = Ntc(22_000, 5000, nominal_ohm=47_000, beta_k=4050)
    level_uv = foot_uv(70, series_ohm=22_000, supply_mv=5000, nominal_ohm=47_000, beta_k=4050)
    assert read(law, level_uv) == pytest.approx(70_000, abs=100)


def test_a_sensor_told_by_points():
    points = Points(((400, -10_000), (1000, 20_000), (2000, 100_000)))
    assert read(points, 700_000) == 5000
    assert read(points, 1_500_000) == 60_000
    assert read(points, 2_001_000) is None
    assert read(points, 300_000) is None


LAWS = {
    "mcp9700": (Mcp9700(), mcp9700_uv(40)),
    "ntc at the foot": (Ntc(10_000, 3300), foot_uv(40)),
    "ntc on top": (Ntc(10_000, 3300, on_top=True), 3_300_000 - foot_uv(40)),
}


class Life:
    """A thermometer through time."""

    def __init__(self, law, level_uv):
        self.adc = Adc(level_uv)
        self.thermometer = AdcThermometer(self.adc, law)
        self.ms = 0

    def after(self, for_ms, *samples_uv):
        if samples_uv:
            self.adc.samples_uv = samples_uv
        for _ in range(0, for_ms, 10):
            self.thermometer.poll(self.ms)
            self.ms += 10
        return self.thermometer.celsius_mc


@pytest.fixture(params=LAWS)
def life(request):
    return Life(*LAWS[request.param])


@pytest.mark.parametrize("level_uv", [0, 3_300_000], ids=["shorted", "open"])
def test_a_shorted_or_open_sensor_is_none_within_two_seconds_and_comes_back(life, level_uv):
    good_uv = life.adc.samples_uv
    good_mc = life.after(1000)
    assert good_mc == pytest.approx(40_000, abs=100)
    assert life.after(2000, level_uv) is None
    assert life.after(POLL_MS, *good_uv) == good_mc


def test_a_sensor_that_is_absent_at_boot_is_none_from_the_first_moment(life):
    life.adc.absent = True
    assert life.thermometer.celsius_mc is None
    assert life.after(5000) is None
    life.adc.absent = False
    assert life.after(POLL_MS) == pytest.approx(40_000, abs=100)


def test_bad_readings_apart_from_each_other_keep_the_last(life):
    good_uv = life.adc.samples_uv
    good_mc = life.after(POLL_MS)
    for _ in range(4):
        assert life.after(POLL_MS, 0) == good_mc
        assert life.after(POLL_MS, *good_uv) == good_mc


def test_noise_is_no_temperature(life):
    dice = random.Random(3)
    assert life.after(3000, *(dice.randrange(3_300_000) for _ in range(1009))) is None


def test_two_spikes_in_a_reading_do_not_count(life):
    good_uv = life.adc.samples_uv[0]
    spoiled_mc = life.after(5000, *[good_uv] * 7, 3_300_000, 3_300_000)
    assert spoiled_mc == pytest.approx(40_000, abs=100)


def test_the_adc_is_left_alone_between_two_readings(life):
    life.after(POLL_MS)
    assert life.adc.reads == 9


@pytest.mark.parametrize(
    "wrong, complaint",
    [
        ({"series_ohm": 0}, "is no divider"),
        ({"supply_mv": 0}, "is no divider"),
        ({"nominal_ohm": -10}, "is no divider"),
        ({"beta_k": 39}, "beta of 39 K is not in 1500..6000"),
    ],
)
def test_an_ntc_that_can_not_be_is_refused(wrong, complaint):
    with pytest.raises(ValueError, match=complaint):
        Ntc(**{"series_ohm": 10_000, "supply_mv": 3300, **wrong})


def test_points_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="does not rise"):
        Points(((500, 0), (400, 10_000)))
