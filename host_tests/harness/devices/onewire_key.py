"""A 1-Wire line that iButtons are held to, or an RFID reader that answers as one.

``field`` are serials of iButtons (6 bytes; family 01) or UIDs of cards (7 bytes, which an RFID
reader sends in place of family and serial). Several at once pull the line down together.
MicroPython's subset; for emulated/buses.py.
"""

from .part import DISAPPEARS, HIGH, LOW, TRUNCATED, Part

_FAMILY = b"\x01"
_READ_ROM = 0x33


class OneWireKey(Part):
    """What lies on the probe."""

    name = "onewire_key"

    def power_up(self):
        """As after the supply came."""
        self._place = None
        self._listening = False

    def reset(self, now_ms):
        """A presence pulse; a line shorted to ground looks like one."""
        self._place = None
        self._listening = True
        if self.fault == LOW:
            return True
        return bool(self.field) and self.fault not in (DISAPPEARS, HIGH)

    def write(self, byte, now_ms):
        """After a reset one command is heard."""
        if self._listening and byte == _READ_ROM:
            self._place = 0
        self._listening = False

    def read(self, now_ms):
        """The next byte of all that lies there, ANDed; FF when there is no more to say."""
        answer = 0xFF
        if self._place is not None and self.field and not self._torn():
            for serial in self.field:
                rom = rom_of(serial)
                answer &= rom[self._place] if self._place < len(rom) else 0xFF
            self._place += 1
        return self.spoil(answer)

    def _torn(self):
        return self.fault == TRUNCATED and self._place > 4


def rom_of(serial):
    """The eight bytes of a ROM."""
    head = _FAMILY + serial if len(serial) == 6 else serial
    return head + bytes((checksum(head),))


def checksum(data):
    """The Dallas CRC, bit by bit as its shift register: x^8 + x^5 + x^4 + 1."""
    register = [0] * 8
    for byte in data:
        for place in range(8):
            fed = register[0] ^ byte >> place & 1
            register = register[1:] + [fed]
            register[4 - 1] ^= fed
            register[3 - 1] ^= fed
    return sum(register[place] << place for place in range(8))
