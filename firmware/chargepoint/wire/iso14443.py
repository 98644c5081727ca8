"""How a reader finds one card's UID among several (ISO 14443-3 type A, 6.5).

WUPA wakes every card. Then, on each of three cascade levels, all answer at once with four bytes
and their BCC; where two bits collide the reader says which it wants and asks for the rest; SELECT
with all of it is answered by one card's SAK. Bits go least first.
"""

from micropython import const

# 7 bits: also cards in HALT answer it.
WUPA = const(0x52)
HLTA = b"\x50\x00\x57\xcd"

_SELECT = b"\x93\x95\x97"
_CASCADE_TAG = const(0x88)
_UID_IS_LONGER = const(0x04)
_LEVEL_BITS = const(40)
_UID_BITS = const(32)
_WHOLE = const(0x70)


def crc_a(data: bytes, count: int) -> int:
    """CRC_A of the first ``count`` bytes; its low byte is sent first (ISO 14443-3 annex B)."""
    crc = 0x6363
    for index in range(count):
        crc ^= data[index]
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc


class Selection:
    """The way to one card. To be sent: ``length`` bytes of ``frame``, the last with ``bits`` bits
    (0: all), whose answer begins at that bit of its first byte.

    Where cards collide it takes the one that was chosen last, as long as that lies there.
    ``uid`` is the whole UID at the end, else None.
    """

    def __init__(self):
        self.frame = bytearray(9)
        self.length = 0
        self.bits = 0
        self.uid = None
        self._part = b""
        self._level = 0
        self._known = 0
        self._chosen = bytearray(b"\xff" * 15)

    def begin(self) -> None:
        """From the first level on."""
        self.uid = None
        self._part = b""
        self._enter(0)

    def take(self, data: bytes, count: int, collision: int) -> bool:
        """Take ``count`` bytes of an answer; True when there is more to be sent.

        ``collision`` is the first bit that collided, counted from 1 at the first bit of ``data``
        (those that were ours included); 0 for none.
        """
        if self._known == _LEVEL_BITS:
            return self._take_sak(data, count)
        start = self._known >> 3
        if start + count > 5 or not count:
            return False
        ours = (1 << (self._known & 7)) - 1
        for index in range(count):
            self.frame[2 + start + index] |= data[index] & ~ours
            ours = 0
        if collision:
            return self._branch(8 * start + collision)
        return start + count == 5 and self._select()

    def _enter(self, level):
        self._level = level
        self.frame[0] = _SELECT[level]
        self._keep(0)

    def _keep(self, known):
        """Only ``known`` bits are certain: ask for the others."""
        whole, self.bits = known >> 3, known & 7
        self._known = known
        for index in range(2 + whole, 9):
            self.frame[index] &= (1 << self.bits) - 1 if index == 2 + whole else 0
        self.frame[1] = 2 + whole << 4 | self.bits
        self.length = 2 + whole + (1 if self.bits else 0)

    def _branch(self, position):
        if not self._known < position <= _UID_BITS:
            return False
        place, bit = position - 1 >> 3, 1 << (position - 1 & 7)
        chosen = self._chosen[5 * self._level + place] & bit
        self.frame[2 + place] = self.frame[2 + place] & ~bit | chosen
        self._keep(position)
        return True

    def _select(self):
        check = 0
        for index in range(2, 7):
            check ^= self.frame[index]
        if check:
            return False
        self._known = _LEVEL_BITS
        self.frame[1] = _WHOLE
        crc = crc_a(self.frame, 7)
        self.frame[7], self.frame[8] = crc & 0xFF, crc >> 8
        self.length, self.bits = 9, 0
        return True

    def _take_sak(self, sak, count):
        if count != 3 or crc_a(sak, 1) != sak[1] | sak[2] << 8:
            return False
        longer = sak[0] & _UID_IS_LONGER
        tagged = self.frame[2] == _CASCADE_TAG
        if bool(longer) != tagged or longer and self._level == 2:
            return False
        start = 5 * self._level
        self._chosen[start : start + 5] = self.frame[2:7]
        self._part += bytes(self.frame[3 if longer else 2 : 6])
        if longer:
            self._enter(self._level + 1)
            return True
        self.uid = self._part
        return False
