"""One case of the suite: what was required, what was measured, and what could be seen meanwhile.

A measure is kept before it is judged, so that a case that fails shows by how much.
"""

import re

from host_tests.conformance.recorder import Recorder

OPEN_WITHIN_MS = 100
_DUTY_INTERVAL_MS = 5000


class Case:
    """``title`` is the test's name, ``words`` its docstring: the clause, a colon, the rule."""

    def __init__(self, title: str, words: str, section: str, target: str, heading: str = ""):
        # A colon within the brackets of the sources parts nothing.
        clause, *rule = re.split(r": (?![^\[]*\])", " ".join((words or "").split()), maxsplit=1)
        self.title, self.clause, self.rule = title, clause, "".join(rule)
        self.section, self.target, self.heading = section, target, heading
        self.measures = []
        self.curve = None
        self._recorders = []
        self._stages = []
        self._excused = set()
        self._told = False

    def follow(self, stage) -> None:
        """Record connector 1 of ``stage``."""
        self._stages.append(stage)
        self._recorders.append(Recorder(stage))

    @property
    def seen(self) -> Recorder:
        """The recorder of the last stage."""
        return self._recorders[-1]

    # -- measures: kept, then judged ------------------------------------------------------------

    def at_most(self, what: str, measured, most, unit: str = "ms", since_ms=None) -> None:
        """``measured`` may not be above ``most``."""
        if unit == "0.01 %":
            measured, most, unit = _percent(measured), _percent(most), "%"
        self._keep(what, "at most", measured, most, unit, measured <= most, since_ms)

    def at_least(self, what: str, measured, least, unit: str = "ms", since_ms=None) -> None:
        """``measured`` may not be below ``least``."""
        self._keep(what, "at least", measured, least, unit, measured >= least, since_ms)

    def between(self, what: str, measured, low, high, unit: str = "ms", since_ms=None) -> None:
        """``measured`` lies between both, which are allowed too."""
        right = low <= measured <= high
        self._keep(what, "between", measured, [low, high], unit, right, since_ms)

    def equals(self, what: str, measured, required, unit: str = "") -> None:
        """``measured`` is exactly that. Of "0.01 %", as duties are counted, per cent are kept."""
        if unit == "0.01 %":
            measured, required, unit = _percent(measured), _percent(required), "%"
        self._keep(what, "equals", measured, required, unit, measured == required, None)

    def holds(self, what: str, true: bool) -> None:
        """A fact without a number."""
        self._keep(what, "holds", bool(true), True, "", bool(true), None)

    def within(self, what: str, since_ms: int, until_ms: int, most_ms: int) -> None:
        """From ``since_ms`` to ``until_ms`` at most ``most_ms``."""
        self.at_most(what, until_ms - since_ms, most_ms, "ms", since_ms)

    def lasts(self, what: str, since_ms: int, until_ms: int, least_ms: int) -> None:
        """From ``since_ms`` to ``until_ms`` at least ``least_ms``."""
        self.at_least(what, until_ms - since_ms, least_ms, "ms", since_ms)

    def excuse(self, *rules: str) -> None:
        """This case breaks what always holds, on purpose: "opening", "duty" or "interval"."""
        self._excused.update(rules)

    # -- what always holds ----------------------------------------------------------------------

    def check_always(self) -> None:
        """What no case may break: opening in time, duties that exist, offers 5 s apart."""
        self._told = True
        if self._stages and "opening" not in self._excused:
            worst_ms = max(stage.outlet.worst_open_delay_ms for stage in self._stages)
            what = "longest that contacts were closed on a vehicle not in C or D"
            self.at_most(what, worst_ms, OPEN_WITHIN_MS)
        for recorder in self._recorders:
            duties = recorder.changes("duty_bp")
            if "duty" not in self._excused:
                self._check_duties(duties)
            if "interval" not in self._excused:
                self._check_interval(recorder, duties)

    def _check_duties(self, duties):
        strange = {duty for _, duty in duties} - {0, 10_000}
        strange = sorted(duty for duty in strange if not 1000 <= duty <= 9600)
        if strange:
            self.equals("duties that no table has", strange, [], "0.01 %")

    def _check_interval(self, recorder, duties):
        last_ms = None
        for (before_ms, before), (at_ms, duty) in zip(duties, duties[1:], strict=False):
            if recorder.ever(before_ms, at_ms, state="A"):
                last_ms = None
            if 0 < duty < 10_000:
                if last_ms is not None and at_ms - last_ms < _DUTY_INTERVAL_MS:
                    self.at_least("time between two offers", at_ms - last_ms, _DUTY_INTERVAL_MS)
                last_ms = at_ms
            elif 0 < before < 10_000:
                last_ms = at_ms

    # -- the record -----------------------------------------------------------------------------

    def record(self, verdict: str, why: str) -> dict:
        """Everything of this case, fit for JSON."""
        seen = self._recorders[-1] if self._recorders else None
        return {
            "case": self.title,
            "clause": self.clause,
            "rule": self.rule,
            "section": self.section,
            "heading": self.heading,
            "target": self.target,
            "verdict": verdict,
            "why": why,
            "measures": self.measures,
            "curve": self.curve,
            "traces": seen.traces() if seen else {},
            "end_ms": seen.now_ms if seen else 0,
        }

    def _keep(self, what, kind, measured, required, unit, passed, since_ms):
        self.measures.append(
            {
                "what": what,
                "kind": kind,
                "measured": measured,
                "required": required,
                "unit": unit,
                "passed": passed,
                "since_ms": since_ms,
                "always": self._told,
            }
        )
        assert passed, f"{what}: {measured} {unit}, required {kind} {required}"


def _percent(duty):
    """From 1/100 per cent, one or a list."""
    return [_percent(one) for one in duty] if isinstance(duty, list) else duty / 100
