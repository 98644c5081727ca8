"""The ULP coprocessor of an ESP32 (FSM), with what its guard of the contactor reaches.

It executes the blob that ships, by documented cycles: RTC slow memory, RTC pads, ADC1 as far as
registers decide, the RTC watchdog. Facts: esp-idf's instruction set and the ESP32's reference
manual; that the ADC hangs while the main processor holds it, and reads 4095 after a reset of the
processor, are reports of users, and modelled. No real ESP32 was compared with yet.
"""

import random
import struct

from host_tests.harness.devices.ulp_analogue import Sar
from host_tests.harness.devices.ulp_core import WORDS
from host_tests.harness.devices.ulp_fast import FastCore
from host_tests.harness.devices.ulp_pads import Pads, Watchdog
from host_tests.harness.devices.ulp_signals import PERIOD_US

MEMORY = 0x50000000
_RESETS = ("soft", "cpu", "rtc", "power")
_SEIZED_US = 150_000
_REACHED = (0x3FF48000, 0x3FF49000)
_RTC_IO, _SENS = 0x3FF48400, 0x3FF48800
_SETTLING_US = 3.0
# What ESP-IDF's loader expects before the words, and how many bytes MicroPython gave it.
_HEADER, _MAGIC, _RESERVED = struct.Struct("<I4H"), b"ulp\0", 2040
_WATCHDOG = (Watchdog.CONFIG, Watchdog.PROTECT)


