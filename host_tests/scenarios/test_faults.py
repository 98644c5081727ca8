"""Each fault of the table (core/faults.py): seen, told, opened for, recovered from as it says.

``CASES`` maps a fault to how the world makes it; test_fault_table.py sees that no row is missing.
"""

import pytest

from host_tests.harness.stage import IDENTITY

OPENS, ENDS, WARNS = "at_once", "orderly", "no"


class Case:
    """How the world breaks and mends it, what becomes of the contactor, and in what time."""

    def __init__(self, broken, mended=None, reaction=OPENS, within_s=2, again_s=60):
        self.broken, self.mended, self.reaction = broken, mended, reaction
        self.within_s, self.again_s = within_s, again_s


def fault(name, **more):
    """A fault of the world's table."""
    return Case(
        lambda stage: stage.world.fault(name), lambda stage: stage.world.clear_fault(name), **more
    )


def volts(millivolts, **more):
    """Mains at this voltage on L2."""
    return Case(
        lambda stage: stage.world.mains.set_voltage([230_000, millivolts, 230_000]),
        lambda stage: stage.world.mains.set_voltage([230_000] * 3),
        **more,
    )


def warm(celsius, **more):
    """The inside at this temperature."""

    def set_to(stage, celsius):
        stage.world.connectors[1].thermometer.celsius = celsius

    return Case(
        lambda stage: set_to(stage, celsius), lambda stage: set_to(stage, 25), **more
    )


# What happens to a station that charges. Those of other moments have stories of their own below.
CASES = {
    "residual_current": fault("residual_current", again_s=320),
    "earth": fault("earth_lost"),
    "overcurrent": Case(
        lambda stage: stage.vehicle.overdraws(1.5, phase=2),
        lambda stage: stage.vehicle.overdraws(1),
        within_s=20,
    ),
    "pilot_short": fault("pilot_earth_short"),
    "diode": fault("diode_missing"),
    "cable": fault("proximity_open", again_s=60),
    "lock": Case(
        lambda stage: stage.world.connectors[1].lock.force_out(),
        lambda stage: None,
    ),
    "temperature_high": warm(75, reaction=ENDS, within_s=10),
    "temperature_unknown": fault("thermometer_open", reaction=ENDS, within_s=30),
    "over_voltage": volts(270_000, reaction=ENDS, within_s=15),
    "under_voltage": volts(190_000, reaction=ENDS, within_s=25),
    "meter_silent": fault("meter_silent", reaction=ENDS, within_s=20),
    "meter_rubbish": fault("meter_rubbish", reaction=ENDS, within_s=20),
    "meter_foreign": fault("meter_foreign", reaction=ENDS, within_s=20),
    "meter_backwards": fault("meter_backwards", reaction=ENDS, within_s=20),
}


def told(stage):
    """The last fault that the back end heard of connector 1."""
    calls = stage.csms.calls(IDENTITY, "StatusNotification")
    return [call for call in calls if call["connectorId"] == 1][-1]


@pytest.mark.parametrize("name", CASES)
def test_fault_opens_the_contactor_is_told_and_ends(stage, name):
    """core/faults.py: reaction, error code and recovery of each row that a session can meet."""
    case = CASES[name]
    stage.charge(10, amps=32)
    case.broken(stage)
    stage.until(lambda: not stage.contactor.closed, case.within_s, "an open contactor")
    stage.until(lambda: told(stage)["status"] == "Faulted", 5, "Faulted")
    assert told(stage)["info"] == name
    assert stage.world.connectors[1].worst_open_delay_ms <= 100
    assert not stage.contactor.coil
    case.mended(stage)
    stage.until(lambda: stage.contactor.closed, case.again_s, "a closed contactor")
    stage.until_status("Charging", 5)
    assert not stage.facts()["connectors"][0]["faults"]
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
