"""What the emulated ULP coprocessor measures: signals, and the converter ADC1 (SAR).

Counts are those of a 12-bit conversion, 0 to 4095. Times are in microseconds since power-on.
"""

import math

PERIOD_US = 1000
_BITS = (9, 10, 11, 12)
_MOST = 4095
_SETTLED = 8  # so many time constants
SEIZED = _MOST  # what a conversion gives while another owner holds the converter


class Level:
    """A steady input, or, with a duty, a square wave of 1 kHz between ``high`` and ``low``.

    ``duty_bp`` in 0.01 %; ``phase_us`` is a moment at which it rose; edges follow ``settling_us``
    (a time constant). Noise is normal with ``sigma`` counts; in a disturbance each sample is off
    by up to so many counts, either way.
    """

    def __init__(self, random, high, low=0, duty_bp=10_000, phase_us=0.0, settling_us=0.0):
        self._random = random
        self.high, self.low = high, low
        self.phase_us = phase_us
        self.sigma = 0.0
        self.disturbances = []  # (from_us, until_us, counts)
        self._edge_us = duty_bp * PERIOD_US // 10_000
        self._settling_us = settling_us

    def at(self, now_us: float) -> int:
        """What a conversion reads."""
        place_us = (now_us - self.phase_us) % PERIOD_US
        if place_us < self._edge_us:
            value, before = self.high, self.low
        else:
            value, before = self.low, self.high
            place_us -= self._edge_us
        if 0 < self._edge_us < PERIOD_US and place_us < _SETTLED * self._settling_us:
            value += (before - value) * math.exp(-place_us / self._settling_us)
        if self.sigma:
            value += self._random.gauss(0, self.sigma)
        for from_us, until_us, counts in self.disturbances:
            if from_us <= now_us < until_us:
                value += self._random.uniform(-counts, counts)
        return min(max(round(value), 0), _MOST)


class Sar:
    """ADC1 as far as its registers decide what a conversion of the coprocessor gives.

    ``frozen``: the same counts for ever, if not None. ``hangs``: a conversion never ends; so it
    does, too, while the main processor holds the controller (START_FORCE or EN_PAD_FORCE of
    SENS_SAR_MEAS_START1, as machine.ADC leaves them).
    """

    READ_CTRL, MEAS_WAIT1, MEAS_WAIT2 = 0x3FF48800, 0x3FF48808, 0x3FF4880C
    START_FORCE, MEAS_START1 = 0x3FF4882C, 0x3FF48854
    # As machine.ADC leaves them: inverted, 12 bits, cycles 9 and 3, waits of 1; the processor's.
    AFTER_A_READ = {
        READ_CTRL: 1 << 28 | 3 << 16 | 9 << 8 | 2,
        MEAS_WAIT1: 1 << 16 | 1,
        MEAS_WAIT2: 1,
        START_FORCE: 3,
        MEAS_START1: 1 << 31 | 1 << 18,
    }
    # After power-on: nothing is inverted, and the amplifier's waits are long.
    AT_RESET = {READ_CTRL: 9 << 8 | 2, MEAS_WAIT1: 10 << 16 | 10, MEAS_WAIT2: 10}

    def __init__(self, clock):
        self._clock = clock  # -> now_us
        self.signals = {}
        self.frozen = None
        self.hangs = False
        self.seized_until_us = 0
        self.cycles = 0
        self.settle(self.AT_RESET)

    def settle(self, registers: dict) -> None:
        """The settings changed."""
        control = registers.get(self.READ_CTRL, 0)
        wait1 = registers.get(self.MEAS_WAIT1, 0)
        self._digital = control >> 27 & 1
        self._inverted = control >> 28 & 1
        self._short = 12 - _BITS[min(control >> 16 & 3, registers.get(self.START_FORCE, 0) & 3)]
        self._taken = registers.get(self.MEAS_START1, 0) & (1 << 31 | 1 << 18)
        waits = max(1, wait1 & 0xFFFF) + (wait1 >> 16)
        waits += registers.get(self.MEAS_WAIT2, 0) & 0xFFFF
        self.cycles = waits + (control >> 8 & 0xFF) + (control >> 16 & 3)

    def convert(self, channel: int):
        """Counts; None for a conversion that never ends."""
        if self.hangs or self._taken:
            return None
        now_us = self._clock()
        if self._digital or now_us < self.seized_until_us:
            return SEIZED
        if self.frozen is not None:
            return self.frozen
        signal = self.signals.get(channel)
        counts = signal.at(now_us) if signal else 0
        if not self._inverted:
            counts = _MOST - counts
        return counts >> self._short
