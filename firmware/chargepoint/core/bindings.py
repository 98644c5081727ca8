"""What must outlive a delivered start: the back end's id and the start itself.

A binding exists from the answer to the start until the stop is delivered. While the transaction
runs it is all that a restart finds of it, because delivered events are forgotten. ``closed`` says
that the stop is recorded: a binding found without any event is then rubbish, not a transaction.

    closed, id (zigzag + 1, 0: none), length and record of the start, record of the last event

It stays within 128 bytes, like an event (see record.py), for it is rewritten with every reading.
"""

from chargepoint.core import record

FOLDER = "t"


class Binding:
    """One transaction's; ``started`` and ``last`` are events (``last`` may be None)."""

    def __init__(self, transaction_id, started, last=None, closed=False):
        self.transaction_id = transaction_id
        self.started = started
        self.last = last
        self.closed = closed

    def encode(self) -> bytes:
        """Bytes of this binding, to be kept as a fact."""
        out = bytearray((1 if self.closed else 0,))
        number = self.transaction_id
        if number is None:
            out.append(0)
        else:
            record.put_varint(out, number * 2 + 1 if number >= 0 else -number * 2)
        started = record.encode(_copy(self.started, self.started.body))
        record.put_varint(out, len(started))
        out.extend(started)
        if self.last is not None:
            out.extend(record.encode(self.last))
        return bytes(out)


def decode(data: bytes):
    """The binding in ``data``, or None when it is not one."""
    try:
        cursor = record.Cursor(data)
        closed, number = cursor.varint(), cursor.varint()
        started = record.decode(cursor.take(cursor.varint()))
        last = record.decode(cursor.rest())
    except IndexError:
        return None
    if started is None:
        return None
    if number == 0:
        transaction_id = None
    else:
        transaction_id = (number - 1) // 2 if number & 1 else -(number // 2)
    return Binding(transaction_id, started, last, closed == 1)


def name_of(transaction: int) -> str:
    """The fact under which a transaction's binding is kept."""
    return "%s/%d" % (FOLDER, transaction)


def _copy(event, body):
    """``event`` with another body, and without the transactions that ran then."""
    return record.Event(
        event.seq,
        event.kind,
        event.connector,
        event.transaction,
        event.utc_s,
        event.boot,
        event.up_ms,
        body,
    )
