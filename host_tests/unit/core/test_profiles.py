"""core/profiles: what is installed, replaced, cleared, and what a power cut leaves of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import composition
from chargepoint.core.composition import DEFAULT, MAX, TX
from chargepoint.core.journal import Journal
from chargepoint.core.profiles import Profiles
from host_tests.harness.store import MemoryStore, PowerCut

MOST = 4
PERIODS = [(0, 160, 0)]


class Numbers:
    """Random bytes for a test."""

    def take(self, count):
        return bytes(count)


def journal_in(store):
    journal = Journal(store, Numbers())
    journal.load()
    settle(journal)
    return journal


def settle(journal):
    while journal.pending:
        journal.flush()


def head(number, purpose=DEFAULT, connector=0, stack=0):
    return (purpose, connector, stack, composition.RELATIVE, 0, 0, number, -1, -1, -1, -1, -1)


def shown(profiles):
    """(id, purpose, connector, stackLevel, first limit) of each."""
    found = set()
    for data in profiles.slots:
        if data is not None:
            of = composition.head_of(data)
            place = 0 if of[1] == MAX else of[2] or 1
            limit = composition.allowed([data], place, 0, 0)[0]
            found.add((of[7], of[1], of[2], of[3], limit))
    return found


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def journal(store):
    return journal_in(store)


@pytest.fixture
def profiles(journal):
    return Profiles(journal, 2, MOST)


def test_profile_of_the_same_id_is_replaced(profiles):
    """OCPP 1.6 §5.16.3."""
    profiles.install(head(7, DEFAULT, 0, 1), PERIODS)
    profiles.install(head(7, DEFAULT, 2, 3), [(0, 60, 0)])
    assert shown(profiles) == {(7, DEFAULT, 2, 3, 60)}


def test_profile_of_the_same_purpose_and_level_is_replaced_on_its_connector_only(profiles):
    """OCPP 1.6 §5.16.3; per connector, as implementations do."""
    profiles.install(head(1, DEFAULT, 1, 2), PERIODS)
    profiles.install(head(2, DEFAULT, 2, 2), PERIODS)
    profiles.install(head(3, DEFAULT, 1, 2), [(0, 60, 0)])
    assert shown(profiles) == {(2, DEFAULT, 2, 2, 160), (3, DEFAULT, 1, 2, 60)}


def test_more_than_the_most_is_refused_and_changes_nothing(profiles):
    """MaxChargingProfilesInstalled; one that replaces another always fits."""
    for number in range(MOST):
        assert profiles.install(head(number, DEFAULT, 0, number), PERIODS)
    before = shown(profiles), profiles.changed
    assert not profiles.install(head(99, DEFAULT, 0, 99), PERIODS)
    assert (shown(profiles), profiles.changed) == before
    assert profiles.install(head(99, DEFAULT, 0, 2), PERIODS)


@pytest.mark.parametrize(
    "wanted, left",
    [
        ((1, None, None, None), {2, 3, 4}),
        ((1, 2, MAX, 9), {2, 3, 4}),
        ((None, None, None, None), set()),
        ((None, 0, None, None), {2, 4}),
        ((None, None, DEFAULT, None), {3, 4}),
        ((None, None, DEFAULT, 1), {1, 3, 4}),
        ((None, 1, TX, None), {1, 2, 3}),
    ],
)
def test_clearing_takes_what_fits_all_that_is_asked(profiles, wanted, left):
    """OCPP 1.6 §5.5: fields are AND-ed, the id wins, none is all."""
    profiles.install(head(1, DEFAULT, 0, 0), PERIODS)
    profiles.install(head(2, DEFAULT, 1, 1), PERIODS)
    profiles.install(head(3, MAX, 0, 0), PERIODS)
    profiles.install(head(4, TX, 1, 1), PERIODS)
    assert profiles.clear(*wanted)
    assert {each[0] for each in shown(profiles)} == left
    assert not profiles.clear(*wanted) or wanted == (None,) * 4 and left


def test_profile_of_a_transaction_ends_with_it_and_with_a_restart(journal, profiles):
    """OCPP 1.6 §3.13.1: no transaction outlives a restart."""
    profiles.install(head(1, TX, 1), PERIODS)
    profiles.install(head(2, TX, 2), PERIODS)
    settle(journal)
    assert shown(Profiles(journal, 2, MOST)) == set()
    profiles.transaction_ended(1)
    assert shown(profiles) == {(2, TX, 2, 0, 160)}


def test_profile_whose_place_a_transaction_s_took_does_not_come_back(store, journal, profiles):
    """Errata 3.24: the same id replaces, whatever the purpose."""
    profiles.install(head(1, DEFAULT), PERIODS)
    settle(journal)
    profiles.install(head(1, TX, 1), PERIODS)
    settle(journal)
    assert shown(Profiles(journal_in(store), 2, MOST)) == set()


def test_profile_of_a_connector_that_is_gone_does_not_count(store, journal, profiles):
    profiles.install(head(1, DEFAULT, 2), PERIODS)
    settle(journal)
    assert shown(Profiles(journal_in(store), 1, MOST)) == set()


def test_restored_profiles_are_as_before_and_stay_so(store, journal, profiles):
    """A change that the medium did not take is undone."""
    profiles.install(head(1), PERIODS)
    profiles.install(head(2, stack=1), PERIODS)
    settle(journal)
    before, was = list(profiles.slots), shown(profiles)
    profiles.install(head(3), [(0, 60, 0)])
    profiles.restore(before)
    assert shown(profiles) == was
    settle(journal)
    assert shown(Profiles(journal_in(store), 2, MOST)) == was
    before = list(profiles.slots)
    profiles.clear(None, None, None, None)
    profiles.restore(before)
    settle(journal)
    assert shown(Profiles(journal_in(store), 2, MOST)) == was


@pytest.mark.parametrize("rubbish", [b"", b"\x00\x01\x02", b"\x01" * 58, b"\xff" * 300])
def test_foreign_facts_are_no_profiles(journal, rubbish):
    journal.put("profile_0", rubbish)
    journal.put("profiles", rubbish)
    profiles = Profiles(journal, 2, MOST)
    assert shown(profiles) == set()
    assert profiles.install(head(1), PERIODS)
    assert shown(Profiles(journal, 2, MOST)) == shown(profiles)


# -- power cuts -----------------------------------------------------------------------------------

CHANGES = st.one_of(
    st.tuples(
        st.just("install"),
        st.integers(1, 5),
        st.sampled_from([(MAX, 0), (DEFAULT, 0), (DEFAULT, 1), (TX, 1)]),
        st.integers(0, 2),
        st.integers(60, 320),
    ),
    st.tuples(
        st.just("clear"),
        st.none() | st.integers(1, 5),
        st.none() | st.integers(0, 1),
        st.none() | st.sampled_from([MAX, DEFAULT, TX]),
        st.none() | st.integers(0, 2),
    ),
)


def change(profiles, doing):
    if doing[0] == "clear":
        profiles.clear(*doing[1:])
    else:
        _, number, (purpose, connector), stack, limit = doing
        profiles.install(head(number, purpose, connector, stack), [(0, limit, 0)])


def kept(profiles):
    return {each for each in shown(profiles) if each[1] != TX}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(CHANGES, min_size=1, max_size=8),
    st.integers(0, 30),
    st.none() | st.integers(0, 90),
)
def test_power_cut_leaves_what_was_or_what_was_asked_for(changes, operations, torn):
    """Each change is answered when it is saved: then it is there; else wholly or not at all."""
    store = MemoryStore()
    journal = journal_in(store)
    profiles = Profiles(journal, 2, MOST)
    store.cut_after(operations, torn)
    before = after = set()
    try:
        for doing in changes:
            change(profiles, doing)
            before, after = after, kept(profiles)
            settle(journal)
            before = after
    except PowerCut:
        pass
    store.restore_power()
    again = Profiles(journal_in(store), 2, MOST)
    assert shown(again) in (before, after)
    # And it can be worked with: what is installed now is there after the next start.
    change(again, changes[0])
    again.clear(99, None, None, None)
    journal = again._journal
    settle(journal)
    assert shown(Profiles(journal_in(store), 2, MOST)) == kept(again)


def test_cut_before_the_list_leaves_no_older_profile_in_the_place_of_the_new_one(store):
    """One profile takes the place of two, and the power goes after its first write."""
    journal = journal_in(store)
    profiles = Profiles(journal, 2, MOST)
    profiles.install(head(1, stack=0), PERIODS)
    profiles.install(head(2, stack=1), PERIODS)
    settle(journal)
    profiles.install(head(2, stack=0), [(0, 60, 0)])
    journal.flush()
    assert journal.pending
    assert shown(Profiles(journal_in(store), 2, MOST)) == {(2, DEFAULT, 0, 0, 60)}


def test_installing_takes_one_write_and_clearing_one(store, journal, profiles):
    """Home energy managers set a limit every few seconds; flash wears."""
    for limit in (60, 70, 80):
        before = store.writes
        profiles.install(head(1), [(0, limit, 0)])
        settle(journal)
        assert store.writes - before == 1
    before = store.writes
    profiles.clear(None, None, None, None)
    settle(journal)
    assert store.writes - before == 1
