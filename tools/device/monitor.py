"""`pilotlight monitor`: a station's lines, with time and level, in colour; it comes back by itself
when the cable does."""

import re
import time
from datetime import datetime

import serial
from rich.text import Text

from tools.device import trouble

_BAUD = 115200
_STYLES = {"debug": "dim", "info": "green", "warning": "yellow", "error": "bold red"}
_LINE = re.compile(r"^(debug|info|warning|error): (.*)$")
_AGAIN_S = 0.5
READ_S = 0.2
# Answers of the service room (firmware: drivers/console_line): of another program.
_ANSWER = "@"
_LONGEST = 4096


def shown(line: str, at: datetime) -> Text | None:
    """A line as people read it; None for one that is none of theirs."""
    if line.startswith(_ANSWER):
        return None
    # What a station hands on of others must not steer the terminal.
    line = "".join(sign if sign.isprintable() or sign == "\t" else "?" for sign in line)
    told = Text().append(at.strftime("%H:%M:%S.%f")[:-3], style="dim")
    found = _LINE.match(line)
    level, text = found.groups() if found else ("", line)
    told.append(f" {level:7} ", style=_STYLES.get(level, ""))
    return told.append(text, style=_STYLES.get(level, "") if level in ("warning", "error") else "")


def run(port: str, console, once: bool = False) -> None:
    """Show lines until a Ctrl-C; ``once``: until the port is gone. Raises Trouble where the port
    can't be opened in the first place."""
    line = _open(port)
    console.print(f"[dim]{port}: Ctrl-C ends, the station goes on[/dim]")
    while True:
        try:
            _show(line, console)
        except (OSError, serial.SerialException):
            console.print(f"[dim]{port}: gone; waiting for it[/dim]")
            line.close()
            if once:
                return
            line = _wait(port)
            console.print(f"[dim]{port}: back[/dim]")


def _open(port):
    line = serial.Serial(baudrate=_BAUD, timeout=READ_S)
    # Neither may be asserted: they hold an ESP32 in reset or in its boot loader.
    line.port, line.dtr, line.rts, line.exclusive = port, False, False, True
    try:
        line.open()
    except (OSError, ValueError) as error:
        raise trouble.of_port(port, error) from error
    return line


def _wait(port):
    while True:
        try:
            return _open(port)
        except trouble.Trouble:
            time.sleep(_AGAIN_S)


def show_while(port: str, console, may) -> None:
    """Show lines as long as ``may()`` says; the port is free afterwards, and while it is gone."""
    try:
        with _open(port) as line:
            _show(line, console, may)
    except (OSError, serial.SerialException, trouble.Trouble):
        time.sleep(_AGAIN_S)


def _show(line, console, may=lambda: True):
    came = b""
    while may():
        came += line.read(line.in_waiting or 1)
        while b"\n" in came or len(came) > _LONGEST:
            first, _, came = came.partition(b"\n")
            told = shown(first.decode(errors="replace").rstrip("\r"), datetime.now())
            if told is not None:
                console.print(told)
