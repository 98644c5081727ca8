"""The command lines of this folder: flash, deploy, monitor, repl, backup, restore, dev."""

import subprocess
import sys

from rich.console import Console
from rich.progress import Progress

from tools.device import deploy, dev, flash, monitor, on_qemu, serial_board, store, trouble, unit
from tools.provision import order as orders

_INTERRUPTED = 130
_STOPS = "The station is interrupted meanwhile: its contactor opens. "
_ABOUT = {
    "flash": "Writes interpreter, partition table, application, unit and settings to an ESP32.",
    "deploy": "Builds the application and writes it into the board's ROMFS. " + _STOPS,
    "monitor": "Shows the station's lines with time and level; the station goes on.",
    "repl": "The interpreter's prompt, by mpremote. A Ctrl-C there interrupts the station.",
    "backup": "Copies every record of the board's store into a file. " + _STOPS,
    "restore": "Puts a backup in place of the board's store, whole or not at all. " + _STOPS,
    "dev": "Builds, deploys and starts the application whenever a file of it is saved.",
}


def add_to(chosen) -> None:
    """All of these commands, to the parsers ``chosen``."""
    for name, about in _ABOUT.items():
        parser = chosen.add_parser(name, help=about.partition(". ")[0].lower(), description=about)
        parser.set_defaults(run=run, of_device=name)
        parser.add_argument("--port", help="the board's serial port, such as /dev/ttyUSB0")
        if name in ("flash", "deploy", "dev"):
            parser.add_argument("--board", help="which board it is (boards/README.md)")
        if name == "flash":
            _add_flash(parser)
        if name == "deploy":
            parser.add_argument(
                "--force",
                action="store_true",
                help="also a small heap, or a board of another name",
            )
        if name == "backup":
            parser.add_argument("--to", required=True, help="the file to write")
        if name == "restore":
            parser.add_argument(
                "--from", dest="source", required=True, help="the file of a backup"
            )
            parser.add_argument("--unit", action="store_true", help="its unit record, too")


def _add_flash(parser):
    parser.add_argument("--image", help="firmware.bin of MicroPython's build for the board")
    parser.add_argument("--serial", help="the unit's serial number (else one is drawn)")
    parser.add_argument("--order", help="order.toml with the settings (docs/order.md)")
    parser.add_argument("--rom", action="store_true", help="the application as ROMFS in any case")
    parser.add_argument("--merge", action="store_true", help="only make build/<board>/flash.bin")


def run(given) -> int:
    """0: done; 1: it failed, and what to try was told; 2: words that make no sense."""
    console = Console()
    try:
        return _DO[given.of_device](given, console) or 0
    except trouble.Trouble as failed:
        print(f"pilotlight {given.of_device}: {failed}", file=sys.stderr)
        return 1
    except orders.OrderError as wrong:
        print("\n".join(wrong.lines()), file=sys.stderr)
        return 1
    except ValueError as wrong:
        print(f"pilotlight {given.of_device}: {wrong}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"pilotlight {given.of_device}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # A monitor is ended so.
        return 0 if given.of_device in ("monitor", "dev") else _INTERRUPTED


def _port(given):
    if not given.port:
        raise ValueError(f"PORT= (--port) is missing: where is the board? {trouble.ports()}")
    return given.port


def _board(given):
    if not given.board:
        raise ValueError(f"BOARD= (--board) is missing; there are {', '.join(flash.boards())}")
    return given.board


def _flash(given, console):
    parts = flash.Parts(_board(given), given.image, given.rom)
    if given.merge:
        console.print(f"made {flash.merge(parts)}")
        return
    port, order = _port(given), orders.read(given.order) if given.order else None
    serial = given.serial or (order and order.serial)
    record = unit.made(serial) if serial else None
    files = flash.files_of(order) if order else {}
    with Progress(console=console) as progress:
        record = flash.run(port, parts, record, files, progress)
    serial, secret = unit.unit.read(record)
    console.print(f"unit {serial}: its label is in {unit.LABELS}")
    console.print(f"password of its access point and page: [bold]{unit.unit.password(secret)}[/]")
    if order and order.code is not None:
        console.print("the technician's code is not set yet: pilotlight provision with this order")


def _deploy(given, console):
    board = _board(given)
    if not given.force and board != on_qemu.BOARD and not flash.has_psram(board):
        raise trouble.Trouble(
            f"{board} has too little memory for an application from ROMFS (README, heap)",
            "build it into the interpreter (make build, board.md), then make flash; or --force",
        )
    with Progress(console=console) as progress:
        size = deploy.run(_port(given), board, progress, given.force)
    console.print(f"deployed {size:,} bytes, started anew: make monitor")


def _monitor(given, console):
    monitor.run(_port(given), console)


def _repl(given, console):
    serial_board.look(_port(given))
    return subprocess.call(
        [sys.executable, "-m", "mpremote", "connect", given.port, "resume", "repl"]
    )


def _backup(given, console):
    with Progress(console=console) as progress:
        count = store.backup(_port(given), given.to, progress)
    console.print(f"{count} records in {given.to}: it has the station's passwords in it")


def _restore(given, console):
    with Progress(console=console) as progress:
        count = store.restore(_port(given), given.source, given.unit, progress)
    console.print(f"{count} records restored, started anew: make monitor")


def _dev(given, console):
    dev.run(given.board or dev.UNIX, given.port, console)


_DO = {
    "flash": _flash,
    "deploy": _deploy,
    "monitor": _monitor,
    "repl": _repl,
    "backup": _backup,
    "restore": _restore,
    "dev": _dev,
}
