"""Write docs/faults.md, the table of faults for people, from the table that the firmware uses.

How a fault is seen is told by the comment before its row; names of `core/timing.py` in it become
durations. Run it without arguments to write the page, with ``--check`` to learn (exit status 1)
whether it is stale.
"""

import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

from tools import draw_states
from tools.paths import ROOT

NAME = "faults"
REMEDY = "comment each row of FAULTS, then run `python -m tools.draw_faults`"
PAGE = Path("docs/faults.md")
SOURCE = Path("firmware/chargepoint/core/faults.py")
_NAMED = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_HEAD = """\
# Faults

What the charge point can find wrong, how it is seen, what happens then, and how it ends. Made of
the table in `firmware/chargepoint/core/faults.py` by `python -m tools.draw_faults`; `make check`
fails when it is stale.

- The worst comes first, also over the three groups of this page: while several are there, the
  back end is told of the first one (StatusNotification: error code and vendor code).
- **Held**: how long after its cause was last seen a fault still counts.
- **Ends by itself**: how often. After that it waits for what **afterwards** names, and the count
  begins anew then, or when the fault stayed away for {forgiven}.
- **Kept**: still there, with its count, after a restart or a power cut.
- A technician's reset is the button held for {pressed}, or the setting `TechnicianReset`. It ends
  nothing whose cause is still there.
- What a board does not watch is told as *not monitored* in its `board.md` and in the station's
  facts; its faults never come, and that is no sign of health.
"""
# How a fault blocks, the title of its group, what happens.
_GROUPS = (
    (
        "at_once",
        "Opens at once",
        "The contactor opens in the same step, under load if need be, and nothing is offered while"
        " the fault\nlasts. The lamp shows a fault, the back end is told Faulted.",
    ),
    (
        "orderly",
        "Ends the offer",
        "In a transaction the offer is withdrawn (PWM off); the vehicle has {stop} to stop\n"
        "drawing, then the contactor opens. Outside of one it is a warning; a transaction that\n"
        "begins does not charge before it ended.",
    ),
    ("no", "Warnings", "Told to the back end and in the facts; charging goes on where it can."),
)
_AFTERWARDS = {
    "self": "",
    "unplug": "the vehicle is unplugged",
    "reset": "a reset of the station",
    "power": "the power was off",
    "technician": "a technician's reset",
}
_COLUMNS = ["fault", "error code", "vendor code", "how it is seen", "held", "ends by itself",
            "afterwards", "kept"]  # fmt: skip


class Fault(NamedTuple):
    """A row of FAULTS as the firmware has it, with its comment ("" when there is none)."""

    row: tuple
    seen: str

    @property
    def name(self) -> str:
        return self.row[0]


def faults(source: str, rows: tuple) -> list:
    """``rows`` (FAULTS) with the comment that stands right before each in ``source``."""
    lines = source.splitlines()
    return [Fault(row, comment_before(lines, place)) for row, place in zip(rows, _places(source))]


def _places(source: str) -> list:
    """The line numbers (from 1) on which the rows of FAULTS begin."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FAULTS":
            return [row.lineno for row in node.value.elts]
    raise ValueError("expected an assignment to FAULTS")


def comment_before(lines: list, place: int) -> str:
    """The comment lines that end right before line ``place`` (from 1), as one text."""
    found = []
    for line in reversed(lines[: place - 1]):
        text = line.strip()
        if not text.startswith("#"):
            break
        found.insert(0, text.lstrip("# "))
    return " ".join(found)


def in_words(comment: str, times: dict) -> str:
    """``comment`` with the names of ``times`` as durations or numbers; KeyError for others."""
    return _NAMED.sub(lambda name: figure(name[0], times[name[0]]), comment)


def figure(name: str, value: int) -> str:
    return duration(value) if name.endswith("_MS") else str(value)


def duration(ms: int) -> str:
    """In the largest unit that leaves a whole number."""
    for unit_ms, unit in ((3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= unit_ms and ms % unit_ms == 0:
            return f"{ms // unit_ms} {unit}"
    return f"{ms} ms"


def fields(fault: Fault, times: dict, holds: tuple) -> list:
    """What the page says of ``fault``, a text for each column."""
    name, code, vendor, _, recovery, attempts, latches, hold = fault.row
    by_itself = "always" if recovery == "self" else f"{attempts} times" if attempts else "never"
    held = duration(holds[hold]) if holds[hold] else "-"
    after = _AFTERWARDS[recovery] or "-"
    seen = in_words(fault.seen, times)
    return [f"`{name}`", code, vendor, seen, held, by_itself, after, "yes" if latches else "no"]


def page(found: list, times: dict, holds: tuple) -> str:
    words = {
        "forgiven": duration(times["FORGIVE_MS"]),
        "pressed": duration(times["TECHNICIAN_MS"]),
        "stop": duration(times["STOP_PATIENCE_MS"]),
    }
    parts = [_HEAD.format(**words)]
    for blocks, title, happens in _GROUPS:
        body = [fields(fault, times, holds) for fault in found if fault.row[3] == blocks]
        table = draw_states.table(_COLUMNS, body)
        parts.append(f"## {title}\n\n{happens.format(**words)}\n\n{table}\n")
    return "\n".join(parts)


def fresh(root: Path) -> str:
    """The page as it should be; ValueError for a row without a comment, or a name unknown."""
    table = draw_states.load("chargepoint.core.faults")
    times = vars(draw_states.load("chargepoint.core.timing"))
    found = faults((root / SOURCE).read_text(encoding="utf-8"), table.FAULTS)
    for fault in found:
        if not fault.seen:
            raise ValueError(f"{SOURCE}: no comment before the row of {fault.name}")
        for name in _NAMED.findall(fault.seen):
            if name not in times:
                raise ValueError(f"{SOURCE}: {fault.name}: {name} is not in timing.py")
    return page(found, times, table._HOLDS)


def find(root: Path) -> list:
    """As a check of tools/checks: what is wrong with the page."""
    return draw_states.stale(root, PAGE, lambda: fresh(root), "the table of faults has")


def _write() -> None:
    (ROOT / PAGE).write_text(fresh(ROOT), encoding="utf-8")


def main() -> int:
    return draw_states.command(sys.modules[__name__], _write)


if __name__ == "__main__":
    sys.exit(main())
