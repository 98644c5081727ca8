"""A PN532 on its HSU line (NXP UM0701-02), as far as a card reader uses it.

``field`` is an object whose ``present_uid`` is the UID of the card before the antenna, or None.
After power-up the chip sleeps until the line moves, and looks for no card before
SAMConfiguration.
"""

from . import faults
from .line import Line

_ACK = bytes.fromhex("0000ff00ff00")
_NACK = bytes.fromhex("0000ffff0000")
_SYNTAX_ERROR = bytes.fromhex("0000ff01ff7f8100")
_FIRMWARE = bytes((0x32, 0x01, 0x06, 0x07))  # PN532, version 1.6, all protocols

_ACK_MS = 2
_ANSWER_MS = 5
_TRY_MS = 30
_FOR_EVER = 0xFF
_TYPE_A = b"\x00"

_SENS_RES = {4: b"\x00\x04", 7: b"\x00\x44", 10: b"\x00\x84"}
_SEL_RES = {4: 0x08, 7: 0x00, 10: 0x20}


class Pn532(faults.Faulty):
    """The chip. ``fault`` is None or a word of faults.py (FOREIGN means nothing here)."""

    def __init__(self, field, baud: int = 115200):
        self._field = field
        self._line = Line(baud)
        self._noise = faults.Noise()
        self._power_up()

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the host."""
        if self._fault == faults.DISAPPEARS:
            return
        self._came += data
        if self._asleep:
            awake = self._came.find(b"\x55")
            self._came = self._came[awake:] if awake >= 0 else b""
            self._asleep = awake < 0
        while self._next(now_ms):
            pass

    def take(self, now_ms: int) -> bytes:
        """The bytes that it has sent."""
        self._look(now_ms)
        return self._line.take(now_ms)

    def due_ms(self) -> int | None:
        """When it will have said something, or None when nothing is to be said."""
        if self._line.due_ms() is not None or self._give_up_ms is None:
            return self._line.due_ms()
        return self._give_up_ms

    def _changed(self, before: str | None) -> None:
        if faults.DISAPPEARS in (before, self._fault):
            self._power_up()
        self._line.clear()

    def _power_up(self) -> None:
        self._asleep = True
        self._configured = False
        self._tries = _FOR_EVER
        self._came = b""
        self._looking = False
        self._give_up_ms: int | None = None
        self._line.clear()

    def _next(self, now_ms: int) -> bool:
        """Take one frame off what came; False when none is whole."""
        start = self._came.find(b"\x00\xff")
        if start < 0 or len(self._came) < start + 4:
            return False
        length, check = self._came[start + 2 : start + 4]
        if (length, check) in ((0x00, 0xFF), (0xFF, 0x00)):
            self._looking = False  # an ACK aborts; a NACK asks again for what was lost
            self._came = self._came[start + 4 :]
            return True
        if (length + check) & 0xFF or not length:
            self._came = self._came[start + 1 :]
            return True
        return self._take_content(start + 4, length, now_ms)

    def _take_content(self, start: int, length: int, now_ms: int) -> bool:
        end = start + length
        if len(self._came) <= end:
            return False
        content = self._came[start:end]
        good = not sum(self._came[start : end + 1]) & 0xFF and content[0] == 0xD4
        self._came = self._came[end + 1 :] if good else self._came[start:]
        if good:
            self._obey(content[1], content[2:], now_ms)
        return True

    def _obey(self, code: int, parameters: bytes, now_ms: int) -> None:
        self._looking = False
        self._say(_ACK, now_ms + _ACK_MS)
        if code == 0x4A and parameters[1:] == _TYPE_A and self._configured:
            self._begin_to_look(now_ms)
            return
        answer = self._answer(code, parameters)
        frame = _SYNTAX_ERROR if answer is None else _frame(code, answer)
        self._say(frame, now_ms + _ANSWER_MS)

    def _answer(self, code: int, parameters: bytes) -> bytes | None:
        """The data of the answer; None for a command that it does not understand."""
        if code == 0x02 and not parameters:
            return _FIRMWARE
        if code == 0x14 and parameters[:1] == b"\x01":
            self._configured = True
            return b""
        if code == 0x32 and len(parameters) == 4 and parameters[0] == 0x05:
            self._tries = parameters[3]
            return b""
        return None

    def _begin_to_look(self, now_ms: int) -> None:
        if self._field.present_uid is not None:
            self._found(self._field.present_uid, now_ms + _ANSWER_MS)
            return
        self._looking = True
        self._give_up_ms = None
        if self._tries != _FOR_EVER:
            self._give_up_ms = now_ms + _ANSWER_MS + _TRY_MS * (self._tries + 1)

    def _look(self, now_ms: int) -> None:
        """Answer an open InListPassiveTarget when there is a card, or no more patience."""
        if not self._looking:
            self._give_up_ms = None
            return
        uid = self._field.present_uid
        if self._give_up_ms is not None and now_ms >= self._give_up_ms:
            self._found(None, self._give_up_ms)
        elif uid is not None:
            self._found(uid, now_ms)

    def _found(self, uid: bytes | None, start_ms: int) -> None:
        """Answer an InListPassiveTarget: one target or none."""
        self._looking = False
        self._give_up_ms = None
        self._say(_frame(0x4A, b"\x00" if uid is None else b"\x01" + _target(uid)), start_ms)

    def _say(self, frame: bytes, start_ms: int) -> None:
        if self._fault == faults.SILENT:
            return
        if self._fault == faults.RUBBISH:
            frame = self._noise.like(frame)
        elif self._fault == faults.TRUNCATED:
            frame = frame[:-3]
        self._line.send(frame, start_ms)


def _target(uid: bytes) -> bytes:
    """Target number, SENS_RES, SEL_RES, UID with its length (ISO 14443-3 bits for 4, 7, 10)."""
    return b"\x01" + _SENS_RES[len(uid)] + bytes((_SEL_RES[len(uid)], len(uid))) + uid


def _frame(code: int, data: bytes) -> bytes:
    content = bytes((0xD5, code + 1)) + data
    head = bytes((0x00, 0x00, 0xFF, len(content), -len(content) & 0xFF))
    return head + content + bytes((-sum(content) & 0xFF, 0x00))
