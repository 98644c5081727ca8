"""core/reservations: who holds what, what comes of others, and what a power cut leaves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.reservations import Reservations

COUNT = 2
NOON_S = 1_796_000_000
ME, FAMILY, OTHER = "ME", "FAMILY", "OTHER"


class Drawer:
    """A journal: what is put waits until ``flush``, or for ever when there is ``trouble``."""

    def __init__(self):
        self.saved, self.said, self.trouble = {}, {}, None
        self.next_seq = 10

    @property
    def pending(self):
        return len(self.said)

    def put(self, name, data):
        self.said[name] = data

    def get(self, name):
        return self.said.get(name, self.saved.get(name))

    def flush(self):
        if self.trouble is None:
            self.saved.update(self.said)
            self.said.clear()


class Site:
    """A station with two connectors."""

    def __init__(self):
        self.journal = Drawer()
        self.conditions = [None] * (COUNT + 1)
        self.utc_s = NOON_S
        self.now_ms = 0
        self.start()

    def start(self):
        """Power on, with what was saved."""
        self.journal.said.clear()
        self.now_ms = 0
        self.held = Reservations(
            COUNT, self.journal, lambda number: self.conditions[number], lambda: self.utc_s
        )

    def reserve(self, connector=1, number=5, tag=ME, parent=None, for_s=600):
        """The answer, once it is saved."""
        told = self.held.reserve(connector, number, tag, parent, NOON_S + for_s)
        return self.settled(told)

    def cancel(self, number=5):
        return self.settled(self.held.cancel(number))

    def settled(self, told):
        if not callable(told):
            return told
        assert told(self.now_ms) is None
        self.journal.flush()
        told = told(self.now_ms)
        self.pass_s(1)
        return told

    def pass_s(self, seconds=1):
        """Time passes, and a step is made."""
        self.now_ms += seconds * 1000
        if self.utc_s is not None:
            self.utc_s += seconds
        self.held.tick(self.now_ms)
        self.journal.flush()
        self.held.tick(self.now_ms)

    def admitted(self, tag, parent=None):
        """The connectors at which ``tag`` may begin."""
        free = [number for number in range(1, COUNT + 1) if self.conditions[number] is None]
        return [number for number in free if self.held.admits(number, tag, parent)]

    def shown(self):
        return [number for number in range(1, COUNT + 1) if self.held.shown(number)]

    def begin(self, connector, tag, parent=None):
        """A start: the number of the reservation that it uses."""
        number = self.held.number_for(connector, tag, parent)
        self.journal.next_seq += 1
        self.held.used(number, self.journal.next_seq)
        self.conditions[connector] = "Occupied"
        self.pass_s()
        return number


@pytest.fixture
def site():
    return Site()


def test_reserved_connector_is_for_its_holder_alone(site):
    """OCPP 1.6 §5.13: all other idTags are refused there."""
    assert site.reserve() == "Accepted"
    assert (site.admitted(ME), site.admitted("me")) == ([1, 2], [1, 2])
    assert site.admitted(OTHER) == [2] and site.shown() == [1]


def test_parent_holds_it_as_well(site):
    """OCPP 1.6 §5.13: idTag or parent idTag match."""
    site.reserve(parent=FAMILY)
    assert site.admitted(OTHER) == [2]
    assert site.admitted(OTHER, "family") == [1, 2]
    assert site.held.asks_parent(1) and not site.held.asks_parent(2)


def test_empty_parent_is_none(site):
    """OCPP 1.6 §5.13: only a parent that has a value."""
    site.reserve(parent="")
    assert site.admitted(OTHER, "") == [2] and not site.held.asks_parent(1)


def test_zero_keeps_the_last_free_connector(site):
    """OCPP 1.6 §5.13: one remains free for the holder at any time."""
    assert site.reserve(0) == "Accepted"
    assert site.admitted(OTHER) == [1, 2] and site.shown() == []
    assert site.begin(2, OTHER) is None
    assert site.admitted(OTHER) == [] and site.shown() == [1]
    assert site.admitted(ME) == [1]


def test_zero_gives_up_no_more_than_one(site):
    """One who waits at a connector may change to the other: his first is free again then."""
    site.reserve(0)
    site.conditions[1] = "Occupied"
    site.pass_s()
    assert not site.held.admits(2, OTHER, None)
    assert site.held.admits(2, OTHER, None, 1)


@pytest.mark.parametrize("connector", [0, 1])
def test_start_of_the_holder_uses_it_up(site, connector):
    """OCPP 1.6 §5.13: on its connector, or on any for 0; StartTransaction tells its number."""
    site.reserve(connector)
    assert site.begin(1, ME) == 5
    assert site.admitted(OTHER) == [2] and site.cancel() == "Rejected"


def test_start_of_the_holder_elsewhere_leaves_it(site):
    """OCPP 1.6 §5.13: on the reserved connector."""
    site.reserve(1)
    assert site.begin(2, ME) is None
    assert site.cancel() == "Accepted"


@pytest.mark.parametrize("condition", ["Faulted", "Unavailable", "Occupied"])
@pytest.mark.parametrize("connector", [0, 1])
def test_what_is_not_free_is_not_reserved(site, connector, condition):
    """OCPP 1.6 §5.13, OCTT TC_048, TC_050."""
    site.conditions = [None if condition == "Occupied" else condition] + [condition] * COUNT
    assert site.reserve(connector) == condition


def test_zero_is_occupied_if_anyone_is_there_and_no_one_is_free(site):
    """OCPP 1.6 §5.13."""
    site.conditions = [None, "Faulted", "Occupied"]
    assert site.reserve(0) == "Occupied"
    site.conditions = [None, "Faulted", "Unavailable"]
    assert site.reserve(0) == "Faulted"


def test_reserved_is_occupied_for_the_next(site):
    """OCPP 1.6 §5.13: also for the same idTag."""
    site.reserve(1, 5)
    assert site.reserve(1, 6) == "Occupied"
    assert site.reserve(0, 7) == "Accepted"
    assert site.reserve(2, 8) == "Occupied"
    assert site.reserve(0, 9) == "Occupied"


def test_same_number_replaces(site):
    """OCPP 1.6 §5.13: wherever the first one was."""
    site.reserve(1, 5, for_s=60)
    assert site.reserve(1, 5, OTHER) == "Accepted"
    assert site.admitted(OTHER) == [1, 2]
    assert site.reserve(2, 5) == "Accepted" and site.admitted(OTHER) == [1]
    assert site.reserve(0, 5) == "Accepted" and site.admitted(OTHER) == [1, 2]


def test_same_number_that_is_refused_leaves_the_first(site):
    """State before a refused call stays."""
    site.reserve(1, 5)
    site.conditions[2] = "Occupied"
    assert site.reserve(2, 5) == "Occupied"
    assert site.reserve(1, 5, for_s=0) == "Rejected"
    assert site.shown() == [1]


def test_past_is_rejected_and_so_is_a_station_without_a_clock(site):
    """Own: what can't be told to be in the future is not promised."""
    assert site.reserve(for_s=0) == "Rejected"
    site.utc_s = None
    assert site.reserve() == "Rejected"


