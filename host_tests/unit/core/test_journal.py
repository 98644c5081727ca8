"""Nothing is lost, nothing doubled: the journal on a store that fails at any moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core.journal import Journal
from chargepoint.core.record import SAMPLED, STARTED, STOPPED, seal
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.powercut.ledger import SESSION, Ledger

UTC_S = 1790000000
START = {"tag": "04A1B2C3", "meter_wh": 1000}
STOP = {"tag": None, "reason": "local", "meter_wh": 9000}


class Bytes:
    """Random bytes of a test: counted, so that every install differs."""

    count = 0

    def take(self, count):
        Bytes.count += 1
        return Bytes.count.to_bytes(count, "big")


def load(store):
    journal = Journal(store, Bytes())
    journal.load()
    return journal


def settle(journal):
    journal.save()
    while journal.pending:
        assert journal.flush()
    return journal


def sample(wh):
    return {"context": "periodic", "values": [["energy_wh", 0, wh], ["power_w", 0, 3600]]}


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def journal(store):
    return settle(load(store))


def record_start(journal, connector=1, utc_s=UTC_S, now_ms=1000):
    number = journal.next_transaction()
    return number, journal.record(STARTED, connector, number, utc_s, now_ms, dict(START))


# -- events ---------------------------------------------------------------------------------------


def test_journal_has_saved_an_event_only_after_its_flush(journal):
    number, seq = record_start(journal)
    assert not journal.is_saved(seq)
    assert journal.pending == 1
    assert journal.read(seq).transaction == number
    assert journal.flush()
    assert journal.is_saved(seq)
    assert not journal.flush()


def test_journal_does_one_store_operation_a_flush(store, journal):
    _, seq = record_start(journal)
    journal.bind(journal.read(seq).transaction, 42)
    journal.forget(seq)
    while journal.pending:
        before = store.writes + store.removes
        journal.flush()
        assert store.writes + store.removes == before + 1


def test_journal_gives_events_back_after_a_restart(store, journal):
    number, seq = record_start(journal)
    journal.record(SAMPLED, 1, number, UTC_S + 60, 61000, sample(1100))
    settle(journal)
    again = load(store)
    assert (again.first_seq, again.next_seq) == (seq, seq + 2)
    event = again.read(seq)
    assert (event.kind, event.connector, event.utc_s, event.up_ms) == (STARTED, 1, UTC_S, 1000)
    assert event.body == START
    assert again.read(seq + 1).body == sample(1100)
    assert again.boot == journal.boot + 1
    assert again.install_id == journal.install_id


def test_journal_forgets_only_the_oldest_event(journal):
    number, seq = record_start(journal)
    journal.record(SAMPLED, 1, number, UTC_S, 2000, sample(1001))
    with pytest.raises(ValueError, match=f"forget {seq + 1}, expected {seq}"):
        journal.forget(seq + 1)


def test_journal_refuses_to_forget_what_was_never_recorded(journal):
    with pytest.raises(ValueError, match="forget"):
        journal.forget(journal.first_seq)


def test_journal_never_uses_a_number_again_when_everything_was_delivered(store, journal):
    numbers, seqs = set(), set()
    for _ in range(5):
        number, seq = record_start(journal)
        assert number not in numbers and seq not in seqs
        numbers.add(number)
        seqs.add(seq)
        settle(journal)
        journal.bind(number, 1)
        journal.forget(seq)
        journal.forget(journal.record(STOPPED, 1, number, UTC_S, 2000, dict(STOP)))
        settle(journal)
        journal = settle(load(store))
    assert [name for name in store.files if name[:2] in ("j/", "t/")] == []


@pytest.mark.parametrize(
    "rubbish", [b"", b"\xff" * 64, b"\xff\x02\x01", b"?"], ids=["empty", "erased", "batch", "text"]
)
def test_event_that_comes_to_lie_where_rubbish_was_is_found(store, rubbish):
    """An erased file looks like the events 0 to 254; the last one looked at at the start."""
    store.files["j/0"] = rubbish
    journal = load(store)
    number, seq = record_start(journal)
    assert seq == 0 and settle(journal).read(seq).transaction == number
    journal.bind(number, 4711)
    journal.forget(seq)
    assert journal.first_seq == journal.next_seq == 1


def test_journal_skips_and_counts_damaged_and_foreign_entries(store, journal):
    number, seq = record_start(journal)
    for minute in (1, 2, 3):
        journal.record(SAMPLED, 1, number, UTC_S, minute * 60000, sample(minute))
        settle(journal)
    store.files[f"j/{seq + 1}"] = b"\x00" * 40
    store.files[f"j/{seq + 2}"] = store.files[f"j/{seq + 3}"]
    store.files["j/notes.txt"] = b"hello"
    store.files["j/99999999"] = store.files[f"j/{seq}"]
    again = load(store)
    assert again.damaged == 2
    assert again.read(seq + 1) is None and again.read(seq + 2) is None
    assert again.damaged == 4
    assert again.read(seq + 3).body == sample(3)
    assert again.next_seq == seq + 4


def test_journal_counts_a_torn_last_event_once_and_does_not_use_its_number_again(store, journal):
    number, seq = record_start(journal)
    settle(journal)
    journal.record(SAMPLED, 1, number, UTC_S, 60000, sample(2))
    journal.save()
    store.cut_after(0, torn=11)
    with pytest.raises(PowerCut):
        journal.flush()
    store.restore_power()
    again = load(store)
    assert again.damaged == 1
    assert again.read(seq + 1) is None
    assert again.damaged == 1
    assert again.next_seq == seq + 2
    assert [entry[0] for entry in again.unfinished()] == [number]


@pytest.mark.parametrize("lost", ["journal.a", "journal.b", "both"])
def test_journal_loads_without_its_own_head(store, journal, lost):
    number, seq = record_start(journal)
    settle(journal)
    for name in ("journal.a", "journal.b"):
        if lost in (name, "both"):
            store.files[name] = b"rubbish"
    again = load(store)
    assert again.read(seq).transaction == number
    assert again.next_transaction() > number
    assert again.boot > journal.boot


def test_journal_reads_a_bounded_number_of_entries_at_the_start_however_many_wait(store, journal):
    """Issue 4: 1,000 offline transactions with their readings, bounded RAM."""
    for at in range(1000):
        number, _ = record_start(journal, 1 + at % 2)
        journal.record(SAMPLED, 1 + at % 2, number, UTC_S, at, sample(at))
        journal.record(STOPPED, 1 + at % 2, number, UTC_S, at, dict(STOP))
        settle(journal)
    running, seq = record_start(journal)
    settle(journal)
    store.reads = 0
    again = load(store)
    assert store.reads < 20
    assert again.next_seq - again.first_seq == 3001
    assert [(entry[0], entry[2].seq) for entry in again.unfinished()] == [(running, seq)]


# -- transactions ---------------------------------------------------------------------------------


def test_journal_knows_the_id_until_the_stop_is_delivered(store, journal):
    number, seq = record_start(journal)
    settle(journal)
    journal.bind(number, 4711)
    journal.forget(seq)
    stop = journal.record(STOPPED, 1, number, UTC_S, 5000, dict(STOP))
    settle(journal)
    again = settle(load(store))
    assert again.transaction_id(number) == 4711
    again.forget(stop)
    settle(again)
    assert again.transaction_id(number) is None
    assert load(store).transaction_id(number) is None


@pytest.mark.parametrize("transaction_id", [-1, 0, 1, 2**31 - 1, -(2**31)])
def test_journal_keeps_any_transaction_id(store, journal, transaction_id):
    number, _ = record_start(journal)
    journal.bind(number, transaction_id)
    settle(journal)
    assert load(store).transaction_id(number) == transaction_id


def test_journal_does_not_offer_a_start_again_whose_answer_was_bound(store, journal):
    """A cut between the binding and the removal of the start."""
    number, seq = record_start(journal)
    journal.record(SAMPLED, 1, number, UTC_S, 60000, sample(2))
    settle(journal)
    journal.bind(number, 4711)
    journal.forget(seq)
    store.cut_after(1)
    with pytest.raises(PowerCut):
        settle(journal)
    store.restore_power()
    again = load(store)
    assert again.first_seq == seq + 1
    assert again.transaction_id(number) == 4711
    assert f"j/{seq}" not in (settle(again) and store.files)


def test_journal_refuses_to_bind_a_transaction_that_has_no_start(journal):
    with pytest.raises(ValueError, match="no start of transaction 77"):
        journal.bind(77, 1)


def test_unfinished_knows_the_start_when_all_was_delivered(store, journal):
    """Power loss online: start and readings are forgotten, the stop is still to be made."""
    number, seq = record_start(journal)
    journal.bind(number, 4711)
    journal.forget(seq)
    for minute in (1, 2):
        journal.forget(journal.record(SAMPLED, 1, number, UTC_S, minute * 60000, sample(minute)))
    settle(journal)
    ((transaction, connector, started, last),) = load(store).unfinished()
    assert (transaction, connector, started.body) == (number, 1, START)
    assert last is started


def test_binding_fits_inside_a_littlefs_directory(store, journal):
    """A file of its own would cost an erase."""
    number = journal.next_transaction()
    body = {"tag": "20 characters, no 21", "meter_wh": 987654321}
    seq = journal.record(STARTED, 2, number, UTC_S, 86400000, body)
    settle(journal)
    journal.bind(number, 2**31 - 1)
    journal.forget(seq)
    settle(journal)
    ((name, size),) = [(name, len(data)) for name, data in store.files.items() if name[:2] == "t/"]
    assert size <= 128


def test_unfinished_tells_interleaved_connectors_apart(store, journal):
    first, _ = record_start(journal, 1)
    second, _ = record_start(journal, 2)
    third, _ = record_start(journal, 3)
    journal.record(SAMPLED, 2, second, UTC_S, 60000, sample(222))
    last = journal.record(SAMPLED, 1, first, UTC_S, 60000, sample(111))
    journal.record(STOPPED, 3, third, UTC_S, 60000, dict(STOP))
    settle(journal)
    found = load(store).unfinished()
    assert [(entry[0], entry[1]) for entry in found] == [(first, 1), (second, 2)]
    assert found[0][3].seq == last
    assert found[1][3].body == sample(222)


def test_unfinished_forgets_a_transaction_when_the_next_start_recorded_its_stop(store, journal):
    number, _ = record_start(journal)
    settle(journal)
    again = load(store)
    again.record(STOPPED, 1, number, UTC_S, 5000, dict(STOP))
    settle(again)
    assert load(store).unfinished() == []


# -- time -----------------------------------------------------------------------------------------


def test_events_get_their_time_when_the_clock_becomes_known(journal):
    _, seq = record_start(journal, utc_s=None, now_ms=10000)
    assert journal.utc_of(journal.read(seq)) is None
    journal.set_clock(UTC_S, 60000)
    assert journal.utc_of(journal.read(seq)) == UTC_S - 50


def test_events_keep_the_time_that_was_found_for_them(store, journal):
    """Later answers correct the clock, but an event sent twice carries the same time."""
    _, seq = record_start(journal, utc_s=None, now_ms=10000)
    journal.set_clock(UTC_S, 60000)
    journal.set_clock(UTC_S + 99, 61000)
    settle(journal)
    again = load(store)
    again.set_clock(UTC_S + 5000, 0)
    assert again.utc_of(again.read(seq)) == UTC_S - 50


def test_events_of_a_start_that_never_knew_the_time_get_the_next_start_that_did(store, journal):
    _, seq = record_start(journal, utc_s=None, now_ms=10000)
    settle(journal)
    again = load(store)
    again.set_clock(UTC_S, 7000)
    assert again.utc_of(again.read(seq)) == UTC_S - 7
    settle(again)
    third = load(store)
    third.set_clock(UTC_S + 9000, 0)
    assert third.utc_of(third.read(seq)) == UTC_S - 7


def test_time_found_for_an_earlier_start_is_kept_though_what_waits_before_has_its_own(store):
    """The event of the start without a clock is not the first, nor one of this start."""
    journal = settle(load(store))
    record_start(journal)
    settle(journal)
    second = settle(load(store))
    _, seq = record_start(second, connector=2, utc_s=None, now_ms=10000)
    settle(second)
    again = load(store)
    again.set_clock(UTC_S + 500, 0)
    found_s = again.utc_of(again.read(seq))
    settle(again)
    fourth = load(store)
    fourth.set_clock(UTC_S + 9000, 0)
    assert fourth.utc_of(fourth.read(seq)) == found_s == UTC_S + 500


def test_clock_costs_no_write_when_every_event_has_its_time(store, journal):
    record_start(journal)
    settle(journal)
    writes = store.writes
    journal.set_clock(UTC_S, 1000)
    settle(journal)
    assert store.writes == writes


# -- facts ----------------------------------------------------------------------------------------


def test_fact_is_read_back_before_and_after_it_is_saved(store, journal):
    journal.put("availability", b"110")
    assert journal.get("availability") == b"110"
    settle(journal)
    assert load(store).get("availability") == b"110"
    assert journal.get("nothing") is None


def test_fact_said_twice_before_it_is_saved_is_written_once(store, journal):
    writes = store.writes
    journal.put("alive", b"1")
    journal.put("alive", b"2")
    settle(journal)
    journal.put("alive", b"2")
    settle(journal)
    assert store.writes == writes + 1
    assert load(store).get("alive") == b"2"


@pytest.mark.parametrize("torn", [None, 0, 3, 1000])
def test_fact_is_old_or_new_after_a_cut(store, journal, torn):
    for value in range(600):
        journal.put("limit", b"%d" % value)
        settle(journal)
    journal.put("limit", b"new")
    store.cut_after(0, torn)
    with pytest.raises(PowerCut):
        journal.flush()
    store.restore_power()
    assert load(store).get("limit") == (b"new" if torn == 1000 else b"599")


def test_fact_with_both_places_damaged_is_absent_and_counted(store, journal):
    store.files["limit.a"] = b"rubbish"
    assert journal.get("limit") is None
    assert journal.damaged == 1


@pytest.mark.parametrize("name", ["journal", "clock", "j/5", "t/5"])
def test_fact_may_not_take_a_name_of_the_journal(journal, name):
    with pytest.raises(ValueError, match="journal's own"):
        journal.put(name, b"")


# -- a store that refuses -------------------------------------------------------------------------


def flush_many(journal, count=500):
    for _ in range(count):
        journal.flush()


def test_full_store_claims_nothing_and_goes_on_when_there_is_room(store, journal):
    store.full = True
    _, seq = record_start(journal)
    flush_many(journal)
    assert journal.trouble == "full"
    assert not journal.is_saved(seq)
    store.full = False
    flush_many(journal)
    assert journal.trouble is None
    assert journal.is_saved(seq)
    assert load(store).read(seq).body == START


def test_full_store_drops_new_readings_but_no_start_and_no_stop(store, journal):
    """Issue 4: newest readings are thinned first, never starts and stops; RAM is bounded."""
    number, _ = record_start(journal)
    settle(journal)
    store.full = True
    for minute in range(300):
        journal.record(SAMPLED, 1, number, UTC_S, minute, sample(minute))
    stop = journal.record(STOPPED, 1, number, UTC_S, 99000, dict(STOP))
    assert journal.pending < 40
    assert journal.thinned > 40
    store.full = False
    flush_many(journal)
    assert load(store).read(stop).body == STOP


def test_full_store_still_lets_delivered_events_go(store, journal):
    """What was delivered makes room, though a new event can't be written."""
    number, seq = record_start(journal)
    reading = journal.record(SAMPLED, 1, number, UTC_S, 60000, sample(5))
    settle(journal)
    journal.bind(number, 1)
    journal.forget(seq)
    settle(journal)
    stop = journal.record(STOPPED, 1, number, UTC_S, 99000, dict(STOP))
    refuse_new_events(store)
    flush_many(journal, 10)
    journal.forget(reading)
    flush_many(journal)
    assert f"j/{reading}" not in store.files
    assert not journal.is_saved(stop)
    assert load(store).unfinished()[0][0] == number


