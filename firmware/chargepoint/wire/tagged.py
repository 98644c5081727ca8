"""The frames of our own serial lines: the pilot front end and the network modem.

A front end is a small processor beside the mains: it samples the pilot, drives it, holds the
relay and the guard, and keeps the clock. A modem holds a TCP connection. Each has its own line,
115200 8N1 or faster, and speaks these frames; numbers are little-endian.

    0xA5   tag   length (2)   payload (length)   crc (2)

``crc`` is Modbus's CRC-16 over tag, length and payload. A frame that is longer than ``LONGEST``
or whose crc is wrong is not a frame: the search goes on behind its first byte. Nothing is
repeated or acknowledged here; what must arrive is said again with the next STATUS or COMMAND.

    tag      line       direction      payload
    START    front end  to station     cause 1 (place in CAUSES), entropy 16: why the station's
                                       processor was started; until it says anything
    STATUS   front end  to station     now_ms 4, utc_s 4 (0: clock never set), then for each
                                       connector: high_mv 2 signed, low_mv 2 signed, inputs 2,
                                       proximity 2 in ohm (OHM_OPEN: no resistor), temperature 2
                                       signed in 1/10 degree Celsius (TENTHS_NONE: not known)
    COMMAND  front end  to front end   now_ms 4 of the STATUS that it answers, beat_ms 2 (open the
                                       contactor when a STATUS waits longer for its answer; 0:
                                       open it now), due_ms 2 (the station has nothing to do for
                                       so long), then for each connector: duty_bp 2, outputs 2
    CLOCK    front end  to front end   utc_s 4: keep this
    RESET    front end  to front end   hard 1: start the station's processor anew
    LOG      front end  to front end   level 1 (0 debug .. 3 error), text: a line for people
    TAG      front end  to station     text: an idTag that a driver gave at the front end
    ASK      front end  to station     nothing: after the next step, FACTS
    FACTS    front end  to front end   more 1 (0: the last part), part of a JSON object
    CONNECT  modem      to modem       number 1, port 2, host (a name or an address)
    CONNECTED modem     to station     number 1
    DATA     modem      both           number 1, bytes of the connection (at most LONGEST_DATA)
    CLOSED   modem      both           number 1, reason: the connection is gone, or shall go

number: the station counts its CONNECTs (modulo 256) and a CONNECT ends the connection before it;
what carries another number than the last CONNECT's is late and means nothing.

inputs: PILOT_READ (high_mv and low_mv are usable), GUARD_TRIPPED, BUTTON (pressed), and two bits
each (0: this front end does not watch it, 1 no, 2 yes) at FEEDBACK_AT (the contactor is closed),
SECOND_AT (that for L2 and L3 is), LOCK_AT (the bolt is in), EARTH_AT (there is protective earth),
RESIDUAL_AT (the residual-current monitor trips).
outputs: RELAY_CLOSED, SECOND_CLOSED, LOCK_IN and LOCK_OUT (the lock's motor), RESIDUAL_TEST,
PILOT_OFF (the pilot is taken off the vehicle), BUZZER, and LAMP_RED, LAMP_GREEN, LAMP_BLUE.
"""

import struct

from micropython import const

from chargepoint.wire.modbus import crc16, with_crc

STATUS = const(0x53)
COMMAND = const(0x43)
CLOCK = const(0x55)
RESET = const(0x52)
LOG = const(0x4C)
START = const(0x42)
TAG = const(0x54)
ASK = const(0x41)
FACTS = const(0x46)
CONNECT = const(0x4F)
CONNECTED = const(0x4E)
DATA = const(0x44)
CLOSED = const(0x58)

FEEDBACK_AT = const(0)
SECOND_AT = const(4)
LOCK_AT = const(6)
EARTH_AT = const(8)
RESIDUAL_AT = const(10)
PILOT_READ = const(4)
GUARD_TRIPPED = const(8)
BUTTON = const(0x1000)
OHM_OPEN = const(0xFFFF)
TENTHS_NONE = const(-0x8000)

