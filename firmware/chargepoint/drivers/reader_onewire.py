"""Port Reader on a 1-Wire line: a probe for iButtons (DS1990A), or an RFID reader that answers as
one while a card lies before it (as sold with the SmartEVSE).

Rules:
- Every POLL_MS a reset. Whoever shows its presence is asked for its ROM (33 hex): family, six
  bytes, checksum. Twice in a row no presence is an empty field.
- Family 01 is an iButton, or an RFID reader that gives six bytes of a UID: these six count. With
  any other first byte an RFID reader gives the seven bytes of a UID, and they count.
- A ROM whose checksum is wrong, or of zeros (the line is shorted to ground, which looks like a
  presence), is a failure: five in a row are the trouble "rubbish". A probe bounces, so it takes
  more than one.
- Nobody there is how an empty field looks: a reader that is gone, or whose line is shorted to the
  supply, can't be told from it, and is never "silent".
- One operation on the line in a step: a reset takes 1 ms, a byte 0.6 ms. Between them the line may
  rest for as long as it likes; of the RFID readers this is not verified.
- Which card is news: presentation.py.
"""

from micropython import const

from chargepoint.drivers.presentation import PresentingReader
from chargepoint.wire import onewire

POLL_MS = const(500)

_READ_ROM = const(0x33)
_ROM_BYTES = const(8)
_IBUTTON = const(0x01)
_PATIENCE = const(5)
_RESETS = const(2)

_REST = const(0)
_ASKING = const(1)
_READING = const(2)

# state, event, next state, effect
_ROWS = (
    (_REST, "present", _ASKING, None),
    (_REST, "absent", _REST, "_miss"),
    (_ASKING, "due", _READING, "_ask"),
    (_READING, "whole", _REST, "_tell"),
    (_READING, "spoiled", _REST, "_fail"),
)


class OneWireReader(PresentingReader):
    """``line`` has reset(), writebyte(byte) and readbyte(), as MicroPython's onewire.OneWire."""

    def __init__(self, line):
        super().__init__(_ROWS, _REST, _PATIENCE)
        # Whoever shows its presence was heard.
        self._heard = True
        self._line = line
        self._rom = bytearray(_ROM_BYTES)
        self._count = 0
        self._missed = 0

    def _work(self, now_ms: int) -> None:
        if self._state == _ASKING:
            self._happen("due", now_ms)
        elif self._state == _READING:
            self._read(now_ms)
        elif self._is_due(now_ms):
            self._happen("present" if self._line.reset() else "absent", now_ms)

    def _read(self, now_ms: int) -> None:
        self._rom[self._count] = self._line.readbyte()
        self._count += 1
        if self._count == _ROM_BYTES:
            good = not onewire.crc8(self._rom) and any(self._rom)
            self._happen("whole" if good else "spoiled", now_ms)

    def _ask(self, now_ms: int) -> None:
        self._count = 0
        self._line.writebyte(_READ_ROM)

    def _miss(self, now_ms: int) -> None:
        self._due_ms = now_ms + POLL_MS
        self._missed += 1
        if self._missed >= _RESETS:
            self._look_done(None, now_ms)

    def _tell(self, now_ms: int) -> None:
        self._due_ms = now_ms + POLL_MS
        self._missed = 0
        start = 1 if self._rom[0] == _IBUTTON else 0
        self._look_done(bytes(self._rom[start:7]), now_ms)
