"""Folds the journal's small files into segments, when a back end is away for long.

A small file costs its name twice in littlefs's directories, and every look-up passes all of them.
So once there are many, the oldest are copied into one file that fills a block of flash, and then
removed. At most one store operation a step, and only while nothing else waits for the store:

    rest -> reading (a small file a step) -> written -> removing (a small file a step) -> rest

A cut while reading changes nothing; the segment is written before the first file is removed, and
a start removes what an unfinished removal left (Entries.settle).
"""

from micropython import const

from chargepoint.core.entries import BATCH, put_record

_FILES_MAX = const(32)
_SEGMENT_BYTES = const(4000)
_COUNT_MAX = const(250)
# A segment of fewer events is not worth its block.
_COUNT_MIN = const(16)


class Folding:
    """Works on ``entries`` in ``store``."""

    def __init__(self, store, entries):
        self._store = store
        self._entries = entries
        self._segment = None
        self._first = 0
        self._next = 0
        self._remove_to = 0
        self._stuck_at = -1

    def resume(self, first: int) -> None:
        """Go on to remove what is folded, from ``first`` on."""
        self._next, self._remove_to = first, self._entries.folded_seq

    def step(self, first_seq: int) -> bool:
        """Go on, one store operation at most; False when there is nothing to do.

        ``first_seq`` is the oldest event that is not delivered.
        """
        if self._next < self._remove_to:
            self._remove()
        elif self._segment is not None:
            self._read(first_seq)
        elif self._entries.files < _FILES_MAX:
            return False
        else:
            return self._begin(first_seq)
        return True

    def _begin(self, first_seq):
        entries = self._entries
        first = max(first_seq, entries.folded_seq)
        if first == self._stuck_at or not entries.find(first) or entries.name[0] != "j":
            return False
        self._first = self._next = entries.first
        self._segment = bytearray((BATCH, 0))
        return True

    def _read(self, first_seq):
        """Copy the next file, or write the segment when that does not fit."""
        if first_seq > self._first:
            # Delivery goes on, and needs no segment.
            self._segment = None
            return
        segment = self._segment
        data = self._store.read("j/%d" % self._next)
        batch = data is not None and len(data) > 2 and data[0] == BATCH
        count = data[1] if batch else 1
        full = data is None or self._next + count > self._entries.fresh_seq
        full = full or len(segment) + len(data) > _SEGMENT_BYTES or segment[1] + count > _COUNT_MAX
        if full:
            self._write(segment)
            return
        if batch:
            segment.extend(data[2:])
        else:
            put_record(segment, data)
        segment[1] += count
        self._next += count

    def _write(self, segment):
        self._segment = None
        worth = segment[1] >= _COUNT_MIN
        if not worth or not self._store.write("s/%d" % self._first, segment):
            self._stuck_at = self._first
            return
        self._entries.folded_seq = self._remove_to = self._next
        self._next = self._first
        self._entries.lose_place()

    def _remove(self):
        name = "j/%d" % self._next
        head = self._store.read(name, 0, 2)
        if head is None:
            self._next += 1
            return
        self._next += head[1] if len(head) == 2 and head[0] == BATCH else 1
        if self._store.remove(name):
            self._entries.files -= 1
