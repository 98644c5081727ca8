"""core/writes: the queue in front of a store that refuses must not grow."""

from chargepoint.core.writes import Writes
from host_tests.harness.store import MemoryStore


def test_fact_that_goes_behind_takes_the_place_of_the_one_before():
    """How far a segment is delivered is said anew with each start and stop, also while the store
    refuses for hours."""
    store = MemoryStore()
    writes = Writes(store)
    store.full = True
    for number in range(250):
        writes.write("j/1", b"event") if number == 0 else None
        writes.put("sent", b"%d" % number, True)
        writes.flush()
    assert writes.pending == 2 and writes.get("sent") == b"249"
    store.full = False
    while writes.pending:
        writes.flush()
    assert Writes(store).get("sent") == b"249"


def test_fact_that_goes_behind_is_written_after_what_is_queued():
    store = MemoryStore()
    writes = Writes(store)
    writes.put("sent", b"1", True)
    writes.write("j/1", b"event")
    writes.put("sent", b"2", True)
    writes.flush()
    assert store.read("j/1") == b"event" and Writes(store).get("sent") is None


def test_file_that_the_store_refuses_is_told_though_others_wait_before_it():
    """Whoever had it written waits for that word, and a back end for his."""
    store = MemoryStore()
    writes = Writes(store)
    store.full = True
    writes.write("j/1", b"event")
    writes.put("fact", b"1")
    writes.file("l/a", b"list")
    for _ in range(300):
        writes.flush()
    assert writes.filed is False and writes.pending == 2
