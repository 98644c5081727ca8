"""Port Reader on an MFRC522 over SPI (mode 0, at most 10 MHz; NXP's data sheet, chapters 8-10).

Rules:
- Bring-up: soft reset, 50 ms, registers, and a look whether they were kept. Then a look for a card
  every POLL_MS. Before each look the version must be that of the bring-up and the antenna on, else
  the chip was gone: the bring-up begins anew, after a pause that doubles.
- A look: WUPA, twice when no card answers; then the way to one card (wire/iso14443.py), which is
  halted at its end. What goes wrong on the way is a card that moves: neither news nor trouble, nor
  is the field empty.
- The chip's timer (25 ms) ends what no card answers. A step makes one exchange at most, about
  15 transfers of two bytes: 0.4 ms at 1 MHz, besides the interpreter's time.
- Which card is news, and what is trouble: presentation.py.
"""

from micropython import const

from chargepoint.drivers.presentation import PresentingReader
from chargepoint.wire import iso14443

POLL_MS = const(250)
RESET_MS = const(50)
# A card needs 5 ms in the field before it hears (ISO 14443-3 5.1).
FIELD_MS = const(10)
# The chip's timer ends an exchange after 25 ms; a chip that does not say so is not itself.
TIMEOUT_MS = const(100)

_COMMAND = const(0x01)
_COM_IRQ = const(0x04)
_ERROR = const(0x06)
_FIFO_DATA = const(0x09)
_FIFO_LEVEL = const(0x0A)
_BIT_FRAMING = const(0x0D)
_COLL = const(0x0E)
_TX_CONTROL = const(0x14)
_VERSION = const(0x37)

_IDLE = const(0x00)
_TRANSCEIVE = const(0x0C)
_SOFT_RESET = const(0x0F)

_ALL_IRQ = const(0x7F)
_RECEIVED = const(0x30)  # RxIRq, IdleIRq
_TIMER = const(0x01)
_FLUSH = const(0x80)
_START_SEND = const(0x80)
_COLLIDED = const(0x08)
_BROKEN = const(0x13)  # BufferOvfl, ParityErr, ProtocolErr
_POSITION = const(0x1F)
_NO_POSITION = const(0x20)
_ANTENNA = const(0x03)
_SHORT_BITS = const(7)

# Register, value: TxMode, RxMode, ModWidth, TMode (TAuto), TPrescaler, TReload, TxASK, Mode and,
# last, TxControl: the antenna.
_REGISTERS = b"\x12\x00\x13\x00\x24\x26\x2a\x80\x2b\xa9\x2c\x03\x2d\xe8\x15\x40\x11\x3d\x14\x83"
_LONGEST = const(5)

_PAUSE = const(0)
_RESETTING = const(1)
_REST = const(2)
_CALLING = const(3)
_CHOOSING = const(4)

# state, event, next state, effect
_ROWS = (
    (_PAUSE, "due", _RESETTING, "_reset"),
    (_RESETTING, "due", _REST, "_wait_for_field"),
    (_RESETTING, "failed", _PAUSE, "_fail"),
    (_REST, "due", _CALLING, "_call"),
    (_REST, "failed", _PAUSE, "_fail"),
    (_CALLING, "answered", _CHOOSING, "_choose"),
    (_CALLING, "again", _CALLING, "_call_again"),
    (_CALLING, "empty", _REST, "_tell_empty"),
    (_CALLING, "failed", _PAUSE, "_fail"),
    (_CHOOSING, "more", _CHOOSING, "_ask"),
    (_CHOOSING, "found", _REST, "_tell"),
    (_CHOOSING, "lost", _REST, "_rest"),
    (_CHOOSING, "failed", _PAUSE, "_fail"),
)


