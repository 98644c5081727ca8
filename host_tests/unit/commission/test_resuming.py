"""A commissioning survives its own end, the station's, and the back end's."""

import json

import pytest

from tools.commission.record import Record, Unreadable
from tools.commission.steps import STEPS

KEYS = [step.key for step in STEPS]


class Torn(Exception):
    """The program ends, as it does when its laptop's battery is empty."""


def torn_in(acceptance, key):
    """The program ends at the first look that this step takes."""
    station = acceptance.trial.station
    look = station.facts

    def tear():
        look()
        raise Torn

    def begins(step):
        if step.key == key:
            station.facts = tear

    acceptance.before_step = begins
    with pytest.raises(Torn):
        acceptance.go()


def test_program_that_ends_in_every_step_goes_on_there(make, again):
    acceptance = make()
    for key in KEYS:
        torn_in(acceptance, key)
        assert acceptance.verdicts().get(key) is None
        # A new program, which finds the station as that one left it.
        acceptance = again(acceptance.stage)
    assert acceptance.go(), acceptance.failed()
    assert acceptance.done == ["identity", *KEYS[-1:]]
    assert acceptance.report()["verdict"] == "passed"


def test_station_that_loses_its_power_in_every_step_passes_all_the_same(make):
    """The step is done again; what was plugged in and begun is found as it is."""
    acceptance = make()
    stage, station = acceptance.stage, acceptance.trial.station
    cut = {}
    look = station.facts

    def facts():
        step = cut["step"]
        cut["looks"] += 1
        if cut["looks"] == 2 and step not in cut["done"]:
            cut["done"].append(step)
            stage.power_cut()
            stage.world.after(3_000, lambda: cut.update(due=True))
        if cut.pop("due", False):
            stage.start()
        return look()

    cut["done"] = []
    acceptance.before_step = lambda step: cut.update(step=step.key, looks=0)
    station.facts = facts
    assert acceptance.go(), acceptance.failed()
    # A step that looks only once is over before.
    assert set(KEYS) - set(cut["done"]) <= {"identity", "temperature", "time"}
    assert any("does not answer" in text for text in acceptance.said)


def test_station_that_never_comes_back_fails_the_step_and_keeps_the_rest(make, again):
    acceptance = make()
    stage = acceptance.stage
    acceptance.before_step = lambda step: stage.power_cut() if step.key == "card" else None
    before = ("self_test", "pilot_at_rest", "proximity", "online")
    assert not acceptance.go(*before, "card")
    assert acceptance.verdicts()["self_test"] == "passed"
    assert acceptance.failed()["card"] == ["station"]
    stage.start()
    stage.ready()
    resumed = again(stage)
    assert resumed.go(), resumed.failed()
    assert "self_test" not in resumed.done and "card" in resumed.done


def test_time_is_waited_for_when_the_station_has_just_started(make, again):
    """Its first dial after a power cut is spread over ten seconds."""
    stage = make().stage
    stage.power_cut()
    stage.start()
    resumed = again(stage)
    assert resumed.trial.whole()["clock"] != "set"
    resumed.go("time")
    assert resumed.verdicts() == {"time": "passed"}


def test_station_of_another_firmware_fails_with_what_to_do_and_no_traceback(make):
    acceptance = make()
    look = acceptance.trial.station.facts

    def facts():
        found = look()
        del found["connectors"][0]["parts"]["self_test"]
        return found

    acceptance.trial.station.facts = facts
    assert not acceptance.go("self_test")
    assert acceptance.failed() == {"self_test": ["station"]}
    assert "flash it" in acceptance.record.results["self_test"]["measures"][-1]["remedy"]


