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
# A pin of the desk, and the bit of COMMAND that drives it; the contactors are apart.
_DRIVEN = (
    (pins.LAMP[0][0], tagged.LAMP_RED),
    (pins.LAMP[0][1], tagged.LAMP_GREEN),
    (pins.LAMP[0][2], tagged.LAMP_BLUE),
    (pins.LOCK_A[0], tagged.LOCK_IN),
    (pins.LOCK_B[0], tagged.LOCK_OUT),
    (pins.RESIDUAL_TEST[0], tagged.RESIDUAL_TEST),
    (pins.PILOT_OFF[0], tagged.PILOT_OFF),
    (pins.BUZZER, tagged.BUZZER),
)
_CONTACTORS = (
    (pins.RELAY[0], tagged.RELAY_CLOSED),
    (pins.SECOND_RELAY[0], tagged.SECOND_CLOSED),
)
# A pin of the desk, and where STATUS says what it sees; a pin without a wire is not watched.
_WATCHED = (
    (pins.FEEDBACK[0], tagged.FEEDBACK_AT),
    (pins.SECOND_FEEDBACK[0], tagged.SECOND_AT),
    (pins.LOCK_SENSE[0], tagged.LOCK_AT),
    (pins.EARTH[0], tagged.EARTH_AT),
    (pins.RESIDUAL[0], tagged.RESIDUAL_AT),
)
# Beyond these a line is open or shorted.
_OPEN_MV = 3200
_THERMOMETER_MV = (100, 1750)
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
        self._levels = {}
        self._waves = {}
        self._duty_bp = None
        self._driven = {}
        self._awaited_ms = None
        self._outputs = {}
        self._facts = b""
        self.answered = False
        self.tripped = False

    def again(self, seed: int) -> "FrontEnd":
        """One that sees the same, for the next start of a station that was interrupted."""
        other = FrontEnd(seed)
        other._now_ms, other._utc_offset_ms = self._now_ms, self._utc_offset_ms
        other._levels, other._waves = self._levels, self._waves
        return other

    def start(self, cause: str) -> bytes:
        """The frame that begins a start; ``cause`` names a constant of machine.reset_cause()."""
        return tagged.start(_CAUSES.get(cause, "reset"), self._noise.randbytes(16))

    def load(self, inputs: dict) -> None:
        """See what a snapshot says of the pilot, the other inputs and the time."""
        self._now_ms = inputs.get("t", self._now_ms)
        self._levels.update(inputs.get("p", ()))
        self._waves.update((wave[0], wave[1:]) for wave in inputs.get("a", ()))

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
        for pin, _ in _CONTACTORS:
            self._drive(pin, 0)
        self._say("error", "front end: the station does not answer, contactor open")

    def take(self) -> dict:
        """The outputs since the last call."""
        outputs, self._outputs = self._outputs, {}
        return outputs

    def _row(self):
        inputs = 0
        for pin, at in _WATCHED:
            if pin in self._levels:
                inputs |= (2 if self._levels[pin] else 1) << at
        if not self._levels.get(pins.BUTTON, 1):
            inputs |= tagged.BUTTON
        if self.tripped:
            inputs |= tagged.GUARD_TRIPPED
        if self._readable():
            inputs |= tagged.PILOT_READ
        return *self._pilot(), inputs, self._proximity_ohm(), self._tenths_c()

    def _readable(self):
        return self._waves.get(pins.PILOT_ADC[0], (None,))[0] is not None

    def _pilot(self):
        if not self._readable():
            return 0, 0
        high_mv, low_mv, _, noise_mv = self._waves[pins.PILOT_ADC[0]][:4]
        # The trimmed extremes of a noisy wave lie outside of its levels.
        high_mv += self._noise.randint(0, noise_mv)
        low_mv -= self._noise.randint(0, noise_mv)
        return _pilot_mv(high_mv), _pilot_mv(low_mv)

    def _proximity_ohm(self):
        level_mv = self._waves.get(pins.PROXIMITY_ADC[0], (_OPEN_MV,))[0]
        if level_mv >= _OPEN_MV:
            return tagged.OHM_OPEN
        return round(pins.PROXIMITY_SERIES_OHM * level_mv / (pins.PROXIMITY_SUPPLY_MV - level_mv))

    def _tenths_c(self):
        level_mv = self._waves.get(pins.THERMOMETER_ADC[0], (0,))[0]
        least_mv, most_mv = _THERMOMETER_MV
        # MCP9700: 500 mV at 0 degrees, 1 mV for each tenth.
        return level_mv - 500 if least_mv <= level_mv <= most_mv else tagged.TENTHS_NONE

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
        if not driven & tagged.RELAY_CLOSED:
            self.tripped = False
        for pin, bit in _CONTACTORS:
            held = driven & bit and beat_ms and not self.tripped
            self._drive(pin, 1 if held else 0)
        for pin, bit in _DRIVEN:
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
