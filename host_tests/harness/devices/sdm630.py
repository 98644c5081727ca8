"""An Eastron SDM630 on Modbus RTU, register by register, frame by frame.

It shows what the instrument ``world`` measures: an object with ``import_wh``, ``power_w``,
``voltage_mv`` and ``current_ma`` (three phases) and ``frequency_mhz``, all integers.
As in the instrument, the registers are IEEE 754 singles: a kWh register has 24 bits.
"""

import struct

from . import faults
from .line import Line

SERIAL = 20_511_234
METER_CODE = 0x0070

_LATENCY_MS = 25
_SILENCE_MS = 50  # a gap that certainly ends a frame at 9600 baud and above
_REQUEST_BYTES = 8
_LAST_REGISTER = 0x0181
_MOST_REGISTERS = 80

_ILLEGAL_FUNCTION = 1
_ILLEGAL_ADDRESS = 2
_ILLEGAL_VALUE = 3


class Sdm630(faults.Faulty):
    """A unit on the bus. ``fault`` is None or a word of faults.py."""

    def __init__(self, world, unit: int = 1, baud: int = 9600, serial: int = SERIAL):
        self.unit = unit
        self.serial = serial
        self._world = world
        self._line = Line(baud)
        self._noise = faults.Noise()
        self._came = b""
        self._came_ms = 0

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the bus."""
        if now_ms - self._came_ms > _SILENCE_MS:
            self._came = b""
        self._came_ms = now_ms
        self._came += data
        while len(self._came) >= _REQUEST_BYTES:
            request = self._came[:_REQUEST_BYTES]
            if crc(request[:-2]) == request[-2:]:
                self._came = self._came[_REQUEST_BYTES:]
                self._obey(request, now_ms)
            else:
                self._came = self._came[1:]

    def take(self, now_ms: int) -> bytes:
        """The bytes that it has put on the bus."""
        return self._line.take(now_ms)

    def due_ms(self) -> int | None:
        """When it will have answered, or None when it is idle."""
        return self._line.due_ms()

    def _changed(self, before: str | None) -> None:
        self._came = b""
        self._line.clear()

    def _obey(self, request: bytes, now_ms: int) -> None:
        unit, function, register, count = struct.unpack(">BBHH", request[:-2])
        if unit != self.unit or self._fault in (faults.SILENT, faults.DISAPPEARS):
            return
        body = bytes((unit, function)) + self._answer(function, register, count)
        if function not in (3, 4) or len(body) == 3:
            body = bytes((unit, function | 0x80)) + body[2:]
        self._line.send(self._spoilt(body), now_ms + _LATENCY_MS)

    def _spoilt(self, body: bytes) -> bytes:
        """The frame around ``body``, as the fault leaves it."""
        if self._fault == faults.FOREIGN:
            body = bytes((self.unit % 247 + 1,)) + body[1:]
        frame = body + crc(body)
        if self._fault == faults.RUBBISH:
            return self._noise.like(frame)
        return frame[:-3] if self._fault == faults.TRUNCATED else frame

    def _answer(self, function: int, register: int, count: int) -> bytes:
        """Byte count and data, or the single byte of an exception."""
        if function == 3:
            words = self._holding(register, count)
        elif function == 4:
            words = self._input(register, count)
        else:
            words = _ILLEGAL_FUNCTION
        return bytes((words,)) if isinstance(words, int) else bytes((len(words),)) + words

    def _holding(self, register: int, count: int) -> bytes | int:
        known = {
            (0xFC00, 2): struct.pack(">I", self.serial),
            (0xFC02, 1): struct.pack(">H", METER_CODE),
            (0x0014, 2): struct.pack(">f", self.unit),
        }
        return known.get((register, count), _ILLEGAL_ADDRESS)

    def _input(self, register: int, count: int) -> bytes | int:
        if count % 2 or not 0 < count <= _MOST_REGISTERS:
            return _ILLEGAL_VALUE
        if register % 2 or register + count - 1 > _LAST_REGISTER:
            return _ILLEGAL_ADDRESS
        values = self._values()
        places = range(register, register + count, 2)
        return b"".join(struct.pack(">f", values.get(place, 0.0)) for place in places)

    def _values(self) -> dict[int, float]:
        """The floats by their first register; a register without a meaning reads as 0."""
        world = self._world
        values = {
            0x0034: float(world.power_w),
            0x0046: world.frequency_mhz / 1000,
            0x0048: world.import_wh / 1000,
            0x0156: world.import_wh / 1000,
        }
        for phase in range(3):
            values[0x0000 + 2 * phase] = world.voltage_mv[phase] / 1000
            values[0x0006 + 2 * phase] = world.current_ma[phase] / 1000
            power_w = world.voltage_mv[phase] * world.current_ma[phase] / 1e6
            values[0x000C + 2 * phase] = power_w
        return values


def crc(body: bytes) -> bytes:
    """Modbus's CRC-16, bit by bit: not the firmware's code, so that both can be wrong apart."""
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return struct.pack("<H", value)
