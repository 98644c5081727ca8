"""The journal's transactions: which of them run, and what the back end calls them.

Every event names the transactions that run after it, so the newest one tells a start everything;
with no event waiting the bindings do (bindings.py).
"""

from chargepoint.core import bindings
from chargepoint.core.record import STARTED, STOPPED


class Running:
    """``read(seq)`` reads an event; bindings are facts in ``writes``, found in ``store``."""

    def __init__(self, store, writes, read):
        self._store = store
        self._writes = writes
        self._read = read
        self._seqs = {}  # transaction -> (seq of its start, seq of its last event)
        self._bindings = {}

    # -- at a start -----------------------------------------------------------------------------

    def load_bindings(self) -> None:
        """Find those that an earlier start left."""
        for name in self._store.names(bindings.FOLDER):
            number = name.split(".")[0]
            if not number.isdigit() or int(number) in self._bindings:
                continue
            binding = bindings.decode(self._writes.get(bindings.name_of(int(number))) or b"")
            if binding is not None:
                self._bindings[int(number)] = binding

    def load(self, newest) -> int:
        """Find what runs; ``newest`` is the newest event or None. How many can't be read."""
        if newest is not None:
            for transaction, started_seq, last_seq in newest.running:
                self._seqs[transaction] = (started_seq, last_seq)
        else:
            self._load_from_bindings()
        lost = [number for number in self._seqs if self._started(number) is None]
        for transaction in lost:
            self._seqs.pop(transaction)
        return len(lost)

    def next_number(self, newest) -> int:
        """A number above those of every transaction that is known of."""
        known = list(self._seqs) + list(self._bindings)
        if newest is not None and newest.transaction is not None:
            known.append(newest.transaction)
        return max(known) + 1 if known else 0

    def unfinished(self) -> list:
        """(transaction, connector, start, last event) of all that started and did not stop."""
        found = []
        for transaction in sorted(self._seqs):
            started = self._started(transaction)
            if started is not None:
                last = self._last(transaction) or started
                found.append((transaction, started.connector, started, last))
        return found

    # -- as events come and go ------------------------------------------------------------------

    def after(self, kind: str, transaction: int, seq: int) -> list:
        """Take note of event ``seq``; what runs after it, as the event tells it."""
        seqs = self._seqs
        if kind == STARTED:
            seqs[transaction] = (seq, seq)
        elif kind == STOPPED:
            seqs.pop(transaction, None)
        elif transaction in seqs:
            seqs[transaction] = (seqs[transaction][0], seq)
        return [(number, seqs[number][0], seqs[number][1]) for number in seqs]

    def bind(self, transaction: int, transaction_id: int, first) -> None:
        """The back end calls ``transaction`` by ``transaction_id``; ``first`` is the event at the
        head.

        Raises ValueError when that is not its start, and there is no earlier binding.
        """
        binding = self._bindings.get(transaction)
        if binding is None:
            if first is None or first.kind != STARTED or first.transaction != transaction:
                raise ValueError("journal: no start of transaction %d to bind" % transaction)
            binding = bindings.Binding(None, first)
        binding.transaction_id = transaction_id
        self._keep(transaction, binding)

    def is_bound(self, transaction: int) -> bool:
        """The start of ``transaction`` was answered, or is forgotten."""
        return transaction in self._bindings

    def transaction_id(self, transaction: int) -> int:
        """The back end's id of ``transaction``, or None."""
        binding = self._bindings.get(transaction)
        return None if binding is None else binding.transaction_id

    def forget_start(self, event) -> None:
        """The start ``event`` is about to be forgotten: its binding has it from now on."""
        if event.transaction not in self._bindings:
            self._keep(event.transaction, bindings.Binding(None, event))

    def close(self, transaction: int) -> None:
        """Say that only the delivery of the stop is missing, which is about to be forgotten."""
        binding = self._bindings.get(transaction)
        if binding is not None:
            binding.closed = True
            self._keep(transaction, binding)

    def end(self, transaction: int) -> None:
        """The stop is forgotten: nothing more is known."""
        if self._bindings.pop(transaction, None) is not None:
            self._writes.clear(bindings.name_of(transaction))

    # -- inside ---------------------------------------------------------------------------------

    def _load_from_bindings(self):
        for transaction, binding in list(self._bindings.items()):
            if binding.closed:
                self.end(transaction)
            else:
                self._seqs[transaction] = (binding.started.seq, binding.started.seq)

    def _keep(self, transaction, binding):
        self._bindings[transaction] = binding
        self._writes.put(bindings.name_of(transaction), binding.encode())

    def _started(self, transaction):
        binding = self._bindings.get(transaction)
        if binding is not None:
            return binding.started
        return self._read(self._seqs[transaction][0])

    def _last(self, transaction):
        """The last event of a running transaction that is known at all."""
        event = self._read(self._seqs[transaction][1])
        if event is not None:
            return event
        binding = self._bindings.get(transaction)
        return None if binding is None else binding.last
