"""Cards of ISO 14443-3 type A, and what their answers make together in a reader's field.

A frame is a list of bits, least first, without parity. MicroPython's subset.
"""

_IDLE = "idle"
_READY = "ready"
_ACTIVE = "active"
_HALT = "halt"

_LEVEL_CODES = (0x93, 0x95, 0x97)
_CASCADE_TAG = 0x88
_ATQA = {4: (0x04, 0x00), 7: (0x44, 0x00), 10: (0x84, 0x00)}
_SAK = {4: 0x08, 7: 0x00, 10: 0x20}
_NOT_COMPLETE = 0x04


def bits_of(data):
    """Bytes as bits."""
    return [byte >> place & 1 for byte in data for place in range(8)]


def bytes_of(bits):
    """Bits as bytes; what is missing of the last byte is 0."""
    out = bytearray((len(bits) + 7) // 8)
    for place in range(len(bits)):
        out[place // 8] |= bits[place] << place % 8
    return bytes(out)


def with_crc(data):
    """``data`` and its CRC_A: x^16 + x^12 + x^5 + 1 from 6363, nibble-wise as in annex B."""
    crc = 0x6363
    for byte in data:
        byte ^= crc & 0xFF
        byte = (byte ^ byte << 4) & 0xFF
        crc = crc >> 8 ^ byte << 8 ^ byte << 3 ^ byte >> 4
    return bytes(data) + bytes((crc & 0xFF, crc >> 8 & 0xFF))


class Card:
    """One card in the field. ``uid`` has 4, 7 or 10 bytes."""

    def __init__(self, uid):
        self.uid = bytes(uid)
        self._levels = _levels_of(self.uid)
        self.power_up()

    def power_up(self):
        """As when it comes into a field."""
        self._state = _IDLE
        self._base = _IDLE
        self._level = 0

    @property
    def halted(self):
        """It answers WUPA only."""
        return self._state == _HALT

    def hear(self, bits):
        """The bits of its answer, or None."""
        if len(bits) == 7:
            return self._called(bytes_of(bits)[0])
        if self._state == _READY and len(bits) >= 16:
            return self._sought(bits)
        if self._state == _ACTIVE and bytes_of(bits) == with_crc(b"\x50\x00"):
            self._state = self._base = _HALT
        elif self._state == _ACTIVE:
            self._state = self._base
        return None

    def _called(self, word):
        wanted = word == 0x52 or word == 0x26 and self._state == _IDLE
        if self._state in (_READY, _ACTIVE) or not wanted:
            if self._state in (_READY, _ACTIVE):
                self._state = self._base
            return None
        self._base = self._state
        self._state = _READY
        self._level = 0
        return bits_of(_ATQA[len(self.uid)])

    def _sought(self, bits):
        data = bytes_of(bits)
        if data[0] != _LEVEL_CODES[self._level]:
            self._state = self._base
            return None
        own = bits_of(self._levels[self._level])
        if data[1] == 0x70:
            return self._selected(data)
        known = ((data[1] >> 4) - 2) * 8 + (data[1] & 7)
        if len(bits) != 16 + known or known > 39 or bits[16:] != own[:known]:
            return None
        return own[known:]

    def _selected(self, data):
        if data != with_crc(data[:2] + self._levels[self._level]):
            self._state = self._base
            return None
        self._level += 1
        complete = self._level == len(self._levels)
        if complete:
            self._state = _ACTIVE
        sak = _SAK[len(self.uid)] if complete else _NOT_COMPLETE
        return bits_of(with_crc(bytes((sak,))))


def together(answers):
    """What a receiver makes of answers at the same time: bits, and where the first collision is.

    The place counts from 0; None: no collision. From there on a bit is 1 when any card sent one.
    """
    length = max(len(answer) for answer in answers)
    bits, collision = [], None
    for place in range(length):
        sent = [answer[place] for answer in answers if place < len(answer)]
        if collision is None and (min(sent) != max(sent) or len(sent) != len(answers)):
            collision = place
        bits.append(max(sent))
    return bits, collision


def _levels_of(uid):
    """UID CLn and its BCC for each cascade level."""
    tag = bytes((_CASCADE_TAG,))
    parts = {
        4: (uid,),
        7: (tag + uid[:3], uid[3:]),
        10: (tag + uid[:3], tag + uid[3:6], uid[6:]),
    }[len(uid)]
    return [part + bytes((part[0] ^ part[1] ^ part[2] ^ part[3],)) for part in parts]
