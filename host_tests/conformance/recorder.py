"""What happened at one outlet, millisecond by millisecond, as the world saw it.

A sample is taken at every step of the stage and at every change in between: of the generator, of
S2 and the plug, of the contacts. Only what differs from the sample before is kept.
"""

from typing import NamedTuple

_FINE_MA = 100
# Traces of the page, each a list of [ms, value].
TRACES = ("high_mv", "low_mv", "duty_bp", "coil", "closed", "second", "current_ma", "lock")


class Sample(NamedTuple):
    """The outlet from ``at_ms`` until the next sample."""

    at_ms: int
    high_mv: int
    low_mv: int
    duty_bp: int
    pilot_on: bool
    state: str
    coil: bool
    closed: bool
    second_coil: bool
    second: bool
    current_ma: int
    lock: str
    tripped: bool
    supplied: bool

    @property
    def pwm(self) -> bool:
        """The generator gives a wave."""
        return 0 < self.duty_bp < 10_000


NAMES = {*Sample._fields, "pwm"}


class Recorder:
    """Follows connector ``number`` of ``stage`` from now on."""

    def __init__(self, stage, number: int = 1):
        self._world = stage.world
        self._outlet = stage.world.connectors[number]
        self.samples = []
        self._hook_changes(self._outlet.observer)
        self._hook_steps(stage)
        self._note()

    @property
    def now_ms(self) -> int:
        """Virtual time."""
        return self._world.now_ms

    def when(self, after_ms: int = 0, **facts) -> int:
        """The first moment not before ``after_ms`` at which all ``facts`` (name=value) were so.

        AssertionError when there was none.
        """
        for at_ms, sample in self._from(after_ms):
            if _shows(sample, facts):
                return at_ms
        raise AssertionError(f"{facts} was never so after {after_ms} ms")

    def ever(self, after_ms: int = 0, until_ms: int | None = None, **facts) -> bool:
        """Whether there was a moment from ``after_ms`` on at which all ``facts`` were so."""
        for at_ms, sample in self._from(after_ms):
            if until_ms is not None and at_ms >= until_ms:
                return False
            if _shows(sample, facts):
                return True
        return False

    def changes(self, name: str, after_ms: int = 0) -> list:
        """(ms, value) of each change of ``name`` after ``after_ms``, the value there first."""
        found = []
        for at_ms, sample in self._from(after_ms):
            value = getattr(sample, name)
            if not found or found[-1][1] != value:
                found.append((at_ms, value))
        return found

    def traces(self) -> dict:
        """name -> [[ms, value], ...] of each trace of the page."""
        told = {name: [list(pair) for pair in self.changes(name)] for name in TRACES}
        told["lock"] = [[at_ms, int(word == "in")] for at_ms, word in told["lock"]]
        return told

    def _from(self, after_ms):
        last = None
        for sample in self.samples:
            if sample.at_ms > after_ms:
                if last is not None:
                    yield after_ms, last
                    last = None
                yield sample.at_ms, sample
            else:
                last = sample
        if last is not None:
            yield after_ms, last

    def _hook_changes(self, observer):
        note = observer.note

        def noted(*facts):
            note(*facts)
            self._note()

        observer.note = noted

    def _hook_steps(self, stage):
        step = stage.step

        def stepped(*words, **options):
            outputs = step(*words, **options)
            self._note()
            return outputs

        stage.step = stepped

    def _note(self):
        sample = self._look()
        if not self.samples or self.samples[-1][1:] != sample[1:]:
            self.samples.append(sample)

    def _look(self):
        outlet = self._outlet
        high_mv, low_mv = outlet.pilot_mv
        current_ma = max(outlet.meter.current_ma) if outlet.contactor.closed else 0
        return Sample(
            self._world.now_ms,
            high_mv,
            low_mv,
            outlet.duty_bp,
            outlet.circuit.connected,
            outlet.vehicle.state,
            outlet.contactor.coil,
            outlet.contactor.closed,
            outlet.second_contactor.coil,
            outlet.second_contactor.closed,
            current_ma // _FINE_MA * _FINE_MA,
            outlet.lock.word,
            outlet.residual.tripped,
            outlet.coil_supplied,
        )


def _shows(sample, facts):
    unknown = set(facts) - NAMES
    if unknown:
        raise ValueError(f"a sample has no {sorted(unknown)}, it has {sorted(NAMES)}")
    return all(getattr(sample, name) == value for name, value in facts.items())
