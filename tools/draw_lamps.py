"""Write docs/lamps.md, what lamp and buzzer mean, from the tables that the firmware uses.

What a meaning is for people is told by the comment before its row. Run it without arguments to
write the page, with ``--check`` to learn (exit status 1) whether it is stale.
"""

import ast
import sys
from pathlib import Path

from tools import draw_states
from tools.draw_faults import comment_before
from tools.paths import ROOT

NAME = "lamps"
REMEDY = "comment each row of PATTERNS, then run `python -m tools.draw_lamps`"
PAGE = Path("docs/lamps.md")
SOURCE = Path("firmware/chargepoint/wire/lamp_patterns.py")
BUZZER = Path("firmware/chargepoint/drivers/buzzer_pin.py")
_STEP_MS = 50
_SHOWN_MS = 2000
_COLOURS = {
    (1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 0): "yellow",
    (1, 1, 1): "white",
}  # fmt: skip
_HEAD = """\
# Lamps

What the lamp of a connector shows, and the buzzer where there is one. Made of the tables in
`firmware/chargepoint/wire/lamp_patterns.py` and `drivers/buzzer_pin.py` by
`python -m tools.draw_lamps`; `make check` fails when it is stale.

- No two meanings share a rhythm: the lamp is read without telling its colours apart. A board with
  a lamp of one colour shows the rhythms alone.
- The worst comes first: a fault goes before all else, a refused card before what was shown.
- How bright it is, by day and by night: `LightIntensity`, `LampNight`, `LampNightIntensity`
  ([settings](settings.md)).
- In two seconds of rhythm a field is 50 ms: `█` lit, `·` dark.
"""


def rhythm(parts: tuple) -> str:
    """Two seconds of it, a field for each 50 ms."""
    patterns = draw_states.load("chargepoint.wire.lamp_patterns")
    moments = range(_STEP_MS // 2, _SHOWN_MS, _STEP_MS)
    return "".join("█" if patterns.is_lit(parts, ms) else "·" for ms in moments)


def fields(row: tuple, seen: str) -> list:
    meaning, colour, parts = row
    lit = "steady" if len(parts) == 1 else ", ".join(map(str, parts)) + " ms"
    return [f"`{meaning}`", _COLOURS[colour], f"`{rhythm(parts)}`", lit, seen]


def comments(source: str) -> list:
    """What stands before each row of PATTERNS."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PATTERNS":
            lines = source.splitlines()
            return [comment_before(lines, row.lineno) for row in node.value.elts]
    raise ValueError("expected an assignment to PATTERNS")


def fresh(root: Path) -> str:
    """The page as it should be; ValueError for a row without a comment."""
    rows = draw_states.load("chargepoint.wire.lamp_patterns").PATTERNS
    told = comments((root / SOURCE).read_text(encoding="utf-8"))
    for row, seen in zip(rows, told):
        if not seen:
            raise ValueError(f"{SOURCE}: no comment before the row of {row[0]}")
    columns = ["meaning", "colour", "rhythm", "lit, dark, ...", "what it says"]
    table = draw_states.table(columns, [fields(row, seen) for row, seen in zip(rows, told)])
    return f"{_HEAD}\n{table}\n\n## Buzzer\n\n{_signals()}\n"


def _signals():
    rows = draw_states.load("chargepoint.drivers.buzzer_pin")._SIGNALS
    body = [[f"`{name}`", ", ".join(map(str, parts)) + " ms"] for name, parts in rows]
    return draw_states.table(["signal", "sounds, silent, ..."], body)


def find(root: Path) -> list:
    """As a check of tools/checks: what is wrong with the page."""
    return draw_states.stale(root, PAGE, lambda: fresh(root), "the table of lamps has")


def _write() -> None:
    (ROOT / PAGE).write_text(fresh(ROOT), encoding="utf-8")


def main() -> int:
    return draw_states.command(sys.modules[__name__], _write)


if __name__ == "__main__":
    sys.exit(main())
