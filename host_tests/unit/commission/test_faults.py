"""Every single fault of the world leads to the right line of the report, or why it can't."""

import pytest

from chargepoint.core.faults import FAULTS as OF_FIRMWARE
from host_tests.harness.world.faults import FAULTS
from tools.commission import remedies
from tools.commission.steps import STEPS

# The fault -> the step that fails, one of its measures that failed, and a word of its remedy.
LEADS_TO = {
    "diode_missing": ("pilot", "low level in B", "diode"),
    "pilot_earth_short": ("self_test", "fault pilot_short", "CP and PE"),
    "pilot_unreadable": ("self_test", "fault pilot_silent", "replace the board"),
    "pilot_stuck_low": ("self_test", "fault pilot_invalid", "pilot generator"),
    "earth_open": ("self_test", "protective earth", "protective conductor"),
    "earth_lost": ("self_test", "protective earth", "protective conductor"),
    "contactor_welded": ("contactor", "mains at the outlet after it", "welded"),
    "contactor_stuck_open": ("contactor", "a closed contactor", "coil"),
    "second_welded": ("contactor", "mains at the outlet after it", "welded"),
    "second_stuck_open": ("contactor", "a closed contactor", "coil"),
    "proximity_open": ("proximity", "cable for 32 A", "resistor"),
    "proximity_changed": ("proximity", "cable for 32 A", "corrosion"),
    "proximity_short": ("proximity", "cable for 32 A", "shorts"),
    "lock_jammed": ("lock", "bolt in a session", "motor"),
    "lock_sense_broken": ("lock", "bolt in a session", "switch"),
    "residual_current": ("self_test", "fault residual_current", "insulation"),
    "residual_test_failed": ("self_test", "residual current", "test input"),
    "residual_absent": ("self_test", "residual current", "monitor"),
    "thermometer_open": ("temperature", "temperature inside", "thermometer"),
    "thermometer_short": ("temperature", "temperature inside", "thermometer"),
    "meter_silent": ("self_test", "fault meter_silent", "A and B"),
    "meter_rubbish": ("self_test", "fault meter_rubbish", "parity"),
    "meter_foreign": ("self_test", "fault meter_foreign", "address"),
    "meter_backwards": ("self_test", "fault meter_backwards", "register"),
    "reader_absent": ("self_test", "fault reader_silent", "reader"),
    "reader_rubbish": ("self_test", "fault reader_rubbish", "reader"),
}
# Faults that no acceptance can see, and why.
UNSEEN: dict = {}
# A fault that an instrument at rest shows already fails the self-tests too, which come first.
ALSO = {"temperature": {"self_test"}}


def test_every_fault_of_the_world_has_its_line():
    assert set(LEADS_TO) | set(UNSEEN) == set(FAULTS) and not set(LEADS_TO) & set(UNSEEN)


def test_every_fault_of_the_firmware_has_its_remedy():
    assert set(remedies.FAULTS) == {row[0] for row in OF_FIRMWARE}


@pytest.mark.parametrize("fault", LEADS_TO)
def test_fault_leads_to_its_line_with_what_to_do(make, fault):
    step, what, word = LEADS_TO[fault]
    acceptance = make(faults=[fault])
    assert not acceptance.go()
    failed = acceptance.failed()
    # That step, and no other: what needs it is not done, and says so.
    assert set(failed) == {step} | ALSO.get(step, set()), failed
    assert what in failed[step]
    measures = acceptance.record.results[step]["measures"]
    remedy = next(each["remedy"] for each in measures if each["what"] == what)
    assert word in remedy
    made = acceptance.report()
    title = next(row.title for row in STEPS if row.key == step)
    assert made["verdict"] == "failed" and title in made["failed"]


@pytest.mark.parametrize("fault", ["contactor_welded", "lock_jammed", "meter_silent"])
def test_steps_that_need_what_failed_say_so_and_are_not_tried(make, fault):
    acceptance = make(faults=[fault])
    acceptance.go()
    title = next(row.title for row in STEPS if row.key == LEADS_TO[fault][0])
    result = acceptance.record.results["session"]
    assert result["verdict"] == "not done"
    assert result["reason"] == f"needs what has not passed: {title}"
    assert "A session that is billed" in acceptance.report()["not_done"]


@pytest.mark.parametrize("fault", ["lock_jammed", "proximity_short", "contactor_stuck_open"])
def test_mended_station_goes_on_with_what_failed_and_passes(make, again, fault):
    acceptance = make(faults=[fault])
    acceptance.go()
    passed = [key for key, verdict in acceptance.verdicts().items() if verdict == "passed"]
    acceptance.stage.world.clear_fault(fault)
    acceptance.stage.advance(40)
    resumed = again(acceptance.stage)
    assert resumed.go(), resumed.failed()
    # Who it is and how it is set is looked at again.
    assert (
        set(passed) & set(resumed.done) == {"identity"} and resumed.report()["verdict"] == "passed"
    )


def test_load_that_the_meter_does_not_count_fails_the_meter(make):
    """A current transformer of the wrong ratio: two thirds of the energy are missing."""
    acceptance = make()
    acceptance.before_step = lambda step: (
        acceptance.stage.vehicle.draws_bp.__setitem__(slice(None), [10_000, 0, 0])
        if step.key == "meter"
        else None
    )
    assert not acceptance.go()
    assert list(acceptance.failed()) == ["meter"]
    assert "power" in acceptance.failed()["meter"]
    measures = acceptance.record.results["meter"]["measures"]
    assert "transformers" in next(each for each in measures if each["what"] == "power")["remedy"]


def test_card_that_the_back_end_does_not_know_fails_the_card(make):
    acceptance = make()
    acceptance.stage.csms.add_card("04A1B2C3D4E580", "Blocked")
    assert not acceptance.go()
    assert acceptance.failed() == {"card": ["card in the back end"]}


def test_reversed_uid_of_a_card_is_read_as_it_is_set(make):
    acceptance = make(settings={"ReverseUid": "true"})
    acceptance.stage.csms.add_card("80E5D4C3B2A104")
    assert acceptance.go(), acceptance.failed()


AT_REST = ("nothing plugged in", "a vehicle, before a card")


def slow_contactor(outlet):
    outlet.contactor.open_ms = 180


def weak_pilot(outlet):
    outlet.circuit.plus_mv = 11_100.0


def weak_wave(outlet):
    outlet.circuit.minus_mv = -11_000.0


def warm(outlet):
    outlet.temperature_c = 58.0


@pytest.mark.parametrize(
    ("spoil", "step", "what"),
    [
        (slow_contactor, "contactor", ["opening, by the feedback", "from leaving C to open"]),
        (weak_pilot, "pilot_at_rest", [f"pilot with {what}" for what in AT_REST]),
        (weak_wave, "pilot", ["low level in B", "low level in C"]),
        (warm, "temperature", ["temperature inside"]),
    ],
)
def test_figure_outside_of_what_is_required_fails_its_line(make, spoil, step, what):
    """No fault of the station: it does not see these, or thinks nothing of them."""
    acceptance = make()
    spoil(acceptance.stage.outlet)
    acceptance.stage.outlet.refresh()
    keys = [row.key for row in STEPS]
    acceptance.go(*keys[: keys.index("meter")])
    assert acceptance.failed() == {step: what}
