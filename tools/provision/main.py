"""`pilotlight provision`: the command line, a table of what will be set, and how it went."""

import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.asked import HINT, asked
from tools.provision import order as orders
from tools.provision.provisioning import Provisioning, Refused
from tools.service import http
from tools.service.line import Trouble, serial_line

_INTERRUPTED = 130
_AGAIN = "Run the same command again: the station is as it was, or wholly as ordered."
ABOUT = """\
Sets a station as ordered: reads the order, checks every field, shows what will change, sets all
of it or nothing, starts the station anew and reads it back. `--example` prints an order to begin
with; docs/order.md tells of each field.
"""


def add_to(parser) -> None:
    """The words of the command line."""
    parser.add_argument("order", nargs="?", metavar="ORDER.toml", help="the order file")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", help="the station's serial port, such as /dev/ttyUSB0")
    where.add_argument("--url", help="the station's own page, such as http://192.168.4.1")
    parser.add_argument(
        "--password",
        type=asked("password on the label"),
        help=f"with --url: the password on the unit's label ({HINT})",
    )
    parser.add_argument(
        "--code",
        type=asked("technician's code"),
        help=f"the technician's code that the station has now ({HINT})",
    )
    parser.add_argument("--check", action="store_true", help="change nothing, only tell")
    parser.add_argument("--example", action="store_true", help="print an order to begin with")


def run(given) -> int:
    """0: as ordered (or, with --check, all of it may be); 1: not; 2: words that make no sense."""
    if given.example:
        print(orders.example(), end="")
        return 0
    console = Console()
    try:
        return _run(given, console)
    except orders.OrderError as wrong:
        for line in wrong.lines():
            print(line, file=sys.stderr)
        return 1
    except (Refused, Trouble) as wrong:
        print(f"pilotlight provision: {wrong}", file=sys.stderr)
        return 1
    except ValueError as wrong:
        print(f"pilotlight provision: {wrong}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print(f"pilotlight provision: interrupted. {_AGAIN}", file=sys.stderr)
        return _INTERRUPTED


def _run(given, console):
    if not given.order:
        raise ValueError("ORDER.toml is missing: `pilotlight provision --example > order.toml`")
    order = orders.read(given.order)
    if not given.port and not given.url:
        if not given.check:
            raise ValueError("--port or --url is missing: where is the station?")
        print(f"{given.order}: every field is good; no station was asked")
        return 0
    if given.url and not given.password:
        raise ValueError("--password is missing: it is on the unit's label")
    line = serial_line(given.port) if given.port else http.http_line(given.url, given.password)
    with line:
        work = Provisioning(
            line, order, given.code, lambda text: console.print(f"• {escape(text)}")
        )
        return _carry_out(given, console, work)


def _carry_out(given, console, work):
    with console.status("asking who is there"):
        work.meet()
    _show(console, work.changes())
    with console.status("checking"):
        work.check()
    if given.check:
        return 0
    try:
        with console.status("setting"):
            reboot = work.apply()
        with console.status("starting anew"):
            if reboot:
                work.restart()
            work.verify()
    except Trouble as trouble:
        raise Trouble(f"{trouble}\n{_AGAIN}") from trouble
    with console.status("waiting for the back end"):
        why = work.online()
    if why:
        console.print(f"[yellow]The station is set, and not on line yet: {escape(why)}")
    else:
        console.print("[green]The station is set, and its back end has accepted it.")
    return 0


def _show(console, changes):
    table = Table("field", "setting", "now", "ordered", title="What will be set")
    for place, name, now, ordered in changes:
        style = None if now == ordered else "bold"
        table.add_row(*(escape(text) for text in (place, name, now, ordered)), style=style)
    console.print(table)
