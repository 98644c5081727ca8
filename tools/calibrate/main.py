"""`pilotlight calibrate`: the command line, the prompts, and where the record goes."""

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.prompt import Confirm, Prompt

from tools.calibrate import guide, levels, snippet
from tools.calibrate.interpreters import Emulated
from tools.calibrate.setup import DESK, of_board
from tools.repl.board import Board, Unreachable

# Where the store of a board of the ESP32 family lies (boards/esp32/assembly.py).
_RECORD = "/store/calibration"
_INTERRUPTED = 130
ABOUT = """\
Measures the divider before the pilot's ADC at 12, 9, 6, 3, 0 and -12 V and writes it into the
station's store (record `calibration`). A voltmeter on the pilot says what each level really is;
resistors or a vehicle simulator make the levels. THE MAINS MUST BE OFF: the station is stopped.
"""


def add_to(parser) -> None:
    """The words of the command line."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--emulated", action="store_true", help="the emulated circuit of the desk")
    where.add_argument("--port", help="the console of a board, such as /dev/ttyUSB0")
    parser.add_argument("--board", help=f"which board it is (with --emulated: {DESK})")
    parser.add_argument(
        "--divider",
        metavar="ZERO_MV,RATIO_BP",
        type=_divider,
        help="with --emulated: the divider that the circuit really has",
    )
    parser.add_argument("--bursts", type=int, default=8, help="measurements of each level (8)")
    parser.add_argument("--out", metavar="FILE", help="write the record here instead")


def run(given) -> int:
    """0: written; 1: refused, nothing was written; 2: could not start."""
    try:
        return _run(given, Console())
    except (Unreachable, levels.Refused) as wrong:
        print(f"pilotlight calibrate: {wrong}", file=sys.stderr)
        return 1
    except ValueError as wrong:
        print(f"pilotlight calibrate: {wrong}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print("pilotlight calibrate: interrupted, nothing was written", file=sys.stderr)
        return _INTERRUPTED


def _run(given, console) -> int:
    if given.port and not given.board:
        raise ValueError("--board is missing: which board is at the port?")
    if given.divider and not given.emulated:
        raise ValueError("--divider is for --emulated: a board has its own")
    setup = of_board(given.board or DESK)
    if given.emulated:
        divider = given.divider or (setup.zero_mv, setup.ratio_bp)
        interpreter = Emulated(setup, divider)
    else:
        interpreter = Board(given.port)
    try:
        result = _measure(given, console, setup, interpreter)
        _keep(given, console, interpreter, guide.record(setup, result))
        return 0
    finally:
        # The station was stopped for this, whatever came of it.
        interpreter.close(restart=True)


def _measure(given, console, setup, interpreter):
    def connect(nominal_mv, how):
        if given.emulated:
            return interpreter.connect(nominal_mv)
        return _ask(console, nominal_mv, how)

    def tell(text):
        console.print(escape(text), highlight=False)

    def busy():
        return console.status("measuring")

    about = escape(ABOUT.replace("\n", " "))
    console.print(f"[bold]{escape(setup.board)}[/bold]: {about}", highlight=False)
    if not given.emulated and not Confirm.ask("The mains are off?", console=console):
        raise levels.Refused("the mains must be off")
    person = guide.Person(connect, tell, busy)
    result = guide.go_through(setup, interpreter, person, given.bursts)
    _show(console, setup, result.fit)
    return result


def _ask(console, nominal_mv: int, how: str) -> int:
    """What the voltmeter shows, in mV."""
    name = levels.volts(nominal_mv)
    console.print(f"\nConnect [bold]{name}[/bold]: {escape(how)}.", highlight=False)
    while True:
        said = Prompt.ask("Volts on the pilot", default=f"{nominal_mv / 1000:g}", console=console)
        try:
            return round(float(said.replace(",", ".")) * 1000)
        except (ValueError, OverflowError):
            console.print(f"{escape(said)}: expected volts, such as 8.97")


def _show(console, setup, fit) -> None:
    console.print(
        f"zero_mv {fit.zero_mv} (the board's own {setup.zero_mv}), "
        f"ratio_bp {fit.ratio_bp} (the board's own {setup.ratio_bp})",
        highlight=False,
    )
    off = ", ".join(f"{levels.volts(at)} {mv:+d} mV" for at, mv in fit.off_mv.items())
    console.print(f"off the line, on the pilot: {off}", highlight=False)
    for at, mv in fit.bent_mv.items():
        told = f"{levels.volts(at)} lies where this ADC is not true: it will read {mv:+d} mV off"
        console.print(f"[yellow]{told}[/yellow]", highlight=False)


def _keep(given, console, interpreter, data: bytes) -> None:
    if given.out or given.emulated:
        if given.out:
            Path(given.out).write_bytes(data)
        console.print(f"{given.out or 'not written (no --out)'}: {data.decode()}", highlight=False)
        return
    if interpreter.run(snippet.write(_RECORD, data)).strip() != "True":
        raise Unreachable(f"the board did not keep {_RECORD}")
    console.print(f"written to {_RECORD}; the station starts anew", highlight=False)


def _divider(text: str) -> tuple:
    zero_mv, _, ratio_bp = text.partition(",")
    return int(zero_mv), int(ratio_bp)
