"""A PN532 on I2C, for Pn532Reader (NXP UM0701-02 6.2.4).

Every read begins with a status byte: bit 0 says that a frame stands behind it, whole and once.
Until then only the status is read, one byte a step. A frame that is read in part is gone, so the
read is as long as what is expected: the ACK first, then the answer.

The chip stretches the clock for up to 1 ms (field reports: 440 us), more when it wakes: the bus's
time-out must be longer (``timeout=2000`` on the ESP32) and bounds a step. Reading an answer takes
0.6 ms at 400 kHz and 2.4 ms at 100 kHz: use 400 kHz.
"""

from micropython import const

from chargepoint.wire import pn532

ADDRESS = const(0x24)

_READY = const(1)
_ACK_BYTES = const(6)


class Pn532I2c:
    """``i2c`` as machine.I2C; a bus that does not acknowledge is an empty line."""

    def __init__(self, i2c, address: int = ADDRESS):
        self._i2c = i2c
        self._address = address
        self._status = bytearray(1)
        self._ack = bytearray(1 + _ACK_BYTES)
        self._answer = bytearray(1 + pn532.LONGEST_ANSWER)
        self._expected = None

    def any(self) -> int:
        """1 when a frame can be read; the bus rests while none is expected."""
        if self._expected is None or not self._fill(self._status):
            return 0
        return self._status[0] & _READY

    def read(self, count: int) -> bytes:
        """The frame that ``any`` found (at most ``count`` bytes), or None."""
        target = self._expected
        self._expected = self._answer if target is self._ack else None
        if target is None or not self._fill(target) or not target[0] & _READY:
            return None
        return bytes(target[1 : 1 + count])

    def write(self, data: bytes) -> None:
        """Send a frame. What wakes the HSU is left out: the chip wakes when it is addressed."""
        frame = pn532.without_wake(data)
        self._expected = None if frame == pn532.ACK_FRAME else self._ack
        try:
            self._i2c.writeto(self._address, frame)
        except OSError:
            pass  # no one there: the answer will be missed in time

    def _fill(self, target) -> bool:
        try:
            self._i2c.readfrom_into(self._address, target)
        except OSError:
            return False
        return True
