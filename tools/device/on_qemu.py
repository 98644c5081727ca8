"""The emulated microcontroller as a board on a developer's desk: its console is a serial port.

The station runs from a ROMFS image as it lies in memory, in real time, in the world of the
harness. At its console, a pseudo terminal, stands the interpreter's REPL as on a real board: a
Ctrl-C interrupts the station (the front end opens the contactor), `machine.reset()` starts it
again; a Ctrl-D does not, as it does on an ESP32.
"""

import contextlib
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
import tty
from pathlib import Path

from host_tests.harness.led_loop import LedLoop
from host_tests.harness.stage import Stage
from host_tests.harness.targets import LACKS, TARGETS
from host_tests.harness.targets.qemu import Qemu
from tools.paths import ROOT

BOARD = "qemu_mps2"
NAME = "desk"
_PATIENCE_S = 1.0
_READ = 512


class Line:
    """The console's line as a pseudo terminal, ``port``: what is typed goes to ``on_typed``, in a
    thread of its own, for a person does not wait for the station's steps."""

    def __init__(self):
        self._ends = os.openpty()
        for end in self._ends:
            tty.setraw(end)
        self.port = os.ttyname(self._ends[1])
        self.on_typed = None
        threading.Thread(target=self._carry, daemon=True).start()

    def say(self, data: bytes) -> None:
        """Of the processor; where no one reads, what does not fit is lost, as on a serial line."""
        if select.select((), self._ends[:1], (), 0)[1]:
            os.write(self._ends[0], data)

    def _carry(self):
        while True:
            typed = os.read(self._ends[0], _READ)
            if self.on_typed is not None:
                self.on_typed(typed)


class OnTheDesk(Qemu):
    """Target qemu with its console on ``line``, whose station may be interrupted and restarted.

    A front end that gets no answer has tripped; it then begins anew, as at a power-on, until the
    station is there again.
    """

    def __init__(self, folder, provisioning, seed=1, *, line):
        from tools.build import image, interpreter

        built = image.build_image(BOARD)
        super().__init__(
            folder, provisioning, seed, _PATIENCE_S, image=built, interpreter=interpreter.roomy()
        )
        self._line = line
        line.on_typed = self._type

    def power_on(self, cause, inputs):
        self._patience_s, patience_s = 60, self._patience_s
        super().power_on(cause, inputs)
        self._patience_s = patience_s

    def step(self, inputs):
        try:
            outputs = self._meet(inputs) if self._front_end.tripped else super().step(inputs)
        except RuntimeError:
            # A hard reset ends the emulator.
            self._front_end.trip()
            self.machine.stop()
            outputs = self._front_end.take()
        # Its lines for people leave by the front end; another board prints them here. What the
        # front end itself says of a station that was interrupted is not the console's.
        for level, text in () if self._front_end.tripped else outputs.get("l", ()):
            self._line.say(f"{level}: {text}\r\n".encode())
        return outputs

    def _type(self, data):
        with contextlib.suppress(RuntimeError, KeyError, OSError):
            self.machine.send("console", data)

    def _meet(self, inputs):
        """START, until the station that was interrupted has started again."""
        if not self.machine.on:
            self.machine.start(b"")
        self._front_end.load(inputs)
        self.starts += 1
        fresh = self._front_end.again(self.seed * 1000 + self.starts)
        self._front_end = fresh
        start = fresh.start("SOFT_RESET")
        self.machine.send("front_end", start)
        self._listen(start)
        return fresh.take()

    def _judge_silence(self, until_s):
        # A trace is what a Ctrl-C leaves, and the emulator's business no more.
        if time.monotonic() >= until_s:
            self._front_end.trip()

    def _hear(self, came):
        console = came.pop("console", b"")
        if console:
            self._line.say(console)
        super()._hear(came)

    def _send_bytes(self, inputs):
        lines = [pair for pair in inputs.get("u", ()) if self._lines.get(pair[0]) != "console"]
        super()._send_bytes({"u": lines} if lines else {})


def run(folder: Path, say=print, words=()) -> None:
    """A station on the desk until this process ends; its port is told once it has started.

    ``words`` are told while it runs: "cut" breaks its connection to the back end.
    """
    # In this process only: the tests run on every target that there is.
    TARGETS[NAME] = (__name__, "OnTheDesk")
    LACKS[NAME] = LACKS["qemu"]
    line = Line()
    stage = Stage(NAME, folder, loop=LedLoop(), line=line)
    with stage:
        stage.start()
        say(line.port)
        threading.Thread(target=_obey, args=(stage, words), daemon=True).start()
        while True:
            stage.advance(1)


def _obey(stage, words):
    for word in words:
        if word.strip() == "cut":
            stage.loop.call_soon_threadsafe(stage.network.cut)


def started() -> tuple:
    """(process, port) of a station in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    port = process.stdout.readline().strip()
    if not port:
        raise RuntimeError("the emulated board did not start; its trace is above")
    return process, port


def main() -> int:
    """The first line tells the port; the second process of a test, or a person's shell."""
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
        run(Path(folder), lambda port: print(port, flush=True), sys.stdin)
    return 0


if __name__ == "__main__":
    sys.exit(main())
