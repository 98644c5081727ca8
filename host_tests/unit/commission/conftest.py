"""An emulated bench for the tests of tools/commission: a station in this process."""

import pytest

from tools.commission import bench, report
from tools.commission.record import Record
from tools.commission.walk import Walk


class Acceptance:
    """One commissioning of the station on ``stage``; ``said`` is what people were told."""

    def __init__(self, stage, folder, **words):
        self.stage = stage
        self.said = []
        self.trial = bench.make_trial(stage, say=self.said.append, **words)
        self.unit = self.trial.station.unit()
        self.folder = folder
        self.record = Record.open(folder, self.unit["serial"], 1)
        self.done = []
        self.before_step = lambda step: None

    def go(self, *only) -> bool:
        walk = Walk(
            self.trial,
            self.record,
            begins=lambda step, number: self.before_step(step),
            told=lambda step, result: self.done.append(step.key),
        )
        try:
            return walk.go(only)
        finally:
            walk.leave()

    def verdicts(self) -> dict:
        return {key: result["verdict"] for key, result in self.record.results.items()}

    def failed(self) -> dict:
        """step -> the names of its measures that failed."""
        return {
            key: [each["what"] for each in result["measures"] if each["verdict"] == "failed"]
            for key, result in self.record.results.items()
            if result["verdict"] == "failed"
        }

    def report(self, **person) -> dict:
        made = report.make(self.trial, self.record, self.unit, person)
        return report.sign(made, self.trial.station)


@pytest.fixture
def make_stage(tmp_path):
    stages = []

    def make(**options):
        stage = bench.make_stage("in_process", tmp_path / f"stage{len(stages)}", **options)
        stages.append(stage)
        stage.start()
        return stage.ready()

    yield make
    for stage in stages:
        stage.__exit__()


@pytest.fixture
def make(make_stage, tmp_path):
    """Makes an acceptance of a good station; ``faults`` are there before it begins."""

    def begin(faults=(), words=None, **options):
        stage = make_stage(**options)
        # The meter was read before anything broke.
        stage.advance(10)
        for name in faults:
            stage.world.fault(name)
        return Acceptance(stage, tmp_path / "kept", **(words or {}))

    return begin


@pytest.fixture
def again(tmp_path):
    """The same commissioning by a program that was started anew."""
    return lambda stage: Acceptance(stage, tmp_path / "kept")
