"""Modbus RTU meters, register by register, frame by frame.

An instrument shows what ``world`` is: an object with ``import_wh``, ``power_w``, ``voltage_mv``
and ``current_ma`` (three phases), ``frequency_mhz``, and perhaps ``export_wh``, all integers. How
each make lays its registers out is in instruments.py.
"""

import struct
from collections.abc import Callable

from . import faults
from .instruments import INSTRUMENTS
from .line import Line

SERIAL = 20_511_234

_LATENCY_MS = 25
_SILENCE_MS = 50  # a gap that certainly ends a frame at 9600 baud and above
_REQUEST_BYTES = 8
_MOST_REGISTERS = 125

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3


class Slave(faults.Faulty):
    """A unit on the bus. ``fault`` is None or a word of faults.py.

    A request that begins less than 3.5 characters after an answer is not heard: to a unit the two
    are one frame, and a spoilt one (Modbus over serial line 2.5.1.1).
    """

    def __init__(self, unit: int, baud: int):
        self.unit = unit
        self._line = Line(baud)
        self._noise = faults.Noise()
        self._came = b""
        self._came_ms = 0
        self._silence_ms = -(-35 * 11 * 100 // baud)
        self._quiet_ms = 0

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the bus."""
        if now_ms < self._quiet_ms:
            return
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

    def quiet_ms(self) -> int:
        """From when on it hears a request."""
        return self._quiet_ms

    def registers(self, function: int, register: int, count: int) -> bytes | int:
        """The data of ``count`` registers, or the code of an exception."""
        raise NotImplementedError

    def _changed(self, before: str | None) -> None:
        self._came = b""
        self._quiet_ms = 0
        self._line.clear()

    def _obey(self, request: bytes, now_ms: int) -> None:
        unit, function, register, count = struct.unpack(">BBHH", request[:-2])
        if unit != self.unit or self._fault in (faults.SILENT, faults.DISAPPEARS):
            return
        words = ILLEGAL_FUNCTION
        if function in (3, 4):
            words = self.registers(function, register, count)
        if isinstance(words, int):
            body = bytes((unit, function | 0x80, words))
        else:
            body = bytes((unit, function, len(words))) + words
        self._line.send(self._spoilt(body), now_ms + _LATENCY_MS)
        self._quiet_ms = (self._line.due_ms() or now_ms) + self._silence_ms

    def _spoilt(self, body: bytes) -> bytes:
        """The frame around ``body``, as the fault leaves it."""
        if self._fault == faults.FOREIGN:
            body = bytes((self.unit % 247 + 1,)) + body[1:]
        frame = body + crc(body)
        if self._fault == faults.RUBBISH:
            return self._noise.like(frame)
        return frame[:-3] if self._fault == faults.TRUNCATED else frame


class ModbusInstrument(Slave):
    """The instrument of that name in instruments.py.

    ``patches`` are registers ((function, register): bytes) that show something else.
    """

    def __init__(self, world, name: str, unit: int = 1, serial: int = SERIAL):
        maker: Callable = INSTRUMENTS[name][1]
        super().__init__(unit, INSTRUMENTS[name][0])
        self.serial = serial
        self.patches: dict[tuple[int, int], bytes] = {}
        self._world = world
        self._layout = maker

    def registers(self, function: int, register: int, count: int) -> bytes | int:
        """The data of ``count`` registers, or the code of an exception."""
        if not 0 < count <= _MOST_REGISTERS:
            return ILLEGAL_VALUE
        words = self._words(function)
        data = [words.get(place) for place in range(register, register + count)]
        return ILLEGAL_ADDRESS if None in data else b"".join(data)

    def _words(self, function: int) -> dict[int, bytes]:
        shown = self._layout(self._world, self.serial)
        words: dict[int, bytes] = {}
        for (of_function, register), data in (shown | self.patches).items():
            if of_function == function:
                for at in range(0, len(data), 2):
                    words[register + at // 2] = data[at : at + 2]
        return words


def crc(body: bytes) -> bytes:
    """Modbus's CRC-16, bit by bit: not the firmware's code, so that both can be wrong apart."""
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return struct.pack("<H", value)
