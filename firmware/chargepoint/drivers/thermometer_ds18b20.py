"""Port Thermometer on a DS18B20 over 1-Wire (Analog Devices 19-7487).

Rules:
- One bus operation in a poll: a reset takes 1 ms and a byte 0.6 ms on the wire, and the bus may
  rest between them for as long as it likes. A reading is thus spread over some twenty polls.
- Order a conversion, wait 800 ms (12 bits need 750), read the scratchpad, rest 2 s.
- A reading counts when the checksum is right, the configuration byte is that of a DS18B20 (a bus
  that is shorted reads as nine zeros, whose checksum is right as well), and the value is one that
  the sensor can have and is not the 85 degrees that it holds after power-on.
- Nobody there, or a reading that does not count, is a failure. Three in a row (9 s) make the
  temperature None; the first reading that counts ends that.
"""

from micropython import const

from chargepoint.ports import Thermometer
from chargepoint.wire import onewire, rows

CONVERSION_MS = const(800)
REST_MS = const(2000)

_PATIENCE = const(3)

_CONVERT = b"\x44"
_READ = b"\xbe"

_SCRATCHPAD_BYTES = const(9)
_POWER_ON = const(0x0550)
_COLDEST = const(-55 * 16)
_HOTTEST = const(125 * 16)

_REST = const(0)
_ORDERING = const(1)
_CONVERTING = const(2)
_ASKING = const(3)
_READING = const(4)

# state, event, next state, effect
_ROWS = (
    (_REST, "due", _ORDERING, "_order"),
    (_ORDERING, "sent", _CONVERTING, "_wait"),
    (_ORDERING, "absent", _REST, "_fail"),
    (_CONVERTING, "due", _ASKING, "_ask"),
    (_ASKING, "sent", _READING, "_receive"),
    (_ASKING, "absent", _REST, "_fail"),
    (_READING, "whole", _REST, "_judge"),
)


class Ds18b20(Thermometer):
    """``bus`` is a onewire.OneWire (reset, writebyte, readbyte).

    ``rom`` are the 8 bytes of the part that is meant where several share the bus, None for one
    that is alone. The part needs its own supply: parasite power is not served. Raises ValueError
    for a ``rom`` that is none.
    """

    def __init__(self, bus, rom: bytes = None):
        if rom is not None and (len(rom) != 8 or onewire.crc8(rom)):
            raise ValueError("rom %r is not 8 bytes with a checksum" % rom)
        self._bus = bus
        self._address = onewire.SKIP_ROM if rom is None else onewire.MATCH_ROM + rom
        self._state = _REST
        self._due_ms = None
        self._out = b""
        # The next byte of what goes out or comes in; -1: the reset before them.
        self._at = 0
        self._scratchpad = bytearray(_SCRATCHPAD_BYTES)
        self._failures = 0

    def poll(self, now_ms: int) -> None:
        """At most one operation on the bus, up to 1 ms."""
        if self._state in (_REST, _CONVERTING):
            if self._due_ms is None or now_ms >= self._due_ms:
                self._happen("due", now_ms)
        elif self._state == _READING:
            self._scratchpad[self._at] = self._bus.readbyte()
            self._at += 1
            if self._at == _SCRATCHPAD_BYTES:
                self._happen("whole", now_ms)
        else:
            self._send(now_ms)

    def _send(self, now_ms):
        if self._at < 0:
            if not self._bus.reset():
                self._happen("absent", now_ms)
                return
        else:
            self._bus.writebyte(self._out[self._at])
        self._at += 1
        if self._at == len(self._out):
            self._happen("sent", now_ms)

    def _happen(self, event: str, now_ms: int) -> None:
        self._state, effect = rows.find(_ROWS, self._state, event)
        getattr(self, effect)(now_ms)

    def _order(self, now_ms: int) -> None:
        self._out = self._address + _CONVERT
        self._at = -1

    def _wait(self, now_ms: int) -> None:
        self._due_ms = now_ms + CONVERSION_MS

    def _ask(self, now_ms: int) -> None:
        self._out = self._address + _READ
        self._at = -1

    def _receive(self, now_ms: int) -> None:
        self._at = 0

    def _judge(self, now_ms: int) -> None:
        sixteenths = _sixteenths(self._scratchpad)
        if sixteenths is None:
            self._fail(now_ms)
            return
        self._due_ms = now_ms + REST_MS
        self._failures = 0
        self.celsius_mc = sixteenths * 125 // 2

    def _fail(self, now_ms: int) -> None:
        self._due_ms = now_ms + REST_MS
        self._failures += 1
        if self._failures >= _PATIENCE:
            self.celsius_mc = None


def _sixteenths(scratchpad):
    """1/16 degree, or None for a scratchpad that does not count."""
    # The configuration is 0 R1 R0 1 1 1 1 1.
    if onewire.crc8(scratchpad) or scratchpad[4] & 0x9F != 0x1F:
        return None
    raw = scratchpad[1] << 8 | scratchpad[0]
    if raw == _POWER_ON:
        return None
    # Fewer than 12 bits leave the last places undefined.
    undefined = 3 - (scratchpad[4] >> 5)
    raw = raw >> undefined << undefined
    if raw >= 0x8000:
        raw -= 0x10000
    return raw if _COLDEST <= raw <= _HOTTEST else None
