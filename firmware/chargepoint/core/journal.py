"""What must survive: events in our own terms until they are delivered, and small facts.

Rules:
- An event is one entry "j/<seq>" in the store, checked by its own checksum. Seqs count up without
  a gap while the station runs; delivery is in order, so events are forgotten from the head only
  and two counters say it all: what is not yet forgotten lies in [first_seq, next_seq).
- Nothing is ever kept as a list of events, and a start reads one listing, the newest event and
  those of running transactions, however many wait: each event names the transactions that run.
- Seqs and transaction numbers are never used twice, not even of events that a cut swallowed: both
  stay below a reserve that is on the medium before the first number under it is given away.
- A torn, foreign or damaged event is skipped and counted; one that was never acknowledged can
  only be the last. Rubbish before and behind the whole events is cleared away at the start.
- ``forget`` of a reading in a running transaction keeps its register in the binding first, so a
  restart always finds the last register that the back end was told.
- A start whose binding is on the medium was answered: it is never sent again.
"""

import json

from micropython import const

from chargepoint.core import bindings, entries
from chargepoint.core.boot_clock import BootClock
from chargepoint.core.record import SAMPLED, STARTED, STOPPED, Event, decode, encode
from chargepoint.core.writes import Writes

# How many numbers are reserved at once: one small write for so many events.
_RESERVE = const(64)

# With so many operations waiting (the store refuses), new readings are dropped: they are thinned
# first, newest first; starts and stops always find room.
_WAITING_MAX = const(24)

_HEAD = "journal"
_CLOCK = "clock"


def _head_of(saved):
    """What was saved as head, or None when another program wrote it."""
    try:
        head = json.loads(saved)
        whole = type(head["id"]) is str and head["boot"] >= 0 and head["reserve"] >= 0
    except (ValueError, TypeError, KeyError):
        return None
    return head if whole else None


