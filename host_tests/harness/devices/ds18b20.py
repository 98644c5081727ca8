"""A DS18B20 on its 1-Wire line, byte by byte (MicroPython's subset; own checksum).

It has its own supply. A conversion takes its time by the resolution that its EEPROM holds; until
the first one ends the scratchpad holds 85 degrees. ``celsius_mc`` is the temperature around it.
"""

ABSENT = "absent"  # not on the line
SHORTED = "shorted"  # the line is at 0 V
NOISY = "noisy"  # a bit of each scratchpad is wrong
UNPOWERED = "unpowered"  # answers from the line's charge, converts nothing: holds 85 degrees

FAULTS = (ABSENT, SHORTED, NOISY, UNPOWERED)

_FULL_MS = 750
_POWER_ON = b"\x50\x05\x4b\x46"


class Ds18b20:
    """``serial`` are the 6 bytes in the middle of its ROM; ``bits`` 9..12 its resolution."""

    def __init__(self, name="thermometer", serial=b"\x01\x02\x03\x04\x05\x06", bits=12):
        self.name = name
        self.rom = bytes([0x28]) + serial
        self.rom += bytes([checksum(self.rom)])
        self.celsius_mc = 25000
        self.fault = None
        self.conversions = 0
        self._bits = bits
        self._power_on()

    def _power_on(self):
        configuration = (self._bits - 9) << 5 | 0x1F
        self._scratchpad = bytearray(_POWER_ON + bytes([configuration, 0xFF, 0x0C, 0x10]))
        self._done_ms = None
        self._hears = "nothing"
        self._heard = b""
        self._answer = b""

    def fail(self, fault) -> None:
        """What is wrong with it, or None. Whoever comes back starts anew."""
        if fault is not None and fault not in FAULTS:
            known = ", ".join(FAULTS)
            raise ValueError(f"fault {fault!r}: one of {known} expected")
        self.fault = fault
        self._power_on()

    def lay(self, uids: list) -> None:
        """Nothing can be laid before a thermometer."""

    def reset(self, now_ms: int) -> bool:
        """A presence pulse; a line that is shorted looks like one."""
        self._hears = "rom"
        self._heard = b""
        self._answer = b""
        return self.fault != ABSENT

    def write(self, byte: int, now_ms: int) -> None:
        """A byte from the master."""
        if self.fault in (ABSENT, SHORTED):
            return
        if self._hears == "rom":
            self._hears = {0xCC: "function", 0x55: "match"}.get(byte, "nothing")
            if byte == 0x33:
                self._answer = self.rom
        elif self._hears == "match":
            self._match(byte)
        elif self._hears == "function":
            self._hears = "nothing"
            self._obey(byte, now_ms)

    def read(self, now_ms: int) -> int:
        """What the line reads as."""
        if self.fault == SHORTED:
            return 0
        if self.fault == ABSENT:
            return 0xFF
        if self._converts(now_ms):
            return 0
        if not self._answer:
            return 0xFF
        byte = self._answer[0]
        self._answer = self._answer[1:]
        return byte

    def _match(self, byte):
        self._heard += bytes([byte])
        if len(self._heard) == 8:
            self._hears = "function" if self._heard == self.rom else "nothing"

    def _obey(self, byte, now_ms):
        if byte == 0x44 and self.fault != UNPOWERED:
            self._done_ms = now_ms + _FULL_MS // (1 << (12 - self._bits))
        elif byte == 0xBE:
            self._converts(now_ms)
            answer = bytes(self._scratchpad) + bytes([checksum(self._scratchpad)])
            if self.fault == NOISY:
                answer = bytes([answer[0] ^ 0x10]) + answer[1:]
            self._answer = answer

    def _converts(self, now_ms):
        if self._done_ms is not None and now_ms >= self._done_ms:
            self._done_ms = None
            self.conversions += 1
            self._keep(self.celsius_mc)
        return self._done_ms is not None

    def _keep(self, celsius_mc):
        # 62.5 thousandths a place; places below the resolution hold whatever they hold: ones.
        places = celsius_mc * 2 // 125 | (1 << (12 - self._bits)) - 1
        places &= 0xFFFF
        self._scratchpad[0] = places & 0xFF
        self._scratchpad[1] = places >> 8


def checksum(data) -> int:
    """The CRC of 1-Wire by its shift register, bit by bit: 0 over data and checksum."""
    register = 0
    for byte in data:
        for place in range(8):
            feedback = (register ^ byte >> place) & 1
            register >>= 1
            if feedback:
                register ^= 0b10001100
    return register
