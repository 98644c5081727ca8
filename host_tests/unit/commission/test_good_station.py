"""A good station passes whole, whatever its kind, and the report says what is not there."""

from host_tests.harness.stage import CARD_TAG, IDENTITY
from tools.commission import signature, units
from tools.commission.steps import STEPS

SOCKET = {step.key: "passed" for step in STEPS}


def test_good_station_passes_every_step(make):
    acceptance = make()
    assert acceptance.go()
    assert acceptance.verdicts() == SOCKET
    assert acceptance.done == [step.key for step in STEPS]


def test_report_of_a_good_station_is_signed_and_tells_who_it_is(make):
    acceptance = make()
    acceptance.go()
    made = acceptance.report(technician="A. Person", place="Bench 3")
    assert (made["verdict"], made["failed"], made["not_done"]) == ("passed", [], [])
    assert made["unit"] == acceptance.unit["serial"] and made["identity"] == IDENTITY
    assert made["meter"] == {"make": "Eastron SDM630", "serial": "20511234"}
    assert made["residual_current"] == "monitored in the station, self-test: passed"
    assert (made["supply_limit_a"], made["phases"]) == ("32", "3")
    signature.verify(made, units.key_of(acceptance.unit["secret"]))


def test_session_of_the_report_is_the_one_that_the_back_end_bills(make):
    """Issue 5: a short real session that the back end recorded with the same energy."""
    acceptance = make()
    acceptance.go()
    sessions = acceptance.stage.sessions()
    billed = [row["meter_stop"] - row["meter_start"] for row in sessions]
    measures = acceptance.record.results["session"]["measures"]
    told = next(each for each in measures if each["what"] == "energy in the back end")
    assert told["measured"] == f"{billed[1]} Wh" and billed[1] > 50
    assert {row["id_tag"] for row in sessions} == {CARD_TAG}
    # The last register of all is that of the world's meter.
    assert sessions[-1]["meter_stop"] == acceptance.stage.meter_wh


def test_every_fault_of_the_trial_opened_the_contactor_in_time(make):
    """By the world's own observer: nothing was live for longer than the standard allows."""
    acceptance = make()
    acceptance.go()
    assert acceptance.stage.outlet.worst_open_delay_ms <= 100
    assert acceptance.stage.outlet.faults == set()
    assert not acceptance.stage.vehicle.plugged


def test_figures_are_those_of_the_world(make):
    acceptance = make()
    acceptance.stage.outlet.temperature_c = 31.0
    acceptance.stage.world.mains.set_voltage([228_000, 231_000, 233_000])
    assert acceptance.go("identity", "self_test", "temperature") is False  # not complete
    found = acceptance.record.results["temperature"]["measures"][0]["measured"]
    assert 30 < float(found.split()[0]) < 32
    acceptance.go()
    measures = acceptance.record.results["meter"]["measures"]
    volts = [each["measured"] for each in measures if each["what"].startswith("voltage")]
    assert volts == ["228 V", "231 V", "233 V"]


def test_fixed_cable_without_most_parts_passes_and_tells_what_nobody_watches(make):
    """DESIGN.md §8: what a board does not monitor is never reported as healthy."""
    lacks = ("proximity", "lock", "residual", "earth", "thermometer", "interlock", "feedback")
    acceptance = make(socket=False, lacks=lacks)
    assert acceptance.go(), acceptance.failed()
    verdicts = acceptance.verdicts()
    for key in ("temperature", "lock", "residual"):
        assert verdicts[key] == "not monitored"
    made = acceptance.report()
    assert made["verdict"] == "passed"
    assert "type B RCD" in made["residual_current"]
    assert {"residual current", "protective earth", "contactor"} <= set(made["not_monitored"])
    measures = acceptance.record.results["self_test"]["measures"]
    unwatched = {each["what"] for each in measures if each["verdict"] == "not monitored"}
    assert {"residual current", "protective earth", "temperature", "contactor"} <= unwatched


def test_free_charging_needs_no_card_and_passes(make):
    acceptance = make(settings={"FreeCharging": "true", "FreeChargingIdTag": CARD_TAG})
    assert acceptance.go(), acceptance.failed()
    assert acceptance.verdicts()["card"] == "not done"
    made = acceptance.report()
    assert made["verdict"] == "passed" and made["free_charging"] == "true"


def test_place_with_one_phase_passes(make):
    acceptance = make(settings={"Phases": "1"})
    acceptance.stage.world.mains.set_voltage([230_000, 0, 0])
    assert acceptance.go(), acceptance.failed()
    measures = acceptance.record.results["contactor"]["measures"]
    assert measures[0]["measured"] == measures[0]["required"] == "L1"


def test_ventilated_place_serves_state_d(make):
    acceptance = make(settings={"Ventilation": "true"})
    assert acceptance.go(), acceptance.failed()
    measures = acceptance.record.results["state_d"]["measures"]
    served = next(each for each in measures if each["what"].startswith("a vehicle that wants"))
    assert served["measured"] == served["required"] == "served"


def test_second_connector_is_accepted_by_itself(make):
    acceptance = make(connectors=2, words={"connector": 2})
    acceptance.record.path = acceptance.record.path.with_name("second.json")
    assert acceptance.go(), acceptance.failed()
    made = acceptance.report()
    assert made["connector"] == 2 and made["verdict"] == "passed"
    assert {row["connector"] for row in acceptance.stage.sessions()} == {2}
