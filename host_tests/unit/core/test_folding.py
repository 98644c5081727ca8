"""Many undelivered events: files are folded into segments, at any cut; and what 0.3 left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core.journal import Journal
from chargepoint.core.record import SAMPLED, STARTED, STOPPED, Event, encode, seal
from host_tests.harness.store import MemoryStore, PowerCut

UTC_S = 1790000000


class Zeros:
    def take(self, count):
        return bytes(count)


def load(store):
    journal = Journal(store, Zeros())
    journal.load()
    return journal


def settle(journal):
    journal.save()
    while journal.pending:
        journal.flush()


def fold(journal):
    """Let everything happen that happens by itself."""
    settle(journal)
    while journal.flush():
        pass
    return journal


def session(journal, samples=10):
    """A whole session; its facts, to be compared."""
    number = journal.next_transaction()
    body = {"tag": "04A1B2C3", "meter_wh": number * 100}
    journal.record(STARTED, 1, number, UTC_S, 1000, body)
    for at in range(samples):
        values = [["energy_wh", 0, number * 100 + at]]
        journal.record(SAMPLED, 1, number, UTC_S, at, {"context": "periodic", "values": values})
    body = {"tag": None, "reason": "local", "meter_wh": number * 100 + samples}
    journal.record(STOPPED, 1, number, UTC_S, 1000, body)


def told(event):
    return (event.kind, event.transaction, event.body)


def all_told(journal):
    """What every event says, in order."""
    found = []
    for seq in range(journal.first_seq, journal.next_seq):
        event = journal.read(seq)
        assert event is not None, seq
        found.append(told(event))
    return found


def deliver(journal, count=None):
    """What the back end hears of ``count`` events (all)."""
    heard = []
    while journal.first_seq < journal.next_seq and len(heard) != count:
        event = journal.read(journal.first_seq)
        heard.append(told(event))
        if event.kind == STARTED:
            journal.bind(event.transaction, event.transaction + 7000)
        elif event.kind == STOPPED:
            assert journal.transaction_id(event.transaction) == event.transaction + 7000
        journal.forget(journal.first_seq)
        while journal.pending:
            journal.flush()
    return heard


def names(store, folder):
    return [name for name in store.files if name.startswith(folder + "/")]


@pytest.fixture
def store():
    return MemoryStore()


def filled(store, sessions=40):
    """A journal with ``sessions`` undelivered ones, and what they say."""
    journal = load(store)
    for _ in range(sessions):
        session(journal)
        fold(journal)
    return journal, all_told(journal)


def test_files_are_folded_into_segments_that_fill_a_block(store):
    journal, said = filled(store, 100)
    assert len(said) == 1200
    assert len(names(store, "j")) <= 32 and len(names(store, "s")) >= 12
    assert all(2000 < len(store.files[name]) <= 4096 for name in names(store, "s"))
    assert all_told(load(store)) == said


def test_twelve_thousand_events_cost_as_much_each_as_the_first(store):
    """Issue 4: 1,000 offline transactions with ten readings each, bounded flash, bounded cost."""
    journal = load(store)
    costs = []
    for _ in range(10):
        before = store.writes + store.removes, store.reads
        for _ in range(100):
            session(journal)
            fold(journal)
        costs.append((store.writes + store.removes - before[0], store.reads - before[1]))
    assert max(costs[1:])[0] < 1.1 * min(costs[1:])[0]
    assert max(reads for _, reads in costs) < 1.1 * min(reads for _, reads in costs[1:])
    blocks = len(names(store, "s")) + len(names(store, "j")) * 4 * 170 // 4096
    assert blocks < 200, "of 4 KB: an eighth of what a 4 MB part has left"
    store.reads = 0
    again = load(store)
    assert store.reads < 1500, "a start does not read what waits"
    assert again.next_seq - again.first_seq == 12000
    store.reads = 0
    heard = deliver(again)
    assert [kind for kind, _, _ in heard] == ([STARTED] + [SAMPLED] * 10 + [STOPPED]) * 1000
    assert store.reads < 12 * 12000
    assert names(store, "j") == names(store, "s") == names(store, "t") == []


def test_delivered_starts_and_stops_of_a_segment_never_come_back(store):
    """A segment is removed as a whole; until then a fact tells how far it is delivered."""
    journal, said = filled(store)
    for _ in range(120):
        heard = deliver(journal, 7)
        assert heard == said[:7]
        journal = load(store)
        settle(journal)
        again = all_told(journal)
        repeated = len(again) - (len(said) - 7)
        assert again[repeated:] == said[7:]
        assert all(kind == SAMPLED for kind, _, _ in again[:repeated]) and repeated < 16
        said = again
        if len(said) < 7:
            break
    assert deliver(journal) == said


@pytest.mark.parametrize("torn", [None, 0, 50, 3000, 10000])
def test_folding_loses_nothing_at_any_cut(torn):
    cut = 0
    while True:
        store = MemoryStore()
        journal = load(store)
        for _ in range(36):
            session(journal, 3)
            settle(journal)
        said = all_told(journal)
        store.cut_after(cut, torn)
        try:
            fold(journal)
            break
        except PowerCut:
            pass
        store.restore_power()
        again = load(store)
        assert all_told(again) == said, cut
        fold(again)
        assert all_told(again) == said and all_told(load(store)) == said, cut
        assert deliver(again) == said, cut
        assert names(store, "j") == names(store, "s") == [], cut
        cut += 1
    assert cut > 40


@pytest.mark.parametrize("torn", [None, 30])
def test_replay_loses_and_repeats_nothing_that_bills_at_any_cut(torn):
    """Issue 4: power cuts at every write during the replay of an offline queue."""
    cut = 0
    while True:
        store = MemoryStore()
        journal, said = filled(store, 10)
        fold(journal)
        store.cut_after(cut, torn)
        heard = []
        try:
            while len(heard) < len(said):
                heard += deliver(journal, 1)
            break
        except PowerCut:
            pass
        store.restore_power()
        journal = load(store)
        settle(journal)
        left = all_told(journal)
        # What was heard and not acknowledged on flash is there again: at most the last event that
        # bills, and readings.
        for at in range(len(said) - len(left), len(said)):
            assert left[at - len(said)] == said[at]
        assert len(said) - len(left) <= len(heard) + 1
        bills = [one for one in said if one[0] != SAMPLED]
        again = [one for one in left if one[0] != SAMPLED]
        gone = len([one for one in heard if one[0] != SAMPLED])
        assert len(bills) - gone - 1 <= len(again) <= len(bills) - gone + 1
        cut += 1
    assert cut > 60


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(("session", "fold", "deliver", "settle")), max_size=60),
            st.integers(0, 300),
            st.none() | st.integers(0, 5000),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_happens_events_stay_in_order_and_whole(lives):
    store = MemoryStore()
    heard_bills = []
    for doings, cut, torn in lives:
        journal = load(store)
        store.cut_after(cut, torn)
        try:
            settle(journal)
            for doing in doings:
                if doing == "session":
                    session(journal, 2)
                    session(journal, 0)
                elif doing == "deliver":
                    settle(journal)
                    heard = deliver(journal, 9)
                    heard_bills += [one[:2] for one in heard if one[0] != SAMPLED]
                else:
                    (fold if doing == "fold" else settle)(journal)
        except PowerCut:
            pass
        store.restore_power()
    journal = load(store)
    fold(journal)
    events = [journal.read(seq) for seq in range(journal.first_seq, journal.next_seq)]
    numbers = [event.transaction for event in events if event is not None]
    assert numbers == sorted(numbers)
    assert len(heard_bills) == len(set(heard_bills)), "nothing that bills was told twice"


# -- other stores ---------------------------------------------------------------------------------


def left_by_0_3(store, count):
    """The files of version 0.3: a file an event, bindings with the last register."""
    store.write("journal.a", seal(b'\x01{"id": "cafe0000", "boot": 3, "reserve": 6000}'))
    for seq in range(count):
        number, step = seq // 3 + 1, seq % 3
        kind = (STARTED, SAMPLED, STOPPED)[step]
        body = {"tag": "04A1", "reason": "local", "meter_wh": seq}
        if kind == SAMPLED:
            body = {"context": "periodic", "values": [["energy_wh", 0, seq]]}
        running = [] if kind == STOPPED else [(number, seq - step, seq)]
        event = Event(seq, kind, 1, number, UTC_S, 3, seq, body, running)
        store.write(f"j/{seq}", encode(event))


@pytest.mark.parametrize("count", [1, 3, 5, 600])
def test_journal_of_version_0_3_is_taken_over(store, count):
    """A file an event; thousands of them are folded by and by."""
    left_by_0_3(store, count)
    journal = load(store)
    assert (journal.first_seq, journal.next_seq, journal.boot) == (0, count, 4)
    assert len(journal.unfinished()) == (count % 3 > 0)
    said = all_told(journal)
    assert all_told(fold(journal)) == said and len(names(store, "j")) < 32
    assert all_told(load(store)) == said
    if count % 3 == 0:
        assert deliver(journal) == said


def test_segment_that_another_program_left_is_no_event(store):
    journal, said = filled(store, 20)
    store.files["s/9999"] = b"\xff\x10rubbish"
    store.files["s/notes.txt"] = b"hello"
    again = load(store)
    assert all_told(again) == said and again.damaged


def test_damaged_event_in_a_segment_is_skipped_and_the_rest_told(store):
    journal, said = filled(store, 20)
    name = min(names(store, "s"), key=lambda each: int(each[2:]))
    data = bytearray(store.files[name])
    data[200] ^= 1
    store.files[name] = bytes(data)
    again = load(store)
    events = [again.read(seq) for seq in range(again.first_seq, again.next_seq)]
    assert events.count(None) == 1
    assert [told(event) for event in events if event is not None] != said
    assert len(events) == len(said) and again.damaged == 1
