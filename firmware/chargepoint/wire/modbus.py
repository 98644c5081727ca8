"""Modbus RTU as a master speaks it: requests, answers, and what the registers mean.

A request is one frame; its answer is told byte by byte to an ``Answer``, which skips whatever
is not the answer (noise, the echo of our own request on a two-wire bus, other units) and knows
when it is whole. An answer does not name its register: ask for different counts, or let the line
fall silent between requests, and a late answer can't be taken for the next one.

Registers become integers by integer arithmetic only: the targets' floats have 24 bits.
"""

from micropython import const

READ_HOLDING = const(3)
READ_INPUT = const(4)

# The reflected polynomial A001, four bits at a time.
_NIBBLES = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip

_EXCEPTION = const(0x80)
_EXCEPTION_LENGTH = const(5)
_OVERHEAD = const(5)  # unit, function, byte count, two of CRC
_LONGEST = const(256)  # Modbus over serial line 2.5.1: the largest RTU frame
_KEPT = const(512)


def crc16(data: bytes, start: int = 0, end: int = None) -> int:
    """The CRC of ``data[start:end]``; on the wire the low byte goes first."""
    crc = 0xFFFF
    for at in range(start, len(data) if end is None else end):
        crc ^= data[at]
        crc = (crc >> 4) ^ _NIBBLES[crc & 15]
        crc = (crc >> 4) ^ _NIBBLES[crc & 15]
    return crc


def with_crc(body: bytes) -> bytes:
    """``body`` and its CRC behind it."""
    return body + crc16(body).to_bytes(2, "little")


def read_request(unit: int, function: int, register: int, count: int) -> bytes:
    """The frame that asks ``unit`` for ``count`` registers (1-125) from ``register``."""
    head = bytes((unit, function))
    return with_crc(head + register.to_bytes(2, "big") + count.to_bytes(2, "big"))


class Answer:
    """The answer to one request: ``words`` when it has come, or an exception's ``error``."""

    def __init__(self):
        self.expect(0, 0, 0)

    def expect(self, unit: int, function: int, count: int, echo: bytes = b"") -> None:
        """Forget everything and wait for ``count`` registers from ``unit``.

        ``echo`` is our own request: a receiver that is always on hears it, and that is no answer.
        """
        self._echo = echo
        self._unit = unit
        self._function = function
        self._size = 2 * count
        self._came = b""
        self.words = None
        self.error = None

    def receive(self, data: bytes) -> bool:
        """Take bytes from the line; True when ``words`` or ``error`` is decided."""
        if self.words is None and self.error is None:
            self._came = (self._came + data)[-_KEPT:]
            self._search()
        return self.words is not None or self.error is not None

    def give_up(self) -> str:
        """What is wrong with what came so far: silent, foreign unit, length or crc."""
        if not self._came or self._came == self._echo:
            return "silent"
        if _foreign(self._came, self._unit):
            return "foreign unit"
        start = self._came.find(bytes((self._unit, self._function)))
        if start < 0:
            return "crc"
        short = len(self._came) - start < self._size + _OVERHEAD
        other = start + 2 < len(self._came) and self._came[start + 2] != self._size
        return "length" if short or other else "crc"

    def _search(self) -> None:
        for start in range(len(self._came) - _EXCEPTION_LENGTH + 1):
            if self._came[start] == self._unit and self._whole(start):
                return

    def _whole(self, start: int) -> bool:
        """Whether the answer stands at ``start``; keeps it if so."""
        came = self._came
        if came[start + 1] == self._function and came[start + 2] == self._size:
            if _is_frame(came, start, self._size + _OVERHEAD):
                self.words = _words(came, start + 3, self._size)
                return True
        elif came[start + 1] == self._function | _EXCEPTION:
            if _is_frame(came, start, _EXCEPTION_LENGTH):
                self.error = "exception %d" % came[start + 2]
                return True
        return False


def _is_frame(data: bytes, start: int, length: int) -> bool:
    end = start + length
    if end > len(data) or length > _LONGEST:
        return False
    return crc16(data, start, end - 2) == data[end - 2] | data[end - 1] << 8


def _foreign(data: bytes, unit: int) -> bool:
    """Whether a whole frame of another unit is in ``data``."""
    for start in range(len(data) - _EXCEPTION_LENGTH + 1):
        if data[start] != unit and _is_frame(data, start, _frame_length(data, start)):
            return True
    return False


def _frame_length(data: bytes, start: int) -> int:
    exceptional = data[start + 1] & _EXCEPTION
    return _EXCEPTION_LENGTH if exceptional else data[start + 2] + _OVERHEAD


def _words(data: bytes, start: int, size: int) -> tuple:
    return tuple([data[at] << 8 | data[at + 1] for at in range(start, start + size, 2)])


def to_integer(words: tuple, signed: bool = False, low_first: bool = False) -> int:
    """The integer in two or four registers, the high word first unless ``low_first``."""
    value = 0
    for word in reversed(words) if low_first else words:
        value = value << 16 | word
    bits = 16 * len(words)
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def is_absent(value: int, count: int, signed: bool) -> bool:
    """Whether the integer of ``count`` registers is a maker's pattern for "not measured".

    Unsigned all ones (ABB); signed the largest (ABB) or the smallest number (Schneider).
    """
    top = 1 << 16 * count - 1
    return value in (top - 1, -top) if signed else value == 2 * top - 1


def float32_to_milli(high: int, low: int) -> int:
    """Thousandths of the IEEE 754 single in two registers, to the nearest; None for NaN, inf."""
    exponent = high >> 7 & 0xFF
    if exponent == 0xFF:
        return None
    mantissa = (high & 0x7F) << 16 | low
    if exponent:
        mantissa |= 0x800000
    magnitude = _shifted(mantissa * 1000, (exponent or 1) - 150)
    return -magnitude if high & 0x8000 else magnitude


def _shifted(value: int, places: int) -> int:
    """``value * 2 ** places``, halves away from zero."""
    if places >= 0:
        return value << places
    return (value >> -places - 1) + 1 >> 1
