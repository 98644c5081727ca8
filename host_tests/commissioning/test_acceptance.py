"""A whole acceptance of the real interpreter, and one over a serial line."""

import json
import queue
import threading
import time

from host_tests.commissioning.person import Person
from host_tests.provisioning import turns
from tools import pilotlight
from tools.commission import bench, live, main, report, signature, units
from tools.commission.record import Record
from tools.commission.walk import Walk

# Over the slow line without the five minutes that a residual current is held.
BY_LINE = (
    "identity", "self_test", "temperature", "pilot_at_rest", "proximity", "online", "time",
    "card", "lock", "pilot", "contactor", "meter", "session", "state_e",
)  # fmt: skip


def test_good_station_on_micropython_passes_whole_and_signs(stage_on, tmp_path):
    """The real interpreter answers, measures and signs as the firmware in this process does."""
    stage = stage_on("unix")
    trial = bench.make_trial(stage)
    unit = trial.station.unit()
    record = Record.open(tmp_path, unit["serial"], 1)
    walk = Walk(trial, record)
    assert walk.go(), {key: each["reason"] for key, each in record.results.items()}
    made = report.sign(report.make(trial, record, unit, {}), trial.station)
    assert made["verdict"] == "passed"
    signature.verify(made, units.key_of(unit["secret"]))
    assert stage.outlet.worst_open_delay_ms <= 100


class StageTime:
    """The time of a stage that another thread leads."""

    poll_s = 0.25

    def __init__(self, stage):
        self._stage = stage
        # How far the stage may go while ``wait`` is at work.
        self.end_ms = None

    def now_s(self):
        return self._stage.now_ms / 1000

    def utc_s(self):
        return self._stage.clock.utc_ms() // 1000

    def wait(self, seconds):
        self.end_ms = self._stage.now_ms + int(seconds * 1000)
        while self._stage.now_ms < self.end_ms:
            time.sleep(0.0005)
        self.end_ms = None


class Desk:
    """The command in a thread of its own; what a person does happens between two steps."""

    def __init__(self, stage, monkeypatch):
        self._stage = stage
        self._deeds = queue.Queue()
        self.person = Person(stage)
        self._time = StageTime(stage)
        turns.watch(monkeypatch)
        monkeypatch.setattr(self._time, "wait", turns.waits(self._time.wait))
        monkeypatch.setattr(main.pace, "Wall", lambda: self._time)
        monkeypatch.setattr(live.Picture, "ask", self._later(self.person.ask))
        tell = live.Picture.tell

        def told(picture, text):
            tell(picture, text)
            if text.startswith(("Set ", "Press", "Let go", "Hold", "Switch")):
                self._later(self.person.tell)(picture, text)

        monkeypatch.setattr(live.Picture, "tell", told)

    def run(self, *words) -> int:
        ended = []
        thread = threading.Thread(
            target=lambda: ended.append(pilotlight.main(["commission", *map(str, words)])),
            daemon=True,
        )
        thread.start()
        turns.lead(self._stage, thread, self._do, lambda: self._time.end_ms)
        return ended[0]

    def _do(self):
        while not self._deeds.empty():
            deed, answer = self._deeds.get()
            answer.put(deed())

    def _later(self, deed):
        def post(picture, text):
            answer = queue.Queue()
            self._deeds.put((lambda: deed(text), answer))
            return answer.get(timeout=600)

        return post


def test_person_at_a_serial_port_is_led_through_it(stage_on, tmp_path, monkeypatch, capsys):
    """Issue 5: the same command for a real board, PORT=; here a pseudo terminal."""
    stage = stage_on("in_process")
    desk = Desk(stage, monkeypatch)
    only = [word for key in BY_LINE for word in ("--only", key)]
    port = stage.wiring.console.open_pty()
    status = desk.run("--port", port, "--folder", tmp_path, "--adapter", "A 1532", *only)
    (path,) = tmp_path.glob("*-report.json")
    made = json.loads(path.read_text())
    done = {step["key"]: step["verdict"] for step in made["steps"]}
    assert {key: done[key] for key in BY_LINE} == dict.fromkeys(BY_LINE, "passed")
    assert status == 1 and made["failed"] == []
    assert made["device"]["name"] == "A 1532" and len(made["signature"]) == 64
    assert "NOT COMPLETE" in capsys.readouterr().out


def test_same_command_works_through_the_stations_own_page(stage_on, tmp_path, monkeypatch):
    """Without a cable: in the station's Wi-Fi, with the password of its label."""
    stage = stage_on("in_process", portal=True)
    unit = stage.console({"ask": "unit"})
    desk = Desk(stage, monkeypatch)
    keys = ("identity", "self_test", "temperature", "pilot_at_rest", "online", "time")
    only = [word for key in keys for word in ("--only", key)]
    where = ("--url", stage.portal.url, "--password", unit["password"])
    assert desk.run(*where, "--folder", tmp_path, *only) == 1  # not complete
    (path,) = tmp_path.glob("*-report.json")
    made = json.loads(path.read_text())
    done = {step["key"]: step["verdict"] for step in made["steps"]}
    assert {key: done[key] for key in keys} == dict.fromkeys(keys, "passed")
    signature.verify(made, units.key_of(unit["secret"]))
