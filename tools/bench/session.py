"""A whole session on a 32-bit target, with the figures of every step."""

from dataclasses import dataclass, field

from host_tests.harness.csms.script import CALL, as_frame
from host_tests.harness.pace import STEP_MS
from host_tests.harness.stage import Stage

_PHASE_STEPS = 500
_SETTINGS = {"MeterValueSampleInterval": "10"}


@dataclass
class Step:
    """One step: ``instructions`` only where they are counted; ``grew`` < 0: garbage went."""

    used: int
    instructions: int = 0
    grew: int = 0
    causes: list = field(default_factory=list)


class MeteredStage(Stage):
    """A stage that keeps a Step of each step; see metered_main.py and unix_main.py."""

    def __init__(self, *words, **options):
        super().__init__(*words, **options)
        self.steps = []
        self.imported = None
        self.collections = []
        self._frames = 0
        self._heard = []

    def step(self, to_ms, inputs=None):
        outputs = super().step(to_ms, {"heap": 1, **(inputs or {})})
        said, self._heard = self._heard + self._new_frames("received"), []
        self._frames = len(self.csms.frames(self.identity))
        lines = outputs.get("l", ())
        told = [text for _, text in lines if not self._read(text, said)]
        if "heap" in outputs:
            self.steps.append(Step(outputs["heap"]))
        if self.steps:
            self.steps[-1].causes += told
        return outputs

    def _new_frames(self, direction):
        frames = self.csms.frames(self.identity)[self._frames :]
        # What the back end said now, the station hears in its next step.
        self._heard = ["hears " + _named(raw) for way, _, raw in frames if way != direction]
        return ["says " + _named(raw) for way, _, raw in frames if way == direction]

    def _read(self, text, causes) -> bool:
        """Take a line of metered_main.py; False for any other."""
        word, *figures = text.split()
        if word == "import":
            self.imported = int(figures[0])
        elif word == "collect":
            self.collections.append(int(figures[0]))
        elif word == "step" and len(figures) == 4:
            took, used, grew, writes = map(int, figures)
            causes += ["writes the journal"] * bool(writes)
            causes += ["collects garbage"] * (grew < 0)
            self.steps.append(Step(used, took, grew, causes))
        else:
            return False
        return True


@dataclass
class Session:
    """What came of one session; ``alive`` are bytes after a collection."""

    imported: int
    idle_alive: int
    charging_alive: int
    idle: list
    charging: list
    steps: list
    collections: list

    @property
    def peak(self) -> int:
        """The most bytes in use after any step, garbage included."""
        return max(step.used for step in self.steps)


def record(target: str, folder, **options) -> Session:
    """Boot, be accepted, idle; plug, tap, charge with readings; tap, unplug."""
    with MeteredStage(target, folder, settings=_SETTINGS, **options) as stage:
        stage.start()
        stage.ready()
        stage.advance(30)
        idle = _phase(stage)
        idle_heap = _heap(stage)
        stage.charge(30)
        charging = _phase(stage)
        charging_heap = _heap(stage)
        stage.tap()
        stage.finished_session()
        stage.vehicle.unplug()
        stage.until_status("Available")
        return Session(
            stage.imported or idle_heap["imported"],
            idle_heap["live"],
            charging_heap["live"],
            idle,
            charging,
            stage.steps,
            stage.collections,
        )


def _phase(stage):
    """The steps of some seconds at the pace of a board."""
    before = len(stage.steps)
    for _ in range(_PHASE_STEPS):
        stage.step(stage.now_ms + STEP_MS)
    return stage.steps[before:]


def _heap(stage):
    return stage.facts()["heap"]


def _named(raw) -> str:
    frame = as_frame(raw)
    if frame is None:
        return "what is no frame"
    return frame[2] if frame[0] == CALL else "an answer"