def refuse_new_events(store):
    write = store.write
    store.write = lambda name, data: False if name.startswith("j/") else write(name, data)


# -- any order, any cut ---------------------------------------------------------------------------

_doings = st.one_of(
    st.tuples(st.sampled_from(("start", "sample", "stop")), st.integers(1, 2)),
    st.tuples(st.sampled_from(("flush", "settle", "deliver"))),
    st.tuples(st.sampled_from(("flush", "settle", "deliver", "save"))),
    st.tuples(st.just("put"), st.sampled_from(("alive", "limit")), st.binary(max_size=3)),
)
_lives = st.lists(
    st.tuples(st.lists(_doings, max_size=40), st.integers(0, 40), st.none() | st.integers(0, 200)),
    min_size=1,
    max_size=4,
)


def live(store, ledger, doings, cut, torn):
    """One life of a station; True when its power went, after ``cut`` operations."""
    store.cut_after(cut, torn)
    try:
        ledger.act(doings)
        ledger.settle()
    except PowerCut:
        return True
    finally:
        store.restore_power()
    return False


@pytest.mark.parametrize("torn", [None, 0, 12, 1000])
def test_journal_loses_and_doubles_nothing_when_cut_at_any_write_of_a_session(torn):
    cut, power_went = 0, True
    while power_went:
        store = MemoryStore()
        ledger = Ledger(load(store))
        power_went = live(store, ledger, SESSION, cut, torn)
        ledger.check(load(store))
        ledger.take_over(load(store))
        assert not live(store, ledger, SESSION, 10**6, None)
        ledger.check(load(store))
        cut += 1
    assert cut > 30


