"""Target qemu: MicroPython on an emulated Cortex-M3, 160 KB of heap, the application frozen.

The instruments, the front end and the network are on the far ends of its four serial lines. Time
is led from here as everywhere: the front end's STATUS makes the station step, its COMMAND ends the
step. What the other lines bring in a step is in the UARTs before STATUS leaves.
"""

import time

from host_tests.harness import paths
from host_tests.harness.targets.base import Target, Unavailable
from host_tests.harness.targets.qemu_front_end import FrontEnd
from host_tests.harness.targets.qemu_machine import QEMU, Machine, Silence
from host_tests.harness.targets.qemu_modem import Modem

paths.use_firmware()

import pins  # noqa: E402
from chargepoint.drivers.front_end import BEAT_MS  # noqa: E402

_PATIENCE_S = 60
_CONSOLE_S = 0.5
_AGAIN_S = 5
_TRACE = "Traceback"
# 500 bytes take 50 ms of the host's time, several times that when it is loaded.
_DRAIN_S = 2


class Qemu(Target):
    """``patience_s`` is how long, on the host, an answer may take before the guard opens.

    ``image``, ``interpreter`` and ``more`` (QEMU's words) stand in place of the usual ones.
    """

    name = "qemu"

    def __init__(
        self, folder, provisioning, seed=1, patience_s=_PATIENCE_S,
        image=None, interpreter=None, more=(),
    ):  # fmt: skip
        super().__init__(folder, provisioning, seed)
        board = provisioning.get("board", {})
        if board.get("connectors", 1) != 1:
            raise Unavailable("qemu: the emulated board has one connector; use --target unix")
        self.machine = Machine(self.folder, interpreter or _frozen(), more)
        self.starts = 0
        self._patience_s = patience_s
        self._image = image or _main_alone()
        self._via = board.get("via", {})
        self._lines = {pins.METER_UART[0]: "meter", pins.READER_UART: "reader"}
        self._lines[pins.CONSOLE_UART] = "console"
        self._records = {}
        self._clogged = False

    def provision(self, name, data):
        self._records[name] = data

    def power_on(self, cause, inputs):
        self.power_off()
        self.starts += 1
        self._front_end = FrontEnd(self.seed * 1000 + self.starts)
        self._modem = Modem(self._via)
        self._received = {}
        if self._records:
            self.machine.lay(self._records)
        self.machine.start(self._image.read_bytes())
        self._front_end.load(inputs)
        self._send_bytes(inputs)
        start = self._front_end.start(cause)
        self.machine.send("front_end", start)
        try:
            self._listen(start)
        except RuntimeError as error:
            self.power_off()
            raise ValueError(str(error))
        if self._front_end.tripped:
            words = self.machine.last_words()
            self.power_off()
            raise RuntimeError(f"qemu: no start within {self._patience_s} s:\n{words}")
        self._records = {}

    def power_off(self):
        if self.machine.on:
            self.machine.stop()
            self._modem.close()

    def step(self, inputs):
        self._front_end.load(inputs)
        self._send_bytes(inputs)
        self._send_network("n" in inputs)
        self.machine.send("front_end", self._front_end.step(inputs))
        self._listen()
        return self._outputs()

    def unanswered(self, for_ms):
        if for_ms >= BEAT_MS and not self._front_end.tripped:
            self._front_end.trip()
        return self._front_end.take()

    def _send_bytes(self, inputs):
        sent = [(self._lines.get(uart), data) for uart, data in inputs.get("u", ())]
        for line, data in sent:
            if line is not None:
                self.machine.send(line, bytes.fromhex(data))
        for line, _ in sent:
            if line is not None:
                self.machine.drain(line, _DRAIN_S)

    def _send_network(self, awaited):
        # A station that does not take what came is left in peace until it does.
        if self._clogged and not self.machine.drained("modem"):
            return
        frames = self._modem.poll(awaited)
        if frames:
            self.machine.send("modem", frames)
            self._clogged = not self.machine.drain("modem", _DRAIN_S)

    def _listen(self, again=b""):
        """Take what the lines say until the step is answered, or patience ends.

        ``again`` is said every _AGAIN_S: a byte that comes while the processor sets its UART up is
        lost, and START with it.
        """
        until_s = time.monotonic() + self._patience_s
        again_s = time.monotonic() + _AGAIN_S
        while not self._front_end.answered:
            try:
                self._hear(self.machine.receive(_CONSOLE_S))
            except Silence:
                self._judge_silence(until_s)
            if again and time.monotonic() >= again_s:
                self.machine.send("front_end", again)
                again_s += _AGAIN_S
        try:
            self._hear(self.machine.receive(0))
        except Silence:
            pass

    def _judge_silence(self, until_s):
        words = self.machine.last_words()
        if _TRACE in words:
            raise RuntimeError(words)
        if time.monotonic() >= until_s:
            self._front_end.trip()

    def _hear(self, came):
        for line, data in came.items():
            if line == "front_end":
                self._front_end.hear(data)
            elif line == "modem":
                self._modem.hear(data)
            else:
                self._received[line] = self._received.get(line, b"") + data

    def _outputs(self):
        outputs = self._front_end.take()
        sent = [
            [uart, self._received[line].hex()]
            for uart, line in self._lines.items()
            if line in self._received
        ]
        self._received.clear()
        if sent:
            outputs["u"] = sent
        count = self._modem.take_sent()
        if count:
            outputs["n"] = count
        return outputs


def _frozen():
    from tools.build import interpreter

    if not QEMU.exists():
        raise Unavailable(f"qemu: {QEMU} is missing; run: make setup")
    return interpreter.frozen()


def _main_alone():
    from tools.build import interpreter

    return interpreter.main_alone()
