"""Payloads against the short schema notation (see v16/schema.py), with the right error code.

| what is wrong | code (OCPP-J 1.6 §4.2.3, standards.md §2.1) |
|---|---|
| the payload is not an object; a property that the message does not have | FormationViolation |
| a required property is absent | OccurenceConstraintViolation |
| a wrong JSON type, null too | TypeConstraintViolation |
| not in the enumeration, too long, no time, not in steps of 0.1 | PropertyConstraintViolation |

An answer to a call of ours is read leniently: there, only what we need must be right. Properties
that we do not know, texts that are too long and null for what may be absent do no harm, and a
refused answer would only be asked for again.

A long payload is checked in pieces: ``checking`` pauses in its arrays.
"""

from micropython import const

from chargepoint.ocpp import times
from chargepoint.ocpp.errors import (
    FORMATION_VIOLATION,
    OCCURENCE_CONSTRAINT_VIOLATION,
    PROPERTY_CONSTRAINT_VIOLATION,
    TYPE_CONSTRAINT_VIOLATION,
    OcppError,
)
from chargepoint.ocpp.strict_json import whole

_ABSENT = object()
_END = const(0x7D)  # }
_SPACE = const(0x20)
_REQUIRED = const(0x21)  # !
_LONGEST_NAME = const(40)
# Items between two pauses: 2 to 4 ms on an ESP32.
_PAUSE_ITEMS = const(2)


def check(table: bytes, name: str, payload, lenient: bool = False) -> None:
    """As ``checking``, at once."""
    whole(checking(table, name, payload, lenient))


def checking(table: bytes, name: str, payload, lenient: bool = False):
    """A generator that raises OcppError when ``payload`` is not a message ``name`` of ``table``;
    KeyError when the table has no such line."""
    at = table.find(b"\n%s {" % name.encode())
    if at < 0:
        raise KeyError(name)
    if type(payload) is not dict:
        raise OcppError(FORMATION_VIOLATION, "payload: expected an object")
    yield from _Walk(table, at + len(name) + 3, lenient).object(payload, "")


class _Walk:
    """Steps through the notation once; where the value is _ABSENT it only finds the end."""

    def __init__(self, table, at, lenient):
        self._table = table
        self._at = at
        self._lenient = lenient

    def object(self, value, path):
        """At the first field of an object, until behind its closing brace; a generator."""
        known = []
        while self._table[self._at] != _END:
            name = self._name()
            field = self._field(value, name, path)
            if name in value:
                known.append(name)
            kind = self._kind()
            if kind not in "{[":
                self._simple(kind, field, path + name)
            elif field is _ABSENT:
                self._at = self._behind()
            elif kind == "{":
                yield from self.object(_of_type(dict, field, path + name), path + name + ".")
            else:
                yield from self._array(_of_type(list, field, path + name), path + name)
            if self._table[self._at] == _SPACE:
                self._at += 1
        self._at += 1
        if len(known) < len(value) and not self._lenient:
            self._refuse_extra(value, path, known)

    def _kind(self):
        kind = chr(self._table[self._at])
        self._at += 1
        return kind

    def _behind(self):
        """The place behind the object or array that has just been opened."""
        at, depth = self._at, 1
        while depth:
            byte = self._table[at]
            if byte in b"{[":
                depth += 1
            elif byte in b"}]":
                depth -= 1
            at += 1
        return at

    def _name(self):
        start = self._at
        end = start + _LONGEST_NAME
        required, other = self._table.find(b"!", start, end), self._table.find(b":", start, end)
        self._at = other if required < 0 else required if other < 0 else min(required, other)
        return self._table[start : self._at].decode()

    def _field(self, value, name, path):
        """The member ``name`` of the object ``value``; stands before the type then."""
        required = self._table[self._at] == _REQUIRED
        self._at += 1
        field = value.get(name, _ABSENT)
        if self._lenient and field is None:
            field = _ABSENT
        if required and field is _ABSENT:
            raise OcppError(OCCURENCE_CONSTRAINT_VIOLATION, "%s: required" % (path + name))
        return field

    def _refuse_extra(self, value, path, known):
        for name in value:
            if name not in known:
                raise OcppError(
                    FORMATION_VIOLATION, "%s: not a property here" % (path + name)[:100]
                )

    def _array(self, items, path):
        start, end = self._at, self._behind()
        for number, item in enumerate(items):
            self._at = start
            place = "%s[%d]" % (path, number)
            kind = self._kind()
            if kind == "{":
                yield from self.object(_of_type(dict, item, place), place + ".")
            else:
                self._simple(kind, item, place)
            if number % _PAUSE_ITEMS:
                yield
        self._at = end

    def _simple(self, kind, value, path):
        if kind == "e":
            self._enumeration(value, path)
        elif kind == "s":
            self._text(value, path)
        elif value is not _ABSENT:
            self._scalar(kind, value, path)

    def _enumeration(self, value, path):
        start = self._at + 1
        self._at = self._table.find(b")", start) + 1
        if value is _ABSENT:
            return
        if type(value) is not str:
            raise _wrong_type(path, "a string")
        words = self._table[start : self._at - 1].decode()
        if value not in words.split("|"):
            raise _wrong_value(path, "one of " + words.replace("|", ", "))

    def _text(self, value, path):
        longest = 0
        while 0x30 <= self._table[self._at] <= 0x39:
            longest = longest * 10 + self._table[self._at] - 0x30
            self._at += 1
        if value is _ABSENT:
            return
        if type(value) is not str:
            raise _wrong_type(path, "a string")
        if longest and len(value) > longest and not self._lenient:
            raise _wrong_value(path, "at most %d characters" % longest)

    def _scalar(self, kind, value, path):
        if kind == "i":
            if type(value) is not int:
                raise _wrong_type(path, "an integer")
        elif kind == "b":
            if type(value) is not bool:
                raise _wrong_type(path, "true or false")
        elif kind == "t":
            self._time(value, path)
        elif type(value) not in (int, float):
            raise _wrong_type(path, "a number")
        elif kind == "d" and not _in_tenths(value):
            raise _wrong_value(path, "a multiple of 0.1")

    def _time(self, value, path):
        if type(value) is not str:
            raise _wrong_type(path, "a string")
        try:
            times.parse(value)
        except ValueError:
            if not self._lenient:
                raise _wrong_value(path, "an ISO 8601 time")


def _of_type(wanted, value, path):
    if type(value) is not wanted:
        raise _wrong_type(path, "an object" if wanted is dict else "an array")
    return value


def _in_tenths(value):
    """``value`` is a multiple of 0.1, as far as the single float of an ESP32 can tell."""
    if value in (float("inf"), float("-inf")):
        return False
    tenths = value * 10
    return abs(tenths - round(tenths)) <= max(0.001, abs(tenths) / 1000000)


def _wrong_type(path, expected):
    return OcppError(TYPE_CONSTRAINT_VIOLATION, "%s: expected %s" % (path, expected))


def _wrong_value(path, expected):
    return OcppError(PROPERTY_CONSTRAINT_VIOLATION, "%s: expected %s" % (path, expected))
