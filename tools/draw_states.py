"""Draw the state machines of the firmware into DESIGN.md, from the tables that drive them.

Every module with `_ROWS` is a machine; OCPP's statuses are one more. Run it without arguments to
write the drawings, with ``--check`` to learn (exit status 1) whether they are stale.
"""

import argparse
import ast
import importlib
import sys
from pathlib import Path
from typing import NamedTuple

from tools.paths import ROOT

NAME = "states"
REMEDY = "run `python -m tools.draw_states`"
PAGE = ROOT / "DESIGN.md"
BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"
_FIRMWARE = ROOT / "firmware"
_EMULATED = ROOT / "host_tests/harness/emulated"  # `const` for CPython
_PACKAGE = _FIRMWARE / "chargepoint"
_ROOMS = ("core", "ocpp", "wire", "drivers")
_STATUSES = "chargepoint.ocpp.v16.status"
_NOTE = """\
In the drawings an arrow says `event / effect`, and events that change nothing are left out. In the
tables each row is a state and each column an event; `·` stays where it is, and an empty field
can't happen: it would be a bug."""


class Machine(NamedTuple):
    """A machine as words; `rows` are (state, event, next state, effect or "")."""

    place: str
    title: str
    rows: list


def drawings() -> str:
    """What stands between the marks of DESIGN.md."""
    parts = [_NOTE, *(section(machine) for machine in machines())]
    status = load(_STATUSES)
    parts.append(status_section(status.STATUSES, status._TRANSITIONS.split()))
    return "\n\n".join(parts)


def load(module: str):
    """A module of the firmware, with the emulated hardware where MicroPython has its own."""
    for folder in (_EMULATED, _FIRMWARE):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    return importlib.import_module(module)


def machines() -> list:
    found = []
    for room in _ROOMS:
        for path in sorted((_PACKAGE / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            table = table_of(tree)
            if table is not None:
                module = ".".join(path.relative_to(_FIRMWARE).with_suffix("").parts)
                names = vars(load(module))
                title = ast.get_docstring(tree).splitlines()[0]
                place = path.relative_to(_PACKAGE).as_posix()
                found.append(Machine(place, title, rows_of(table, names)))
    return found


def table_of(tree: ast.Module):
    """The tuple that `_ROWS` is, or None."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_ROWS":
            return node.value
    return None


def rows_of(table: ast.Tuple, names: dict) -> list:
    """The rows as words. `names` are those of the module; states may be numbers with a name."""
    return [tuple(_word(field, names) for field in row.elts) for row in table.elts]


def _word(field: ast.expr, names: dict) -> str:
    value = field.value if isinstance(field, ast.Constant) else names[ast.unparse(field)]
    if value is None:
        return ""
    return (value if isinstance(value, str) else ast.unparse(field)).strip("_").lower()


def section(machine: Machine) -> str:
    title = f"### `{machine.place}`\n\n{machine.title}"
    return f"{title}\n\n{drawing(machine.rows)}\n\n{matrix(machine.rows)}"


def drawing(rows: list) -> str:
    """A mermaid diagram. The first row's state is where the machine starts; a state that no row
    leads to is where it may start too (a transaction that a power cut found running).
    """
    arrows: dict = {}
    for state, event, after, effect in rows:
        if after != state or effect:
            label = f"{event} / {effect}" if effect else event
            arrows.setdefault((state, after), []).append(label)
    reached = {after for (state, after) in arrows if after != state}
    starts = [state for state in dict.fromkeys(row[0] for row in rows) if state not in reached]
    lines = [f"    [*] --> {state}" for state in dict.fromkeys([rows[0][0], *starts])]
    for (state, after), labels in arrows.items():
        lines.append(f"    {state} --> {after} : {', '.join(labels)}")
    return _fenced(lines)


def matrix(rows: list) -> str:
    states = list(dict.fromkeys(row[0] for row in rows))
    events = list(dict.fromkeys(row[1] for row in rows))
    cells = {(state, event): _cell(state, after, effect) for state, event, after, effect in rows}
    body = [[f"**{state}**", *(cells.get((state, on), "") for on in events)] for state in states]
    return table(["", *events], body)


def _cell(state: str, after: str, effect: str) -> str:
    word = after if after != state else "·"
    return f"{word} / {effect}" if effect else word


def status_section(statuses: tuple, transitions: list) -> str:
    """OCPP's statuses; a transition is a letter (from) and a digit (to)."""
    lines = [f"    [*] --> {statuses[0]}"]
    fields = [[""] * len(statuses) for _ in statuses]
    for name in transitions:
        one, other = "ABCDEFGHI".index(name[0]), int(name[1]) - 1
        lines.append(f"    {statuses[one]} --> {statuses[other]}")
        fields[one][other] = name
    body = [[f"**{status}**", *row] for status, row in zip(statuses, fields)]
    title = (
        "### `ocpp/v16/status.py`\n\nWhat a connector's StatusNotification may go from (row) and "
        "to (column), by the names of OCPP 1.6 §4.9."
    )
    return f"{title}\n\n{_fenced(lines)}\n\n{table(['', *statuses], body)}"


def _fenced(lines: list) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def table(head: list, body: list) -> str:
    rows = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def inserted(page: str, content: str) -> str:
    """``page`` with ``content`` between the marks; raises ValueError when they are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"expected {BEGIN} and {END}, in this order")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"


def find(root: Path) -> list:
    """As a check of tools/checks: what is wrong with the drawings."""
    page = (root / PAGE.name).read_text(encoding="utf-8")
    try:
        fresh = inserted(page, drawings())
    except ValueError as trouble:
        return [f"{PAGE.name}: {trouble}"]
    return [] if fresh == page else [f"{PAGE.name}: the state machines have changed since"]


def stale(root: Path, page: Path, fresh, what: str) -> list:
    """For a page that is made as a whole: what is wrong with it. ``fresh()`` gives it as it should
    be, or raises ValueError; ``what`` it is made of."""
    try:
        wanted = fresh()
    except ValueError as trouble:
        return [str(trouble)]
    place = root / page
    if not place.exists():
        return [f"{page} is missing"]
    same = place.read_text(encoding="utf-8") == wanted
    return [] if same else [f"{page}: {what} changed since"]


def command(check, write) -> int:
    """The command line of a module that draws: `write`, or with ``--check`` its check."""
    parser = argparse.ArgumentParser(description=check.__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only tell whether it is stale")
    if not parser.parse_args().check:
        write()
        return 0
    found = check.find(ROOT)
    for line in found:
        print(f"{check.NAME}: {line}; {check.REMEDY}", file=sys.stderr)
    return 1 if found else 0


def _write() -> None:
    PAGE.write_text(inserted(PAGE.read_text(encoding="utf-8"), drawings()), encoding="utf-8")


def main() -> int:
    return command(sys.modules[__name__], _write)


if __name__ == "__main__":
    sys.exit(main())