def test_journal_gives_no_number_again_that_was_given_without_an_event(store):
    journal = load(store)
    record_start(journal)
    given_numbers = [journal.next_transaction() for _ in range(100)]
    assert len(set(given_numbers)) == 100
    settle(journal)
    assert load(store).next_transaction() > max(given_numbers)


@settings(max_examples=400, deadline=None)
@given(_lives)
def test_journal_loses_and_doubles_nothing_whatever_happens_and_whenever_the_power_goes(lives):
    store = MemoryStore()
    ledger = Ledger(load(store))
    for doings, cut, torn in lives:
        live(store, ledger, doings, cut, torn)
        journal = load(store)
        ledger.check(journal)
        ledger.take_over(load(store))


# -- what another program left --------------------------------------------------------------------


def test_journal_loads_at_once_when_rubbish_lies_far_from_its_events(store, journal):
    """The numbers between are not tried: there may be a thousand million of them."""
    _, seq = record_start(journal)
    settle(journal)
    head = journal.next_seq + 10_000_000
    journal._numbers.keep(head)
    settle(journal)
    store.write(f"j/{head}", b"rubbish")
    store.reads = 0
    again = settle(load(store))
    assert store.reads < 30 and again.damaged == 1
    assert (again.first_seq, again.read(seq).kind) == (seq, STARTED)
    assert again.next_seq == head + 1 and f"j/{head}" not in store.files
    again.forget(seq)
    assert again.first_seq == again.next_seq


