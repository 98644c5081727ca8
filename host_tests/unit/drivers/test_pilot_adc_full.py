"""drivers/pilot_adc on a board whose ADC saturates below +12 V (SmartEVSE v3)."""

import pytest

from chargepoint.core.pilot import PilotMonitor
from chargepoint.drivers.pilot_adc import PilotAdc
from host_tests.unit.drivers.parts import Adc, Pwm

# SmartEVSE v3: 12/9/6/3/0/-12 V are 3281/2892/2502/2112/1723/164 mV at the pad.
ZERO_MV, RATIO_BP, FULL_MV = 1723, 1298, 3055
PAD_MV = {9: 2892, 6: 2502, 3: 2112, 0: 1723, -12: 164}


def read(*pad_mv, full_mv=FULL_MV):
    adc = Adc(*(mv * 1000 for mv in pad_mv))
    pilot = PilotAdc(Pwm(), adc, ZERO_MV, RATIO_BP, burst=8, full_mv=full_mv)
    assert pilot.read()
    return pilot.high_mv, pilot.low_mv


@pytest.mark.parametrize("saturated_mv", [3055, 3080, 3100, 3150, 3300])
def test_wherever_the_adc_saturates_twelve_volts_are_state_a(saturated_mv):
    """reference/evse-firmwares.md §1.1: only ">= 3055 mV" is safe to test."""
    high_mv, low_mv = read(*[saturated_mv] * 8)
    assert (high_mv, low_mv) == (12000, 12000)
    monitor = PilotMonitor(False)
    for now_ms in range(0, 2000, 10):
        monitor.take(True, high_mv, low_mv, False, now_ms)
    assert monitor.state == "A"


def test_without_it_a_saturated_reading_would_be_a_vehicle():
    """3080 mV are 10.45 V by the divider: state B."""
    assert read(*[3080] * 8, full_mv=None)[0] < 10500


@pytest.mark.parametrize(("volts", "mv"), PAD_MV.items())
def test_the_other_levels_are_what_they_are(volts, mv):
    high_mv, low_mv = read(*[mv] * 8)
    assert high_mv == low_mv == pytest.approx(volts * 1000, abs=20)


def test_a_level_just_below_is_no_vehicle_of_its_own():
    """3054 mV are 10.25 V: still B by the bands, never C or below."""
    assert 9000 < read(*[3054] * 8)[0] < 10500