class Ulp:
    """``clock_hz`` 6 to 11 MHz on real chips; ``seed`` of its noise and phases; ``core`` makes
    its processor: the fast one, or ulp_core.Core, which is the plain reference.

    ``changes``: (time_us, bit, level) of each pad since ``taken`` was last called.
    ``reset_by_watchdog``: the RTC watchdog has reset the chip; the user clears it.
    """

    def __init__(self, clock_hz: int = 8_500_000, seed: int = 1, core=FastCore):
        self._random = random.Random(seed)
        self._registers = {}
        self._sar = Sar(self._time_us, seed)
        self._core = core(self, self._sar)
        self._pads = Pads(self._registers)
        self._watchdog = Watchdog(self._registers, self._time_us)
        self._from_us, self._from_cycles, self._clock_hz = 0.0, 0, clock_hz
        self._now_us = 0.0
        self.changes = []
        self.reset_by_watchdog = False
        self._levels = self._pads.levels()
        self._periods_us = {}
        self.reset("power")

    # -- as the firmware sees it ---------------------------------------------------------------

    def read32(self, address: int) -> int:
        """A word of RTC slow memory or a register. ValueError for another address."""
        at = _memory_place(address)
        if at is not None:
            return int(self._core.memory[at])
        if address & ~0x3FF == _RTC_IO:
            return self._pads.read(address)
        return self._registers.get(address, 0)

    def write32(self, address: int, value: int) -> None:
        """The same, the other way."""
        at = _memory_place(address)
        if at is not None:
            self._core.store(at, value & 0xFFFFFFFF)
        elif address & ~0x3FF == _RTC_IO:
            if self._pads.write(address, value & 0xFFFFFFFF):
                self._note_pads()
        elif _WATCHDOG[0] <= address <= _WATCHDOG[1]:
            self._watchdog.write(address, value & 0xFFFFFFFF)
        else:
            self._registers[address] = value & 0xFFFFFFFF
            if address & ~0x3FF == _SENS:
                self._sar.settle(self._registers)

    def load_binary(self, at_words: int, blob: bytes) -> None:
        """As esp32.ULP.load_binary: a header, and the words that go to a place in words; OSError
        for what ESP-IDF's ulp_load_binary refuses."""
        blob = _without_header(at_words, blob)
        for at in range(0, len(blob), 4):
            self._core.store(at_words + at // 4, int.from_bytes(blob[at : at + 4], "little"))

    def run(self, entry_bytes: int) -> None:
        """As esp32.ULP.run: start at a place in bytes. ValueError for one within a word."""
        if entry_bytes % 4:
            raise ValueError(f"entry {entry_bytes}: expected a multiple of 4 bytes")
        self._core.start(entry_bytes // 4)

    def set_wakeup_period(self, index: int, us: int) -> None:
        """As esp32.ULP.set_wakeup_period; kept, for the guard's program never sleeps."""
        self._periods_us[index] = us

    def cpu_reads_adc(self) -> None:
        """What machine.ADC does with every read: settings of its own, and ADC1 is taken."""
        for address, value in Sar.AFTER_A_READ.items():
            self.write32(address, value)

    # -- as the world sees it ------------------------------------------------------------------

    def pilot(self, channel, high, low, duty_bp, phase_us=None, sigma=None) -> None:
        """A wave of 1 kHz on ``channel``, in counts; ``duty_bp`` in 0.01 %.

        Without ``phase_us`` the wave that is there goes on, the first begins anywhere; the same
        for ``sigma``, its noise in counts.
        """
        signals = self._sar.signals
        if phase_us is None and not signals.has(channel):
            phase_us = self._random.uniform(0, PERIOD_US)
        signals.wave(channel, high, low, duty_bp, phase_us, sigma, _SETTLING_US)

    def level(self, channel: int, counts: int) -> None:
        """A steady input."""
        self._sar.signals.level(channel, counts)

    def disturb(self, channel: int, from_us: float, for_us: float, counts: int) -> None:
        """From a moment (since power-on) on, samples are off by up to ``counts``, either way.

        Disturbances that are over are forgotten.
        """
        self._sar.signals.disturb(channel, from_us, from_us + for_us, counts, self._now_us)

    def input(self, bit: int, level: bool) -> None:
        """What the outside drives a pad to."""
        self._pads.drive(bit, level)

    def pad(self, bit: int) -> bool:
        """Whether a pad is driven high."""
        return self._pads.level(bit)

    def taken(self) -> list:
        """``changes``, which begins anew."""
        changes, self.changes = self.changes, []
        return changes

    @property
    def now_us(self) -> float:
        """Since power-on."""
        return self._now_us

    @property
    def stopped(self) -> str:
        """Why the program does not run; empty while it does."""
        return self._core.stopped

    @property
    def place(self) -> int:
        """The word that is executed next."""
        return self._core.place

    def advance(self, us: float) -> None:
        """Run for so long, exactly by cycles; an instruction that has begun is finished."""
        until_us = self._now_us + us
        while True:
            deadline_us = self._watchdog.deadline_us
            end_us = until_us if deadline_us is None else min(until_us, deadline_us)
            self._core.run_until(self._cycles_at(end_us), self._clock)
            self._now_us = max(self._now_us, end_us)
            # The program may have fed it meanwhile.
            deadline_us = self._watchdog.deadline_us
            if deadline_us is not None and deadline_us <= end_us:
                self._expire()
            elif end_us >= until_us:
                return

    # -- faults --------------------------------------------------------------------------------

    @property
    def clock_hz(self) -> int:
        """Of the coprocessor; 0 is a clock that stands."""
        return self._clock_hz

    @clock_hz.setter
    def clock_hz(self, clock_hz: int) -> None:
        self._from_us, self._from_cycles = self._now_us, self._core.cycles
        self._clock_hz = clock_hz

    def adc_frozen(self, counts) -> None:
        """Every conversion gives ``counts``; None: it works again."""
        self._sar.frozen = counts

    def adc_hang(self) -> None:
        """The next conversion never ends; until the RTC domain is reset."""
        self._sar.hangs = True

    def reset(self, kind: str) -> None:
        """``soft``: nothing happens here. ``cpu``: the program runs on, and the boot loader has
        the ADC for 150 ms. ``rtc``: all begins anew but the memory. ``power``: that too.

        ValueError for another word.
        """
        if kind not in _RESETS:
            raise ValueError(f"reset {kind!r}: expected one of {', '.join(_RESETS)}")
        if kind == "cpu":
            self._sar.seized_until_us = self._now_us + _SEIZED_US
        if kind in ("soft", "cpu"):
            return
        self._registers.clear()
        self._registers.update(Sar.AT_RESET)
        self._pads.forget()
        self._sar.settle(self._registers)
        self._sar.hangs, self._sar.seized_until_us = False, 0
        self._core.stopped = "not started"
        if kind == "power":
            for at in range(WORDS):
                self._core.store(at, 0)
        self._note_pads()

    # -- inside --------------------------------------------------------------------------------

    def _expire(self):
        action = self._watchdog.expire()
        if action == Watchdog.RESET_CPU:
            self.reset("cpu")
        elif action in (Watchdog.RESET_SYSTEM, Watchdog.RESET_RTC):
            # A reset of the system leaves the RTC domain alone.
            self.reset("rtc" if action == Watchdog.RESET_RTC else "cpu")
        self.reset_by_watchdog = self.reset_by_watchdog or action >= Watchdog.RESET_CPU

    def _time_us(self) -> float:
        """Within an instruction; outside of one the time that was asked for counts."""
        if not self._clock_hz or self._core.stopped:
            return self._now_us
        cycles = self._core.cycles - self._from_cycles
        return max(self._now_us, self._from_us + cycles * 1_000_000 / self._clock_hz)

    @property
    def _clock(self) -> tuple:
        """(now, and a moment with the cycles then, in us; Hz): what _time_us reckons with."""
        return self._now_us, self._from_us, self._from_cycles, self._clock_hz

    def _cycles_at(self, us) -> int:
        return self._from_cycles + int((us - self._from_us) * self._clock_hz / 1_000_000)

    def _note_pads(self):
        levels = self._pads.levels()
        for bit, level in levels.items():
            if level != self._levels[bit]:
                self.changes.append((self._time_us(), bit, level))
        self._levels = levels


def _without_header(at_words, image):
    """The words of a program as ulp_load_binary finds them (esp-idf, ulp_fsm/ulp.c)."""
    if len(image) < _HEADER.size or 4 * at_words + len(image) > _RESERVED:
        raise OSError(0x104, "ESP_ERR_INVALID_SIZE")
    _, offset, text, data, _ = _HEADER.unpack_from(image)
    if image[: len(_MAGIC)] != _MAGIC:
        raise OSError(0x106, "ESP_ERR_NOT_SUPPORTED")
    if offset + text + data != len(image) or len(image) % 4:
        raise OSError(0x104, "ESP_ERR_INVALID_SIZE")
    return image[offset:]


def _memory_place(address):
    """In words; None for a register."""
    if address % 4 == 0 and MEMORY <= address < MEMORY + 4 * WORDS:
        return (address - MEMORY) // 4
    if address % 4 == 0 and _REACHED[0] <= address < _REACHED[1]:
        return None
    raise ValueError(f"0x{address:08x}: expected RTC slow memory or a register of RTC")
