"""A board without a board: the texts run in CPython, on the emulated coprocessor and pads.

Time is the coprocessor's: it goes on by what the text sleeps and by each access. ``faults`` make
a board that is not as it should be; their names are at ``FAULTS``.
"""

import contextlib
import io
from types import SimpleNamespace

from host_tests.harness.devices import adc_esp32 as adc
from host_tests.harness.devices.ulp import Ulp
from tools.guard_check.bench import Bench
from tools.guard_check.measure import NOTHING, B, C, Person
from tools.repl.board import Unreachable
from tools.ulp import build, pads

FAULTS = (
    "other program", "no pull-down", "slow clock", "cycles", "hangs", "pilot level", "noise",
    "radio", "no rtc watchdog", "adc", "residual",
)  # fmt: skip
_TICK_US, _ACCESS_US, _OWED_US = 30, 2, 100
_LEVELS_MV = {NOTHING: 12000, B: 9000, C: 6000}
_IN, _RESET_STATE, _ENABLED = 0x3FF48424, 0x3FF48034, 0x3FF4840C
_TIMER, _COUNTED = 0x3FF5F068, 0x3FF5F06C
_RESIDUAL_AFTER_MS, _S2_AFTER_MS, _PRESSED_MS = 200, 200, 100
_COMES_BACK_US = 30_000_000


class _Reset(BaseException):
    """The processor starts anew in the middle of a text."""


class _Silence(BaseException):
    """What should end in a reset does not."""


