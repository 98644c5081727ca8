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

    return Case(lambda stage: set_to(stage, celsius), lambda stage: set_to(stage, 25), **more)


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
    "pilot_invalid": fault("pilot_stuck_low"),
    "pilot_silent": fault("pilot_unreadable"),
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


# Faults of other moments than a session; where each has its story.
ELSEWHERE = {
    "contactor_welded": "test_safety.py: test_welded_contactor_is_reported_and_never_energised",
    "contactor_not_closing": "test_safety.py: test_contactor_that_does_not_close_is_reported",
    "residual_test": "here: test_failed_self_test",
    "guard_trip": "here: test_guard_opens",
    "safe_mode": "here: test_safe_mode",
    "ventilation": "here: test_ventilation",
    "local_list_conflict": "test_local_authorisation.py: test_back_end_that_contradicts_its_list",
    "store_full": "../unit/station/test_station.py: test_store_that_is_full",
    "reader_silent": "test_bad_input.py: test_reader_that_fails_is_reported",
    "reader_rubbish": "test_bad_input.py: test_reader_that_fails_is_reported",
}


def test_failed_self_test_gives_no_energy_until_it_passes(stage):
    """Standards §1.5: the monitor is tested before each session; core/residual.py."""
    stage.advance(5)
    stage.world.fault("residual_test_failed")
    stage.vehicle.plug_in()
    stage.tap()
    stage.until(lambda: told(stage).get("info") == "residual_test", 30, "a failed self-test")
    assert told(stage)["errorCode"] == "GroundFailure" and stage.contactor.cycles == 0
    stage.world.clear_fault("residual_test_failed")
    stage.until_status("Charging", 120)


def test_guard_opens_when_the_interpreter_hangs_and_charging_goes_on(make_stage):
    """DESIGN.md §2: what opens the contactor without the interpreter."""
    stage = make_stage().ready()
    stage.charge(10)
    stage.hang(400)
    assert not stage.contactor.closed
    stage.advance(3)
    assert told(stage)["vendorErrorCode"] == "GuardTrip"
    stage.until_status("Charging", 60)


def test_safe_mode_after_crashes_in_a_row_talks_and_gives_no_energy(make_stage):
    """run.py: four crashes in a row are one too many."""
    stage = make_stage(files={"crashes": b"4"})
    stage.until(lambda: stage.status(0) == stage.status(1) == "Faulted", 30, "Faulted")
    assert stage.facts()["safe_mode"]
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(30)
    assert stage.contactor.cycles == 0


def test_ventilation_that_is_not_there_is_a_warning_and_gives_no_energy(stage):
    """Standards §1.1: D without ventilation is never energised."""
    stage.vehicle.plug_in(ventilation=True)
    stage.tap()
    stage.until(lambda: told(stage).get("info") == "ventilation", 30, "the warning")
    assert told(stage)["status"] != "Faulted" and stage.contactor.cycles == 0


def test_ventilation_as_a_setting_of_the_place_serves_state_d(make_stage):
    """The setting Ventilation."""
    stage = make_stage(settings={"Ventilation": "true"}).ready()
    stage.vehicle.plug_in(ventilation=True)
    stage.tap()
    stage.until_status("Charging", 30)


def use_up_attempts(stage):
    """Four residual currents in one session."""
    stage.charge(5)
    for attempt in range(4):
        stage.world.fault("residual_current")
        stage.until(lambda: not stage.contactor.closed, 2, "an open contactor")
        stage.world.clear_fault("residual_current")
        if attempt < 3:
            stage.until(lambda: stage.contactor.closed, 330, "a closed contactor")


def test_residual_current_waits_for_the_technician_after_its_attempts(stage):
    """Three times by itself; then only the button, held for 5 s. A restart changes nothing."""
    use_up_attempts(stage)
    stage.advance(400)
    assert stage.status() == "Faulted" and not stage.contactor.coil
    stage.power_cut()
    stage.start()
    stage.advance(400)
    assert stage.status() == "Faulted" and not stage.contactor.coil
    stage.world.press_button(6000)
    for _ in range(7):
        stage.advance(1)
    stage.until(lambda: stage.status() != "Faulted", 60, "a fault that ended")


def test_technician_resets_latched_faults_over_the_back_end_too(stage):
    """The setting TechnicianReset, for boards without a button; it falls back by itself."""
    use_up_attempts(stage)
    stage.advance(400)
    key = {"key": "TechnicianReset", "value": "true"}
    asked = stage.csms.call(IDENTITY, "ChangeConfiguration", key)
    stage.until(lambda: asked.done, 5, "an answer")
    assert asked.result == {"status": "Accepted"}
    stage.until_status("Charging", 60)
    asked = stage.csms.call(IDENTITY, "GetConfiguration", {"key": ["TechnicianReset"]})
    stage.until(lambda: asked.done, 5, "an answer")
    assert asked.result["configurationKey"][0]["value"] == "false"
