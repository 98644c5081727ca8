"""The power goes at every flash operation of a session: the whole station on a real littlefs.

The station runs on the 32-bit interpreter, its store is littlefs on a chip in a file, its back end
is at the other end of a TCP connection. The process dies in the operation: before it, or with half
of it on the chip. The same stories and the same check as with cuts at the store's own operations.
"""

import pytest

from host_tests.harness.flash import FlashFile
from host_tests.powercut.stories import SETTINGS, STORIES, cut_everywhere

# So many tests share the cuts of a story, for machines with more than one core.
PARTS = 4


@pytest.fixture
def make(make_stage_on, tmp_path):
    """Makes the stage and the chip of a run."""

    def make(cut):
        chip = FlashFile(tmp_path / str(cut) / "chip")
        return make_stage_on("unix", str(cut), settings=SETTINGS, flash=chip), chip

    return make


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("torn", [False, True], ids=["nothing of it", "half of it"])
@pytest.mark.parametrize("story", STORIES)
def test_session_survives_a_power_cut_at_every_flash_operation(
    make, story, torn, part, record_property
):
    """DESIGN.md §6: no transaction and no watt-hour lost."""
    cuts = cut_everywhere(make, story, torn, part, PARTS)
    record_property("power cuts", cuts)
    assert cuts >= 4


def test_story_erases_and_programs_the_chip(make):
    """The cuts meet both kinds of operation."""
    stage, chip = make("uncut")
    with stage:
        stage.start()
        STORIES[0](stage)
        assert "e" in chip.log and chip.log.count("p") > 40
