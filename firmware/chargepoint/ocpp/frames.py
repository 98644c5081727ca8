"""OCPP-J frames: text to (kind, id, ...) and back (OCPP-J 1.6 §4.2)."""

import json

from chargepoint.ocpp import strict_json
from chargepoint.ocpp.errors import FORMATION_VIOLATION, INTERNAL_ERROR, usual_spelling

CALL = 2
RESULT = 3
ERROR = 4

# OCPP-J 1.6 §4.1.4.
ID_LENGTH = 36
# The standard has no limit; at least 32,000 are recommended (standards.md §2.1), and messages of
# 65 kB are seen (back-ends.md). The link judges first, by the memory that there is.
TEXT_LENGTH = 70000
# A bound on the memory that a message can turn into: an array or object takes 50 bytes and more.
_CONTAINERS = 600
_CODE_LENGTH = 40
# Kind and id stand within so many characters, and so does the NUL of a message that was cut.
_HEAD = 200
_DESCRIPTION_LENGTH = 255

_KIND_NAMES = {CALL: "CALL", RESULT: "CALLRESULT", ERROR: "CALLERROR"}


class Call:
    """A request of ours. ``done(outcome, payload_or_error, now_ms)`` is told how it ended.

    ``unique_id`` None lets the dialogue choose one; a retransmission gives the same one again.
    """

    def __init__(self, action: str, payload: dict, done=None, unique_id: str = None):
        self.action = action
        self.payload = payload
        self.done = done
        self.unique_id = unique_id


class FrameError(Exception):
    """A malformed frame. ``kind`` and ``unique_id`` are None when they could not be read;
    ``code`` is what a CALLERROR to it says: InternalError where the fault is our want of memory.
    """

    def __init__(self, kind: int, unique_id: str, description: str, code=FORMATION_VIOLATION):
        super().__init__(description)
        self.kind = kind
        self.unique_id = unique_id
        self.description = description
        self.code = code


def parse(text: str) -> tuple:
    """The frame in ``text``, at once; see ``parsing``."""
    return strict_json.whole(parsing(text))


def parsing(text: str):
    """A generator, which pauses in a long text, and returns its frame.

    (CALL, id, action, payload), (RESULT, id, payload), (ERROR, id, code, description), or None
    for a MessageTypeId that is not one of OCPP-J's, which §4.1.3 tells to ignore. Raises
    FrameError. The payload may be any JSON value: its shape is for others to judge. A message that
    the link had no room for is a head of it, a NUL, and why (ports.Link.receive).
    """
    at = text.find("\0", 0, _HEAD)
    if at > 0:
        kind, unique_id = _head_of(text[:at])
        raise FrameError(kind, unique_id, text[at + 1 :][:_DESCRIPTION_LENGTH], INTERNAL_ERROR)
    try:
        if len(text) > TEXT_LENGTH:
            raise ValueError("message of %d characters: at most %d" % (len(text), TEXT_LENGTH))
        if text.count("[") + text.count("{") > _CONTAINERS:
            raise ValueError("more than %d arrays and objects" % _CONTAINERS)
        frame = yield from strict_json.loading(text)
    except ValueError as error:
        kind, unique_id = _head_of(text)
        raise FrameError(kind, unique_id, "not JSON: %s" % error)
    except (MemoryError, RuntimeError):
        # RuntimeError: the stack is too short for so deep a text.
        kind, unique_id = _head_of(text)
        raise FrameError(kind, unique_id, "no memory for this message", INTERNAL_ERROR)
    if type(frame) is not list or not frame:
        raise FrameError(None, None, "not a frame: expected an array that begins with 2, 3 or 4")
    kind = frame[0]
    if type(kind) is not int or kind not in _KIND_NAMES:
        return None
    return _read(kind, frame)


def build_call(unique_id: str, action: str, payload: dict) -> str:
    """The text of a CALL."""
    return json.dumps([CALL, unique_id, action, payload])


def build_result(unique_id: str, payload: dict) -> str:
    """The text of a CALLRESULT."""
    return json.dumps([RESULT, unique_id, payload])


def build_error(unique_id: str, code: str, description: str) -> str:
    """The text of a CALLERROR; OCPP-J 1.6 §4.2.3 limits the description to 255 characters."""
    return json.dumps([ERROR, unique_id, code, description[:_DESCRIPTION_LENGTH], {}])


def _read(kind, frame):
    unique_id = frame[1] if len(frame) > 1 else None
    if not _is_id(unique_id):
        raise FrameError(kind, None, "message id: expected 1 to %d characters" % ID_LENGTH)
    if kind == CALL:
        return _read_call(unique_id, frame)
    if kind == RESULT:
        if len(frame) != 3:
            raise FrameError(kind, unique_id, _wrong_length(kind, 3, frame))
        return RESULT, unique_id, frame[2]
    return _read_error(unique_id, frame)


def _read_call(unique_id, frame):
    if len(frame) != 4:
        raise FrameError(CALL, unique_id, _wrong_length(CALL, 4, frame))
    if type(frame[2]) is not str:
        raise FrameError(CALL, unique_id, "action: expected a string")
    return CALL, unique_id, frame[2], frame[3]


def _read_error(unique_id, frame):
    """Peers leave the end of a CALLERROR away, or send null: the code is all that matters."""
    code = frame[2] if len(frame) > 2 else None
    description = frame[3] if len(frame) > 3 else None
    if type(code) is not str:
        raise FrameError(ERROR, unique_id, "error code: expected a string")
    if type(description) is not str:
        description = ""
    return ERROR, unique_id, usual_spelling(code[:_CODE_LENGTH]), description[:_DESCRIPTION_LENGTH]


def _wrong_length(kind, expected, frame):
    return "%s of %d elements: expected %d" % (_KIND_NAMES[kind], len(frame), expected)


def _is_id(value):
    return type(value) is str and 0 < len(value) <= ID_LENGTH


def _head_of(text):
    """Kind and id at the head of a text that is not JSON, (None, None) when not to be read."""
    head = text[:100].lstrip()
    for kind in (CALL, RESULT, ERROR):
        before, quote, rest = head.partition('"')
        if quote and "".join(before.split()) == "[%d," % kind:
            unique_id, closing, _ = rest.partition('"')
            if closing and "\\" not in unique_id and _is_id(unique_id):
                return kind, unique_id
    return None, None