class EmulatedBoard:
    """As tools.repl.board.Board; ``connect`` and ``do`` are what a person does."""

    def __init__(self, bench: Bench, faults: tuple = (), clock_hz: int = 8_500_000):
        for fault in faults:
            if fault not in FAULTS:
                raise ValueError(f"fault {fault!r}: expected one of {', '.join(FAULTS)}")
        self._bench, self._faults = bench, faults
        clock_hz = 5_000_000 if "slow clock" in faults else clock_hz
        self.ulp = Ulp(clock_hz)
        self._clock_hz = clock_hz
        self._wave = (12000, -12000, 10000)
        self._radio = False
        self._reason, self._until_us = 1, None
        self._due: list = []
        self._seen: list = []
        self._stands, self._reset_us, self._owed_us = False, None, 0
        self.opened_s2_us = None
        self._names: dict = {}
        self._begin()
        self._put()

    # -- as a board ----------------------------------------------------------------------------

    def run(self, text: str, patience_s: int = 0) -> str:
        if self._stands:
            raise Unreachable("the board does not answer")
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                exec(text, self._names)
            except (_Reset, _Silence) as reset:
                self._begin()
                raise Unreachable("the board does not answer") from reset
        return said.getvalue()

    def run_to_a_reset(self, text: str) -> None:
        if self._stands:
            raise Unreachable("the board did not come back")
        self._until_us = self.ulp.now_us + _COMES_BACK_US
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(text, self._names)
        except _Reset:
            self._begin()
            self._put()
            return
        except _Silence:
            self._begin()
        finally:
            self._until_us = None

    def soft_reset(self) -> None:
        self.ulp.reset("soft")
        self._begin()

    def close(self, restart: bool) -> None:
        """Nothing is open."""

    # -- as a person ---------------------------------------------------------------------------

    def connect(self, what: str) -> None:
        level = _LEVELS_MV[what]
        self._wave = (level, *self._wave[1:])
        self._put()

    def do(self, key: str) -> None:
        now_us = self.ulp.now_us
        if key == "s2":
            self._due.append((now_us + _S2_AFTER_MS * 1000, self._open_s2))
        elif key == "residual" and "residual" not in self._faults:
            self._due.append((now_us + _RESIDUAL_AFTER_MS * 1000, self._trip_residual))

    def _open_s2(self):
        self.ulp.taken()
        self.opened_s2_us = self.ulp.now_us
        self.connect(B)

    def _trip_residual(self):
        """Pressed, and let go."""
        bit = self._bench.given["RESIDUAL"]
        self.ulp.input(bit, True)
        let_go_us = self.ulp.now_us + _PRESSED_MS * 1000
        self._due.append((let_go_us, lambda: self.ulp.input(bit, False)))

    def scope(self, key: str):
        """What a scope would have shown; None for what is not emulated."""
        relay = self._bench.given["RELAY"]
        opened = [at for at, bit, level in self._seen if bit == relay and not level]
        if key == "s2_ms" and self.opened_s2_us is not None:
            after = [at for at in opened if at >= self.opened_s2_us]
            return round((after[0] - self.opened_s2_us) / 1000, 2) if after else None
        if key == "reset_ms" and self._reset_us is not None:
            ends = [at for at in opened if at >= self._reset_us]
            return round((ends[0] - self._reset_us) / 1000) if ends else None
        if key == "brown_v":
            self.ulp.reset("power")
        return 3.3 * self.ulp.pad(relay)

    # -- inside --------------------------------------------------------------------------------

    def _begin(self):
        """The interpreter begins anew: nothing is known."""
        self._names = {"__builtins__": {**vars(__import__("builtins")), "__import__": self._found}}

    def _found(self, name, *more):
        """The modules of a board."""
        made = {
            "machine": SimpleNamespace(
                ADC=self._adc,
                PWM=self._pwm,
                WDT=self._dog,
                Pin=_Pin,
                mem32=self,
                reset=self._reset,
            ),
            "esp32": SimpleNamespace(ULP=lambda: _Loader(self)),
            "time": SimpleNamespace(
                sleep_ms=lambda ms: self._pass(ms * 1000),
                ticks_us=lambda: self._ticks(1),
                ticks_ms=lambda: self._ticks(1000),
                ticks_diff=lambda later, earlier: later - earlier,
            ),
            "network": SimpleNamespace(STA_IF=0, WLAN=lambda interface: self),
            "guard_program": SimpleNamespace(SOURCE=self._source()),
        }
        if name not in made:
            raise ImportError(f"no module named {name!r}")
        return made[name]

    def _source(self):
        return "another" if "other program" in self._faults else build.source_digest()

    def _spend(self, us):
        """Short times are made up for together: a look is a tenth of a millisecond old at most."""
        self._owed_us += us
        if self._owed_us >= _OWED_US:
            self._pass(0)

    def _pass(self, us):
        until_us = self.ulp.now_us + us + self._owed_us
        self._owed_us = 0
        for at_us, happen in sorted(self._due, key=lambda due: due[0]):
            if at_us <= until_us:
                self.ulp.advance(max(0, at_us - self.ulp.now_us))
                self._due = [due for due in self._due if due[1] != happen]
                happen()
        self.ulp.advance(max(0, until_us - self.ulp.now_us))
        self._note()
        if self._until_us is not None and self.ulp.now_us > self._until_us:
            raise _Silence
        if self.ulp.reset_by_watchdog:
            self.ulp.reset_by_watchdog = False
            self._reason = 16
            raise _Reset

    def _note(self):
        self._seen = [*self._seen, *self.ulp.taken()][-200:]

    def _ticks(self, divisor):
        self._spend(_TICK_US)
        return int(self.ulp.now_us + self._owed_us) // divisor

    def _reset(self):
        self._reset_us = self.ulp.now_us
        self.ulp.reset("cpu")
        self._reason = 12
        # What the boot loader and the interpreter take to be there again.
        self.ulp.advance(1_500_000)
        self._note()
        raise _Reset

    def start(self, entry):
        """esp32.ULP.run."""
        self.ulp.run(entry)
        if "hangs" in self._faults:
            self.ulp.adc_hang()

    # mem32

    def __getitem__(self, address):
        self._spend(_ACCESS_US)
        if address == _RESET_STATE:
            return self._reason
        if address == _TIMER:
            return 1 << 15
        if address == _COUNTED:
            return self._crystal() << 7
        value = self.ulp.read32(address)
        return value | self._floating() if address == _IN else value

    def __setitem__(self, address, value):
        self._spend(_ACCESS_US)
        if address == _TIMER:
            return
        if address == 0x3FF4808C and "no rtc watchdog" in self._faults:
            return
        self.ulp.write32(address, value)

    def _crystal(self):
        """What the chip counts of its crystal; wrong cycles look like a clock that is not."""
        hz = self._clock_hz * (0.7 if "cycles" in self._faults else 1)
        return round(256 * 1000 * 40e6 / hz)

    def _floating(self):
        """Pads that nobody drives and nothing outside pulls down, with the chip's pull-up on."""
        if "no pull-down" not in self._faults:
            return 0
        enabled = self.ulp.read32(_ENABLED)
        bits = 0
        for _, gpio in self._bench.coils:
            pad = pads.PADS[gpio]
            pulled_up = self.ulp.read32(pad.register) >> pad.up & 1
            bits |= (pulled_up and not enabled >> pad.bit & 1) << pad.bit
        return bits

    # the analogue side

    def _put(self):
        """The wave on the pilot, as the ADC sees it."""
        high, low, duty_bp = self._wave
        if duty_bp in (0, 10000):
            high = low = high if duty_bp else low
        sigma = 90 * self._bench.ratio_bp / 806 if "noise" in self._faults else 0
        channel = self._bench.given["PILOT"]
        counts = [self._counts(level) for level in (high, low)]
        self.ulp.pilot(channel, *counts, duty_bp or 10000, sigma=sigma)

    def _counts(self, pilot_mv):
        if "pilot level" in self._faults and pilot_mv > 0:
            pilot_mv = pilot_mv * 13 // 10
        return adc.counts_of(self._bench.pad_mv(pilot_mv))

    def _pwm(self, pin, freq=0, duty_u16=0):
        self.duty_u16(duty_u16)
        return self

    def duty_u16(self, duty_u16):
        self._wave = (*self._wave[:2], round(duty_u16 / 65535 * 10000))
        self._put()

    def _dog(self, timeout):
        return SimpleNamespace(feed=lambda: None)

    def _adc(self, pin, atten=3):
        channel = pads.CHANNELS[pin.gpio]
        return SimpleNamespace(
            read=lambda: self._converted(channel),
            read_uv=lambda: round(adc.level_mv_of(self._converted(channel)) * 1000),
        )

    def _converted(self, channel):
        """As drivers do it: the converter is the processor's afterwards."""
        if "adc" in self._faults and not self.ulp.stopped:
            self._stands = True
            raise _Silence
        self.ulp.cpu_reads_adc()
        self._pass(40)
        if channel != self._bench.given["PILOT"]:
            return 1000
        high, low, duty_bp = self._wave
        return self._counts(high if duty_bp else low)

    # Wi-Fi

    def active(self, on):
        if "radio" in self._faults:
            channel, now_us = self._bench.given["PILOT"], self.ulp.now_us
            self.ulp.disturb(channel, now_us, 100_000, 2000)
        self._pass(1000)

    def scan(self):
        self._pass(100_000)


class _Loader:
    """esp32.ULP."""

    def __init__(self, board):
        self.load_binary = board.ulp.load_binary
        self.set_wakeup_period = board.ulp.set_wakeup_period
        self.run = board.start


class _Pin:
    OUT = 1

    def __init__(self, gpio, mode=0):
        self.gpio = gpio


def person(board: EmulatedBoard, tell) -> Person:
    """Who stands at the emulated board."""
    return Person(
        connect=board.connect, ask=lambda key, what, unit: board.scope(key), do=board.do, tell=tell
    )
