"""Readings wait in memory for a while: one that is answered at once never costs flash."""

import pytest

from chargepoint.core.record import SAMPLED, STARTED, STOPPED
from host_tests.harness.store import MemoryStore
from host_tests.unit.core.test_journal import STOP, UTC_S, load, record_start, sample, settle


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def journal(store):
    return settle(load(store))


def test_reading_that_is_answered_at_once_never_costs_flash(store, journal):
    """Issue 4: flash wear per session."""
    number, seq = record_start(journal)
    journal.bind(number, 4711)
    journal.forget(seq)
    settle(journal)
    writes = store.writes + store.removes
    for minute in range(60):
        reading = journal.record(SAMPLED, 1, number, UTC_S, minute * 60000, sample(minute))
        assert journal.is_known(reading) and not journal.is_saved(reading)
        assert journal.read(reading).body == sample(minute)
        journal.forget(reading)
        assert not journal.flush(minute * 60000 + 10)
    assert store.writes + store.removes == writes


def test_reading_is_saved_when_no_one_answers_for_four_minutes(store, journal):
    number, _ = record_start(journal)
    settle(journal)
    first = journal.record(SAMPLED, 1, number, UTC_S, 60000, sample(1))
    second = journal.record(SAMPLED, 1, number, UTC_S, 120000, sample(2))
    assert not journal.flush(299999)
    assert journal.flush(300000)
    assert journal.is_saved(first) and journal.is_saved(second)
    again = load(store)
    assert [again.read(seq).body for seq in (first, second)] == [sample(1), sample(2)]


def test_readings_in_memory_are_saved_before_the_stop_that_follows_them(store, journal):
    """Delivery is in order, so nothing may be missing in the middle."""
    number, seq = record_start(journal)
    readings = [journal.record(SAMPLED, 1, number, UTC_S, at, sample(at)) for at in range(20)]
    stop = journal.record(STOPPED, 1, number, UTC_S, 99000, dict(STOP))
    while journal.pending:
        journal.flush()
    again = load(store)
    kinds = [again.read(at).kind for at in range(seq, stop + 1)]
    assert kinds == [STARTED] + [SAMPLED] * len(readings) + [STOPPED]


def test_files_of_readings_lie_inside_a_littlefs_directory(store, journal):
    number, _ = record_start(journal)
    for at in range(50):
        journal.record(SAMPLED, 1, number, UTC_S, at * 10000, sample(at))
    settle(journal)
    sizes = [len(data) for name, data in store.files.items() if name[:2] == "j/"]
    assert max(sizes) <= 128 and len(sizes) < 30


def test_start_of_the_station_that_lost_readings_gives_events_another_name(store, journal):
    """A seq may be given again; with the number of the start beside it, it is another message."""
    number, seq = record_start(journal)
    settle(journal)
    lost = journal.record(SAMPLED, 1, number, UTC_S, 60000, sample(1))
    before = journal.read(lost)
    again = load(store)
    stop = again.record(STOPPED, 1, number, UTC_S, 99000, dict(STOP))
    assert again.read(stop).boot != before.boot
