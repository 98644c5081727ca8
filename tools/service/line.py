"""``Line.ask(request) -> answer``: the service room of a station, whatever lies in between.

``serial_line(port)`` a board's serial port, or a pty; ``stage_line(stage)`` a station of the
harness; ``http_line(url, password)`` the station's own page (http.py). The asks and their answers
are told in firmware/chargepoint/service.py.
"""

import time

import serial

from tools.service.protocol import Asking

BAUD = 115200
# What a station takes (console_line.LONGEST).
LONGEST = 8192
TOO_LONG = (
    "this order makes {size} bytes, and the station takes {most} at a time: nothing was changed. "
    "Give the certificates without the text around them, or in two orders"
)
_READ_S = 0.1
# A step of a station may take 2 s (TLS); then the request is said again.
_AGAIN_S = 4
_QUIET_TRY = (
    "is it the right port (ls /dev/ttyUSB* /dev/ttyACM*), is the application running and not the "
    "REPL (make monitor shows its lines), and does no other program use the port?"
)


class Trouble(Exception):
    """No answer could be had; the text says what was seen and what to try."""


class Line:
    """``exchange(request, timeout_s) -> answer`` is what carries a request."""

    def __init__(self, exchange, close=lambda: None):
        self._exchange = exchange
        self.close = close

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def ask(self, request: dict, timeout_s: float = 30) -> dict:
        """The answer, ``ok`` or not. Raises Trouble when there is none."""
        return self._exchange(request, timeout_s)

    def settings(self) -> list:
        """All settings, as the ask ``settings`` describes one."""
        found, at = [], 0
        while at is not None:
            answer = self.ask({"ask": "settings", "at": at})
            found += answer["settings"]
            at = answer["next"]
        return found


def stage_line(stage) -> Line:
    """The console of a station on a ``stage``."""
    return Line(stage.console)


def serial_line(port: str) -> Line:
    """The console on ``port``; opening it does not reset the board. Raises Trouble."""
    # Neither line may be asserted: they hold an ESP32 in reset or in its boot loader.
    opened = serial.Serial(baudrate=BAUD, timeout=_READ_S)
    opened.port, opened.dtr, opened.rts = port, False, False
    try:
        opened.open()
    except (OSError, ValueError) as error:
        raise Trouble(_why_not(port, error)) from error
    asking = Asking()

    def exchange(request, timeout_s):
        size = asking.size_of(request)
        if size > LONGEST:
            raise Trouble(TOO_LONG.format(size=size, most=LONGEST))
        return _ask_serial(opened, asking, request, timeout_s)

    return Line(exchange, opened.close)


def _ask_serial(port, asking, request, timeout_s):
    until_s = time.monotonic() + timeout_s
    try:
        port.write(asking.begin(request))
        heard_s = time.monotonic()
        while asking.answer is None:
            data = port.read(port.in_waiting or 1)
            now_s = time.monotonic()
            if data:
                port.write(asking.receive(data))
            if asking.heard:
                asking.heard, heard_s = False, now_s
            if now_s >= until_s:
                raise Trouble(_silent(port.name, asking, timeout_s))
            if now_s >= heard_s + _AGAIN_S:
                port.write(asking.again())
                heard_s = now_s
    except OSError as error:
        raise Trouble(
            f"{port.name}: the device went away ({error}): is the cable loose, or did the station "
            "lose its power? Plug it in and run this again"
        ) from error
    return asking.answer


def _silent(port, asking, timeout_s):
    seen = asking.last_lines()
    heard = "nothing was heard" if not seen else "heard only: " + " | ".join(map(repr, seen))
    return f"{port}: no answer of a Pilotlight station in {timeout_s:g} s; {heard}. {_QUIET_TRY}"


def _why_not(port, error):
    text = str(error)
    if "ermission" in text:
        advice = "sudo usermod -a -G dialout $USER, then log in anew"
    elif "usy" in text or "xclusive" in text:
        advice = "close the other program that uses it (a monitor, a REPL)"
    else:
        advice = "plug the board in, and look with: ls /dev/ttyUSB* /dev/ttyACM*"
    return f"{port}: can't be opened ({text}): {advice}"
