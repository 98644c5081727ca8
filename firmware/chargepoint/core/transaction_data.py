"""What a stop tells besides its register: begin, a choice of what lay between, signatures.

Rules (OCPP 1.6 §9.1.29-30, errata 3.91; standards.md §2.7, §1.6):
- The begin is never left out (nor is the end, which the stop has itself). Of the rest MOST
  readings in _ROOM_BYTES are kept: when there are more, every second of the kind that has most
  goes, and from then on only every second (fourth, eighth, ..) of it comes in. So they are spread
  evenly, however long the transaction; what goes was told in MeterValues.
- All of it is a fact under the connector's name that carries the transaction's number: written
  before the start is recorded and with each reading that is kept. A power cut takes nothing, and
  what another transaction left is not taken for this one's.
- In a stop's values each reading begins with ["at", kind, moment]: UTC in seconds, or, where no
  one knew the time, seconds before the stop as a negative number or 0.
"""

from micropython import const

from chargepoint.core import record

BEGIN = const(0)
PERIODIC = const(1)
CLOCK = const(2)

# Between begin and end. With both it is StopTransactionMaxMeterValues.
MOST = const(8)
_ROOM_BYTES = const(256)
# The longest signed text that is carried (OCA: 2500 characters).
SIGNED_BYTES = const(2500)


class TransactionData:
    """Of the connector ``number``; facts are kept by ``journal``."""

    def __init__(self, journal, number: int):
        self._journal = journal
        self._name = "readings_%d" % number
        self._signed_name = "signed_%d" % number
        self._transaction = None
        self._readings = []
        self._counts = [0, 0, 0]
        self._strides = [1, 1, 1]

    def begin(self, transaction: int, values: list, signed: str, utc_s: int, now_ms: int) -> None:
        """Keep the ``values`` (maybe none) and the ``signed`` text (or None) of the begin."""
        self._transaction = transaction
        self._readings, self._counts, self._strides = [], [0, 0, 0], [1, 1, 1]
        if signed is not None:
            out = bytearray()
            record.put_varint(out, transaction)
            self._journal.put(self._signed_name, bytes(out) + signed.encode())
        if values or signed is not None:
            self._keep(BEGIN, values, utc_s, now_ms)

    def add(self, kind: int, values: list, utc_s: int, now_ms: int) -> None:
        """A reading in the transaction: PERIODIC or CLOCK."""
        self._counts[kind] += 1
        if values and self._counts[kind] % self._strides[kind] == 0:
            self._keep(kind, values, utc_s, now_ms)

    def take(self, transaction: int, now_ms: int) -> tuple:
        """(values, signed text or None) for the stop of ``transaction`` at ``now_ms``.

        ``now_ms`` counts as in the calls before; after a power cut it is the last moment of
        before that is known, or None.
        """
        if self._transaction != transaction:
            self._load(transaction)
        values = []
        for packed in self._readings:
            cursor = record.Cursor(packed)
            reading = record.take_values(cursor, cursor.varint())
            moment = reading[0][2]
            if moment <= 0:
                reading[0][2] = 0 if now_ms is None else min(-moment - now_ms // 1000, 0)
            values.extend(reading)
        signed = self._load_signed(transaction)
        self._transaction, self._readings = None, []
        return values, signed

    def _keep(self, kind, values, utc_s, now_ms):
        moment = -(now_ms // 1000) if utc_s is None else utc_s
        out = bytearray()
        record.put_varint(out, len(values) + 1)
        record.put_values(out, [["at", kind, moment]] + values)
        self._readings.append(bytes(out))
        while not self._fits():
            self._thin()
        out = bytearray()
        record.put_varint(out, self._transaction)
        self._journal.put(self._name, bytes(out) + b"".join(self._readings))

    def _fits(self):
        between = [each for each in self._readings if _kind_of(each) != BEGIN]
        return len(between) <= MOST and sum([len(each) for each in between]) <= _ROOM_BYTES

    def _thin(self):
        """Every second of the kind that has most goes: the first, the third .."""
        kinds = [_kind_of(each) for each in self._readings]
        most = CLOCK if kinds.count(CLOCK) > kinds.count(PERIODIC) else PERIODIC
        kept, seen = [], 0
        for packed in self._readings:
            seen += _kind_of(packed) == most
            if _kind_of(packed) != most or seen % 2 == 0:
                kept.append(packed)
        self._readings = kept
        self._strides[most] *= 2

    def _load(self, transaction):
        self._readings = []
        saved = self._journal.get(self._name)
        if not saved:
            return
        cursor = record.Cursor(saved)
        try:
            if cursor.varint() != transaction:
                return
            while not cursor.ended:
                count = cursor.varint()
                out = bytearray()
                record.put_varint(out, count)
                record.put_values(out, record.take_values(cursor, count))
                self._readings.append(bytes(out))
        except IndexError:
            self._readings = []

    def _load_signed(self, transaction):
        saved = self._journal.get(self._signed_name)
        if not saved:
            return None
        try:
            cursor = record.Cursor(saved)
            return cursor.rest().decode() if cursor.varint() == transaction else None
        except (IndexError, ValueError):
            return None


def _kind_of(packed):
    # Behind the count (one byte: fewer than 128 values) the first place has the kind.
    return packed[1] & 3
