"""How an event of the journal, and anything else that must survive, becomes bytes and back.

An event is small on purpose: files of up to 128 bytes live inside littlefs's directory and cost
a seventh of a flash erase, larger ones cost a whole block. So numbers are varints (seven bits a
byte, low first), readings are packed, and only the rest of a body is JSON.

    format kind seq connector transaction+1 boot up_ms utc_s+1
    count (transaction, seq - started_seq, seq - last_seq)*      running after this event
    count+1 (quantity * 4 + phase, zigzag value)*                0: the body has no values
    JSON of the rest of the body, CRC-32

A value of the quantity "at" begins an earlier reading in the same body (transaction_data.py).
"""

import json
from binascii import crc32

from micropython import const

STARTED = const("STARTED")
SAMPLED = const("SAMPLED")
STOPPED = const("STOPPED")

# Places in these three are part of the format on flash: append only.
_KINDS = (STARTED, SAMPLED, STOPPED)
# A reading of which nothing else is to be told has the kind len(_KINDS) + its place here, and no
# JSON: readings are what there is most of.
_CONTEXTS = ("periodic", "clock")
_QUANTITIES = (
    "energy_wh",
    "export_wh",
    "power_w",
    "current_ma",
    "voltage_mv",
    "frequency_mhz",
    "offered_ma",
    "interval_wh",
    "reactive_var",
    "factor_milli",
    "offered_w",
    "celsius_mc",
    "at",
)
# What the body of each kind must tell besides readings; another program's may not.
_NEEDS = {
    STARTED: (("tag", str), ("meter_wh", int)),
    SAMPLED: (),
    STOPPED: (("reason", str), ("meter_wh", int)),
}
_FORMAT = const(1)
_CRC_BYTES = const(4)


class Event:
    """What happened, in our own terms.

    ``utc_s`` is None when no one had set the clock; ``boot`` and ``up_ms`` say when it was all
    the same. ``running`` lists (transaction, seq of its start, seq of its last event) of every
    transaction that runs after this event.
    """

    def __init__(self, seq, kind, connector, transaction, utc_s, boot, up_ms, body, running=()):
        self.seq = seq
        self.kind = kind
        self.connector = connector
        self.transaction = transaction
        self.utc_s = utc_s
        self.boot = boot
        self.up_ms = up_ms
        self.body = body
        self.running = running


def seal(data: bytes) -> bytes:
    """``data`` with its checksum."""
    return bytes(data) + crc32(data).to_bytes(_CRC_BYTES, "little")


def unseal(data: bytes) -> bytes:
    """What was sealed, or None when ``data`` is torn, foreign or damaged."""
    if data is None or len(data) <= _CRC_BYTES:
        return None
    content = data[:-_CRC_BYTES]
    if crc32(content) != int.from_bytes(data[-_CRC_BYTES:], "little"):
        return None
    return content


def encode(event) -> bytes:
    """The sealed bytes of ``event``; ValueError for a kind or quantity that has no place."""
    kind, body = _place(_KINDS, event.kind, "kind"), event.body
    context = body.get("context")
    if event.kind == SAMPLED and len(body) == 2 and "values" in body and context in _CONTEXTS:
        kind = len(_KINDS) + _CONTEXTS.index(context)
    out = bytearray((_FORMAT, kind))
    transaction = 0 if event.transaction is None else event.transaction + 1
    utc_s = 0 if event.utc_s is None else event.utc_s + 1
    for number in (event.seq, event.connector, transaction, event.boot, event.up_ms, utc_s):
        put_varint(out, number)
    put_varint(out, len(event.running))
    for running, started_seq, last_seq in event.running:
        put_varint(out, running)
        put_varint(out, event.seq - started_seq)
        put_varint(out, event.seq - last_seq)
    _put_body(out, body, kind < len(_KINDS))
    return seal(out)


def decode(data: bytes):
    """The event in ``data``, or None when it is torn, foreign, damaged or of another format."""
    content = unseal(data)
    if content is None or content[0] != _FORMAT:
        return None
    try:
        return _decode(content)
    except (ValueError, IndexError):
        return None


def put_varint(out: bytearray, number: int) -> None:
    """Append ``number``; ValueError when it is negative."""
    if number < 0:
        raise ValueError("varint: %d, expected 0 or more" % number)
    while number > 127:
        out.append(128 | (number & 127))
        number >>= 7
    out.append(number)


class Cursor:
    """Reads varints and bytes from ``data`` in order; IndexError when there are no more."""

    def __init__(self, data: bytes, at: int = 0):
        self._data = data
        self._at = at

    def varint(self) -> int:
        """The next number."""
        number = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if self._at + count > len(self._data):
            raise IndexError("record: %d bytes wanted beyond its end" % count)
        self._at += count
        return self._data[self._at - count : self._at]

    @property
    def ended(self) -> bool:
        """There is nothing left."""
        return self._at >= len(self._data)

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._data) - self._at)


def _place(table, word, what):
    for place, known in enumerate(table):
        if known == word:
            return place
    raise ValueError("event %s %r: expected one of %s" % (what, word, ", ".join(table)))


def _put_body(out, body, with_rest):
    values = body.get("values")
    put_varint(out, 0 if values is None else len(values) + 1)
    put_values(out, values or [])
    if with_rest:
        rest = {key: body[key] for key in body if key != "values"}
        out.extend(json.dumps(rest).encode())


def _decode(content):
    cursor = Cursor(content, 1)
    place, context = cursor.varint(), None
    if place >= len(_KINDS):
        place, context = 1, _CONTEXTS[place - len(_KINDS)]
    kind = _KINDS[place]
    seq, connector, transaction = cursor.varint(), cursor.varint(), cursor.varint()
    boot, up_ms, utc_s = cursor.varint(), cursor.varint(), cursor.varint()
    running = []
    for _ in range(cursor.varint()):
        number = cursor.varint()
        running.append((number, seq - cursor.varint(), seq - cursor.varint()))
    count = cursor.varint()
    values = take_values(cursor, count - 1) if count else None
    body = {"context": context} if context else json.loads(cursor.rest())
    if type(body) is not dict:
        raise ValueError("event body %r: expected an object" % body)
    for name, wanted in _NEEDS[kind]:
        if type(body.get(name)) is not wanted:
            raise ValueError("event %s without %s" % (kind, name))
    if values is not None:
        body["values"] = values
    transaction = transaction - 1 if transaction else None
    utc_s = utc_s - 1 if utc_s else None
    return Event(seq, kind, connector, transaction, utc_s, boot, up_ms, body, running)


def put_values(out: bytearray, values: list) -> None:
    """Append [quantity, phase, whole number] each; ValueError for one that has no place."""
    for quantity, phase, value in values:
        if not 0 <= phase <= 3:
            raise ValueError("event phase %d: expected 0..3" % phase)
        put_varint(out, _place(_QUANTITIES, quantity, "quantity") * 4 + phase)
        put_varint(out, value * 2 if value >= 0 else -value * 2 - 1)


def take_values(cursor, count: int) -> list:
    """``count`` values that ``put_values`` appended; IndexError when there are fewer."""
    values = []
    for _ in range(count):
        place = cursor.varint()
        zigzag = cursor.varint()
        value = -((zigzag + 1) >> 1) if zigzag & 1 else zigzag >> 1
        values.append([_QUANTITIES[place >> 2], place & 3, value])
    return values
