"""core/local_list and list_update: long lists on flash, and nothing in between two of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import tags
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.unit.core.listing import NOW_S, Desk, many

PARENT = "GROUP-7"


def test_list_knows_status_and_parent_of_its_idtags_after_a_restart():
    """OCPP 1.6 §5.15, errata 3.4: it survives."""
    desk = Desk()
    entries = [("AB", "Accepted", None, PARENT), ("CD", "Blocked", None, None)]
    assert desk.send(3, entries, full=True) == "Accepted"
    desk = Desk(desk.store)
    assert desk.list.head.version == 3
    assert desk.list.find("ab", NOW_S) == ("Accepted", PARENT)
    assert desk.list.find("CD", NOW_S) == ("Blocked", None)
    assert desk.list.find("A", NOW_S) is None and desk.list.find("ABC", NOW_S) is None


def test_entry_expires_at_its_time_and_never_while_no_one_knows_the_time():
    """OCPP 1.6 §7.16 expiryDate."""
    desk = Desk()
    desk.send(1, [("AB", "Accepted", NOW_S, None), ("CD", "Blocked", NOW_S, None)], full=True)
    assert desk.list.find("AB", NOW_S - 1)[0] == "Accepted"
    assert desk.list.find("AB", NOW_S)[0] == "Expired"
    assert desk.list.find("AB", None)[0] == "Accepted"
    assert desk.list.find("CD", NOW_S)[0] == "Blocked"


def test_full_list_replaces_and_an_empty_one_clears():
    """OCPP 1.6 §5.15; version 0 says that the list is empty (§5.10)."""
    desk = Desk()
    desk.send(1, many(300), full=True)
    desk.send(2, ["NEW"], full=True)
    assert desk.list.find(many(1)[0], NOW_S) is None and desk.list.find("NEW", NOW_S)
    assert desk.list.head.count == 1
    assert desk.send(9, [], full=True) == "Accepted"
    assert desk.list.head.version == desk.list.head.count == 0
    assert [name for name in desk.files() if "_" in name] == []


def test_differential_adds_changes_and_deletes():
    """OCPP 1.6 §5.15: an entry without idTagInfo is deleted; one that is not there may be."""
    desk = Desk()
    desk.send(1, ["A", "B", "C"], full=True)
    news = [("a", "Blocked", None, None), ("B", None, None, None), ("D", "Accepted", None, PARENT)]
    assert desk.send(2, news + [("X", None, None, None)]) == "Accepted"
    told = desk.statuses("ABCD")
    blocked, added = ("Blocked", None), ("Accepted", PARENT)
    assert told == {"A": blocked, "B": None, "C": ("Accepted", None), "D": added}
    assert desk.list.head.count == 3 and desk.list.head.version == 2


def test_doubled_idtags_fail_and_leave_the_list_as_it_was():
    """OCPP 1.6 §5.15: Failed keeps the old list; idTags are compared without regard to case."""
    desk = Desk()
    desk.send(1, ["A"], full=True)
    before = dict(desk.store.files)
    assert desk.send(2, ["B", "b"], full=True) == "Failed"
    assert desk.list.head.version == 1 and desk.list.find("A", NOW_S)
    assert {n: d for n, d in desk.store.files.items() if n[:2] == "l/"} == {
        n: d for n, d in before.items() if n[:2] == "l/"
    }


def test_list_that_would_become_too_long_fails():
    """OCPP 1.6 §9.3.2 LocalAuthListMaxLength; deletions of the same message make room."""
    desk = Desk()
    desk.send(1, many(100), full=True, most=100)
    assert desk.send(2, ["ONE-MORE"], most=100) == "Failed"
    assert desk.list.head.count == 100 and desk.list.find("ONE-MORE", NOW_S) is None
    swap = [(many(1)[0], None, None, None), ("ONE-MORE", "Accepted", None, None)]
    assert desk.send(3, swap, most=100) == "Accepted"


def test_store_that_is_full_keeps_the_old_list_and_no_rubbish():
    """Nothing of an update that the store refused stays, and the journal is not held up."""
    desk = Desk()
    desk.send(1, many(50), full=True)
    before = desk.files()
    desk.store.full = True
    assert desk.send(2, many(50, start=50)) == "Failed"
    assert desk.journal.trouble is None and desk.journal.pending == 0
    desk.store.full = False
    assert desk.list.head.version == 1 and desk.files() == before
    assert desk.send(2, many(50, start=50)) == "Accepted"


class Short(MemoryStore):
    """Files for which there is no memory, from the read after ``reads_left`` on."""

    reads_left = None

    def read(self, name, at=0, size=None):
        if self.reads_left is not None and "_" in name:
            self.reads_left -= 1
            if self.reads_left < 0:
                raise MemoryError
        return super().read(name, at, size)


def test_update_that_finds_no_memory_fails_and_leaves_no_rubbish():
    """No exception leaves a step; the list stays what it was."""
    desk = Desk(Short())
    desk.send(1, OLD, full=True)
    before = desk.files()
    desk.store.reads_left = 1
    assert desk.send(2, UPDATES["one that outgrows its buckets"][1]) == "Failed"
    desk.store.reads_left = None
    assert desk.list.head.version == 1 and desk.files() == before
    assert desk.send(2, UPDATES["one that outgrows its buckets"][1]) == "Accepted"


def test_look_that_finds_no_memory_knows_nothing():
    """The back end is asked then; off line the rule for unknown idTags decides."""
    desk = Desk(Short())
    desk.send(1, ["A"], full=True)
    desk.store.reads_left = 0
    assert desk.list.find("A", NOW_S) is None
    desk.store.reads_left = None
    assert desk.list.find("A", NOW_S) and desk.list.damaged == 0


def test_list_leaves_room_for_the_journal():
    """core/journal.py: the last quarter of a small store is not for lists."""
    desk = Desk(MemoryStore(blocks=24))
    assert desk.send(1, many(300), full=True) == "Accepted"
    before = desk.files()
    assert desk.send(2, many(2000), full=True) == "Failed"
    assert desk.list.head.version == 1 and desk.files() == before
    free, whole = desk.store.room()
    assert free >= whole // 4


def test_damaged_bucket_counts_as_empty_and_asks_for_a_new_list():
    """The back end sees version 0, which means: send it anew."""
    desk = Desk()
    desk.send(4, ["A"], full=True)
    name = next(name for name in desk.files() if "_" in name)
    desk.store.files[name] = desk.store.files[name][:-1] + b"?"
    desk = Desk(desk.store)
    assert desk.list.find("A", NOW_S) is None
    assert desk.list.head.version == 0 and desk.list.damaged == 1
    assert desk.send(5, ["A"], full=True) == "Accepted" and desk.list.find("A", NOW_S)


def test_list_without_its_head_is_none_and_not_half_of_the_one_before():
    """Flash rots: an older head would name files that are gone, and some that are not."""
    desk = Desk()
    desk.send(1, many(300), full=True)
    desk.send(2, many(10, start=300))
    for name in ("l/a", "l/b"):
        if name in desk.store.files:
            desk.store.files[name] = b"?" + desk.store.files[name][1:]
    desk = Desk(desk.store)
    assert [tag for tag in many(310) if desk.list.find(tag, NOW_S)] == []
    assert desk.list.head.version == 0 and desk.has_no_rubbish()


def test_newest_list_counts_when_a_cut_left_two_heads():
    """The power went between the writing of the new head and the removal of the other."""
    desk = Desk()
    for version in range(1, 5):
        heads = {name: data for name, data in desk.store.files.items() if len(name) == 3}
        assert desk.send(version, [f"TAG{version}"]) == "Accepted"
        desk.store.files.update(heads)
        desk = Desk(desk.store)
        assert desk.list.head.version == version and desk.list.find(f"TAG{version}", NOW_S)


def test_rubbish_in_the_folder_is_removed_at_the_start():
    """Also names that are none of ours."""
    desk = Desk()
    desk.send(1, many(300), full=True)
    before = desk.files()
    for name in ("l/7_3a", "l/0_0b", "l/junk", "l/3_99999999a", "l/x_y", "l/_"):
        desk.store.files[name] = b"?"
    desk = Desk(desk.store)
    assert desk.files() == before


def test_idtags_of_the_list_leave_the_cache():
    """OCPP 1.6 §3.5.1: what is in the list is not in the cache."""
    desk = Desk()
    desk.cache.learn("A", "Blocked", None, None, NOW_S)
    desk.cache.learn("B", "Blocked", None, None, NOW_S)
    desk.send(1, ["a", ("B", None, None, None)], cache=desk.cache)
    assert desk.cache.find("A", NOW_S) is None and desk.cache.find("B", NOW_S)


@pytest.mark.parametrize("length", [10, 1000, 10_000])
def test_lookup_reads_one_small_file_whatever_the_length(length):
    """Issue 4: the cost is shown at 10, 1,000 and 10,000 idTags; tools/bench publishes it."""
    desk = Desk()
    for start in range(0, length, 100):
        news = [(t, "Accepted", NOW_S + 9, PARENT) for t in many(min(100, length), start)]
        assert desk.send(start + 1, news) == "Accepted"
    assert desk.list.head.count == length
    assert len(desk.list.head.encode()) <= 120
    for tag in many(50, length - 50) if length > 50 else many(10):
        desk.store.reads = 0
        assert desk.list.find(tag, NOW_S) == ("Accepted", PARENT)
        assert desk.list.find(tag[:-1] + "X", NOW_S) is None
        assert desk.store.reads <= 10
    largest = max(len(desk.store.files[name]) for name in desk.files())
    assert largest <= 4000 and len(desk.files()) <= 258


# -- power cuts -------------------------------------------------------------------------------


def entries_of(version):
    """A list that has other statuses in each version, and some idTags that only it has."""
    status = ("Accepted", "Blocked")[version % 2]
    return [(tag, status, None, f"P{version}") for tag in many(60, start=version * 20)]


OLD = entries_of(1)
UPDATES = {
    "full": (True, entries_of(2)),
    "differential": (False, [*entries_of(2)[:25], (many(1, 21)[0], None, None, None)]),
    "one that outgrows its buckets": (False, [(t, "Accepted", None, "P" * 20) for t in many(120)]),
    "clearing": (True, []),
}
EVERYONE = many(140)


@pytest.mark.parametrize("torn", [None, 0, 20, 100_000], ids=["none", "empty", "half", "whole"])
@pytest.mark.parametrize("update", UPDATES)
def test_power_cut_at_any_write_leaves_the_old_list_or_the_new_one(update, torn, record_property):
    """Never a mixture; and the same update succeeds afterwards, with no rubbish left."""
    full, news = UPDATES[update]
    begun = Desk()
    begun.send(1, OLD, full=True)
    old = begun.statuses(EVERYONE)
    begun.send(2, news, full=full)
    new = begun.statuses(EVERYONE)
    assert old != new
    cuts = 0
    while True:
        store = MemoryStore()
        desk = Desk(store)
        desk.send(1, OLD, full=True)
        store.cut_after(cuts, torn)
        try:
            desk.send(2, news, full=full)
            break
        except PowerCut:
            store.restore_power()
        saved = desk.list.outcome == "Accepted"
        desk = Desk(store)
        told = desk.statuses(EVERYONE)
        assert told == new or (told == old and not saved), cuts
        assert desk.list.head.version == (1 if told == old else (2 if news else 0))
        assert desk.send(3, news, full=full) == "Accepted"
        assert desk.statuses(EVERYONE) == new
        assert desk.has_no_rubbish() and desk.list.damaged == 0
        cuts += 1
    record_property("power cuts", cuts)
    assert cuts >= 2


# -- properties -------------------------------------------------------------------------------

TAGS = st.one_of(st.sampled_from(many(40)), st.text(min_size=1, max_size=4))
ENTRY = st.tuples(
    TAGS.filter(lambda tag: tag == tag.encode("utf-8", "ignore").decode()),
    st.sampled_from(["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx", None]),
    st.one_of(st.none(), st.integers(0, 2 * NOW_S)),
    st.one_of(st.none(), st.text("PQ\xe9", min_size=1, max_size=20)),
)
UPDATE = st.tuples(st.booleans(), st.lists(ENTRY, max_size=60), st.booleans())


def expected(entry):
    _, status, expiry_s, parent = entry
    expired = status == "Accepted" and expiry_s is not None and expiry_s <= NOW_S
    return ("Expired" if expired else status), parent


@settings(max_examples=150, deadline=None)
@given(st.lists(UPDATE, min_size=1, max_size=8))
def test_list_is_what_a_dict_would_be(updates):
    """Any updates, with restarts between them, against the obvious."""
    desk, model, seen = Desk(), {}, set()
    for version, (full, entries, restart) in enumerate(updates, 1):
        if full:
            entries = [entry for entry in entries if entry[1]]
        keys = [tags.key_of(entry[0]) for entry in entries]
        outcome = desk.send(version, entries, full=full, most=50)
        after = {} if full else dict(model)
        for key, entry in zip(keys, entries, strict=True):
            after[key] = entry
        after = {key: entry for key, entry in after.items() if entry[1]}
        fails = len(set(keys)) < len(keys) or len(after) > 50
        assert outcome == ("Failed" if fails else "Accepted")
        model = model if fails else after
        seen.update(entry[0] for entry in entries)
        if restart:
            desk = Desk(desk.store)
        for tag in seen:
            entry = model.get(tags.key_of(tag))
            assert desk.list.find(tag, NOW_S) == (None if entry is None else expected(entry))
        assert desk.list.head.count == len(model)
        assert desk.has_no_rubbish()
