"""core/tag_cache: what is remembered of idTags, and what is forgotten first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import tag_cache, tags
from host_tests.unit.core.listing import NOW_S, Desk, many


def learn(desk, tag, status="Accepted", expiry_s=None, parent=None):
    desk.cache.learn(tag, status, expiry_s, parent, NOW_S)
    desk.settle()


def of_one_set(count):
    """idTags that compete for room."""
    return [tag for tag in many(5000) if tags.hash_of(tags.key_of(tag)) % 4 == 1][:count]


def test_cache_remembers_over_a_restart():
    """OCPP 1.6 §3.5.1, errata 3.4; also what is not accepted."""
    desk = Desk()
    learn(desk, "AB", parent="P")
    learn(desk, "cd", "Blocked")
    desk = Desk(desk.store)
    assert desk.cache.find("ab", NOW_S) == ("Accepted", "P")
    assert desk.cache.find("CD", NOW_S) == ("Blocked", None)
    assert desk.cache.find("EF", NOW_S) is None


def test_cached_idtag_expires():
    """OCPP 1.6 §7.16."""
    desk = Desk()
    learn(desk, "AB", expiry_s=NOW_S + 5)
    assert desk.cache.find("AB", NOW_S + 4)[0] == "Accepted"
    assert desk.cache.find("AB", NOW_S + 5)[0] == "Expired"


def test_word_that_is_known_already_wears_no_flash():
    """The same cards every day, in any order."""
    desk = Desk()
    one, other = of_one_set(2)
    learn(desk, one, expiry_s=NOW_S + 5, parent="P")
    learn(desk, other)
    writes = desk.store.writes
    learn(desk, one, expiry_s=NOW_S + 5, parent="P")
    assert desk.store.writes == writes
    learn(desk, one, "Blocked")
    assert desk.store.writes > writes and desk.cache.find(one, NOW_S)[0] == "Blocked"


def test_word_that_no_set_has_room_for_is_not_kept():
    """Else room would be made for ever: a step that does not end."""
    desk = Desk()
    learn(desk, "AB", parent="P")
    learn(desk, "AB", "Blocked", parent="P" * tag_cache.SET_BYTES)
    assert desk.cache.find("AB", NOW_S) == ("Accepted", "P")


def test_full_cache_forgets_what_is_not_accepted_then_what_is_oldest():
    """OCPP 1.6 §3.5.1: invalid entries first, then the oldest."""
    desk = Desk()
    crowd = of_one_set(tag_cache.SET_ENTRIES + 3)
    for number, tag in enumerate(crowd[:-3]):
        status = "Blocked" if number == 7 else "Accepted"
        learn(desk, tag, status, expiry_s=NOW_S - 1 if number == 9 else None)
    for newcomer, gone in zip(crowd[-3:], (crowd[7], crowd[9], crowd[0]), strict=True):
        assert desk.cache.find(gone, NOW_S)
        learn(desk, newcomer)
        assert desk.cache.find(gone, NOW_S) is None and desk.cache.find(newcomer, NOW_S)
    assert desk.cache.find(crowd[1], NOW_S)


def test_cleared_cache_knows_nothing_and_clearing_it_again_writes_nothing():
    """OCPP 1.6 §5.4."""
    desk = Desk()
    for tag in many(30):
        learn(desk, tag)
    desk.cache.clear()
    desk.settle()
    desk = Desk(desk.store)
    assert [tag for tag in many(30) if desk.cache.find(tag, NOW_S)] == []
    desk.cache.clear()
    assert desk.journal.pending == 0


WORD = st.tuples(
    st.sampled_from(many(400)), st.sampled_from(["Accepted", "Blocked"]), st.sampled_from("PQ")
)


@settings(max_examples=30, deadline=None)
@given(st.lists(WORD, max_size=300))
def test_cache_never_says_anything_but_the_last_word_and_stays_small(words):
    """Against a dict; it may forget, but nothing else."""
    desk, last = Desk(), {}
    for tag, status, parent in words:
        desk.cache.learn(tag, status, None, parent, NOW_S)
        last[tag] = (status, parent)
        assert desk.cache.find(tag, NOW_S) == (status, parent)
    desk.settle()
    known = {tag: desk.cache.find(tag, NOW_S) for tag in last}
    assert all(word in (None, last[tag]) for tag, word in known.items())
    stored = [data for name, data in desk.store.files.items() if name.startswith("tags")]
    assert all(len(data) <= tag_cache.SET_BYTES + 5 for data in stored)
