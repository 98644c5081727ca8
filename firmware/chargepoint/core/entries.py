"""Where the journal's events lie, and how the one with a given number is found again.

- Readings may wait in memory (``fresh``) for a while: one that the back end answers meanwhile
  never costs flash. They are written a few at a time, at the latest before the next start or stop.
- "j/<seq>" holds one event, or a batch of several in a row; "s/<seq>" is a segment, a batch that
  fills a block of flash (folding.py makes it). Both are named by the seq of their first event.
- A batch is BATCH, the number of its events, then for each the length of its record (a varint) and
  the record, which has a checksum of its own.
- Names are listed at a start and where seqs are missing only; otherwise the next file is the one
  whose name is the seq behind the last. Nothing is kept for each file or event.
"""

from micropython import const

from chargepoint.core.record import decode

BATCH = const(255)

# A file of up to 128 bytes lies inside littlefs's directory; a larger one costs an erase.
_SMALL_BYTES = const(124)
# A reading waits in memory for at most this long: what a power cut takes of readings.
_WAIT_MS = const(240000)
_WINDOW_BYTES = const(512)
_SMALL = "j"
_SEGMENTS = "s"


def seq_of(name: str) -> int:
    """The seq in the name of a file in a folder, or None when that is no name of ours."""
    return int(name) if name.isdigit() and (name == "0" or name[0] != "0") else None