RELAY_CLOSED = const(1)
LAMP_RED = const(2)
LAMP_GREEN = const(4)
LAMP_BLUE = const(8)
SECOND_CLOSED = const(0x10)
LOCK_IN = const(0x20)
LOCK_OUT = const(0x40)
RESIDUAL_TEST = const(0x80)
PILOT_OFF = const(0x100)
BUZZER = const(0x200)

CAUSES = ("power", "watchdog", "reset")
LEVELS = ("debug", "info", "warning", "error")

LONGEST = const(512)
LONGEST_DATA = const(511)

_FIRST = const(0xA5)
_HEAD = const(4)
_TAIL = const(2)
_ENTROPY_BYTES = const(16)
_STATUS_HEAD = "<II"
_STATUS_ROW = "<hhHHh"
_COMMAND_HEAD = "<IHH"
_COMMAND_ROW = "<HH"


def frame(tag: int, payload: bytes) -> bytes:
    """One frame; ValueError when the payload is longer than LONGEST."""
    if len(payload) > LONGEST:
        raise ValueError("payload of %d bytes, at most %d expected" % (len(payload), LONGEST))
    body = struct.pack("<BH", tag, len(payload)) + payload
    return bytes((_FIRST,)) + with_crc(body)


class Frames:
    """Finds the frames in what a line brings."""

    def __init__(self):
        self.tag = 0
        self.payload = b""
        self._came = b""

    def receive(self, data: bytes) -> None:
        """Take bytes from the line."""
        self._came += data

    def next(self) -> bool:
        """Whether another frame is whole: ``tag`` and ``payload`` are its."""
        while self._came:
            length = _whole(self._came)
            if length == 0:
                return False
            if length > 0:
                self._keep(length)
                return True
            self._skip()
        return False

    def missing(self) -> int:
        """How many bytes must still come before ``next`` can say anything new; at least 1."""
        came = self._came
        if len(came) < _HEAD:
            return _HEAD + _TAIL - len(came)
        return max(1, _HEAD + (came[2] | came[3] << 8) + _TAIL - len(came))

    def _keep(self, length: int) -> None:
        self.tag = self._came[1]
        self.payload = self._came[_HEAD : length - _TAIL]
        self._came = self._came[length:]

    def _skip(self) -> None:
        start = self._came.find(bytes((_FIRST,)), 1)
        self._came = self._came[start:] if start > 0 else b""


def _whole(came: bytes) -> int:
    """The length of the frame at the start; 0 when some is still to come; -1 for no frame."""
    if came[0] != _FIRST:
        return -1
    if len(came) < _HEAD:
        return 0
    end = _HEAD + (came[2] | came[3] << 8)
    if end > _HEAD + LONGEST:
        return -1
    if len(came) < end + _TAIL:
        return 0
    good = crc16(came, 1, end) == came[end] | came[end + 1] << 8
    return end + _TAIL if good else -1


def status(now_ms: int, utc_s: int, rows: tuple) -> bytes:
    """A STATUS; ``rows`` are (high_mv, low_mv, inputs, ohm, tenths_c), one for each connector."""
    head = struct.pack(_STATUS_HEAD, now_ms, utc_s or 0)
    return frame(STATUS, head + b"".join([struct.pack(_STATUS_ROW, *row) for row in rows]))


def read_status(payload: bytes) -> tuple:
    """``(now_ms, utc_s or None, rows)``; ValueError for a payload of a wrong length."""
    now_ms, utc_s = _head(_STATUS_HEAD, _STATUS_ROW, payload)
    return now_ms, utc_s or None, _rows(_STATUS_HEAD, _STATUS_ROW, payload)


def watched(inputs: int, at: int) -> bool:
    """The two bits of ``inputs`` at ``at``: False, True, or None when it is not watched."""
    seen = inputs >> at & 3
    return None if not seen else seen == 2


