"""An MFRC522 on SPI, register by register (NXP's data sheet), with cards before its antenna.

What a card reader uses of it: FIFO, Transceive, CalcCRC, the timer, bit framing, collisions.
MicroPython's subset; for emulated/buses.py.
"""

from . import iso14443
from .part import DISAPPEARS, TRUNCATED, Part

VERSION = 0x92

_COMMAND, _COM_IRQ, _DIV_IRQ, _ERROR = 0x01, 0x04, 0x05, 0x06
_FIFO_DATA, _FIFO_LEVEL, _CONTROL, _BIT_FRAMING, _COLL = 0x09, 0x0A, 0x0C, 0x0D, 0x0E
_TX_CONTROL, _TX_ASK, _CRC_HIGH, _CRC_LOW = 0x14, 0x15, 0x21, 0x22
_VERSION = 0x37
_T_MODE, _T_PRESCALER, _T_RELOAD_HIGH, _T_RELOAD_LOW = 0x2A, 0x2B, 0x2C, 0x2D

# Values after a reset that are not 0.
_AFTER_RESET = {
    0x01: 0x20,
    0x02: 0x80,
    0x04: 0x14,
    0x07: 0x21,
    0x0B: 0x08,
    0x0C: 0x10,
    0x0E: 0x80,
    0x11: 0x3F,
    0x14: 0x80,
    0x16: 0x10,
    0x17: 0x84,
    0x18: 0x84,
    0x19: 0x4D,
    0x21: 0xFF,
    0x22: 0xFF,
    0x24: 0x26,
    0x26: 0x48,
}
_READ_ONLY = (_ERROR, 0x07, _CRC_HIGH, _CRC_LOW, _VERSION)

_FIFO_BYTES = 64
_START_UP_MS = 1
_AIR_MS = 1
_TX_IRQ, _RX_IRQ, _TIMER_IRQ, _CRC_IRQ = 0x40, 0x20, 0x01, 0x04
_TIMER_HZ = 13_560_000


