"""Standards §1.4: what a cable's resistor allows, measured as the duty on the pilot line."""

import pytest

from host_tests.conformance.stories import (
    ON_ALL,
    ON_DESKS,
    carries,
    charge,
    offer,
    set_to,
    until_open,
)

_WIDE = {"settings": {"SupplyLimit": "80"}, "lacks": ("thermometer",)}
# Apart from the firmware's table.
_DUTY_BP = {13: 2166, 20: 3333, 32: 5333, 63: 8920}


def offered_on(make_stage, ohm):
    """The duty for a cable with ``ohm`` where nothing else limits; 10000 for no offer."""
    stage = make_stage(**_WIDE).ready()
    carries(stage, 80)
    stage.vehicle.plug_in(cable_ohm=ohm, asks=False)
    stage.tap()
    stage.advance(15)
    return stage.outlet.duty_bp


@pytest.mark.parametrize(
    "ohm, amps",
    [(1100, 13), (1500, 13), (2460, 13), (400, 20), (680, 20), (936, 20), (164, 32), (220, 32),
     (308, 32), (80, 63), (100, 63), (140, 63)],
    ids=lambda value: f"{value}_ohm" if value > 63 else f"is_{value}_a",
)  # fmt: skip
def test_cable_with(case, make_stage, ohm, amps):
    """IEC 61851-1 table B.2 [EV]: smallest, nominal and largest resistor of each rating."""
    case.equals("duty", offered_on(make_stage, ohm), _DUTY_BP[amps], "0.01 %")


@pytest.mark.parametrize(
    "ohm, amps",
    [(143, 32), (152, 32), (312, 20), (354, 20), (945, 13), (1018, 13)],
    ids=lambda value: f"{value}_ohm" if value > 63 else f"is_{value}_a",
)
def test_cable_between_two_bands_with(case, make_stage, ohm, amps):
    """IEC 61851-1 table B.2 [EV]: between two bands the lower rating counts."""
    case.equals("duty", offered_on(make_stage, ohm), _DUTY_BP[amps], "0.01 %")


@pytest.mark.parametrize("ohm", [0, 20, 59, 70, 3000, 4501, 100_000], ids="{}_ohm".format)
def test_cable_that_is_none_gets_no_offer_with(case, make_stage, ohm):
    """IEC 61851-1 table B.2 [EV]: below 60 and above 4500 ohm an error or none; no band, none."""
    case.equals("duty", offered_on(make_stage, ohm), 10_000, "0.01 %")


@ON_ALL
def test_cable_680_ohm_limits_to_20_a(case, stage):
    """IEC 61851-1 table B.2 [EV]: a 20 A cable on a 32 A station; the current follows."""
    charge(stage, 10, amps=32, cable_a=20)
    case.equals("duty", stage.outlet.duty_bp, 3333, "0.01 %")
    case.at_most("current", max(stage.outlet.meter.current_ma), 20_000, "mA")


@ON_DESKS
def test_cable_1500_ohm_limits_to_13_a(case, stage):
    """IEC 61851-1 table B.2 [EV]: a 13 A cable on a 32 A station; the current follows."""
    charge(stage, 10, amps=32, cable_a=13)
    case.equals("duty", stage.outlet.duty_bp, 2166, "0.01 %")
    case.at_most("current", max(stage.outlet.meter.current_ma), 13_000, "mA")


@ON_DESKS
def test_cable_without_a_resistor_is_never_energised(case, stage):
    """IEC 61851-1 table B.2 [EV, PX]: no resistor, no cable, no energy."""
    stage.vehicle.plug_in(cable_a=None)
    stage.tap()
    stage.advance(30)
    case.equals("closings", stage.contactor.cycles, 0)
    case.holds("no offer", not case.seen.ever(pwm=True))


@ON_DESKS
def test_cable_is_measured_before_energy(case, stage):
    """IEC 61851-1 6.3 [EV]: the rating is known before the first offer."""
    charge(stage, 5, amps=32, cable_a=13)
    case.at_most("largest duty ever given", largest_duty(case), 2166, "0.01 %")


def largest_duty(case):
    """Of the offers of this case."""
    return max(duty for _, duty in case.seen.changes("duty_bp") if duty < 10_000)


@ON_DESKS
def test_cable_that_is_lost_in_the_session_opens(case, stage):
    """IEC 61851-1 table B.2 [EV], row 12: the resistor is watched; lost, energy ends in 3 s."""
    charge(stage, 5, ignores_stop=True)
    stage.world.fault("proximity_open")
    lost_ms = stage.now_ms
    until_open(stage, 10)
    case.within("resistor lost to open contacts", lost_ms,
                case.seen.when(lost_ms, closed=False), 3000)  # fmt: skip


@ON_DESKS
def test_cable_that_shorts_in_the_session_opens(case, stage):
    """IEC 61851-1 table B.2 [EV], row 12: below 60 ohm is an error; energy ends in 3 s."""
    charge(stage, 5, ignores_stop=True)
    stage.world.fault("proximity_short")
    lost_ms = stage.now_ms
    until_open(stage, 10)
    case.within("resistor shorted to open contacts", lost_ms,
                case.seen.when(lost_ms, closed=False), 3000)  # fmt: skip


def test_cable_that_falls_to_20_a_in_the_session_lowers_the_duty(case, stage):
    """IEC 61851-1 table B.2, table A.6 row 6 [EV]: monitored for the session, 10 s."""
    charge(stage, 10, amps=32)
    stage.world.fault("proximity_changed")
    changed_ms = stage.now_ms
    stage.advance(15)
    told_ms = case.seen.when(changed_ms, duty_bp=3333)
    case.within("changed resistor to the lower duty", changed_ms, told_ms, 10_000)


def test_cable_never_rises_in_the_session(case, stage):
    """IEC 61851-1 table B.2 [own]: a resistor that seems to carry more is believed next time."""
    stage.world.fault("proximity_changed")
    charge(stage, 10, amps=32)
    stage.world.clear_fault("proximity_changed")
    stage.advance(30)
    case.at_most("largest duty ever given", largest_duty(case), 3333, "0.01 %")


@pytest.mark.parametrize(
    "supply, hardware, cable, least",
    [
        pytest.param(10, 32, 32, 1666, id="the_installation"),
        pytest.param(32, 16, 32, 2666, id="the_hardware"),
        pytest.param(32, 32, 13, 2166, id="the_cable"),
    ],
)
def test_limit_is_the_least_here_that_of(case, make_stage, supply, hardware, cable, least):
    """IEC 61851-1 8.2 [EV]: min(installation, cable, hardware, OCPP, temperature)."""
    stage = make_stage().ready()
    carries(stage, hardware)
    set_to(stage, "SupplyLimit", supply)
    offer(stage, asks=False, cable_a=cable)
    stage.advance(10)
    case.equals("duty", stage.outlet.duty_bp, least, "0.01 %")


def test_tethered_cable_needs_no_resistor(case, make_stage):
    """IEC 61851-1 case C [EV]: a fixed cable has neither proximity nor lock."""
    stage = make_stage(socket=False).ready()
    charge(stage, 5, cable_a=None)
    case.at_least("current", max(stage.outlet.meter.current_ma), 6000, "mA")
