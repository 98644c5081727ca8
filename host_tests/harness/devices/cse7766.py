"""A CSE7766 metering chip: frames of 24 bytes at 4800 8E1, twenty a second, unasked.

It shows what ``world`` is (``voltage_mv``, ``current_ma`` and ``power_w`` of L1) and counts energy
pulses from ``import_wh``. Its coefficients are those of a usual board.
"""

import struct

from . import faults
from .line import Line

# What a usual calibration looks like: volts, amperes and watts come out as coefficient / period.
VOLTAGE_COEFFICIENT = 191_400
CURRENT_COEFFICIENT = 16_140
POWER_COEFFICIENT = 5_104_608

_FRAME_MS = 60
_BAUD = 4800
_LEAST_W = 5  # below that the power period is out of range


class Cse7766(faults.Faulty):
    """``fault`` is None or a word of faults.py (not FOREIGN: it is alone on its line).

    ``state`` is the first byte when something is wrong inside (0xAA, 0xF1, ...), else None.
    """

    def __init__(self, world, pulses: int = 0):
        self.state: int | None = None
        self._world = world
        self._line = Line(_BAUD)
        self._noise = faults.Noise()
        self._next_ms = 0
        self._start(pulses)

    def receive(self, data: bytes, now_ms: int) -> None:
        """It has no ears."""

    def take(self, now_ms: int) -> bytes:
        """The bytes that it has put on its line."""
        if self._next_ms < now_ms - 1000:
            self._next_ms = now_ms - 1000
        while self._next_ms <= now_ms:
            self._speak(self._next_ms)
            self._next_ms += _FRAME_MS
        return self._line.take(now_ms)

    def due_ms(self) -> int | None:
        """When the next frame begins."""
        return self._next_ms

    def restart(self) -> None:
        """Without power for a moment: its count begins at 0."""
        self._start(0)

    def frame(self) -> bytes:
        """What it says now."""
        power_w = self._world.power_w
        idle = power_w < _LEAST_W
        state = self.state or (0xF2 if idle else 0x55)
        body = _u24(VOLTAGE_COEFFICIENT) + _u24(_period(VOLTAGE_COEFFICIENT, self._volts()))
        amps = self._world.current_ma[0] / 1000
        body += _u24(CURRENT_COEFFICIENT) + _u24(_period(CURRENT_COEFFICIENT, amps))
        body += _u24(POWER_COEFFICIENT) + _u24(_period(POWER_COEFFICIENT, power_w))
        valid = 0x40 | (0x20 if amps > 0.05 else 0) | (0 if idle else 0x10)
        body += struct.pack(">BH", valid, self._pulses())
        return bytes((state, 0x5A)) + body + bytes((sum(body) % 256,))

    def _start(self, pulses: int) -> None:
        self._zero_uws = self._energy_uws() - pulses * POWER_COEFFICIENT

    def _energy_uws(self) -> int:
        return round(self._world.import_wh * 3_600_000_000)

    def _pulses(self) -> int:
        return (self._energy_uws() - self._zero_uws) // POWER_COEFFICIENT % 65536

    def _volts(self) -> float:
        return self._world.voltage_mv[0] / 1000

    def _speak(self, at_ms: int) -> None:
        frame = self.frame()
        if self._fault in (faults.SILENT, faults.DISAPPEARS):
            return
        if self._fault == faults.RUBBISH:
            frame = self._noise.like(frame)
        elif self._fault == faults.TRUNCATED:
            frame = frame[:-3]
        self._line.send(frame, at_ms)

    def _changed(self, before: str | None) -> None:
        self._line.clear()
        if before == faults.DISAPPEARS:
            self._start(0)


def _u24(value: int) -> bytes:
    return struct.pack(">I", min(value, 0xFFFFFF))[1:]


def _period(coefficient: int, value: float) -> int:
    return round(coefficient / value) if value else 0xFFFFFF