def test_it_ends_to_the_second(site):
    """OCPP 1.6 §5.13: when expiryDate is reached."""
    site.reserve(for_s=10)
    site.pass_s(8)
    assert site.admitted(OTHER) == [2] and site.shown() == [1]
    site.pass_s(1)
    assert site.admitted(OTHER) == [1, 2] and site.shown() == []


@pytest.mark.parametrize("condition", ["Faulted", "Unavailable"])
def test_it_ends_when_its_connector_goes_out_of_service(site, condition):
    """OCPP 1.6 §5.13."""
    site.reserve(1)
    site.conditions[1] = condition
    site.pass_s()
    site.conditions[1] = None
    site.pass_s()
    assert site.admitted(OTHER) == [1, 2]


def test_zero_ends_only_when_nothing_serves(site):
    """OCPP 1.6 §5.13: the charge point is set to Faulted or Unavailable. Beside that, I7."""
    site.reserve(0)
    site.conditions[2] = "Occupied"
    site.conditions[1] = "Faulted"
    site.pass_s()
    assert site.shown() == []
    site.conditions[1] = None
    site.pass_s()
    assert site.shown() == [1]
    site.conditions = [None, "Faulted", "Unavailable"]
    site.pass_s()
    assert site.cancel() == "Rejected"


def test_it_survives_a_restart(site):
    """Recommended: nothing in the standard lets a reboot end it."""
    site.reserve(1, parent=FAMILY)
    site.start()
    site.pass_s()
    assert site.admitted(OTHER) == [2] and site.admitted(OTHER, FAMILY) == [1, 2]
    assert site.shown() == [1]


