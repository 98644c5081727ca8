"""The guard's program on the emulated coprocessor, started as a station would start it.

The front end is 150 counts a volt around 2048. Thresholds: high 1.5 to 7.5 V (C and D), low at
most -10 V. The clock of a rig is in microseconds since power-on.
"""

import random
from functools import cache

from host_tests.harness.devices.ulp import MEMORY, Ulp
from tools.ulp.assembler import assemble
from tools.ulp.listing import SOURCE

PILOT, PROXIMITY, TEMPERATURE = 3, 6, 0
RELAY, SECOND, RESIDUAL = 23, 31, 28  # GPIO32, GPIO27, GPIO13 of a SmartEVSE v3
BOARD = dict(
    PILOT=PILOT, PROXIMITY=PROXIMITY, TEMPERATURE=TEMPERATURE,
    RELAY=RELAY, SECOND=SECOND, RESIDUAL=RESIDUAL, RESIDUAL_TRIPS=1,
)  # fmt: skip
NOMINAL_HZ, SLOWEST_HZ, FASTEST_HZ = 8_500_000, 6_000_000, 11_000_000
REQUEST = 0xC105
BEAT, HIGH, LOW, DIODE, FROM_RESIDUAL = 2, 3, 4, 5, 7
COUNTS_A_VOLT = 150
WINDOW_CYCLES = 15_000  # as the suite finds it
BURST_US = 15_000
STEP_US = 5_000  # of the station that the rig plays: so often the beat moves
_MUX, _INPUT = 1 << 19, 1 << 13
_CHARGING, _ADC_OFF = (6, -12), 1 << 31 | 1 << 18


def counts(volts) -> int:
    """What the ADC reads of a pilot."""
    return round(2048 + COUNTS_A_VOLT * volts)