class Mfrc522Reader(PresentingReader):
    """``spi`` as machine.SPI, ``select`` as machine.Pin: low selects."""

    def __init__(self, spi, select):
        super().__init__(_ROWS, _PAUSE)
        self._spi = spi
        self._select = select
        select.value(1)
        self._sent = bytearray(2)
        self._came = bytearray(2)
        self._out = bytearray(10)
        self._in = bytearray(1 + _LONGEST)
        self._answer = memoryview(self._in)[1:]
        self._selection = iso14443.Selection()
        self._version = 0
        self._asked_ms = 0
        self._again = False

    def _work(self, now_ms: int) -> None:
        if self._state in (_CALLING, _CHOOSING):
            event = self._exchanged(now_ms)
        elif not self._is_due(now_ms):
            event = None
        elif self._state == _RESETTING:
            event = "due" if self._set_up() else "failed"
        else:
            event = "due" if self._state == _PAUSE or self._is_itself() else "failed"
        if event is not None:
            self._happen(event, now_ms)

    # -- the chip -------------------------------------------------------------------------------

    def _write(self, register: int, value: int) -> None:
        self._sent[0], self._sent[1] = register << 1, value
        self._transfer(self._sent, self._came)

    def _read(self, register: int) -> int:
        self._sent[0], self._sent[1] = register << 1 | 0x80, 0
        self._transfer(self._sent, self._came)
        return self._came[1]

    def _transfer(self, sent, came) -> None:
        self._select.value(0)
        self._spi.write_readinto(sent, came)
        self._select.value(1)

    def _set_up(self) -> bool:
        self._version = self._read(_VERSION)
        for index in range(0, len(_REGISTERS), 2):
            self._write(_REGISTERS[index], _REGISTERS[index + 1])
        kept = self._is_itself()
        # All but the antenna's register, in which the chip may have its own bits.
        for index in range(0, len(_REGISTERS) - 2, 2):
            kept = kept and self._read(_REGISTERS[index]) == _REGISTERS[index + 1]
        return kept

    def _is_itself(self) -> bool:
        version = self._read(_VERSION)
        self._heard = version not in (0x00, 0xFF)
        antenna = self._read(_TX_CONTROL) & _ANTENNA == _ANTENNA
        return self._heard and antenna and version == self._version

    def _send(self, frame, length: int, bits: int, now_ms: int) -> None:
        """Send bytes of which the last has ``bits`` bits; the answer begins at that bit."""
        self._asked_ms = now_ms
        self._write(_COMMAND, _IDLE)
        self._write(_COM_IRQ, _ALL_IRQ)
        self._write(_FIFO_LEVEL, _FLUSH)
        self._out[0] = _FIFO_DATA << 1
        for index in range(length):
            self._out[1 + index] = frame[index]
        self._select.value(0)
        self._spi.write(memoryview(self._out)[: 1 + length])
        self._select.value(1)
        # Bits after a collision come in as zeros.
        self._write(_COLL, 0)
        align = 0 if bits == _SHORT_BITS and length == 1 else bits << 4
        self._write(_COMMAND, _TRANSCEIVE)
        self._write(_BIT_FRAMING, _START_SEND | align | bits)

    def _exchanged(self, now_ms: int) -> str:
        """The event of an exchange that has ended, or None."""
        irq = self._read(_COM_IRQ)
        if irq == 0xFF:
            return "failed"
        if irq & _RECEIVED:
            return "answered" if self._state == _CALLING else self._chosen()
        if irq & _TIMER:
            if self._state == _CALLING:
                return "again" if self._again else "empty"
            return "lost"
        return "failed" if now_ms - self._asked_ms >= TIMEOUT_MS else None

    def _chosen(self) -> str:
        """What the answer on the way to a card means."""
        error = self._read(_ERROR)
        count = self._read(_FIFO_LEVEL)
        collision = 0
        if error & _COLLIDED:
            position = self._read(_COLL)
            if position & _NO_POSITION:
                return "lost"
            collision = position & _POSITION or 32
        # Behind a collision the parity is broken, too.
        if error & _BROKEN and not collision or count > _LONGEST:
            return "lost"
        self._fetch(count)
        if self._selection.take(self._answer, count, collision):
            return "more"
        return "lost" if self._selection.uid is None else "found"

    def _fetch(self, count: int) -> None:
        for index in range(count):
            self._in[index] = _FIFO_DATA << 1 | 0x80
        self._in[count] = 0
        target = memoryview(self._in)[: 1 + count]
        self._transfer(target, target)

    # -- effects --------------------------------------------------------------------------------

    def _reset(self, now_ms: int) -> None:
        self._due_ms = now_ms + RESET_MS
        self._write(_COMMAND, _SOFT_RESET)

    def _wait_for_field(self, now_ms: int) -> None:
        self._due_ms = now_ms + FIELD_MS

    def _call(self, now_ms: int) -> None:
        self._again = True
        self._send((iso14443.WUPA,), 1, _SHORT_BITS, now_ms)

    def _call_again(self, now_ms: int) -> None:
        self._call(now_ms)
        self._again = False

    def _choose(self, now_ms: int) -> None:
        self._selection.begin()
        self._ask(now_ms)

    def _ask(self, now_ms: int) -> None:
        way = self._selection
        self._send(way.frame, way.length, way.bits, now_ms)

    def _rest(self, now_ms: int) -> None:
        self._due_ms = now_ms + POLL_MS

    def _tell_empty(self, now_ms: int) -> None:
        self._rest(now_ms)
        self._look_done(None, now_ms)

    def _tell(self, now_ms: int) -> None:
        # No card answers this: the chip's timer ends it.
        self._send(iso14443.HLTA, len(iso14443.HLTA), 0, now_ms)
        self._rest(now_ms)
        self._look_done(self._selection.uid, now_ms)