def test_it_ends_without_a_clock_after_its_whole_length(site):
    """A start without a clock keeps the promise, and not for ever."""
    site.reserve(1, for_s=100)
    site.start()
    site.utc_s = None
    site.pass_s(1)
    site.pass_s(99)
    assert site.admitted(OTHER) == [2]
    site.pass_s(1)
    assert site.admitted(OTHER) == [1, 2]


def test_it_ends_when_the_clock_becomes_known(site):
    """OCPP 1.6 §5.13: the time has come while no one knew it."""
    site.reserve(1, for_s=100)
    site.start()
    site.utc_s = None
    site.pass_s(1)
    site.utc_s = NOON_S + 101
    site.pass_s(1)
    assert site.admitted(OTHER) == [1, 2]


def test_nothing_shows_before_it_is_saved(site):
    """House rule: on flash before the outside can have seen it."""
    told = site.held.reserve(1, 5, ME, None, NOON_S + 600)
    site.held.tick(10)
    # Effective at once for others, though.
    assert site.admitted(OTHER) == [2] and site.shown() == [] and told(10) is None
    site.journal.flush()
    assert told(20) == "Accepted"
    site.held.tick(20)
    assert site.shown() == [1]
    site.held.cancel(5)
    site.held.tick(30)
    assert site.shown() == [1]


def test_reservation_that_cannot_be_saved_is_rejected_and_the_old_one_stays(site):
    """A full store."""
    site.reserve(1, 5)
    told = site.held.reserve(2, 5, OTHER, None, NOON_S + 600)
    site.journal.trouble = "full"
    assert told(10) == "Rejected"
    assert site.admitted(OTHER) == [2]


def test_cancellation_that_cannot_be_saved_is_rejected(site):
    """A full store: it would come back."""
    site.reserve(1, 5)
    told = site.held.cancel(5)
    site.journal.trouble = "full"
    assert told(10) == "Rejected" and site.admitted(OTHER) == [2]


def test_start_that_used_it_counts_after_a_cut_between_the_two(site):
    """The start is on flash, and the fact is as it was."""
    site.reserve(1, 5)
    site.start()
    site.held.used(5, site.journal.next_seq)
    site.pass_s()
    assert site.cancel() == "Rejected"


def test_start_that_used_another_of_the_same_number_does_not_count(site):
    """The number was given anew while the transaction ran."""
    site.journal.next_seq = 20
    site.reserve(2, 5)
    site.start()
    site.held.used(5, 19)
    assert site.cancel() == "Accepted"


@pytest.mark.parametrize(
    "saved",
    [
        b"",
        b"x",
        b"{}",
        b"[1]",
        b"[[1]]",
        b'[[1, 5, "ME", null, 1, 1, "x"]]',
        b'[[-1, 5, "ME", null, 1, 1, 1]]',
        b"[[1, 5, null, null, 1, 1, 1]]",
        b'[[1, 5, "ME", 7, 1, 1, 1]]',
    ],
)
def test_what_no_station_saved_is_not_taken(saved, site):
    site.journal.saved["reserved"] = saved
    site.start()
    assert site.admitted(OTHER) == [1, 2]


def test_connector_that_is_gone_is_not_reserved(site):
    """A station that was rebuilt smaller."""
    held = [[9, 5, ME, None, NOON_S + 9, 9, 1], [1, 6, ME, None, NOON_S + 9, 9, 1]]
    site.journal.saved["reserved"] = json.dumps(held).encode()
    site.start()
    assert site.admitted(OTHER) == [2]


TAGS = st.sampled_from([(ME, None), (OTHER, None), ("CHILD", FAMILY), ("third", "")])
DOINGS = st.lists(
    st.one_of(
        st.tuples(
            st.just("reserve"),
            st.integers(0, COUNT),
            st.integers(1, 3),
            TAGS,
            st.sampled_from([-5, 0, 3, 50]),
        ),
        st.tuples(st.just("cancel"), st.integers(1, 3)),
        st.tuples(st.just("begin"), st.integers(1, COUNT), TAGS),
        st.tuples(st.just("leave"), st.integers(1, COUNT)),
        st.tuples(st.just("condition"), st.integers(0, COUNT), st.sampled_from(["Faulted", None])),
        st.tuples(st.just("wait"), st.integers(1, 20)),
        st.tuples(st.just("restart")),
    ),
    max_size=14,
)