def bad_limit_for(window_us) -> int:
    """One more than a burst can touch: those that lie in it, and both at its ends."""
    return int(BURST_US // window_us) + 3


@cache
def program_for(**changed):
    """The program for the rig's board, or one that differs."""
    return assemble(SOURCE.read_text(encoding="utf-8"), BOARD | changed)


class Rig:
    """``ulp`` runs the program; the pilot is that of a charging vehicle; nothing is asked yet.

    ``bad_limit``: without it, what a station finds right for the clock; ``sample_cycles`` more
    than the 72 that a sample is reckoned to take, for the description may be read both ways.
    ``watchdog_us``: of the RTC watchdog; 0 leaves it off. ``beating``: the station's heartbeat.
    """

    def __init__(
        self, program=None, duty_bp=5000, clock_hz=NOMINAL_HZ, seed=1, bad_limit=None,
        beat_limit=100, watchdog_us=0, sigma=0,
        sample_cycles=0,
    ):  # fmt: skip
        self.program = program or program_for()
        self.random = random.Random(seed)
        self.ulp = Ulp(clock_hz, seed)
        self.duty_bp, self.beating = duty_bp, True
        self.ulp.pilot(PILOT, *map(counts, _CHARGING), duty_bp, sigma=sigma)
        self.ulp.level(PROXIMITY, 1111)
        self.ulp.level(TEMPERATURE, 2222)
        self.hand_over(sample_cycles)
        window_us = (WINDOW_CYCLES + 200 * sample_cycles) * 1e6 / clock_hz
        self.ulp.load_binary(0, self.program.image)
        for name, value in {
            "high_most": counts(7.5),
            "high_least": counts(1.5),
            "low_most": counts(-10),
            "bad_limit": bad_limit or bad_limit_for(window_us),
            "beat_limit": beat_limit,
        }.items():
            self.put(name, value)
        self.ulp.run(4 * self.program.entry)
        if watchdog_us:
            self.watch(watchdog_us)

    def hand_over(self, sample_cycles=0) -> None:
        """ADC1 and the pads, as ulp.md §2 does it."""
        ulp = self.ulp
        ulp.cpu_reads_adc()
        ulp.write32(0x3FF48854, ulp.read32(0x3FF48854) & ~_ADC_OFF)
        ulp.write32(0x3FF48800, ulp.read32(0x3FF48800) + (sample_cycles << 8))
        ulp.write32(0x3FF48408, 1 << RELAY | 1 << SECOND)
        ulp.write32(0x3FF4848C, 1 << 17 | 1 << 5)  # GPIO32: to RTC, readable
        ulp.write32(0x3FF484B0, _MUX | _INPUT)  # GPIO27
        ulp.write32(0x3FF484A4, _MUX | _INPUT)  # GPIO13
        ulp.write32(0x3FF48410, 1 << RELAY | 1 << SECOND)

    def watch(self, limit_us) -> None:
        """The RTC watchdog on: one stage, which resets the RTC domain."""
        for address, value in (
            (0x3FF480A4, 0x50D83AA1),
            (0x3FF48090, limit_us * 150 // 1000),
            (0x3FF4808C, 0xC001F880),
            (0x3FF480A0, 1 << 31),
        ):
            self.ulp.write32(address, value)

    # -- the mailbox ---------------------------------------------------------------------------

    def put(self, name, value) -> None:
        self.ulp.write32(MEMORY + 4 * self.program.names[name], value)

    def told(self, name) -> int:
        return self.ulp.read32(MEMORY + 4 * self.program.names[name]) & 0xFFFF

    def tells(self, *names) -> tuple:
        return tuple(self.told(name) for name in names)

    # -- the world -----------------------------------------------------------------------------

    def pilot(self, high, low) -> None:
        """Volts of the wave, which goes on in its phase."""
        self.ulp.pilot(PILOT, counts(high), counts(low), self.duty_bp)

    @property
    def closed(self) -> bool:
        """Drive of the relay."""
        return self.ulp.pad(RELAY)

    @property
    def second(self) -> bool:
        return self.ulp.pad(SECOND)

    def advance_ms(self, ms) -> None:
        """The station beats every 5 ms meanwhile."""
        left_us = ms * 1000
        while left_us > 0:
            self.beat()
            self.ulp.advance(min(left_us, STEP_US))
            left_us -= STEP_US

    def beat(self) -> None:
        if self.beating:
            self.put("beat", (self.told("beat") + 1) & 0xFFFF)

    @property
    def window_ms(self) -> float:
        """How long a window takes, to some 2 us, of the next ten."""
        began_us = self._next_window_us()
        for _ in range(10):
            self.beat()
            ended_us = self._next_window_us()
        return (ended_us - began_us) / 10_000

    def _next_window_us(self):
        before, from_us = self.told("windows"), self.ulp.now_us
        while self.told("windows") == before:
            self.ulp.advance(20)
            assert self.ulp.now_us - from_us < 5_000, f"no window: {self.ulp.stopped}"
        return self.ulp.now_us

    # -- a trial -------------------------------------------------------------------------------

    def hold(self) -> "Rig":
        """Ask for both relays, and have them, at a random moment of window and wave."""
        self.put("request_second", REQUEST)
        self.put("request", REQUEST)
        self.advance_ms(5 if self.ulp.clock_hz > SLOWEST_HZ else 8)
        assert self.closed and self.second and self.tells("relay", "second") == (1, 1)
        self.ulp.advance(self.random.uniform(0, 3000))
        self.beat()
        self.ulp.taken()
        return self

    def opens_ms(self, most_ms) -> float:
        """How long from now until both relays were open for good. It is watched for a while
        longer than ``most_ms``; AssertionError when they are not open then."""
        from_us = self.ulp.now_us
        self.advance_ms(most_ms + 8)
        assert not self.closed and not self.second, "still driven"
        changes = [change for change in self.ulp.taken() if change[1] in (RELAY, SECOND)]
        assert sorted((bit, level) for _, bit, level in changes) == [
            (RELAY, False),
            (SECOND, False),
        ], f"not opened once and for good: {changes}"
        return (max(at_us for at_us, _, _ in changes) - from_us) / 1000
