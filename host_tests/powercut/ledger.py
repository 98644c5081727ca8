"""What a journal was told, and what a restart must therefore find. Runs on both interpreters.

The ledger does what a station and its outbox do (record, flush, deliver in order) and notes at
each moment what is certainly on the medium (acknowledged) and what may be. ``check`` then judges
a journal loaded from whatever a power cut left.
"""

from chargepoint.core.record import SAMPLED, STARTED, STOPPED

_DELIVER = (("settle",), ("deliver",))

# Two connectors: online, then offline with readings, then online until nothing waits, so that
# every kind of store operation occurs, alone and queued behind others.
SESSION = (
    (("start", 1), ("settle",), ("deliver",), ("sample", 1), ("settle",), ("deliver",))
    + (("put", "alive", b"17"), ("start", 2), ("flush",), ("sample", 1), ("save",), ("settle",))
    + (("sample", 2), ("sample", 1), ("stop", 1), ("settle",), ("put", "alive", b"18"))
    + _DELIVER * 7
    + (("start", 1), ("settle",), ("sample", 1), ("sample", 2), ("save",), ("sample", 1))
    + (("settle",), ("deliver",), ("settle",), ("deliver",), ("stop", 1), ("stop", 2))
    + _DELIVER * 12
    + (("settle",),)
)


class Wrong(Exception):
    """A promise of the journal is broken."""


def expect(truth, text):
    """Raise Wrong with ``text`` unless ``truth``."""
    if not truth:
        raise Wrong(text)


