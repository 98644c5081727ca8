"""A PN532 on I2C or SPI (NXP UM0701-02 6.2.4, 6.2.5), for emulated/buses.py.

A frame for the host waits until it is read, whole or in part, in one transfer; a new command drops
it. What is read behind its end is what the buffer held before. Asleep, the chip loses the first
transfer, which wakes it. MicroPython's subset.
"""

from .part import DISAPPEARS, HIGH, TRUNCATED, Part
from .pn532_chip import Chip

_BUFFER_BYTES = 64
_OSCILLATOR_MS = 2


class BusChip(Part, Chip):
    """What both lines have in common."""

    name = "pn532"

    def __init__(self):
        self._waiting = []
        self._buffer = bytearray(_BUFFER_BYTES)
        self._field = self
        Part.__init__(self)

    @property
    def present_uid(self):
        """The chip lists one card; of several the one that it found first."""
        return self.field[0] if self.field else None

    def power_up(self):
        """As after the supply came."""
        Chip.power_up(self)
        self._waiting = []
        self._awake_ms = None

    def _hear(self, data, now_ms):
        """Take what the host wrote."""
        if self._awake_ms is None:
            self._awake_ms = now_ms + _OSCILLATOR_MS
        if now_ms < self._awake_ms:
            return
        self._waiting = []
        self._came = data
        while self._next(now_ms):
            pass

    def _say(self, frame, start_ms):
        if self.fault == TRUNCATED:
            frame = frame[:-3] + bytes(3)
        self._waiting.append((start_ms, frame))

    def _ready(self, now_ms):
        self._look(now_ms)
        return 1 if self._waiting and now_ms >= self._waiting[0][0] else 0

    def _fetch(self, now_ms):
        """The buffer for a read that begins now; the frame in it is gone with it."""
        if self._ready(now_ms):
            frame = self._waiting.pop(0)[1]
            self._buffer[: len(frame)] = frame
        return self._buffer


class Pn532OnI2c(BusChip):
    """At address 0x24; each read begins with the status."""

    address = 0x24

    def write(self, data, now_ms):
        """Take a frame; False: not acknowledged."""
        if self.fault in (DISAPPEARS, HIGH):
            return False
        self._hear(data, now_ms)
        return True

    def read(self, count, now_ms):
        """Status, and the frame behind it when ``count`` reaches there."""
        if self.fault in (DISAPPEARS, HIGH):
            return None
        status = self._ready(now_ms)
        out = bytearray(count)
        out[0] = status
        if status and count > 1:
            out[1:] = self._fetch(now_ms)[: count - 1]
        return bytes([self.spoil(byte) for byte in out])


class Pn532OnSpi(BusChip):
    """Bits come and go least first, so a byte looks turned round to an ordinary SPI."""

    def power_up(self):
        """As after the supply came."""
        BusChip.power_up(self)
        self._taken = b""

    def select(self, selected, now_ms):
        """The select line falls or rises."""
        if not selected and self._taken[:1] == b"\x01" and self.fault != DISAPPEARS:
            self._hear(self._taken[1:], now_ms)
        self._taken = b""

    def transfer(self, byte, now_ms):
        """One byte in each direction."""
        self._taken += bytes((_turned(byte),))
        return self.spoil(_turned(self._answer_byte(now_ms)))

    def _answer_byte(self, now_ms):
        place = len(self._taken) - 2
        if place < 0:
            return 0
        if self._taken[0] == 0x02:
            return self._ready(now_ms)
        if self._taken[0] == 0x03:
            if place == 0:
                self._fetch(now_ms)
            return self._buffer[place] if place < _BUFFER_BYTES else 0
        return 0


def _turned(byte):
    out = 0
    for place in range(8):
        if byte >> place & 1:
            out |= 0x80 >> place
    return out
