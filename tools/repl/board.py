"""The raw REPL of a board: the running program is interrupted, short texts are carried out."""

import contextlib
import time

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

_BAUD = 115200
_PATIENCE_S = 20
_SILENCE_S = 3
# From a reset until a board's program has begun, and what its boot loader takes.
_RESTARTED_S = 30
# What is left undisturbed meanwhile, so that a reset which is due comes.
_RESETS_S = 2
_TROUBLE = (TransportError, TransportExecError, serial.SerialException, OSError)
RESTART = "import machine\nmachine.reset()\n"


class Unreachable(Exception):
    """There is no interpreter to talk to, or it did not do what it was told."""


class Board:
    """A board's console at ``port``: the running program is interrupted."""

    def __init__(self, port: str):
        self._transport = None
        try:
            self._transport = SerialTransport(port, _BAUD, timeout=_SILENCE_S)
            self._enter()
        except _TROUBLE as trouble:
            self.close(restart=False)
            raise Unreachable(
                f"{port}: {trouble}; expected a MicroPython console at {_BAUD} baud"
            ) from trouble

    @property
    def transport(self) -> SerialTransport:
        """For mpremote's own commands."""
        return self._transport

    def run(self, text: str, patience_s: int = _PATIENCE_S) -> str:
        """What ``text`` prints; raises Unreachable with what the board said instead."""
        try:
            said, error = self._transport.exec_raw(text, timeout=patience_s)
        except _TROUBLE as trouble:
            raise Unreachable(f"the board does not answer: {trouble}") from trouble
        if error:
            last = error.decode(errors="replace").strip().splitlines()[-1]
            raise Unreachable(f"the board refuses: {last}")
        return said.decode(errors="replace").replace("\r\n", "\n")

    def run_to_a_reset(self, text: str) -> None:
        """Carry out ``text``, which ends in a reset, and interrupt what starts after it, or the
        text, when it goes on.

        Raises Unreachable for a board that does not come back.
        """
        with contextlib.suppress(*_TROUBLE):
            self._transport.exec_raw_no_follow(text)
        time.sleep(_RESETS_S)
        until_s = time.monotonic() + _RESTARTED_S
        while True:
            try:
                self._transport.in_raw_repl = False
                self._enter()
                return
            except _TROUBLE as trouble:
                if time.monotonic() > until_s:
                    raise Unreachable(f"the board did not come back: {trouble}") from trouble

    def soft_reset(self) -> None:
        """The interpreter begins anew, and nothing is started."""
        try:
            self._transport.enter_raw_repl(soft_reset=True, timeout_overall=_PATIENCE_S)
        except _TROUBLE as trouble:
            raise Unreachable(f"no soft reset: {trouble}") from trouble

    def close(self, restart: bool) -> None:
        """``restart``: the station starts anew, with what was written."""
        if self._transport is None:
            return
        with contextlib.suppress(*_TROUBLE):
            if restart:
                self._transport.exec_raw_no_follow(RESTART)
        with contextlib.suppress(serial.SerialException, OSError):
            self._transport.close()

    def _enter(self):
        # No soft reset: it would start the station again.
        self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_SILENCE_S)
