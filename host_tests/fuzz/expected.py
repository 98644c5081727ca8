"""What a text must be answered with, by Python's JSON and the official schemas; no code of ours.

``answers(text)`` gives the set of what is right: ``NOTHING``, ``RESULT``, or codes of a CALLERROR.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from functools import cache

from jsonschema import Draft4Validator

from tools import make_schema
from tools.make_schema import REQUESTS

NOTHING, RESULT = "no answer", "a result"
FORMATION, TYPE = "FormationViolation", "TypeConstraintViolation"
OCCURENCE, PROPERTY = "OccurenceConstraintViolation", "PropertyConstraintViolation"
# What a valid payload may still be refused with, where only the station can tell.
_OF_THE_STATION = {
    "SetChargingProfile": {PROPERTY, OCCURENCE},
    "RemoteStartTransaction": {PROPERTY, OCCURENCE},
    "GetCompositeSchedule": {PROPERTY},
    "SendLocalList": {PROPERTY, OCCURENCE},
    "UpdateFirmware": {PROPERTY, "GenericError"},
    "GetDiagnostics": {PROPERTY, "GenericError"},
    "ReserveNow": {PROPERTY},
}
_KEYWORDS = {"required": OCCURENCE, "additionalProperties": FORMATION, "type": TYPE}
_MOST_KEYS = 30
# Where the station may end the reading of a text (ocpp/frames.py, ocpp/strict_json.py).
_DEPTH, _CONTAINERS, _DIGITS, _LENGTH = 10, 600, 40, 32_000
_OTHERS = frozenset(make_schema.other_actions())
_HEAD = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,36})"')
_VAST = re.compile(r"\d[eE]\+?\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def answers(text: str) -> set:
    """All that is right."""
    try:
        frame = json.loads(text, parse_constant=_no_constant, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {FORMATION} if _HEAD.match(text) else {NOTHING}
    right = _of_frame(frame)
    if NOTHING not in right and _beyond(text, frame):
        right = right | {FORMATION, "InternalError"}
        if not _HEAD.match(text):
            # An id with an escape in it is read with the rest of the text or not at all.
            right = right | {NOTHING}
    if RESULT in right and _VAST.search(text):
        # More than a float can hold is no multiple of anything.
        right = right | {PROPERTY}
    return right


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


def _of_frame(frame):
    if not isinstance(frame, list) or len(frame) < 2 or type(frame[0]) is not int:
        return {NOTHING}
    if frame[0] != 2 or not isinstance(frame[1], str) or not 1 <= len(frame[1]) <= 36:
        return {NOTHING}
    if len(frame) != 4 or not isinstance(frame[2], str):
        return {FORMATION}
    return _of_call(frame[2], frame[3])


def _of_call(action, payload):
    if action not in REQUESTS:
        return {"NotSupported"} if action in _OTHERS else {"NotImplemented"}
    if not isinstance(payload, dict):
        return {FORMATION}
    wrong = _wrong(action, payload)
    return wrong or _of_valid(action, payload)


def _of_valid(action, payload):
    connector = payload.get("connectorId", 0)
    if action == "ChangeAvailability":
        return {RESULT} if 0 <= connector <= 1 else {PROPERTY}
    if action == "GetConfiguration" and len(payload.get("key", [])) > _MOST_KEYS:
        return {OCCURENCE}
    right = {RESULT} | _OF_THE_STATION.get(action, set())
    # Of times in other forms, ISO 8601 has more than the station need take.
    odd = any(not _TIME.match(text) for text in _times(schema_of(action), payload))
    return right | ({PROPERTY} if odd else set())


@cache
def schema_of(action):
    """The official schema of a call; in tenths exactly."""
    return json.loads(json.dumps(make_schema.schema_of(action)), parse_float=Decimal)


@cache
def _validator(action):
    return Draft4Validator(schema_of(action))


def _wrong(action, payload):
    """The codes of all that is wrong with a payload; a wrong type hides what else is."""
    try:
        found = list(_validator(action).iter_errors(payload))
    except InvalidOperation:
        # Decimals have an end as well: what such a number is a multiple of can't be told.
        return {PROPERTY, TYPE, OCCURENCE, FORMATION}
    mistyped = {tuple(each.path) for each in found if each.validator == "type"}
    codes = set()
    for each in found:
        if each.validator == "type" or tuple(each.path) not in mistyped:
            codes.add(_KEYWORDS.get(each.validator, PROPERTY))
    codes |= {PROPERTY for text in _times(schema_of(action), payload) if not _could_be(text)}
    return codes


def _could_be(text):
    """Some form of ISO 8601 with a date and a time."""
    return re.match(r"\d{4}-?[01]\d-?[0-3]\d[Tt ][0-2]\d", text) is not None


def _times(form, value):
    """The texts in ``value`` that should be times."""
    if form["type"] == "object" and isinstance(value, dict):
        for name, inner in form.get("properties", {}).items():
            if name in value:
                yield from _times(inner, value[name])
    elif form["type"] == "array" and isinstance(value, list):
        for item in value:
            yield from _times(form["items"], item)
    elif form.get("format") == "date-time" and isinstance(value, str):
        yield value


def _beyond(text, frame):
    """So long, so deep or so strange that the station need not read it."""
    if len(text) > _LENGTH or text.count("[") + text.count("{") > _CONTAINERS:
        return True
    surrogate = re.search(r"\\u[dD][89a-fA-F]", text)
    return bool(surrogate or re.search(rf"\d{{{_DIGITS}}}", text)) or _depth(frame) > _DEPTH


def _depth(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, dict | list) else 0
