"""A station under fire: one text after the other, the answers, the state before and after each."""

import json

from hypothesis import HealthCheck, Phase, given, settings

from host_tests.fuzz import expected
from host_tests.harness.csms.line import ids_in
from host_tests.harness.stage import IDENTITY

_STEP_MS = 10
_SILENCE_STEPS = 4
_PATIENCE_STEPS = 3000
# What the station writes and tells by itself: signs of life, the clock, what is under way.
_OWN_FILES = ("alive", "diagnostics", "update")
_OWN_FACTS = ("utc_s", "now_ms", "heap", "journal", "link")
# What is not measured.
_OF_CONNECTOR = ("session", "phase", "transaction", "tag", "operative", "faults")
_REFUSED = set(
    "Rejected NotSupported NotImplemented UnknownVendorId Unknown VersionMismatch Failed Occupied"
    " Faulted Unavailable UnlockFailed".split()
)


class Fuzzed:
    """``sent`` counts the texts, ``outcomes`` how they were answered."""

    def __init__(self, stage):
        self.stage = stage
        self.sent = 0
        self.outcomes = {}
        self._heard = []
        stage.csms.observers.append(self._hear)
        self.rest(10)

    def send(self, text: str) -> None:
        """Send, and judge the answer and what became of the state."""
        self.sent += 1
        unique_id = f"f{self.sent}"
        text = text.replace("$ID", unique_id)
        right = expected.answers(text)
        outcome, status = self._answer(text, right)
        assert outcome in right, f"{text[:300]}: {outcome}, expected one of {sorted(right)}"
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        before, self._state = self._state, self._look()
        if outcome != expected.RESULT or status in _REFUSED:
            changed = _changes(before, self._state)
            assert not changed, f"{text[:300]}: {outcome} {status}, but changed: {changed}"
        elif status in ("Accepted", "Scheduled"):
            self.rest()

    def _answer(self, text, right):
        self._heard.clear()
        self.stage.csms.send_text(IDENTITY, text)
        steps = _SILENCE_STEPS if expected.NOTHING in right else _PATIENCE_STEPS
        for _ in range(steps):
            self.stage.step(self.stage.now_ms + _STEP_MS)
            if self._heard:
                break
        if not self._heard:
            return expected.NOTHING, None
        (frame,) = self._heard
        assert frame[1] in ids_in(text), f"{text[:300]}: answered {frame}"
        if frame[0] == 4:
            return frame[2], None
        return expected.RESULT, frame[2].get("status")

    def rest(self, seconds: int = 1) -> None:
        """What was begun may still write, and others may act; nothing is compared across it."""
        self.stage.advance(seconds)
        self._state = self._look()

    def _look(self):
        facts = self.stage.facts()
        files = self.stage.target.files()
        told = {name: said for name, said in facts.items() if name not in _OWN_FACTS}
        told["connectors"] = [
            {name: of[name] for name in _OF_CONNECTOR} for of in told["connectors"]
        ]
        return {
            **told,
            **{name: data for name, data in files.items() if not name.startswith(_OWN_FILES)},
        }

    def _hear(self, identity, direction, at_ms, raw):
        frame = json.loads(raw) if direction == "received" else [0]
        if frame[0] in (3, 4):
            self._heard.append(frame)


def fire(fuzzed: Fuzzed, texts, examples: int) -> None:
    """Send lists of texts, the same ones in each run."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(texts)
    def send(batch):
        for text in batch:
            fuzzed.send(text)

    send()


def _changes(before, after):
    names = sorted(before.keys() | after.keys())
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }
