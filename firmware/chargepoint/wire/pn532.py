"""The frames between a host and a PN532 (NXP UM0701-02 section 6.2), as on its HSU line.

    00 00 FF  LEN LCS          TFI data  DCS  00      normal, LEN + LCS = 0
    00 00 FF  FF FF LL LL LCS  TFI data  DCS  00      extended, up to 264 bytes of data
    00 00 FF  00 FF  00                               ACK; from the host it also aborts a command
    00 00 FF  FF 00  00                               NACK
    00 00 FF  01 FF  7F 81  00                        error: the command was not understood

Preamble and postamble may be any length, also none. TFI is D4 from the host, D5 from the PN532,
and each command is answered by an ACK, then by its code plus one.
"""

from micropython import const

FROM_HOST = const(0xD4)
FROM_PN532 = const(0xD5)

GET_FIRMWARE_VERSION = const(0x02)
SAM_CONFIGURATION = const(0x14)
SET_PARAMETERS = const(0x12)
RF_CONFIGURATION = const(0x32)
IN_LIST_PASSIVE_TARGET = const(0x4A)

# What Frames.next may say; a DATA frame's content is in Frames.data.
ACK = "ack"
NACK = "nack"
ERROR = "error"
DATA = "data"

ACK_FRAME = b"\x00\x00\xff\x00\xff\x00"
NACK_FRAME = b"\x00\x00\xff\xff\x00\x00"
ERROR_FRAME = b"\x00\x00\xff\x01\xff\x7f\x81\x00"

# UM0701-02 7.2.11: rising edges wake the HSU; then it needs T_osc_start, which the zeros bridge.
WAKE = b"\x55\x55" + bytes(14)

# UM0701-02 7.2.10 normal mode, time-out 20 x 50 ms, P70_IRQ used; 7.3.1 item 5 MaxRetries: ATR
# and PSL as after a reset, and two tries for a passive target, so that a poll always ends.
NORMAL_MODE = b"\x01\x14\x01"
TWO_TRIES = b"\x05\xff\x01\x01"

# UM0701-02 7.2.9: as after a reset (fAutomaticATR_RES), but no RATS: a card of ISO 14443-4 is not
# asked for its ATS, which is of no use here and would make its answer of any length.
NO_RATS = b"\x04"

# UM0701-02 7.3.5: one target at 106 kbit/s type A.
ONE_TYPE_A = b"\x01\x00"

# With NO_RATS no answer to these commands is longer: one target with a UID of ten bytes.
LONGEST_ANSWER = const(25)

_START = b"\x00\xff"
_MOST = const(265)  # TFI and 264 bytes
_ERROR_TFI = const(0x7F)


def command(code: int, parameters: bytes = b"") -> bytes:
    """The host's frame for a command; at most 253 bytes of parameters."""
    return frame(bytes((FROM_HOST, code)) + parameters)


def frame(content: bytes) -> bytes:
    """A normal frame around TFI and data (1-255 bytes)."""
    length = len(content)
    head = b"\x00\x00\xff" + bytes((length, -length & 0xFF))
    return head + content + bytes((-sum(content) & 0xFF, 0))


def without_wake(data: bytes) -> bytes:
    """``data`` without what wakes the HSU, for lines that don't need it."""
    return data[len(WAKE) :] if data.startswith(WAKE) else data


def uid_of(answer: bytes) -> bytes:
    """The UID in an InListPassiveTarget answer (from TFI on); None when no card was there.

    Raises ValueError when the answer is shorter than it says or the UID no 4, 7 or 10 bytes.
    """
    if len(answer) < 3:
        raise ValueError("answer of %d bytes, at least 3 expected" % len(answer))
    if answer[2] == 0:
        return None
    # D5 4B NbTg Tg SENS_RES(2) SEL_RES UIDlen UID
    length = answer[7] if len(answer) > 7 else 0
    uid = bytes(answer[8 : 8 + length])
    if length not in (4, 7, 10) or len(uid) != length:
        raise ValueError("UID of %d bytes, 4, 7 or 10 expected" % len(uid))
    return uid


class Frames:
    """Finds the frames in what the line brings."""

    def __init__(self):
        self.data = b""
        self._came = b""

    def receive(self, data: bytes) -> None:
        """Take bytes from the line."""
        self._came += data

    def forget(self) -> None:
        """Drop the beginning of a frame whose end did not come."""
        self._came = b""

    def next(self) -> str:
        """ACK, NACK, ERROR or DATA for the next frame, or None."""
        while True:
            start = self._came.find(_START)
            if start < 0:
                self._came = self._came[-1:]
                return None
            self._came = self._came[start:]
            kind = self._frame(self._came)
            if kind != "none":
                return kind
            self._came = self._came[1:]

    def _frame(self, came: bytes) -> str:
        """The frame at the start: its kind, None when it is not whole yet, or "none"."""
        if len(came) < 4:
            return None
        if came[2] == 0 and came[3] == 0xFF:
            return self._end(4, ACK)
        if came[2] == 0xFF and came[3] == 0:
            return self._end(4, NACK)
        if came[2] == 0xFF and came[3] == 0xFF:
            return self._extended(came)
        return self._content(came, 4, came[2], came[2] + came[3])

    def _extended(self, came: bytes) -> str:
        if len(came) < 7:
            return None
        return self._content(came, 7, came[4] << 8 | came[5], came[4] + came[5] + came[6])

    def _content(self, came: bytes, start: int, length: int, check: int) -> str:
        end = start + length
        if check & 0xFF or not 0 < length <= _MOST:
            return "none"
        if len(came) <= end:
            return None
        if sum(came[start : end + 1]) & 0xFF:
            return "none"
        if length == 1 and came[start] == _ERROR_TFI:
            return self._end(end + 1, ERROR)
        self.data = came[start:end]
        return self._end(end + 1, DATA)

    def _end(self, end: int, kind: str) -> str:
        self._came = self._came[end:]
        return kind
