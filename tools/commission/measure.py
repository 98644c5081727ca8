"""What a step found: measured against required, a verdict, and what to do where it failed."""

from typing import NamedTuple

PASSED = "passed"
FAILED = "failed"
# The board has no part that could see it: never told as healthy.
NOT_MONITORED = "not monitored"
# It was not tried; the reason says why.
NOT_DONE = "not done"
# A figure for the file, that nothing is required of.
TOLD = "told"


class Measure(NamedTuple):
    """``measured`` and ``required`` are texts with their units; ``remedy`` is for a failed one."""

    what: str
    measured: str
    required: str = ""
    verdict: str = TOLD
    remedy: str = ""


def holds(what: str, good: bool, measured, required, remedy: str = "") -> Measure:
    """Passed or failed, by ``good``."""
    verdict = PASSED if good else FAILED
    return Measure(what, str(measured), str(required), verdict, "" if good else remedy)


def between(what, value, low, high, unit: str, remedy: str = "", scale: int = 1) -> Measure:
    """``value`` (None: unknown, which fails) lies from ``low`` to ``high``; shown / ``scale``."""
    required = f"{_shown(low, scale)} to {_shown(high, scale)} {unit}"
    if value is None:
        return Measure(what, "no reading", required, FAILED, remedy)
    good = low <= value <= high
    return holds(what, good, f"{_shown(value, scale)} {unit}", required, remedy)


def at_most(what, value, high, unit: str, remedy: str = "") -> Measure:
    """``value`` (None: unknown, which fails) is ``high`` or less."""
    if value is None:
        return Measure(what, "not seen", f"at most {high} {unit}", FAILED, remedy)
    return holds(what, value <= high, f"{value} {unit}", f"at most {high} {unit}", remedy)


def told(what: str, measured) -> Measure:
    """For the file."""
    return Measure(what, "unknown" if measured in (None, "") else str(measured))


def unmonitored(what: str, remedy: str) -> Measure:
    """Nothing here sees it; ``remedy`` tells what must see it instead."""
    return Measure(what, "nothing watches it here", "", NOT_MONITORED, remedy)


def undone(what: str, reason: str) -> Measure:
    """It was not tried, and why."""
    return Measure(what, reason, "", NOT_DONE)


def verdict_of(measures) -> str:
    """The verdict of a step: the worst that counts of its measures."""
    found = [measure.verdict for measure in measures]
    for verdict in (FAILED, PASSED, TOLD, NOT_MONITORED):
        if verdict in found:
            return PASSED if verdict == TOLD else verdict
    return NOT_DONE


def _shown(value, scale):
    return f"{value / scale:.2f}".rstrip("0").rstrip(".") if scale != 1 else f"{value}"
