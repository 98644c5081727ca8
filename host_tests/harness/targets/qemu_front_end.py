"""The emulated pilot front end: snapshots of the harness on one side, frames on the other.

See boards/qemu_mps2/board.md for what a front end does, wire/tagged.py for its frames.
"""

import json
import random

from host_tests.harness import paths

paths.use_firmware()

import pins  # noqa: E402  (the desk's: the harness wires worlds by it)
from chargepoint.wire import tagged  # noqa: E402

_CAUSES = {"PWRON_RESET": "power", "WDT_RESET": "watchdog"}
_LAMPS = (tagged.LAMP_RED, tagged.LAMP_GREEN, tagged.LAMP_BLUE)
_PWM_HZ = 1000
_BP = 10_000
_MASK = 0xFFFFFFFF


class FrontEnd:
    """The front end of connector 1, from one start of the station to the next."""

    def __init__(self, seed: int):
        self._noise = random.Random(seed)
        self._frames = tagged.Frames()
        self._now_ms = 0
        self._utc_offset_ms = None
        self._feedback = 0
        self._wave = None
        self._duty_bp = None
        self._driven = {}
        self._awaited_ms = None
        self._outputs = {}
        self._facts = b""
        self.answered = False
        self.tripped = False

    def start(self, cause: str) -> bytes:
        """The frame that begins a start; ``cause`` names a constant of machine.reset_cause()."""
        return tagged.start(_CAUSES.get(cause, "reset"), self._noise.randbytes(16))

    def load(self, inputs: dict) -> None:
        """See what a snapshot says of the pilot, the contactor and the time."""
        self._now_ms = inputs.get("t", self._now_ms)
        for pin, level in inputs.get("p", ()):
            if pin == pins.FEEDBACK[0]:
                self._feedback = level
        for wave in inputs.get("a", ()):
            if wave[0] == pins.PILOT_ADC[0]:
                self._wave = wave

    def step(self, inputs: dict) -> bytes:
        """The frames that make the station step."""
        frames = b""
        if "tag" in inputs:
            frames += tagged.frame(tagged.TAG, inputs["tag"].encode())
        if "ask" in inputs:
            frames += tagged.frame(tagged.ASK, b"")
        self.answered = False
        self._awaited_ms = self._now_ms & _MASK
        utc_s = None
        if self._utc_offset_ms is not None:
            utc_s = (self._utc_offset_ms + self._now_ms) // 1000
        return frames + tagged.status(self._awaited_ms, utc_s, (self._row(),))

    def hear(self, data: bytes) -> None:
        """Bytes of the station; ``answered`` once they end a step."""
        self._frames.receive(data)
        while self._frames.next():
            self._take(self._frames.tag, self._frames.payload)

    def trip(self) -> None:
        """A STATUS stayed without an answer: the guard opens."""
        self.tripped = True
        self.answered = True
        self._drive(pins.RELAY[0], 0)
        self._say("error", "front end: the station does not answer, contactor open")

    def take(self) -> dict:
        """The outputs since the last call."""
        outputs, self._outputs = self._outputs, {}
        return outputs

    def _row(self):
        inputs = tagged.FEEDBACK_CLOSED if self._feedback else tagged.FEEDBACK_OPEN
        if self.tripped:
            inputs |= tagged.GUARD_TRIPPED
        if self._wave is None:
            return 0, 0, inputs
        _, high_mv, low_mv, _, noise_mv = self._wave
        # The trimmed extremes of a noisy wave lie outside of its levels.
        high_mv += self._noise.randint(0, noise_mv)
        low_mv -= self._noise.randint(0, noise_mv)
        return _pilot_mv(high_mv), _pilot_mv(low_mv), inputs | tagged.PILOT_READ

    def _take(self, tag, payload):
        if tag == tagged.COMMAND:
            self._obey(*tagged.read_command(payload))
        elif tag == tagged.CLOCK:
            self._utc_offset_ms = tagged.read_clock(payload) * 1000 - self._now_ms
        elif tag == tagged.LOG:
            self._say(*tagged.read_log(payload))
        elif tag == tagged.RESET:
            self._outputs["r"] = "hard" if payload == b"\1" else "soft"
            self.answered = True
        elif tag == tagged.FACTS:
            self._facts += payload[1:]
            if payload[:1] == b"\0":
                self._outputs["facts"], self._facts = json.loads(self._facts), b""

    def _obey(self, now_ms, beat_ms, due_ms, rows):
        if self._awaited_ms not in (None, now_ms):
            return  # the late answer of a station that hung
        ((duty_bp, driven),) = rows
        closed = driven & tagged.RELAY_CLOSED
        if not closed:
            self.tripped = False
        held = closed and beat_ms and not self.tripped
        self._drive(pins.RELAY[0], 1 if held else 0)
        for pin, bit in zip(pins.LAMP[0], _LAMPS):
            self._drive(pin, 1 if driven & bit else 0)
        if duty_bp != self._duty_bp:
            self._duty_bp = duty_bp
            duty_u16 = (duty_bp * 65_535 + _BP // 2) // _BP
            self._outputs["w"] = [[pins.PILOT_PWM[0], duty_u16, _PWM_HZ]]
        self.answered = True

    def _drive(self, pin, level):
        if self._driven.get(pin) != level:
            self._driven[pin] = level
            self._outputs.setdefault("p", []).append([pin, level])

    def _say(self, level, text):
        self._outputs.setdefault("l", []).append([level, text])


def _pilot_mv(adc_mv: int) -> int:
    """The voltage on the pilot behind the desk's divider, which the harness counts in."""
    return (adc_mv - pins.PILOT_ZERO_MV) * _BP // pins.PILOT_RATIO_BP
