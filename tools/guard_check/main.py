"""`pilotlight guard-check`: the command line, the prompts, the table and the record."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.prompt import Confirm, Prompt
from rich.table import Table

from tools.guard_check import judge
from tools.guard_check.bench import Bench, of_board
from tools.guard_check.emulated import FAULTS, EmulatedBoard
from tools.guard_check.emulated import person as emulated_person
from tools.guard_check.measure import NOTHING, B, C, Check, Person
from tools.repl.board import Board, Unreachable
from tools.ulp.build import source_digest

ABOUT = """\
Measures the guard of a board and judges each figure (docs/guard.md). THE MAINS MUST BE OFF AND THE
CONTACTOR'S COIL DISCONNECTED: the relay is driven, and held through resets. Needed: a vehicle
simulator, or 2.74 kohm and 1.3 kohm behind a diode; for four figures a scope at the relay's pad.
Exit status: 0 all is good, 1 a figure is not, 2 could not start, 3 good, but not all was measured.
"""
_EMULATED_BOARD = "smartevse_v3@v3.0"
_INTERRUPTED = 130
_QUIET_S, _EMULATED_QUIET_S = 20, 2
_PATIENCE_MS, _EMULATED_PATIENCE_MS = 60_000, 2_000
_HOW = {
    NOTHING: "take everything off the pilot",
    B: "put 2.74 kohm behind a diode between pilot and PE (state B)",
    C: "put 1.3 kohm beside it (state C)",
}
_DO = {
    "s2": "Trigger the scope on the relay's pad. Within a minute of Enter take the 1.3 kohm off "
    "(S2 opens); the pilot's level is the other channel",
    "residual": "Within a minute of Enter press the test button of the residual-current monitor",
}
_MARKS = {True: "[green]good[/green]", False: "[red]BAD[/red]", None: "[yellow]open[/yellow]"}


def add_to(parser) -> None:
    """The words of the command line."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--emulated", action="store_true", help="the emulated coprocessor")
    where.add_argument("--port", help="the console of a board, such as /dev/ttyUSB0")
    parser.add_argument("--board", help=f"which board it is (emulated: {_EMULATED_BOARD})")
    parser.add_argument("--json", metavar="FILE", help="write figures and verdicts here too")
    parser.add_argument("--quiet-s", type=int, metavar="S", help="how long readings are watched")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME",
        help=f"with --emulated, a board that is not right: {', '.join(FAULTS)}",
    )  # fmt: skip


def run(given) -> int:
    """The exit status: see ABOUT."""
    try:
        return _run(given, Console())
    except (Unreachable, ValueError) as wrong:
        print(f"pilotlight guard-check: {wrong}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print("pilotlight guard-check: interrupted", file=sys.stderr)
        return _INTERRUPTED


def _run(given, console) -> int:
    if given.port and not given.board:
        raise ValueError("--board is missing: which board is at the port?")
    if given.port and given.fault:
        raise ValueError("--fault is for --emulated: a board has its own")
    if given.quiet_s is not None and given.quiet_s < 1:
        raise ValueError(f"--quiet-s {given.quiet_s}: expected 1 or more")
    bench = of_board(given.board or _EMULATED_BOARD)
    console.print(f"[bold]{escape(bench.board)}[/bold]: {escape(ABOUT)}", highlight=False)
    board, person = _emulated(given, bench, console) if given.emulated else _real(given, console)
    patience_ms = _EMULATED_PATIENCE_MS if given.emulated else _PATIENCE_MS
    quiet_s = given.quiet_s or (_EMULATED_QUIET_S if given.emulated else _QUIET_S)
    try:
        figures = Check(bench, board, person, quiet_s * 1000, patience_ms).go_through()
    finally:
        board.close(restart=True)
    return _told(given, console, bench, figures)


def _emulated(given, bench: Bench, console) -> tuple:
    board = EmulatedBoard(bench, tuple(given.fault))
    return board, emulated_person(board, lambda text: console.print(escape(text)))


def _real(given, console) -> tuple:
    if not Confirm.ask("Mains off, coil disconnected?", console=console):
        raise ValueError("the mains must be off and the coil disconnected")
    board = Board(given.port)

    def connect(what):
        Prompt.ask(f"{escape(_HOW[what])}, then Enter", default="", console=console)

    def ask(key, what, unit):
        return _number(console, f"Scope: {what}, {unit} (empty: no scope)")

    def do(key):
        Prompt.ask(f"{escape(_DO[key])}. Enter", default="", console=console)

    return board, Person(connect, ask, do, lambda text: console.print(escape(text)))


def _number(console, question: str):
    while True:
        said = Prompt.ask(escape(question), default="", console=console)
        if not said.strip():
            return None
        try:
            return float(said.replace(",", "."))
        except ValueError:
            console.print(f"{escape(said)}: expected a number, such as 18.5")


def _told(given, console, bench: Bench, figures: dict) -> int:
    found = judge.verdicts(bench, source_digest(), figures)
    table = Table("", "figure", "measured", "required")
    for verdict in found:
        texts = (escape(text) for text in (verdict.name, verdict.measured, verdict.required))
        table.add_row(_MARKS[verdict.ok], *texts)
    console.print(table)
    if given.json:
        content = {
            "board": bench.board,
            "emulated": given.emulated,
            "guard": source_digest(),
            "figures": figures,
            "verdicts": [verdict._asdict() for verdict in found],
        }
        Path(given.json).write_text(json.dumps(content, indent=1) + "\n")
    if any(verdict.ok is False for verdict in found):
        console.print("[red]A guard with such a figure is not to be relied on.[/red]")
        return 1
    if any(verdict.ok is None for verdict in found):
        console.print("Good as far as it was measured; what is open needs a person with a scope.")
        return 3
    console.print("All figures are good.")
    return 0
