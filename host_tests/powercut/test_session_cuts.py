"""The power goes at every single store operation of a session: nothing lost, nothing doubled.

The story is played once for every operation, with the power cut in it, whole (the operation did
not happen) and torn (half of it, or all of it but the acknowledgement). After the cut the station
starts again, and what the back end has in the end must be what the meter has counted.
"""

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.store import MemoryStore
from host_tests.powercut.stories import SETTINGS, STORIES, cut_everywhere

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}


@pytest.mark.parametrize("torn", WHOLE)
@pytest.mark.parametrize("story", STORIES)
def test_session_survives_a_power_cut_at_every_store_operation(
    tmp_path, story, torn, record_property
):
    """DESIGN.md §6: no transaction and no watt-hour lost."""

    def make(cut):
        store = MemoryStore()
        folder = tmp_path / str(cut)
        return Stage("in_process", folder, settings=SETTINGS, store=store), store

    cuts = cut_everywhere(make, story, WHOLE[torn])
    record_property("power cuts", cuts)
    assert cuts >= 8
