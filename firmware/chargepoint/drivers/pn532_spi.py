"""A PN532 on SPI, for Pn532Reader (NXP UM0701-02 6.2.5): mode 0, at most 5 MHz.

The chip sends and takes the least bit first, which MicroPython's SPI can't on every port: the bits
are turned round here, and ``spi`` is an ordinary one. A transfer begins with a word: 02 asks for
the status (bit 0: a frame can be read), 01 writes a frame, 03 reads it, whole and once.
Reading an answer takes 0.3 ms at 1 MHz, besides the interpreter's time.
"""

from micropython import const

from chargepoint.wire import pn532

_STATUS = const(0x02)
_WRITE = const(0x01)
_READ = const(0x03)
_READY = const(1)
_NOBODY = const(0xFF)  # a line that no one drives, or shorted to the supply
_ACK_BYTES = const(6)

# The bits of a nibble from the other end.
_TURNED = b"\x00\x08\x04\x0c\x02\x0a\x06\x0e\x01\x09\x05\x0d\x03\x0b\x07\x0f"


class Pn532Spi:
    """``spi`` as machine.SPI, ``select`` as machine.Pin: low selects."""

    def __init__(self, spi, select):
        self._spi = spi
        self._select = select
        select.value(1)
        self._status = bytearray(2)
        self._ack = bytearray(1 + _ACK_BYTES)
        self._answer = bytearray(1 + pn532.LONGEST_ANSWER)
        self._expected = None

    def any(self) -> int:
        """1 when a frame can be read; the bus rests while none is expected."""
        if self._expected is None:
            return 0
        self._transfer(_STATUS, self._status)
        status = self._status[1]
        return status & _READY if status != _NOBODY else 0

    def read(self, count: int) -> bytes:
        """The frame that ``any`` found (at most ``count`` bytes), or None."""
        target = self._expected
        self._expected = self._answer if target is self._ack else None
        if target is None:
            return None
        self._transfer(_READ, target)
        return bytes(target[1 : 1 + count])

    def write(self, data: bytes) -> None:
        """Send a frame. What wakes the HSU is left out: the chip wakes when it is selected."""
        frame = pn532.without_wake(data)
        self._expected = None if frame == pn532.ACK_FRAME else self._ack
        self._transfer(_WRITE, bytearray(b"\x00" + frame))

    def _transfer(self, word: int, target) -> None:
        """Send ``word`` and what stands behind it in ``target``; what comes in takes its place."""
        if word != _WRITE:
            for index in range(len(target)):
                target[index] = 0
        target[0] = word
        _turn(target)
        self._select.value(0)
        self._spi.write_readinto(target, target)
        self._select.value(1)
        _turn(target)


def _turn(data) -> None:
    for index in range(len(data)):
        byte = data[index]
        data[index] = _TURNED[byte & 0x0F] << 4 | _TURNED[byte >> 4]
