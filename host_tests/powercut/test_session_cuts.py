"""The power goes at every single store operation of a session: nothing lost, nothing doubled.

The story is played once for every operation, with the power cut in it, whole (the operation did
not happen) and torn (half of it, or all of it but the acknowledgement). After the cut the station
starts again, and what the back end has in the end must be what the meter has counted.
"""

import itertools

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.store import MemoryStore
from host_tests.powercut.stories import SETTINGS, STORIES, cut_everywhere, offline, survives

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}


@pytest.fixture
def make(tmp_path):
    """Makes the stage and the store of a run."""

    def make(name):
        store = MemoryStore()
        return Stage("in_process", tmp_path / str(name), settings=SETTINGS, store=store), store

    return make


@pytest.mark.parametrize("torn", WHOLE)
@pytest.mark.parametrize("story", STORIES)
def test_session_survives_a_power_cut_at_every_store_operation(make, story, torn, record_property):
    """DESIGN.md §6: no transaction and no watt-hour lost."""
    cuts = cut_everywhere(make, story, WHOLE[torn])
    record_property("power cuts", cuts)
    assert cuts >= 8


@pytest.mark.parametrize("torn", WHOLE)
def test_signed_readings_survive_a_power_cut_at_every_store_operation(
    tmp_path, torn, record_property
):
    """standards.md §1.6: the begin was signed before the cut; what the stop tells is that text."""

    def make(name):
        store = MemoryStore()
        made = Stage(
            "in_process", tmp_path / str(name), settings=SETTINGS, store=store, meter="SIGNING"
        )
        return made, store

    cuts = cut_everywhere(make, offline, WHOLE[torn])
    record_property("power cuts", cuts)
    assert cuts >= 9


@pytest.mark.parametrize("story", STORIES)
def test_session_survives_a_second_power_cut_while_it_recovers(make, story, record_property):
    """What a start makes of the journal may itself be cut, at any operation, whole or torn."""
    parts = itertools.cycle(itertools.product(WHOLE.values(), repeat=2))
    counts = []
    for first in itertools.count():
        for second in itertools.count():
            torn, again = next(parts)
            stage, store = make(f"{first}-{second}")
            counts.append(survives(stage, store, story, (first, torn), (second, again)))
            if counts[-1] < 2:
                break
        if counts[-1] == 0:
            break
    record_property("power cuts", sum(counts))
    assert counts.count(2) >= 30