class Journal:
    """The journal in ``store``; ``random`` gives the bytes of a new install id.

    ``damaged`` counts entries that were refused, ``thinned`` readings that found no room.
    """

    def __init__(self, store, random):
        self.install_id = None
        self.boot = 0
        self.first_seq = 0
        self.next_seq = 0
        self.thinned = 0
        self._store = store
        self._random = random
        self._writes = Writes(store)
        self._refused = 0
        self._reserve = 0
        self._next_transaction = 0
        self._running = {}  # transaction -> (seq of its start, seq of its last event)
        self._bindings = {}
        self._clock = BootClock()
        self._timeless = False
        self._tail = (0, 0)  # seqs that load() looked at: what is refused there is counted
        self._read_seq = None
        self._read_event = None

    # -- the start ------------------------------------------------------------------------------

    def load(self) -> None:
        """Find out what an earlier start left; raises nothing. Counts and queues this start."""
        head = self._load_head()
        self._load_bindings()
        self._clock = BootClock(self._writes.get(_CLOCK))
        lowest, highest = self._list_events(head["reserve"])
        newest = self._find_newest(highest)
        self.next_seq = head["reserve"] if highest is None else highest + 1
        if newest is None:
            self.first_seq = self.next_seq = max(self.next_seq, head["reserve"])
        else:
            self.first_seq = self._find_oldest(lowest)
        self._load_running(newest)
        self._next_transaction = max([head["reserve"], self.next_seq] + self._seen(newest))
        self.boot = max(head["boot"], newest.boot if newest else 0) + 1
        self.install_id = head["id"]
        self._keep_reserve(self._next_transaction)
        self._tail = (newest.seq + 1 if newest else self.first_seq, self.next_seq)
        self._forget_answered()

    # -- events ---------------------------------------------------------------------------------

    def record(
        self, kind: str, connector: int, transaction: int, utc_s: int, now_ms: int, body: dict
    ) -> int:
        """Queue an event and return its seq, or None for a reading that found no room.

        ``body`` is JSON-able; its "values" are [quantity, phase, whole number] each.
        """
        if kind == SAMPLED and self._writes.pending >= _WAITING_MAX:
            self.thinned += 1
            return None
        seq = self.next_seq
        running = self._running_after(kind, transaction, seq)
        packed = [(number, seqs[0], seqs[1]) for number, seqs in running.items()]
        data = encode(
            Event(seq, kind, connector, transaction, utc_s, self.boot, now_ms, body, packed)
        )
        if seq >= self._reserve:
            self._keep_reserve(seq)
        self._writes.write(entries.name_of(seq), data)
        self._read_seq = self._read_event = None
        self._running = running
        self._read_seq = None
        self._timeless = self._timeless or utc_s is None
        self.next_seq = seq + 1
        return seq

    def flush(self) -> bool:
        """At most one store operation; True when one was tried."""
        return self._writes.flush()

    @property
    def pending(self) -> int:
        """Operations not yet on the medium; 0: all that was said is saved."""
        return self._writes.pending

    @property
    def trouble(self) -> str:
        """None, or "full" while the store refuses."""
        return self._writes.trouble

    @property
    def damaged(self) -> int:
        """How many entries were torn, foreign or damaged, and skipped."""
        return self._refused + self._writes.damaged

    def is_saved(self, seq: int) -> bool:
        """Event ``seq`` is on the medium (or was, and is delivered)."""
        return (
            seq is not None
            and seq < self.next_seq
            and self._writes.is_written(entries.name_of(seq))
        )

    def read(self, seq: int):
        """The event ``seq``, or None when there is none or it is damaged (counted once)."""
        if seq != self._read_seq:
            data = self._writes.read(entries.name_of(seq))
            event = decode(data)
            if event is not None and event.seq != seq:
                event = None
            if data is not None and event is None and not self._tail[0] <= seq < self._tail[1]:
                self._refused += 1
            self._read_seq, self._read_event = seq, event
        return self._read_event

    def forget(self, seq: int) -> None:
        """Event ``seq`` is delivered (or given up); ValueError for any but the first."""
        if seq != self.first_seq or seq >= self.next_seq:
            raise ValueError("journal: forget %d, expected %d" % (seq, self.first_seq))
        event = self.read(seq)
        kind = None if event is None else event.kind
        if kind == STARTED and event.transaction not in self._bindings:
            self._keep_binding(event.transaction, bindings.Binding(None, event))
        elif kind == SAMPLED:
            self._keep_register(event)
        elif kind == STOPPED:
            self._close_binding(event.transaction)
        self._writes.remove(entries.name_of(seq))
        if kind == STOPPED and self._bindings.pop(event.transaction, None) is not None:
            self._writes.clear(bindings.name_of(event.transaction))
        self._read_seq = None
        self.first_seq = self._tail[1] if seq + 1 == self._tail[0] else seq + 1

    # -- transactions ---------------------------------------------------------------------------

    def next_transaction(self) -> int:
        """A number for a new transaction, never given before."""
        number = max(self._next_transaction, 1)
        if number >= self._reserve:
            self._keep_reserve(number)
        self._next_transaction = number + 1
        return number

    def bind(self, transaction: int, transaction_id: int) -> None:
        """The back end calls ``transaction`` by ``transaction_id``; its start is at the head.

        Raises ValueError when there is neither that start nor an earlier binding.
        """
        binding = self._bindings.get(transaction)
        if binding is None:
            started = self.read(self.first_seq)
            if started is None or started.kind != STARTED or started.transaction != transaction:
                raise ValueError("journal: no start of transaction %d to bind" % transaction)
            binding = bindings.Binding(None, started)
        binding.transaction_id = transaction_id
        self._keep_binding(transaction, binding)

    def transaction_id(self, transaction: int) -> int:
        """The back end's id of ``transaction``, or None."""
        binding = self._bindings.get(transaction)
        return None if binding is None else binding.transaction_id

    def unfinished(self) -> list:
        """(transaction, connector, start, last event) of all that started and did not stop."""
        found = []
        for transaction in sorted(self._running):
            started = self._started(transaction)
            if started is not None:
                last = self._last(transaction) or started
                found.append((transaction, started.connector, started, last))
        return found

    # -- time -----------------------------------------------------------------------------------

    def set_clock(self, utc_s: int, now_ms: int) -> None:
        """The time of day became known: events of this start without a time have one now."""
        if not self._clock.learn(self.boot, utc_s, now_ms):
            return
        first = self.read(self.first_seq)
        if self._timeless or (first is not None and first.utc_s is None):
            self._writes.put(_CLOCK, self._clock.saved(first.boot if first else 0))

    def utc_of(self, event) -> int:
        """Seconds since 1970 of ``event``; None while no one can tell."""
        return self._clock.utc_of(event)

    # -- facts ----------------------------------------------------------------------------------

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data`` under ``name``; ValueError for a name that the journal itself uses."""
        if name in (_HEAD, _CLOCK) or name[:2] in ("j/", "t/"):
            raise ValueError("journal: fact %r: the name is the journal's own" % name)
        self._writes.put(name, data)

    def get(self, name: str) -> bytes:
        """What was last put under ``name``, or None."""
        return self._writes.get(name)

    def file(self, name: str, data: bytes) -> None:
        """Have ``data`` written under ``name``, or what is there removed (None); see ``filed``."""
        self._writes.file(name, data)

    @property
    def filed(self) -> bool:
        """What became of the last ``file``: None while it waits, False when the store refused."""
        return self._writes.filed

    # -- inside: loading ------------------------------------------------------------------------

    def _load_head(self):
        saved = self._writes.get(_HEAD)
        if saved is not None:
            head = _head_of(saved)
            if head is not None:
                return head
            self._refused += 1
        return {"id": self._random.take(4).hex(), "boot": 0, "reserve": 0}

    def _load_bindings(self):
        for name in self._store.names(bindings.FOLDER):
            number = name.split(".")[0]
            if not number.isdigit() or int(number) in self._bindings:
                continue
            binding = bindings.decode(self._writes.get(bindings.name_of(int(number))) or b"")
            if binding is not None:
                self._bindings[int(number)] = binding

    def _list_events(self, reserve):
        """(lowest, highest) seq in the store.

        A name that was never given away is foreign; without a reserve, only what is whole is ours.
        """
        lowest = highest = None
        for name in self._store.names(entries.FOLDER):
            seq = entries.seq_of(name)
            if seq is None or (reserve and seq >= reserve):
                self._refused += 1
                continue
            if reserve == 0 and self.read(seq) is None:
                continue
            lowest = seq if lowest is None else min(lowest, seq)
            highest = seq if highest is None else max(highest, seq)
        return lowest, highest

    def _find_newest(self, highest):
        """The newest whole event; what is torn behind it was never acknowledged."""
        seq = highest
        while seq is not None:
            event = self.read(seq)
            if event is not None:
                return event
            seq = self._clear_away(seq, -1, highest)
        return None

    def _find_oldest(self, lowest):
        """The seq of the oldest whole event; there is one."""
        seq = lowest
        while self.read(seq) is None:
            seq = self._clear_away(seq, 1, lowest)
        return seq

    def _clear_away(self, seq, step, outermost):
        """Have the rubbish at ``seq`` removed; the next seq that is there, up (1) or down (-1)."""
        if self._writes.pending < _WAITING_MAX:
            self._writes.remove(entries.name_of(seq))
        return entries.nearest(self._store, seq, step, outermost)

    def _load_running(self, newest):
        """Which transactions run: the newest event says; with none waiting, the bindings do."""
        if newest is not None:
            for transaction, started_seq, last_seq in newest.running:
                self._running[transaction] = (started_seq, last_seq)
        else:
            self._load_running_from_bindings()
        for transaction in list(self._running):
            if self._started(transaction) is None:
                self._refused += 1
                self._running.pop(transaction)

    def _load_running_from_bindings(self):
        for transaction, binding in list(self._bindings.items()):
            if binding.closed:
                self._bindings.pop(transaction)
                self._writes.clear(bindings.name_of(transaction))
            else:
                self._running[transaction] = (binding.started.seq, binding.started.seq)

    def _seen(self, newest):
        """Numbers just above those of every transaction that is known of."""
        seen = [number + 1 for number in list(self._running) + list(self._bindings)]
        if newest is not None and newest.transaction is not None:
            seen.append(newest.transaction + 1)
        return seen

    def _forget_answered(self):
        first = self.read(self.first_seq)
        if first is not None and first.kind == STARTED and first.transaction in self._bindings:
            self.forget(self.first_seq)

    # -- inside: numbers, bindings --------------------------------------------------------------

    def _keep_reserve(self, number):
        """Have every number up to a good way above ``number`` reserved."""
        self._reserve = number + _RESERVE
        head = {"id": self.install_id, "boot": self.boot, "reserve": self._reserve}
        self._writes.put(_HEAD, json.dumps(head).encode())

    def _running_after(self, kind, transaction, seq):
        running = self._running.copy()
        if kind == STARTED:
            running[transaction] = (seq, seq)
        elif kind == STOPPED:
            running.pop(transaction, None)
        elif transaction in running:
            running[transaction] = (running[transaction][0], seq)
        return running

    def _keep_binding(self, transaction, binding):
        self._bindings[transaction] = binding
        self._writes.put(bindings.name_of(transaction), binding.encode())

    def _keep_register(self, event):
        binding = self._bindings.get(event.transaction)
        short = bindings.shorten(event)
        # A stop that was said but is not saved yet has not ended anything.
        ended = event.transaction not in self._running and self._writes.pending == 0
        if binding is None or short is None or ended:
            return
        binding.last = short
        self._keep_binding(event.transaction, binding)

    def _close_binding(self, transaction):
        """Say that only the delivery of the stop is missing, which is about to be forgotten."""
        binding = self._bindings.get(transaction)
        if binding is not None:
            binding.closed = True
            self._keep_binding(transaction, binding)

    def _started(self, transaction):
        binding = self._bindings.get(transaction)
        if binding is not None:
            return binding.started
        return self.read(self._running[transaction][0])

    def _last(self, transaction):
        """The last event of a running transaction that is known at all."""
        event = self.read(self._running[transaction][1])
        if event is not None:
            return event
        binding = self._bindings.get(transaction)
        return None if binding is None else binding.last
