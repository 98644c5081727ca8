"""The records of a run (JSON lines of host_tests/conformance), by section and case."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ORDER = ("in_process", "unix", "qemu")
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"

_SPOKEN = (
    (r"\b(\d+) (\d) percent\b", r"\1.\2 %"),
    (r"\bpercent\b", "%"),
    (r"\b([a-d])([12])\b", lambda found: found[0].upper()),
    (r"(\d) a\b", r"\1 A"),
    (r"(\d) v\b", r"\1 V"),
    (r"(\d) mv\b", r"\1 mV"),
    (r"(\d) ohm\b", "\\1 \N{GREEK CAPITAL LETTER OMEGA}"),
    (r"\bpwm\b", "PWM"),
    (r"\bs2\b", "S2"),
    (r"\bkhz\b", "kHz"),
    (r"\bstate ([a-f])\b", lambda found: f"state {found[1].upper()}"),
    (r"\b(in|while|is|leaves) ([a-f])\b(?! )", lambda found: f"{found[1]} {found[2].upper()}"),
    (r"^(row \d+) (\d)\b", r"\1.\2"),
    (r"\band (\d+) (\d) (?=vehicle)", r"and \1.\2 "),
)


@dataclass
class Story:
    """One case on all targets that it ran on: target -> record."""

    section: str
    name: str
    runs: dict = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The test's name as a sentence."""
        words = self.name.removeprefix("test_").replace("[", ": ").replace("]", "")
        words = words.replace("_", " ").replace("-", " ")
        for pattern, spoken in _SPOKEN:
            words = re.sub(pattern, spoken, words)
        return words[:1].upper() + words[1:]

    @property
    def anchor(self) -> str:
        """A name for links."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.section}-{self.name}".lower()).strip("-")

    @property
    def first(self) -> dict:
        """The run that is shown: one that failed, else the first target's."""
        bad = [run for run in self.runs.values() if run["verdict"] == FAILED]
        return (bad or [self.runs[name] for name in ORDER if name in self.runs])[0]

    @property
    def heading(self) -> str:
        """Of its section."""
        return self.first.get("heading") or self.section

    @property
    def failed(self) -> bool:
        """On any target."""
        return any(run["verdict"] == FAILED for run in self.runs.values())

    def tightest(self):
        """The measure with the least margin on any target, or None when there is no number."""
        best = None
        for run in self.runs.values():
            for measure in run["measures"]:
                left = margin(measure)
                if left is None:
                    continue
                # What holds in every case is told by those that break it only.
                if measure.get("always") and measure["passed"]:
                    continue
                if best is None or left < best[0]:
                    best = (left, measure)
        return best and best[1]


def margin(measure: dict):
    """How far from the limit, as a part of it; negative beyond, None for what is no number."""
    measured, required, kind = measure["measured"], measure["required"], measure["kind"]
    if not _number(measured):
        return None if measure["passed"] else -1.0
    if kind == "between":
        low, high = required
        return min(measured - low, high - measured) / ((high - low) or 1)
    if not _number(required) or not required or kind not in ("at most", "at least"):
        return None if measure["passed"] else -1.0
    part = measured / required
    return 1 - part if kind == "at most" else part - 1


def load(path: Path) -> list:
    """The stories of a file: sections by their headings, then in the order of the run."""
    stories = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        key = (run["section"], run["case"])
        stories.setdefault(key, Story(*key)).runs[run["target"]] = run
    return sorted(stories.values(), key=lambda story: (story.heading, story.section))


def targets(stories: list) -> list:
    """The targets that anything ran on."""
    return [name for name in ORDER if any(name in story.runs for story in stories)]


def _number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
