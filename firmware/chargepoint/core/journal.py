"""What must survive: events in our own terms until they are delivered, and small facts.

Rules:
- An event has a checksum of its own, and a seq. Seqs count up without a gap while the station
  runs; delivery is in order, so events are forgotten from the head only and two counters say it
  all: what is not yet forgotten lies in [first_seq, next_seq). Where they lie: entries.py.
- Starts and stops are written at once. Readings may wait in memory for four minutes, and one that
  the back end answers meanwhile is never written: it bills nothing, the stop tells the register.
- Nothing is ever kept as a list of events, and a start reads one listing, the newest event and
  those of running transactions, however many wait: each event names the transactions that run.
- Seqs and transaction numbers are never used twice (numbers.py), but for the seqs of readings that
  a cut took from memory; what the back end sees of an event names its start of the station too.
- A torn, foreign or damaged event is skipped and counted; one that was never acknowledged can
  only be the last. Rubbish before and behind the whole events is cleared away at the start.
- A start whose binding is on the medium was answered: it is never sent again. Of a file with
  several events, fact "sent" tells how far it is delivered: exactly behind each start and stop,
  within sixteen behind readings.
- When the store is short of room, readings are thinned, never starts and stops: room.py.
"""

from micropython import const

from chargepoint.core import numbers
from chargepoint.core.boot_clock import BootClock
from chargepoint.core.entries import Entries
from chargepoint.core.folding import Folding
from chargepoint.core.record import SAMPLED, STARTED, STOPPED, Event, decode, encode
from chargepoint.core.room import Room
from chargepoint.core.running import Running
from chargepoint.core.writes import Writes

# With so many operations waiting (the store refuses), new readings are dropped; starts and stops
# always find room.
_WAITING_MAX = const(24)
# What a file that goes counts as, when there is a shortage: soon there may be room.
_REMOVED_EVENTS = const(8)
# Of readings in a file of several events, each so many-th is noted as sent.
_SENT_MASK = const(15)

_CLOCK = "clock"
_SENT = "sent"
# Above every seq.
_FAR = const(0x3FFFFFFF)
_OWN = (numbers.NAME, _CLOCK, _SENT)