def test_journal_skips_rubbish_that_lies_before_its_events(store, journal):
    for _ in range(3):
        journal.forget(record_start(journal)[1])
    _, seq = record_start(journal)
    settle(journal)
    store.write("j/0", b"rubbish")
    again = settle(load(store))
    assert (again.first_seq, again.next_seq) == (seq, seq + 1)
    assert "j/0" not in store.files


def test_journal_gives_no_number_again_because_of_rubbish(store, journal):
    for _ in range(5):
        last = record_start(journal)[1]
        journal.forget(last)
    settle(journal)
    store.write("j/2", b"rubbish")
    again = load(store)
    assert again.next_seq > last and again.first_seq == again.next_seq


def test_journal_without_its_head_takes_only_whole_events(store, journal):
    _, seq = record_start(journal)
    settle(journal)
    for name in ("journal.a", "journal.b"):
        store.files.pop(name, None)
    store.write("j/999999999", b"rubbish")
    store.write("j/007", b"rubbish")
    store.reads = 0
    again = load(store)
    assert store.reads < 30 and again.damaged == 2
    assert (again.first_seq, again.next_seq) == (seq, seq + 1)


@pytest.mark.parametrize("head", [b"[]", b"5", b"{}", b'{"id": 5, "boot": "x", "reserve": []}'])
def test_journal_takes_the_head_of_another_program_for_none(store, head):
    store.write("journal.a", seal(b"\x01" + head))
    journal = load(store)
    assert (journal.boot, journal.damaged) == (1, 1)


@pytest.mark.parametrize("clock", [b"one:two", b"3", b":", b"1:2:3", b"\xff\xfe", b"1:-5"])
def test_journal_takes_the_clock_of_another_program_for_none(store, clock):
    store.write("clock.a", seal(b"\x01" + clock))
    journal = load(store)
    number, seq = record_start(journal, utc_s=None)
    assert journal.utc_of(journal.read(seq)) is None
