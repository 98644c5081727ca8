"""core/availability: at once, scheduled, kept; connector 0 speaks for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.availability import Availability

COUNT = 3


class Drawer(dict):
    """A journal's small facts; ``writes`` counts what was put."""

    writes = 0

    def put(self, name, data):
        self.writes += 1
        self[name] = data


@pytest.fixture
def drawer():
    return Drawer()


@pytest.fixture
def flags(drawer):
    return Availability(COUNT, drawer)


def shown(flags):
    return [flags.operative(number) for number in range(COUNT + 1)]


def test_everything_is_operative_at_first(flags):
    assert shown(flags) == [True] * 4


def test_change_of_an_idle_connector_takes_effect_at_once(flags):
    """OCPP 1.6 §5.2: Accepted."""
    assert flags.change(2, False, []) == "Accepted"
    assert shown(flags) == [True, True, False, True]
    assert flags.change(2, True, []) == "Accepted"
    assert shown(flags) == [True] * 4


def test_change_to_the_present_value_is_accepted(flags):
    """OCPP 1.6 §5.2."""
    assert flags.change(1, True, [1]) == "Accepted"
    flags.change(2, False, [])
    assert flags.change(2, False, []) == "Accepted"
    assert shown(flags) == [True, True, False, True]


def test_change_in_a_transaction_waits_for_its_end(flags):
    """OCPP 1.6 §5.2: Scheduled."""
    assert flags.change(1, False, [1, 2]) == "Scheduled"
    flags.transaction_ended([1, 2])
    assert flags.operative(1)
    flags.transaction_ended([2])
    assert shown(flags) == [True, False, True, True]


def test_operative_takes_a_scheduled_change_back(flags):
    flags.change(1, False, [1])
    assert flags.change(1, True, [1]) == "Accepted"
    flags.transaction_ended([])
    assert shown(flags) == [True] * 4


def test_change_of_the_station_waits_only_where_there_is_a_transaction(flags):
    """OCPP 1.6 §5.2: connector 0 stands for all connectors."""
    assert flags.change(0, False, [2]) == "Scheduled"
    assert shown(flags) == [True, False, True, False]
    flags.transaction_ended([])
    assert shown(flags) == [False] * 4
    assert flags.change(0, True, []) == "Accepted"
    assert shown(flags) == [True] * 4


def test_flags_survive_a_restart(flags, drawer):
    """OCPP 1.6 §4.9: Unavailable from ChangeAvailability survives a reboot."""
    flags.change(3, False, [])
    assert shown(Availability(COUNT, drawer)) == [True, True, True, False]


def test_scheduled_change_has_happened_after_a_restart(flags, drawer):
    """The power cut ended the transaction that it waited for."""
    flags.change(1, False, [1])
    assert shown(Availability(COUNT, drawer)) == [True, False, True, True]


@pytest.mark.parametrize("saved", [b"", b"10", b"11111"])
def test_flags_of_a_station_of_another_size_are_not_taken(saved, drawer):
    drawer["availability"] = saved
    assert shown(Availability(COUNT, drawer)) == [True] * 4


def test_nothing_is_written_while_nothing_changes(flags, drawer):
    for _ in range(5):
        flags.transaction_ended([])
    assert drawer.writes == 0


BUSY = st.sets(st.integers(1, COUNT)).map(sorted)
DOINGS = st.lists(st.tuples(st.integers(0, COUNT), st.booleans(), BUSY), max_size=8)


@given(doings=DOINGS)
def test_the_last_word_on_each_connector_holds_once_all_transactions_have_ended(doings):
    flags = Availability(COUNT, Drawer())
    last = [True] * (COUNT + 1)
    for connector, operative, busy in doings:
        before = shown(flags)
        flags.change(connector, operative, busy)
        for number in busy:
            # No transaction loses its connector.
            assert flags.operative(number) or not before[number]
        for number in [connector] if connector else range(COUNT + 1):
            last[number] = operative
    flags.transaction_ended([])
    assert shown(flags) == [last[0]] + [last[0] and each for each in last[1:]]