class Journal:
    """The journal in ``store``; ``random`` gives the bytes of a new install id. ``thinned`` counts
    readings that found no room.
    """

    def __init__(self, store, random):
        self.first_seq = 0
        self.next_seq = 0
        self.thinned = 0
        self._store = store
        self._writes = Writes(store)
        self._entries = Entries(store, self._writes)
        self._folding = Folding(store, self._entries)
        self._numbers = numbers.Numbers(self._writes, random)
        self._refused = 0
        self._running = Running(store, self._writes, self.read)
        self._clock = BootClock()
        self._timeless = False
        self._tail = (0, 0)  # seqs that load() looked at: what is refused there is counted
        self._read_seq = None
        self._read_event = None
        self._room = Room(store)

    @property
    def install_id(self) -> str:
        """The name of this installation: what is kept here, from the first start on."""
        return self._numbers.install_id

    @property
    def boot(self) -> int:
        """The number of this start."""
        return self._numbers.boot

    # -- the start ------------------------------------------------------------------------------

    def load(self) -> None:
        """Find out what an earlier start left; raises nothing. Counts and queues this start."""
        known, entries = self._numbers, self._entries
        if not known.load():
            self._refused += 1
        self._running.load_bindings()
        self._clock = BootClock(self._writes.get(_CLOCK))
        left = entries.settle(known.reserve or _FAR)
        if left is not None:
            self._folding.resume(left)
        lowest, highest = self._list_events(known.reserve)
        newest = self._find_newest(highest)
        if newest is None:
            self.next_seq = max(known.reserve, self.next_seq)
            self.first_seq = entries.fresh_seq = self.next_seq
        else:
            self.first_seq = self._find_oldest(lowest)
        self._refused += self._running.load(newest)
        fresh = max(known.reserve, self.next_seq, self._running.next_number(newest))
        known.begin(newest.boot if newest else 0, fresh)
        self._tail = (newest.seq + 1 if newest else self.first_seq, self.next_seq)
        self._forget_answered()
        self._room.survey()

    # -- events ---------------------------------------------------------------------------------

    def record(
        self, kind: str, connector: int, transaction: int, utc_s: int, now_ms: int, body: dict
    ) -> int:
        """Queue an event and return its seq, or None for a reading that found no room.

        ``body`` is JSON-able; its "values" are [quantity, phase, whole number] each.
        """
        if kind == SAMPLED and self._is_crowded():
            self.thinned += 1
            self._room.used(1)
            return None
        seq = self.next_seq
        running = self._running.after(kind, transaction, seq)
        data = encode(
            Event(seq, kind, connector, transaction, utc_s, self.boot, now_ms, body, running)
        )
        self._numbers.use(seq)
        self._entries.add(seq, data, kind == SAMPLED, now_ms)
        self._read_seq = self._read_event = None
        self._timeless = self._timeless or utc_s is None
        if self.first_seq < self._entries.fresh_seq:
            self._room.used(1)
        self.next_seq = seq + 1
        return seq

    def flush(self, now_ms: int = None) -> bool:
        """At most one store operation; True when one was tried. ``now_ms`` lets readings age."""
        if now_ms is not None:
            self._entries.tick(now_ms)
        writes = self._writes
        if writes.flush():
            return True
        if writes.pending:
            return writes.trouble is not None and self._room.drop()
        return self._room.step() or self._folding.step(self.first_seq)

    def save(self) -> None:
        """Queue the readings in memory, too."""
        self._entries.spill()

    @property
    def pending(self) -> int:
        """Operations not yet on the medium; 0: all is saved but readings that may wait."""
        return self._writes.pending

    @property
    def trouble(self) -> str:
        """None, or "full" while the store refuses."""
        return self._writes.trouble

    @property
    def full(self) -> bool:
        """No transaction shall begin: the store refuses, or keeps its room for stops."""
        return self._room.shortage == 3 or self._writes.trouble is not None

    def facts(self) -> dict:
        """What is to be known of it, fit for JSON."""
        return {
            "boot": self.boot,
            "damaged": self.damaged,
            "thinned": self.thinned,
            "shortage": self._room.shortage,
        }

    @property
    def damaged(self) -> int:
        """How many entries were torn, foreign or damaged, and skipped."""
        return self._refused + self._writes.damaged

    def is_saved(self, seq: int) -> bool:
        """Event ``seq`` is on the medium (or was, and is delivered)."""
        if seq is None or seq >= self._entries.fresh_seq:
            return False
        name = self._writes.unwritten
        return name is None or seq < int(name[2:])

    def is_known(self, seq: int) -> bool:
        """Event ``seq`` may be told: it is saved, or a reading in memory."""
        return self._entries.fresh_seq <= seq < self.next_seq or self.is_saved(seq)

    def read(self, seq: int):
        """The event ``seq``, or None when there is none or it is damaged (counted once)."""
        if seq != self._read_seq:
            data = self._entries.read(seq)
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
        if kind == STARTED:
            self._running.forget_start(event)
        elif kind == STOPPED:
            self._running.close(event.transaction)
        if seq >= self._entries.fresh_seq:
            self._entries.drop_first()
        else:
            self._forget_stored(seq, kind)
        if kind == STOPPED:
            self._running.end(event.transaction)
        self._read_seq = None
        self.first_seq = self._tail[1] if seq + 1 == self._tail[0] else seq + 1
        self.first_seq = self._entries.first_from(self.first_seq)

    # -- transactions ---------------------------------------------------------------------------

    def next_transaction(self) -> int:
        """A number for a new transaction, never given before."""
        return self._numbers.next_transaction()

    def bind(self, transaction: int, transaction_id: int) -> None:
        """The back end calls ``transaction`` by ``transaction_id``; its start is at the head.

        Raises ValueError when there is neither that start nor an earlier binding.
        """
        self._running.bind(transaction, transaction_id, self.read(self.first_seq))

    def transaction_id(self, transaction: int) -> int:
        """The back end's id of ``transaction``, or None."""
        return self._running.transaction_id(transaction)

    def unfinished(self) -> list:
        """(transaction, connector, start, last event) of all that started and did not stop."""
        return self._running.unfinished()

    # -- time -----------------------------------------------------------------------------------

    def set_clock(self, utc_s: int, now_ms: int) -> None:
        """The time of day became known: events of this start without a time have one now."""
        if not self._clock.learn(self.boot, utc_s, now_ms):
            return
        first = self.read(self.first_seq)
        # What waits from earlier starts may have none, and is dated by this one from now on.
        if self._timeless or (first is not None and first.boot < self.boot):
            self._writes.put(_CLOCK, self._clock.saved(first.boot if first else 0))

    def utc_of(self, event) -> int:
        """Seconds since 1970 of ``event``; None while no one can tell."""
        return self._clock.utc_of(event)

    # -- facts ----------------------------------------------------------------------------------

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data`` under ``name``; ValueError for a name that the journal itself uses."""
        if name in _OWN or name[:2] in ("j/", "s/", "t/"):
            raise ValueError("journal: fact %r: the name is the journal's own" % name)
        self._writes.put(name, data)

    def get(self, name: str) -> bytes:
        """What was last put under ``name``, or None."""
        return self._writes.get(name)

    def file(self, name: str, data: bytes) -> None:
        """Have ``data`` written under ``name``, or what is there removed (None); see ``filed``."""
        self._writes.file(name, data)

    def lay(self, name: str, data: bytes) -> None:
        """As ``file``, for those who look themselves whether the store took it."""
        self._writes.lay(name, data)

    @property
    def filed(self) -> bool:
        """What became of the last ``file``: None while it waits, False when the store refused."""
        return self._writes.filed

    # -- inside: loading ------------------------------------------------------------------------

    def _list_events(self, reserve):
        """(lowest, highest) seq in the names of files.

        A name that was never given away is foreign; without a reserve, only what is whole is ours.
        """
        lowest = highest = None
        for seq in self._entries.names():
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
        entries = self._entries
        seq = highest
        while seq is not None:
            found = entries.find(seq)
            first, end = (entries.first, entries.end) if found else (seq, seq + 1)
            if seq == highest:
                self.next_seq = entries.fresh_seq = end
            for newest in range(end - 1, first - 1, -1):
                event = self.read(newest)
                if event is not None:
                    return event
            seq = self._clear_away(seq, -1)
        return None

    def _find_oldest(self, lowest):
        """The seq of the oldest whole event that is not delivered; there is one."""
        entries = self._entries
        seq = lowest
        sent = self._sent()
        while True:
            end = entries.end if entries.find(seq) else seq
            if end > sent:
                for oldest in range(max(seq, sent), end):
                    if self.read(oldest) is not None:
                        return oldest
            following = self._clear_away(seq, 1)
            if following is None:
                # All is delivered but for what a cut tore behind it.
                entries.fresh_seq = self.next_seq
                return self.next_seq
            seq = following

    def _sent(self):
        """How far a file of several events is delivered."""
        name, _, seq = (self._writes.get(_SENT) or b"").partition(b":")
        return int(seq) if name == self.install_id.encode() and seq.isdigit() else 0

    def _clear_away(self, seq, step):
        """Have the file at ``seq`` removed; the next seq that is there, up (1) or down (-1)."""
        entries = self._entries
        found = [entries.nearest(folder, seq, step) for folder in ("s", "j")]
        found = [other for other in found if other is not None]
        if self._writes.pending < _WAITING_MAX:
            entries.remove(seq)
        if not found:
            return None
        return min(found) if step > 0 else max(found)

    def _forget_answered(self):
        first = self.read(self.first_seq)
        started = first is not None and first.kind == STARTED
        if started and self._running.is_bound(first.transaction):
            self.forget(self.first_seq)

    # -- inside: room --------------------------------------------------------------------------

    def _is_crowded(self):
        """There is no room for one more reading."""
        if self._writes.pending >= _WAITING_MAX:
            return True
        return self.first_seq < self._entries.fresh_seq and not self._room.spare()

    def _forget_stored(self, seq, kind):
        entries = self._entries
        if entries.find(seq) and seq + 1 < entries.end:
            if kind != SAMPLED or seq & _SENT_MASK == 0:
                sent = "%s:%d" % (self.install_id, seq + 1)
                self._writes.put(_SENT, sent.encode(), True)
            return
        entries.remove(seq)
        if self._room.shortage:
            self._room.used(_REMOVED_EVENTS)
