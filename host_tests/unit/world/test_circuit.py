"""world/circuit: the pilot in volts and ohms (IEC 61851-1 annex A; standards.md §1.1)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.world.circuit import Circuit, VehicleLoad


def circuit(state, **load):
    made = Circuit()
    if state != "A":
        made.load = VehicleLoad()
        made.load.s2 = state in "CD"
        made.load.ventilation = state == "D"
        for name, value in load.items():
            setattr(made.load, name, value)
    return made


@pytest.mark.parametrize(
    ("state", "high_mv"), [("A", 12_000), ("B", 8979), ("C", 5996), ("D", 2929)]
)
def test_each_state_has_its_nominal_voltage(state, high_mv):
    """Table A.2: 12, 9, 6, 3 V on the high side; the diode leaves the low side alone."""
    assert circuit(state).levels_mv(5000) == (pytest.approx(high_mv, abs=2), -12_000)


_BANDS_MV = {"A": (11_400, 12_600), "B": (8000, 10_000), "C": (5000, 7000), "D": (2000, 4000)}


@given(
    st.sampled_from("ABCD"),
    st.floats(0.95, 1.05),
    st.floats(0.97, 1.03),
    st.floats(0.97, 1.03),
    st.floats(500, 850),
    st.floats(0, 5),
)
def test_every_tolerance_stays_in_the_states_band(state, supply, source, load, diode_mv, cable):
    """+-5 % on the generator, +-3 % on the resistors: no state is taken for another."""
    made = circuit(
        state, b_ohm=2740 * load, c_ohm=1300 * load, d_ohm=270 * load, diode_mv=diode_mv
    )
    made.plus_mv, made.minus_mv = 12_000 * supply, -12_000 * supply
    made.source_ohm, made.cable_ohm = 1000 * source, cable
    high_mv, low_mv = made.levels_mv(2667)
    low_edge_mv, high_edge_mv = _BANDS_MV[state]
    assert low_edge_mv <= high_mv <= high_edge_mv
    assert -12_600 <= low_mv <= -11_400


@pytest.mark.parametrize(("duty_bp", "levels"), [(10_000, (8979, 8979)), (0, (-12_000, -12_000))])
def test_a_steady_level_has_one_voltage(duty_bp, levels):
    assert circuit("B").levels_mv(duty_bp) == levels


def test_a_bridged_diode_raises_the_low_side():
    made = circuit("C")
    made.diode_shorted = True
    high_mv, low_mv = made.levels_mv(5000)
    assert low_mv == -high_mv == pytest.approx(-5623, abs=2)


def test_a_short_to_earth_is_state_e_with_and_without_vehicle():
    for state in "ABC":
        made = circuit(state)
        made.short_ohm = 80
        high_mv, low_mv = made.levels_mv(5000)
        assert 0 < high_mv < 900
        assert -900 < low_mv < 0


def test_an_open_earth_hides_the_vehicle():
    made = circuit("C")
    made.earth_open = True
    assert made.levels_mv(5000) == (12_000, -12_000)


def test_a_station_without_supply_drives_nothing():
    made = circuit("C")
    made.powered = False
    assert made.levels_mv(10_000) == (0, 0)


def test_samples_are_noisy_and_follow_the_duty():
    made = circuit("C")
    samples = made.waveform(2500, 4000, random.Random(3))
    high = [sample for sample in samples if sample > 0]
    assert 0.22 < len(high) / len(samples) < 0.28
    assert len(set(high)) > 20
    assert abs(sum(high) / len(high) - 5996) < 5
    assert made.waveform(2500, 4000, random.Random(3)) == samples