class Obvious:
    """What the standard says, step by step, for whoever reads it: no memory, no journal."""

    def __init__(self, site):
        self.site = site
        self.held = {}  # number -> (connector, tag, parent, expires_s)

    def at(self, connector, but=None):
        return [n for n, one in self.held.items() if one[0] == connector and n != but]

    def free(self, but=None):
        conditions = self.site.conditions
        if conditions[0]:
            return []
        numbers = range(1, COUNT + 1)
        return [n for n in numbers if conditions[n] is None and not self.at(n, but)]

    def fits(self, number, tag, parent):
        _, held_tag, held_parent, _ = self.held[number]
        same = held_tag.lower() == tag.lower()
        return same or bool(held_parent and parent and held_parent.lower() == parent.lower())

    def admits(self, connector, tag, parent):
        here, anywhere = self.at(connector), self.at(0)
        if here:
            return self.fits(here[0], tag, parent)
        if not anywhere or self.fits(anywhere[0], tag, parent):
            return True
        return bool(set(self.free()) - {connector})

    def tidy(self):
        """Time and conditions."""
        conditions = self.site.conditions
        dead = [conditions[0] == "Faulted" or each == "Faulted" for each in conditions]
        dead[0] = all(dead[1:])
        gone = [n for n, one in self.held.items() if dead[one[0]] or one[3] <= self.site.utc_s]
        for number in gone:
            del self.held[number]


@given(doings=DOINGS)
def test_it_is_as_the_standard_says_whatever_happens(doings):
    """OCPP 1.6 §5.13: against a model that forgets nothing and saves nothing."""
    site = Site()
    doer = Doings(site)
    model = Obvious(site)
    for what, *told in doings:
        getattr(doer, what)(model, *told)
        model.tidy()
        for tag, parent in [(ME, None), (OTHER, None), ("CHILD", FAMILY), ("third", "")]:
            for number in range(1, COUNT + 1):
                wanted = model.admits(number, tag, parent)
                assert site.held.admits(number, tag, parent) == wanted, (number, tag)
        for number in range(1, COUNT + 1):
            last = bool(model.at(0)) and model.free() == [number]
            assert site.held.shown(number) == (bool(model.at(number)) or last)


class Doings:
    """The doings, on the site and on the model."""

    def __init__(self, site):
        self.site = site
        site.held._condition = self.of

    def of(self, number):
        """As a station tells it: what is wrong with the station is wrong everywhere."""
        return self.site.conditions[0] or self.site.conditions[number]

    def reserve(self, model, connector, number, whose, for_s):
        tag, parent = whose
        site = self.site
        until_s = site.utc_s + for_s
        told = site.settled(site.held.reserve(connector, number, tag, parent, until_s))
        free = model.free(but=number)
        if connector:
            others = model.at(0, but=number) and not set(free) - {connector}
            good = connector in free and not others
        else:
            good = bool(free) and not model.at(0, but=number)
        assert (told == "Accepted") == (good and for_s > 0), told
        if told == "Accepted":
            model.held[number] = (connector, tag, parent, until_s)

    def cancel(self, model, number):
        told = self.site.cancel(number)
        assert (told == "Accepted") == (model.held.pop(number, None) is not None)

    def begin(self, model, connector, whose):
        tag, parent = whose
        site = self.site
        if self.of(connector) is not None or not site.held.admits(connector, tag, parent):
            return
        holders = [n for n in model.at(connector) + model.at(0) if model.fits(n, tag, parent)]
        kept = bool(model.at(0)) and model.at(0)[0] not in holders
        assert site.begin(connector, tag, parent) == (holders[0] if holders else None)
        if holders:
            del model.held[holders[0]]
        if kept and not holders:
            assert model.free() != []

    def leave(self, model, connector):
        if self.site.conditions[connector] == "Occupied":
            self.site.conditions[connector] = None
        self.site.pass_s()

    def condition(self, model, connector, word):
        if self.site.conditions[connector] != "Occupied":
            self.site.conditions[connector] = word
        self.site.pass_s()

    def restart(self, model):
        self.site.start()
        self.site.held._condition = self.of
        self.site.pass_s()

    def wait(self, model, seconds):
        self.site.pass_s(seconds)
