"""MicroPython's ``onewire`` on the emulated processor: a line with the parts attached to it.

The line is open drain: of several parts that answer at once, a 0 wins.
"""

import machine


class OneWireError(Exception):
    """Nobody answered a reset that required it."""


class OneWire:
    """The 1-Wire line on ``pin``; byte by byte."""

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self._bench = machine.current
        self._parts = machine.current.parts.on("onewire", pin.id)

    def reset(self, required: bool = False) -> bool:
        """Pull the line down; True when a part showed its presence."""
        present = False
        for part, _ in self._parts:
            if part.reset(self._bench.now_ms):
                present = True
        if required and not present:
            raise OneWireError
        return present

    def writebyte(self, byte: int) -> None:
        """Send one byte, least bit first."""
        for part, _ in self._parts:
            part.write(byte, self._bench.now_ms)

    def readbyte(self) -> int:
        """Read one byte; FF when nobody pulls the line down."""
        answer = 0xFF
        for part, _ in self._parts:
            answer &= part.read(self._bench.now_ms)
        return answer

    def write(self, data) -> None:
        """Send bytes."""
        for byte in data:
            self.writebyte(byte)

    def readinto(self, target) -> None:
        """Fill ``target``."""
        for index in range(len(target)):
            target[index] = self.readbyte()

    def select_rom(self, rom) -> None:
        """Address one part."""
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def crc8(self, data) -> int:
        """The Dallas checksum of ``data``."""
        crc = 0
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
        return crc
