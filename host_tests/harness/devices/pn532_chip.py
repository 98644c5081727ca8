"""What a PN532 does (NXP UM0701-02), whatever line it hangs on, as far as a card reader uses it.

MicroPython's subset: on I2C and SPI it runs beside the firmware, on either interpreter.
After power-up the chip looks for no card before SAMConfiguration.
"""

ACK = b"\x00\x00\xff\x00\xff\x00"
_SYNTAX_ERROR = b"\x00\x00\xff\x01\xff\x7f\x81\x00"
_FIRMWARE = b"\x32\x01\x06\x07"  # PN532, version 1.6, all protocols

_ACK_MS = 2
_ANSWER_MS = 5
_TRY_MS = 30
_FOR_EVER = 0xFF
_TYPE_A = b"\x00"

_AUTOMATIC_RATS = 0x10
_AFTER_RESET = 0x14

_SENS_RES = {4: b"\x00\x04", 7: b"\x00\x44", 10: b"\x00\x84"}
_SEL_RES = {4: 0x08, 7: 0x00, 10: 0x20}
_ISO_14443_4 = 0x20
_ATS = b"\x06\x75\x77\x81\x02\x80"


class Chip:
    """``field`` has ``present_uid``: the UID of the card before the antenna, or None."""

    def __init__(self, field):
        self._field = field
        self.power_up()

    def power_up(self):
        """As after the supply came."""
        self._asleep = True
        self._configured = False
        self._parameters = _AFTER_RESET
        self._tries = _FOR_EVER
        self._came = b""
        self._looking = False
        self._give_up_ms = None

    def _say(self, frame, start_ms):
        """A frame for the host, ready at ``start_ms``."""
        raise NotImplementedError

    def _next(self, now_ms):
        """Take one frame off what came; False when none is whole."""
        start = self._came.find(b"\x00\xff")
        if start < 0 or len(self._came) < start + 4:
            return False
        length, check = self._came[start + 2], self._came[start + 3]
        if (length, check) in ((0x00, 0xFF), (0xFF, 0x00)):
            self._looking = False  # an ACK aborts; a NACK asks again for what was lost
            self._came = self._came[start + 4 :]
            return True
        if (length + check) & 0xFF or not length:
            self._came = self._came[start + 1 :]
            return True
        return self._take_content(start + 4, length, now_ms)

    def _take_content(self, start, length, now_ms):
        end = start + length
        if len(self._came) <= end:
            return False
        content = self._came[start:end]
        good = not sum(self._came[start : end + 1]) & 0xFF and content[0] == 0xD4
        self._came = self._came[end + 1 :] if good else self._came[start:]
        if good:
            self._obey(content[1], content[2:], now_ms)
        return True

    def _obey(self, code, parameters, now_ms):
        self._looking = False
        self._say(ACK, now_ms + _ACK_MS)
        if code == 0x4A and parameters[1:] == _TYPE_A and self._configured:
            self._begin_to_look(now_ms)
            return
        answer = self._answer(code, parameters)
        frame = _SYNTAX_ERROR if answer is None else _frame(code, answer)
        self._say(frame, now_ms + _ANSWER_MS)

    def _answer(self, code, parameters):
        """The data of the answer; None for a command that it does not understand."""
        if code == 0x02 and not parameters:
            return _FIRMWARE
        if code == 0x12 and len(parameters) == 1:
            self._parameters = parameters[0]
            return b""
        if code == 0x14 and parameters[:1] == b"\x01":
            self._configured = True
            return b""
        if code == 0x32 and len(parameters) == 4 and parameters[0] == 0x05:
            self._tries = parameters[3]
            return b""
        return None

    def _begin_to_look(self, now_ms):
        if self._field.present_uid is not None:
            self._found(self._field.present_uid, now_ms + _ANSWER_MS)
            return
        self._looking = True
        self._give_up_ms = None
        if self._tries != _FOR_EVER:
            self._give_up_ms = now_ms + _ANSWER_MS + _TRY_MS * (self._tries + 1)

    def _look(self, now_ms):
        """Answer an open InListPassiveTarget when there is a card, or no more patience."""
        if not self._looking:
            self._give_up_ms = None
            return
        uid = self._field.present_uid
        if self._give_up_ms is not None and now_ms >= self._give_up_ms:
            self._found(None, self._give_up_ms)
        elif uid is not None:
            self._found(uid, now_ms)

    def _found(self, uid, start_ms):
        """Answer an InListPassiveTarget: one target or none."""
        self._looking = False
        self._give_up_ms = None
        data = b"\x00" if uid is None else b"\x01" + self._target(uid)
        self._say(_frame(0x4A, data), start_ms)

    def _target(self, uid):
        """Target number, SENS_RES, SEL_RES, UID (ISO 14443-3 bits for 4, 7, 10), perhaps ATS."""
        selected = _SEL_RES[len(uid)]
        target = b"\x01" + _SENS_RES[len(uid)] + bytes((selected, len(uid))) + uid
        if selected & _ISO_14443_4 and self._parameters & _AUTOMATIC_RATS:
            target += _ATS
        return target


def _frame(code, data):
    content = bytes((0xD5, code + 1)) + data
    head = bytes((0x00, 0x00, 0xFF, len(content), -len(content) & 0xFF))
    return head + content + bytes((-sum(content) & 0xFF, 0x00))
