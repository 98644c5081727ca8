"""Makes one step of a device on a bench: inputs in, one pass of the loop, outputs out.

Runs on CPython (target in_process) and on the unix interpreter, where ``unix_main`` carries the
two snapshots over a socket. Beside what ``machine`` documents a snapshot may hold

    inputs   "tag": an idTag that a driver shows behind the reader    "ask": 1 for the facts
             "n": 1 when bytes of the network are on their way to the station: wait for them, since
                  a busy kernel may deliver them a little later than virtual time can tell
             "file": 1 when the file server said something: wait for that
    outputs  "l": [[level, text]] log lines    "facts": what the station says of itself
             "n": how many bytes left for the network in this step
             "file": while a file is at work on, how many bytes left for its server
"""

import time

import machine

from chargepoint.ports import Log
from chargepoint.run import Loop

_PATIENCE_S = 0.25
_MASK = 0x3FFFFFFF
_HALF = 0x20000000
# The emulated ticks start shortly before they wrap, so that every run sees them wrap.
_FIRST_TICK = _MASK - 20000


class BenchTime:
    """The part of MicroPython's ``time`` that drivers use, told by the bench."""

    def __init__(self, bench):
        self._bench = bench

    def ticks_ms(self) -> int:
        """Milliseconds that wrap at 2**30, as on the ESP32."""
        return (self._bench.now_ms + _FIRST_TICK) & _MASK

    def ticks_diff(self, later: int, earlier: int) -> int:
        """The signed distance of two ticks."""
        return ((later - earlier + _HALF) & _MASK) - _HALF

    def sleep_ms(self, ms: int) -> None:
        """Time is led from outside: nothing to wait for."""


class LineLog(Log):
    """Collects log lines until they are taken."""

    def __init__(self):
        self._lines = []

    def write(self, level: str, text: str) -> None:
        """Keep one line."""
        self._lines.append([level, text])

    def take(self) -> list:
        """The lines since the last call."""
        lines, self._lines = self._lines, []
        return lines


class Hands:
    """``build(log)`` makes the device on the present bench."""

    def __init__(self, build):
        self._bench = machine.current
        self._log = LineLog()
        self.device = build(self._log)
        self._loop = Loop(self.device)

    def step(self, inputs: dict) -> dict:
        """One step of the firmware at ``inputs["t"]``."""
        self._bench.load(inputs)
        stream = self._bench.stream
        if "n" in inputs:
            self._await(stream)
        sent = stream.sent
        if "file" in inputs:
            self._await_file()
        files = self._bench.files
        moved = None if files is None else files.sent
        if "tag" in inputs:
            self.device.station.cards.present(inputs["tag"], self.device.clock.now_ms())
        self._loop.once()
        outputs = self._bench.take()
        lines = self._log.take()
        if lines:
            outputs["l"] = lines
        if stream.sent != sent:
            outputs["n"] = stream.sent - sent
        self._tell_file(outputs, files, moved)
        if "ask" in inputs:
            outputs["facts"] = self.device.station.facts(self.device.clock.now_ms())
        return outputs

    def _tell_file(self, outputs, before, moved):
        files = self._bench.files
        if self.device.station.upkeep.lively:
            outputs["file"] = files.sent - moved if files is before and moved is not None else 0

    def _await_file(self):
        """Poll the transfer until it moved, is over, holds a piece, or patience ends."""
        files, now_ms = self._bench.files, self.device.clock.now_ms()
        if files is None:
            return
        moved = files.moved
        until_s = time.time() + _PATIENCE_S
        while files.hungry and files.moved == moved and time.time() < until_s:
            files.poll(now_ms)

    def _await(self, stream):
        """Poll the link until something came, the connection changed, or patience ends."""
        link, now_ms = self.device.station.ports.link, self.device.clock.now_ms()
        received, state = stream.received, stream.state
        until_s = time.time() + _PATIENCE_S
        while stream.received == received and stream.state == state and time.time() < until_s:
            link.poll(now_ms)
