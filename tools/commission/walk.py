"""Walks through the steps: what is done already stays, what failed or was not done comes again."""

from tools.commission import measure
from tools.commission.device import Gone
from tools.commission.measure import FAILED, NOT_DONE, NOT_MONITORED, PASSED, Measure
from tools.commission.station import Away, Refused
from tools.commission.steps import BY_KEY, STEPS
from tools.commission.trial import Interrupted, Lost

# A step that a restart of the station interrupted is done again, so often.
_TRIES = 3
_GOOD = (PASSED, NOT_MONITORED)


class Walk:
    """``trial`` with a ``record``; ``told`` is called with (step, result) after each step, and
    ``begins`` with (step, number from 1) before it."""

    def __init__(self, trial, record, begins=lambda step, number: None,
                 told=lambda step, result: None):  # fmt: skip
        self._trial = trial
        self._record = record
        self._begins = begins
        self._told = told
        self._always: set = set()

    def go(self, only: tuple = ()) -> bool:
        """All steps that have not passed yet (or ``only`` these); True when none failed.

        Gone when the person gives up: what was done is kept.
        """
        self._record.began_s = self._record.began_s or self._trial.pace.utc_s()
        settings = self._trial.settings = self._trial.station.settings()
        if not self._record.belongs_to(settings.get("FirmwareVersion", "")):
            self._trial.say("another firmware than before: all steps are done again")
        # What is set may have changed, and it takes no time.
        self._always = {"identity"}
        for number, step in enumerate(STEPS, 1):
            if only and step.key not in only or not only and self._is_done(step):
                continue
            self._begins(step, number)
            result = self._do(step)
            self._always.discard(step.key)
            self._record.results[step.key] = result
            self._keep_plots()
            self._record.save()
            self._told(step, result)
        return all(self._is_good(step) for step in STEPS)

    def leave(self) -> None:
        """Take the device's faults away, whatever happened."""
        try:
            self._trial.device.unplug()
        except (Gone, Away, OSError):
            pass

    def _is_done(self, step):
        found = self._record.results.get(step.key)
        if found is None or found["verdict"] not in _GOOD or step.key in self._always:
            return False
        # What was built on something that has to be done again is done again too.
        return all(self._is_done(BY_KEY[key]) for key in step.needs)

    def _is_good(self, step):
        found = self._record.results.get(step.key)
        return found is not None and (found["verdict"] in _GOOD or found["excused"])

    def _roots(self, missing):
        """Of steps that did not pass those that nothing else is the reason of, each once."""
        roots = []
        for key in missing:
            beneath = [need for need in BY_KEY[key].needs if not self._is_good(BY_KEY[need])]
            roots += [root for root in self._roots(beneath) or [key] if root not in roots]
        return roots

    def _do(self, step):
        trial = self._trial
        missing = [key for key in step.needs if not self._is_good(BY_KEY[key])]
        began_s = trial.pace.utc_s()
        if missing:
            titles = ", ".join(BY_KEY[key].title for key in self._roots(missing))
            found = [measure.undone(step.title, f"needs what has not passed: {titles}")]
            return _result(found, began_s, began_s, False)
        found = self._carry_out(step)
        excused = measure.verdict_of(found) == NOT_DONE
        return _result(found, began_s, trial.pace.utc_s(), excused)

    def _carry_out(self, step):
        trial = self._trial
        for _ in range(_TRIES):
            trial.begin()
            try:
                step.run(trial)
                return trial.measures
            except Interrupted:
                trial.say("the station started anew: this step begins again")
            except (Away, Lost) as error:
                words = "Give it power, look at its line, then run this again: it goes on here."
                return self._broken_off(str(error), "answers", words)
            except Refused as error:
                return self._broken_off(str(error), "does it", "See the station's own words.")
            except KeyError as error:
                words = "Its firmware is another than this program's: flash it, or update this."
                return self._broken_off(f"it does not tell {error}", "tells it", words)
        words = "It starts anew again and again: look at its supply and its log."
        return self._broken_off("restarts", "stays on", words)

    def _broken_off(self, measured, required, words):
        return [*self._trial.measures, Measure("station", measured, required, FAILED, words)]

    def _keep_plots(self):
        trial, plots = self._trial, self._record.plots
        plots["pilot"] += trial.pilot
        plots["power"] += trial.power
        trial.pilot, trial.power = [], []


def _result(found, began_s, ended_s, excused):
    failed = [each for each in found if each.verdict == FAILED]
    verdict = measure.verdict_of(found)
    reason = ""
    if failed:
        first = failed[0]
        reason = f"{first.what}: {first.measured}, required {first.required}"
    elif verdict == NOT_DONE:
        reason = found[0].measured if found else "nothing was measured"
    return {
        "verdict": verdict, "reason": reason, "began_s": began_s, "ended_s": ended_s,
        "measures": [each._asdict() for each in found], "excused": excused,
    }  # fmt: skip