def command(now_ms: int, beat_ms: int, due_ms: int, rows: tuple) -> bytes:
    """A COMMAND; ``rows`` are (duty_bp, outputs), one for each connector."""
    head = struct.pack(_COMMAND_HEAD, now_ms, beat_ms, due_ms)
    return frame(COMMAND, head + b"".join([struct.pack(_COMMAND_ROW, *row) for row in rows]))


def read_command(payload: bytes) -> tuple:
    """``(now_ms, beat_ms, due_ms, rows)``; ValueError for a payload of a wrong length."""
    head = _head(_COMMAND_HEAD, _COMMAND_ROW, payload)
    return head + (_rows(_COMMAND_HEAD, _COMMAND_ROW, payload),)


def _head(head: str, row: str, payload: bytes) -> tuple:
    rest = len(payload) - struct.calcsize(head)
    if rest < 0 or rest % struct.calcsize(row):
        raise ValueError("payload of %d bytes, whole rows expected" % len(payload))
    return struct.unpack_from(head, payload, 0)


def _rows(head: str, row: str, payload: bytes) -> tuple:
    starts = range(struct.calcsize(head), len(payload), struct.calcsize(row))
    return tuple([struct.unpack_from(row, payload, start) for start in starts])


def start(cause: str, entropy: bytes) -> bytes:
    """A START; ValueError for an unknown cause or another number of bytes than 16."""
    if len(entropy) != _ENTROPY_BYTES:
        raise ValueError("entropy of %d bytes, 16 expected" % len(entropy))
    return frame(START, bytes((CAUSES.index(cause),)) + entropy)


def read_start(payload: bytes) -> tuple:
    """``(cause, entropy)``; ValueError for a payload of a wrong length or an unknown cause."""
    if len(payload) != 1 + _ENTROPY_BYTES or payload[0] >= len(CAUSES):
        raise ValueError("START of %d bytes, cause 0-2 and 16 bytes expected" % len(payload))
    return CAUSES[payload[0]], payload[1:]


def facts(text: bytes) -> list:
    """The FACTS that carry ``text``."""
    size = LONGEST - 1
    parts = [text[at : at + size] for at in range(0, len(text) or 1, size)]
    last = len(parts) - 1
    return [frame(FACTS, bytes((at < last,)) + part) for at, part in enumerate(parts)]


def clock(utc_s: int) -> bytes:
    """A CLOCK."""
    return frame(CLOCK, struct.pack("<I", utc_s))


def read_clock(payload: bytes) -> int:
    """The seconds in a CLOCK; ValueError for a payload of a wrong length."""
    if len(payload) != 4:
        raise ValueError("payload of %d bytes, 4 expected" % len(payload))
    return struct.unpack("<I", payload)[0]


def reset(hard: bool) -> bytes:
    """A RESET."""
    return frame(RESET, b"\1" if hard else b"\0")


def log(level: str, text: str) -> bytes:
    """A LOG; ValueError for an unknown level. The text is cut at LONGEST."""
    return frame(LOG, bytes((LEVELS.index(level),)) + text.encode()[: LONGEST - 1])


def read_log(payload: bytes) -> tuple:
    """``(level, text)``; what is not ASCII becomes a question mark."""
    level = LEVELS[min(payload[0], len(LEVELS) - 1)] if payload else LEVELS[0]
    return level, bytes([byte if byte < 0x80 else 0x3F for byte in payload[1:]]).decode()


def connect(number: int, host: str, port: int) -> bytes:
    """A CONNECT."""
    return frame(CONNECT, struct.pack("<BH", number, port) + host.encode())


def read_connect(payload: bytes) -> tuple:
    """``(number, host, port)``; ValueError for a payload that is too short or no text."""
    if len(payload) < 4:
        raise ValueError("payload of %d bytes, number, port and host expected" % len(payload))
    number, port = struct.unpack_from("<BH", payload, 0)
    return number, payload[3:].decode(), port


def of_connection(tag: int, number: int, content: bytes) -> bytes:
    """A CONNECTED, DATA or CLOSED of connection ``number``."""
    return frame(tag, bytes((number,)) + content)
