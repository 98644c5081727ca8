"""Room that is kept in advance, in blocks that a full store can give away."""

from chargepoint.core.journal import Journal
from chargepoint.core.record import SAMPLED, STARTED, STOPPED
from host_tests.harness.store import BLOCK, MemoryStore


class Zeros:
    def take(self, count):
        return bytes(count)


def load(store):
    journal = Journal(store, Zeros())
    journal.load()
    return journal


def calm(journal):
    for _ in range(3000):
        journal.flush()


def ballast(store):
    return [name for name in store.files if name.startswith("ballast")]


def test_ballast_is_taken_once_and_found_again():
    store = MemoryStore(64)
    calm(load(store))
    assert len(ballast(store)) == 4
    writes = store.writes
    calm(load(store))
    assert len(ballast(store)) == 4
    assert store.writes == writes + 1, "the number of the start"


def test_small_store_keeps_less():
    store = MemoryStore(20)
    calm(load(store))
    assert len(ballast(store)) == 1


def test_stop_is_saved_when_others_take_all_room():
    """Issue 4: room for the stops is reserved in advance."""
    store = MemoryStore(64)
    journal = load(store)
    calm(journal)
    number = journal.next_transaction()
    journal.record(STARTED, 1, number, 1790000000, 0, {"tag": "04A1", "meter_wh": 1})
    calm(journal)
    store.files["others"] = bytes(int(store.room()[0]))
    for at in range(200):
        body = {"context": "periodic", "values": [["energy_wh", 0, at]]}
        journal.record(SAMPLED, 1, number, 1790000000, at, body)
    body = {"tag": None, "reason": "local", "meter_wh": 300}
    stop = journal.record(STOPPED, 1, number, 1790000000, 999, body)
    calm(journal)
    assert journal.is_saved(stop) and len(ballast(store)) < 4
    assert load(store).read(stop).body == body


def test_ballast_is_taken_again_when_there_is_room():
    store = MemoryStore(64)
    journal = load(store)
    calm(journal)
    store.files["others"] = bytes(int(store.room()[0]) + 3 * BLOCK)
    journal.put("fact", bytes(300))
    calm(journal)
    assert journal.get("fact") == bytes(300) and len(ballast(store)) < 4
    del store.files["others"]
    calm(journal)
    calm(journal)
    assert not journal.full and len(ballast(store)) == 4