class Ledger:
    """The doings on ``journal`` and what they promise."""

    def __init__(self, journal):
        self.journal = journal
        self.said = {}  # seq -> (kind, connector, transaction, register)
        self.saved = set()
        self.forgotten = set()
        self.gone = set()
        self.ids = {}
        self.saved_ids = {}
        self.facts = {}
        self.maybe_facts = {}
        self.running = {}  # connector -> transaction
        self.numbers = set()
        self.register_wh = 1000
        self.boot = 0
        self.now_ms = 0

    def act(self, doings):
        """Do all of ``doings``: tuples of a method's name and what it is given."""
        for doing in doings:
            getattr(self, doing[0])(*doing[1:])

    # -- what a station does --------------------------------------------------------------------

    def start(self, connector):
        """Begin a transaction, unless one runs there."""
        if connector not in self.running:
            number = self.journal.next_transaction()
            expect(number not in self.numbers, f"transaction {number} given twice")
            self.running[connector] = number
            self._record(STARTED, connector, number, {"tag": "04A1B2C3D4E5F6"})

    def sample(self, connector):
        """A reading in the running transaction."""
        if connector in self.running:
            self.register_wh += 7
            body = {"context": "periodic", "values": [["energy_wh", 0, self.register_wh]]}
            self._record(SAMPLED, connector, self.running[connector], body)

    def stop(self, connector):
        """End the running transaction."""
        if connector in self.running:
            number = self.running.pop(connector)
            self._record(STOPPED, connector, number, {"tag": None, "reason": "local"})

    def put(self, name, data):
        """Say a fact."""
        self.journal.put(name, data)
        self.maybe_facts.setdefault(name, []).append(data)
        self._note()

    def flush(self):
        """One store operation, and note what is certain now."""
        self.journal.flush()
        self._note()

    def save(self):
        """Readings in memory are to be written, too."""
        self.journal.save()

    def settle(self):
        """Everything said is saved, but for readings in memory."""
        while self.journal.pending:
            self.flush()

    def deliver(self):
        """The back end answers the oldest event, as the outbox has it: when all is saved."""
        journal = self.journal
        if journal.pending or journal.first_seq == journal.next_seq:
            return
        event = journal.read(journal.first_seq)
        if event is not None and event.kind == STARTED:
            self.ids[event.transaction] = -1 if event.seq % 5 == 0 else 7000 + event.seq
            journal.bind(event.transaction, self.ids[event.transaction])
        self.forgotten.add(journal.first_seq)
        journal.forget(journal.first_seq)
        self._note()

    # -- what must be true ----------------------------------------------------------------------

    def check(self, journal):
        """Judge a ``journal`` loaded after a cut; raises Wrong."""
        expect(journal.boot > self.boot, f"start {journal.boot} counted twice")
        found = self._check_events(journal)
        self._check_running(journal, found)
        self._check_ids(journal, found)
        for name, data in self.facts.items():
            got = journal.get(name)
            expect(got == data or got in self.maybe_facts.get(name, ()), f"fact {name} lost")

    def _check_events(self, journal):
        found = set()
        for seq in range(journal.first_seq, journal.next_seq):
            event = journal.read(seq)
            if event is None:
                continue
            found.add(seq)
            expect(seq in self.said, f"event {seq} was never said")
            expect(_facts_of(event) == self.said[seq], f"event {seq} is not what was said")
            # A reading may be told again, as the same message: see entries.py.
            came_back = seq in self.gone and event.kind != SAMPLED
            expect(not came_back, f"event {seq} came back")
        for seq in self.saved:
            expect(seq < journal.next_seq, f"number {seq} would be given again")
            answered = self.said[seq][0] == STARTED and self.said[seq][2] in self.ids
            expect(seq in found or seq in self.forgotten or answered, f"event {seq} lost")
        return found

    def _check_running(self, journal, found):
        listed = {entry[0]: entry for entry in journal.unfinished()}
        for seq, (kind, connector, number, _) in self.said.items():
            if seq in self.saved and kind == STARTED and not self._stop_said(number):
                expect(number in listed, f"transaction {number} lost while running")
                started, last = listed[number][2], listed[number][3]
                expect(listed[number][1] == connector, f"transaction {number} moved")
                expect(_facts_of(started) == self.said[seq], f"start of {number} differs")
                least = self._last_register(number)
                got = _facts_of(last)[3]
                expect(got >= least, f"register of {number}: {got}, expected {least}")
            if seq in self.saved and kind == STOPPED:
                expect(number not in listed, f"transaction {number} would be stopped twice")
        fresh = journal.next_transaction()
        for number in self.numbers:
            expect(fresh > number, f"transaction number {number} would be given again")

    def _check_ids(self, journal, found):
        for number, transaction_id in self.saved_ids.items():
            start, stop = self._seq_of(STARTED, number), self._seq_of(STOPPED, number)
            if stop is None or stop not in self.forgotten:
                expect(journal.transaction_id(number) == transaction_id, f"id of {number} lost")
            again = start in found and journal.first_seq <= start
            expect(not again, f"start of {number} would be sent again")

    def take_over(self, journal):
        """Go on with ``journal``, loaded after a cut: what it has now is what was saved."""
        self.journal = journal
        present = set()
        for seq in range(journal.first_seq, journal.next_seq):
            if journal.read(seq) is not None:
                present.add(seq)
        delivered = {seq for seq in self.saved if seq not in present}
        self.said = {seq: self.said[seq] for seq in present | delivered}
        self.saved = present | delivered
        self.forgotten = delivered
        self.gone = set()
        numbers = {said[2] for said in self.said.values() if said[0] == STARTED}
        self.ids = {number: journal.transaction_id(number) for number in numbers}
        self.ids = {n: i for n, i in self.ids.items() if i is not None}
        self.saved_ids = {}
        self.running = {entry[1]: entry[0] for entry in journal.unfinished()}
        self.facts = {name: journal.get(name) for name in self.maybe_facts}
        self.facts = {name: data for name, data in self.facts.items() if data is not None}
        self.maybe_facts = {}

    # -- inside ---------------------------------------------------------------------------------

    def _record(self, kind, connector, number, body):
        self.now_ms += 10
        if kind != SAMPLED:
            body["meter_wh"] = self.register_wh
        seq = self.journal.record(kind, connector, number, 1790000000, self.now_ms, body)
        expect(seq not in self.said, f"number {seq} given twice")
        if seq is not None:
            self.said[seq] = (kind, connector, number, self.register_wh)
        self._note()

    def _note(self):
        journal = self.journal
        for seq, said in self.said.items():
            if seq not in self.saved and journal.is_saved(seq):
                self.saved.add(seq)
                self.numbers.add(said[2])
        if journal.pending == 0:
            self.gone.update(self.forgotten)
            self.saved_ids.update(self.ids)
            self.boot = journal.boot
            for name, values in self.maybe_facts.items():
                self.facts[name] = values[-1]
            self.maybe_facts = {}

    def _stop_said(self, number):
        return self._seq_of(STOPPED, number) is not None

    def _seq_of(self, kind, number):
        for seq, said in self.said.items():
            if said[0] == kind and said[2] == number:
                return seq
        return None

    def _last_register(self, number):
        """The last register that is on the medium; that of the start always is."""
        known = [s for s in self.saved if s not in self.forgotten or self.said[s][0] == STARTED]
        return max(self.said[s][3] for s in known if self.said[s][2] == number)


def _facts_of(event):
    body = event.body
    register_wh = body["values"][0][2] if "values" in body else body["meter_wh"]
    return (event.kind, event.connector, event.transaction, register_wh)