def test_back_end_that_restarts_in_the_session_has_it_in_the_end(make):
    acceptance = make()
    stage = acceptance.stage
    look = acceptance.trial.station.facts
    moments = {}

    def facts():
        found = look()
        if moments.get("step") == "session" and found["connectors"][0]["energised"]:
            moments["step"] = None
            stage.csms.stop()
            stage.world.after(70_000, lambda: moments.update(due=True))
        if moments.pop("due", False):
            stage.csms.start()
        return found

    # The wait for the back end looks at no facts: time is what passes there.
    wait = acceptance.trial.pace.wait

    def waiting(seconds):
        wait(seconds)
        if moments.pop("due", False):
            stage.csms.start()

    acceptance.trial.pace.wait = waiting
    acceptance.trial.station.facts = facts
    acceptance.before_step = lambda step: moments.update(step=step.key)
    assert acceptance.go(), acceptance.failed()
    assert acceptance.verdicts()["session"] == "passed"


def test_back_end_that_stays_away_fails_being_on_line_and_what_needs_it(make):
    acceptance = make()
    acceptance.stage.csms.stop()
    acceptance.stage.advance(5)
    assert not acceptance.go()
    assert list(acceptance.failed()) == ["online"]
    assert acceptance.verdicts()["card"] == "not done"
    assert acceptance.verdicts()["proximity"] == "passed"
    measures = acceptance.record.results["online"]["measures"]
    assert "back end address" in measures[0]["remedy"]


def test_other_firmware_is_accepted_from_the_first_step_on(make, again):
    acceptance = make()
    acceptance.go("identity", "self_test", "temperature")
    resumed = again(acceptance.stage)
    resumed.record.firmware = "0.0.9"
    resumed.go("temperature")
    assert list(resumed.record.results) == ["temperature"]
    assert any("another firmware" in text for text in resumed.said)


# -- the clock of this computer -------------------------------------------------------------------


def test_wrong_clock_of_the_laptop_is_told_and_the_back_end_decides(make):
    acceptance = make(words={"wrong_by_s": -86_400})
    acceptance.go("time")
    result = acceptance.record.results["time"]
    assert result["verdict"] == "passed"
    told = {each["what"]: each["measured"] for each in result["measures"]}
    assert "+86400 s" in told["difference to this computer"]
    assert "the clock of this computer is wrong" in told["difference to the back end"]


def test_wrong_clock_of_the_laptop_without_a_back_end_decides_nothing(make):
    acceptance = make(words={"wrong_by_s": 3_700})
    acceptance.trial.back_end.utc_s = lambda: None
    acceptance.go("time")
    assert acceptance.failed() == {"time": ["difference to the back end"]}
    assert (
        "Set this computer's clock" in acceptance.record.results["time"]["measures"][-1]["remedy"]
    )


def test_station_whose_clock_is_not_the_back_ends_fails(make):
    acceptance = make()
    acceptance.trial.pace.wrong_by_s = 500
    true = acceptance.trial.back_end.utc_s
    acceptance.trial.back_end.utc_s = lambda: true() + 500
    acceptance.go("time")
    assert acceptance.failed() == {"time": ["difference to the back end"]}


# -- the file -------------------------------------------------------------------------------------


def test_record_is_replaced_as_a_whole(tmp_path, monkeypatch):
    record = Record.open(tmp_path, "PL1", 1)
    record.results = {"identity": {"verdict": "passed"}}
    record.save()
    before = record.path.read_bytes()
    record.results["card"] = {"verdict": "passed"}
    monkeypatch.setattr("tools.commission.record.os.fsync", lambda number: _full())
    with pytest.raises(OSError):
        record.save()
    assert record.path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1
    assert Record.open(tmp_path, "PL1", 1).results == {"identity": {"verdict": "passed"}}


def _full():
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"version": 2}', json.dumps({"version": 1, "serial": "PL2", "results": {}})],
)
def test_record_that_is_none_of_ours_is_refused_with_what_to_do(tmp_path, content):
    (tmp_path / "PL1-1.json").write_text(content)
    with pytest.raises(Unreadable, match="--afresh"):
        Record.open(tmp_path, "PL1", 1)
    assert Record.open(tmp_path, "PL1", 1, afresh=True).results == {}


def test_serial_number_of_a_hostile_unit_stays_in_the_folder(tmp_path):
    assert Record.open(tmp_path, "../../etc/passwd", 1).path.parent == tmp_path