class Entries:
    """The events of ``store``, written through the queue ``writes``.

    ``fresh_seq`` is the seq of the first event in memory, or of the next event when there is none;
    ``files`` counts the files in "j"; ``folded_seq`` is where segments end.
    """

    def __init__(self, store, writes):
        self.fresh_seq = 0
        self.files = 0
        self.folded_seq = 0
        self._store = store
        self._writes = writes
        self._fresh = []
        self._fresh_bytes = 0
        self._fresh_ms = 0
        self._seq = self._at = 0
        self.lose_place()

    # -- new events -----------------------------------------------------------------------------

    def add(self, seq: int, data: bytes, may_wait: bool, now_ms: int) -> None:
        """Take event ``seq``, which follows the last one."""
        if not may_wait or self._fresh_bytes + len(data) + 1 > _SMALL_BYTES:
            self.spill()
        if may_wait:
            if not self._fresh:
                self.fresh_seq, self._fresh_bytes, self._fresh_ms = seq, 2, now_ms
            self._fresh.append(data)
            self._fresh_bytes += len(data) + 1
        else:
            self._write(seq, data)
            self.fresh_seq = seq + 1

    def spill(self) -> None:
        """Queue what waits in memory to be written."""
        fresh = self._fresh
        if not fresh:
            return
        if len(fresh) == 1:
            data = fresh[0]
        else:
            data = bytearray((BATCH, len(fresh)))
            for record in fresh:
                put_record(data, record)
        self._write(self.fresh_seq, data)
        self.fresh_seq += len(fresh)
        self._fresh = []
        self._fresh_bytes = 0

    def tick(self, now_ms: int) -> None:
        """Let what has waited long enough be written."""
        if self._fresh and now_ms - self._fresh_ms >= _WAIT_MS:
            self.spill()

    def drop_first(self) -> None:
        """The first event in memory is delivered."""
        self._fresh_bytes -= len(self._fresh.pop(0)) + 1
        self.fresh_seq += 1

    # -- reading --------------------------------------------------------------------------------

    def read(self, seq: int) -> bytes:
        """The record of event ``seq``, or None when there is none."""
        if seq >= self.fresh_seq:
            at = seq - self.fresh_seq
            return self._fresh[at] if at < len(self._fresh) else None
        if not self.find(seq):
            return None
        if not self._batch:
            return self._writes.read(self.name)
        if seq < self._seq:
            self._seq, self._at = self.first, 2
        while self._seq < seq:
            at, size = self._measure(self._at)
            self._seq, self._at = self._seq + 1, at + size
        at, size = self._measure(self._at)
        return self._look(at, size)

    def find(self, seq: int) -> bool:
        """Whether there is a file with ``seq``; its ``name``, ``first`` and ``end`` are set."""
        if self.first <= seq < self.end:
            return True
        folder = _SEGMENTS if seq < self.folded_seq else _SMALL
        if self._open(folder, seq):
            return True
        below = self.nearest(folder, seq, -1)
        if below is not None and self._open(folder, below) and seq < self.end:
            return True
        self.lose_place()
        return False

    def lose_place(self) -> None:
        """Files have changed: the next one is looked for anew."""
        self.name = None
        self.first = self.end = 0
        self._batch = False
        self._seq = self._at = 0
        self._window, self._window_at = b"", 0

    def first_from(self, seq: int) -> int:
        """The first seq from ``seq`` on that lies in a file or in memory, else the next new."""
        if seq >= self.fresh_seq or self.find(seq):
            return seq
        found = self.fresh_seq
        for folder in (_SEGMENTS, _SMALL):
            above = self.nearest(folder, seq, 1)
            if above is not None:
                found = min(found, above)
        return found

    def nearest(self, folder: str, seq: int, step: int) -> int:
        """The name in ``folder`` that is next to ``seq``, above (1) or below (-1), or None."""
        found = None
        for name in self._store.names(folder):
            other = seq_of(name)
            if other is None or (other - seq) * step <= 0:
                continue
            if folder == _SEGMENTS and other >= self.folded_seq:
                continue
            if found is None or (found - other) * step > 0:
                found = other
        return found

    # -- removing -------------------------------------------------------------------------------

    def remove(self, seq: int) -> None:
        """Queue the removal of the file with ``seq``, if there is one."""
        if self.find(seq):
            self._writes.remove(self.name)
            self.files -= self.name[0] == _SMALL
            self.lose_place()

    # -- at a start -----------------------------------------------------------------------------

    def names(self):
        """The seq of every file, one after the other; None for one that is not ours."""
        for folder in (_SEGMENTS, _SMALL):
            for name in self._store.names(folder):
                seq = seq_of(name)
                if folder == _SEGMENTS and seq is not None and seq >= self.folded_seq:
                    seq = None
                yield seq

    def settle(self, below: int) -> int:
        """Judge the last segment before ``below``: a cut may have spoiled it, or left what was
        folded into it.

        The seq of the first file that such a segment makes superfluous, or None.
        """
        self.fresh_seq = self.folded_seq = below
        self.files = len([1 for name in self._store.names(_SMALL) if seq_of(name) is not None])
        last, left = self.nearest(_SEGMENTS, below, -1), None
        while last is not None:
            whole = self._count_whole(last)
            end = self.end
            left = self.nearest(_SMALL, last - 1, 1)
            if left is None or left >= end:
                left = None
            if whole == end - last or (whole and left is None):
                break
            # The files that it was made of are all there: none is removed before it is whole.
            self._writes.remove(self.name)
            last = self.nearest(_SEGMENTS, last, -1)
        self.folded_seq = 0 if last is None else end
        self.lose_place()
        return left if last is not None else None

    # -- inside ---------------------------------------------------------------------------------

    def _write(self, seq, data):
        if seq < self.end:
            # Rubbish was looked at where this comes to lie.
            self.lose_place()
        self._writes.write("%s/%d" % (_SMALL, seq), data)
        self.files += 1

    def _open(self, folder, first):
        name = "%s/%d" % (folder, first)
        head = self._writes.read(name, 0, 2)
        if head is None:
            return False
        self.name, self.first, self.end = name, first, first + 1
        self._batch = len(head) == 2 and head[0] == BATCH
        if self._batch:
            self.end = first + max(head[1], 1)
        self._seq, self._at = first, 2
        self._window = b""
        return True

    def _count_whole(self, first):
        """How many of the events of the segment ``first`` can be read."""
        self._open(_SEGMENTS, first)
        whole = 0
        for seq in range(first, self.end):
            event = decode(self.read(seq))
            whole += event is not None and event.seq == seq
        return whole

    def _look(self, at, size):
        """``size`` bytes of the batch from ``at`` on. To open a file is what costs: a window of it
        is kept."""
        begin = at - self._window_at
        if begin < 0 or begin + size > len(self._window):
            self._window = self._writes.read(self.name, at, max(size, _WINDOW_BYTES)) or b""
            self._window_at, begin = at, 0
        return self._window[begin : begin + size]

    def _measure(self, at):
        """(begin, size) of the record whose length lies at ``at``."""
        head = self._look(at, 2)
        if len(head) < 2 or head[0] < 128:
            return at + 1, head[0] if head else 0
        return at + 2, (head[0] & 127) | head[1] << 7


def put_record(batch: bytearray, record: bytes) -> None:
    """Append ``record``, of less than 16384 bytes, to a ``batch``; its count is the caller's."""
    size = len(record)
    if size > 127:
        batch.append(128 | (size & 127))
        size >>= 7
    batch.append(size)
    batch.extend(record)