class Mfrc522(Part):
    """The chip. ``tear`` makes the next so many answers of cards break off (a card that moves)."""

    name = "mfrc522"

    def __init__(self):
        self._cards = []
        self.tear = 0
        self.version = VERSION
        Part.__init__(self)

    def power_up(self):
        """As after the supply came."""
        self._reset(0)
        self._ready_ms = 0

    def lay(self, uids):
        """These cards lie before the antenna; those that lay there keep their state."""
        there = {card.uid: card for card in self._cards}
        self.field = uids
        self._cards = [there.get(bytes(uid)) or iso14443.Card(uid) for uid in uids]

    def select(self, selected, now_ms):
        """The select line falls or rises."""
        self._address = None

    def transfer(self, byte, now_ms):
        """One byte in each direction."""
        if self.fault == DISAPPEARS:
            return self.spoil(0)
        self._settle(now_ms)
        answer = 0
        if self._address is None:
            self._address = byte
        elif self._address & 0x80:
            answer = self._read(self._address >> 1 & 0x3F)
            self._address = byte | 0x80
        elif now_ms >= self._ready_ms:
            self._write(self._address >> 1, byte, now_ms)
        return self.spoil(answer)

    def _reset(self, now_ms):
        self._registers = bytearray(64)
        for register, value in _AFTER_RESET.items():
            self._registers[register] = value
        self._fifo = b""
        self._address = None
        self._arrives_ms = None
        self._expires_ms = None
        self._received = None
        self._ready_ms = now_ms + _START_UP_MS
        self._darken()

    def _darken(self):
        """Without a field the cards lose their supply."""
        for card in self._cards:
            card.power_up()

    def _read(self, register):
        if register == _FIFO_DATA:
            byte, self._fifo = (self._fifo[0] if self._fifo else 0), self._fifo[1:]
            return byte
        if register == _FIFO_LEVEL:
            return len(self._fifo)
        if register == _VERSION:
            return self.version
        return self._registers[register]

    def _write(self, register, value, now_ms):
        if register == _FIFO_DATA:
            self._fifo = (self._fifo + bytes((value,)))[:_FIFO_BYTES]
        elif register == _FIFO_LEVEL:
            if value & 0x80:
                self._fifo = b""
        elif register in (_COM_IRQ, _DIV_IRQ):
            marked = value & 0x7F
            before = self._registers[register]
            self._registers[register] = before | marked if value & 0x80 else before & ~marked
        elif register == _COLL:
            self._registers[_COLL] = self._registers[_COLL] & 0x3F | value & 0x80
        elif register == _COMMAND:
            self._command(value & 0x0F, now_ms)
        elif register not in _READ_ONLY:
            self._set(register, value, now_ms)

    def _set(self, register, value, now_ms):
        self._registers[register] = value
        if register == _TX_CONTROL and value & 3 != 3:
            self._darken()
        elif register == _BIT_FRAMING and value & 0x80:
            self._registers[register] = value & 0x7F
            if self._registers[_COMMAND] & 0x0F == 0x0C:
                self._send(value, now_ms)

    def _command(self, command, now_ms):
        self._arrives_ms = self._expires_ms = None
        self._registers[_COMMAND] = command
        if command == 0x0F:
            self._reset(now_ms)
        elif command == 0x03:
            crc = iso14443.with_crc(self._fifo)[-2:]
            self._registers[_CRC_LOW], self._registers[_CRC_HIGH] = crc[0], crc[1]
            self._registers[_DIV_IRQ] |= _CRC_IRQ

    def _send(self, framing, now_ms):
        """What stands in the FIFO goes through the air; the answer comes a little later."""
        bits = iso14443.bits_of(self._fifo)
        if framing & 7:
            bits = bits[: len(bits) - 8 + (framing & 7)]
        self._fifo = b""
        self._registers[_COM_IRQ] |= _TX_IRQ
        self._registers[_ERROR] = 0
        lit = self._registers[_TX_CONTROL] & 3 == 3 and self._registers[_TX_ASK] & 0x40
        answers = [card.hear(bits) for card in self._cards] if lit else []
        answers = [answer for answer in answers if answer is not None]
        if answers:
            self._received = iso14443.together(answers)
            self._arrives_ms = now_ms + _AIR_MS
        elif self._registers[_T_MODE] & 0x80:
            self._expires_ms = now_ms + self._timer_ms()

    def _timer_ms(self):
        registers = self._registers
        prescaler = (registers[_T_MODE] & 0x0F) << 8 | registers[_T_PRESCALER]
        reload = registers[_T_RELOAD_HIGH] << 8 | registers[_T_RELOAD_LOW]
        return -(-(reload + 1) * (2 * prescaler + 1) * 1000 // _TIMER_HZ)

    def _settle(self, now_ms):
        """What is over by now."""
        if self._arrives_ms is not None and now_ms >= self._arrives_ms:
            self._arrives_ms = None
            self._receive(self._received[0], self._received[1])
        if self._expires_ms is not None and now_ms >= self._expires_ms:
            self._expires_ms = None
            self._registers[_COM_IRQ] |= _TIMER_IRQ

    def _receive(self, bits, collision):
        registers = self._registers
        align = registers[_BIT_FRAMING] >> 4 & 7
        if self.tear or self.fault == TRUNCATED:
            self.tear = max(0, self.tear - 1)
            bits = bits[:5]
        registers[_COLL] = registers[_COLL] & 0x80 | 0x20
        if collision is not None and collision < len(bits):
            registers[_ERROR] |= 0x08
            # Counted from 1 in the received frame, what RxAlign left out included; 32 reads as 0.
            position = align + collision + 1
            if position <= 32:
                registers[_COLL] = registers[_COLL] & 0x80 | position & 0x1F
            if not registers[_COLL] & 0x80:
                bits = bits[:collision] + [0] * (len(bits) - collision)
        placed = [0] * align + bits
        self._fifo = iso14443.bytes_of(placed)
        registers[_CONTROL] = registers[_CONTROL] & ~7 | len(placed) % 8
        registers[_COM_IRQ] |= _RX_IRQ
