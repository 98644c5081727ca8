"""A flash that holds no store of ours, or half of one: the whole station on it.

It starts, does not crash, and closes no contactor unless it can keep what it sells. A file system
that can't be mounted is made anew; one that mounts and then refuses is a fault that is told.
"""

import random

import pytest

from host_tests.harness.flash import BLOCK, FlashFile
from host_tests.powercut.stories import SETTINGS, begin_offline, online

BLOCKS = 64
BYTES = BLOCKS * BLOCK


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """The flash of a station that was cut off in a session, most of it not yet delivered."""
    folder = tmp_path_factory.mktemp("used")

    def image(make_stage_on):
        chip = FlashFile(folder / "chip", BLOCKS)
        if not chip.path.exists():
            with make_stage_on("unix", "used", settings=SETTINGS, flash=chip) as stage:
                stage.start()
                begin_offline(stage)
                stage.power_cut()
        return bytearray(chip.path.read_bytes())

    return image


@pytest.fixture
def make(make_stage_on, tmp_path):
    """Makes a station on a flash that holds ``image``."""

    def make(image):
        chip = FlashFile(tmp_path / "chip", BLOCKS)
        chip.path.write_bytes(image)
        return make_stage_on("unix", "stage", settings=SETTINGS, flash=chip)

    return make


def charges(stage):
    """Play a session; it must be billed once and in full."""
    with stage:
        before_wh = stage.meter_wh
        stage.start()
        online(stage)
        billed = [s for s in stage.sessions() if s["meter_start"] >= before_wh]
        assert [s["meter_stop"] for s in billed] == [stage.meter_wh]
        assert stage.restarts == 0
        assert stage.facts()["journal"]["boot"] == 1
        assert any("store: new" in text for _, _, text in stage.log)


@pytest.mark.parametrize("fill", [b"\xff", b"\x00", b"PK\x03\x04"])
def test_station_formats_a_flash_without_a_file_system(make, fill):
    charges(make(fill * (BYTES // len(fill))))


def test_station_formats_a_flash_of_noise(make):
    charges(make(random.Random(1).randbytes(BYTES)))


def test_station_formats_a_flash_whose_first_blocks_are_gone(make, make_stage_on, used):
    image = used(make_stage_on)
    image[: 2 * BLOCK] = b"\xff" * (2 * BLOCK)
    charges(make(image))


@pytest.mark.parametrize("blocks", [1, 2, 3, 4, 5, 6, 8, 12])
def test_station_lives_with_a_truncated_flash(make, make_stage_on, used, blocks):
    sells_only_what_it_keeps(make(used(make_stage_on)[: blocks * BLOCK]))


@pytest.mark.parametrize("seed", range(8))
def test_station_lives_with_a_flash_that_lost_bits(make, make_stage_on, used, seed):
    chance = random.Random(seed)
    image = used(make_stage_on)
    for _ in range(200):
        image[chance.randrange(10 * BLOCK)] &= chance.randrange(256)
    sells_only_what_it_keeps(make(image))


def sells_only_what_it_keeps(stage):
    with stage:
        stage.start()
        stage.advance(30)
        stage.vehicle.plug_in(amps=16)
        stage.tap()
        stage.advance(60)
        facts = stage.facts()
        if facts["connectors"][0]["energised"]:
            stage.vehicle.unplug()
            stage.until(lambda: stage.sessions()[-1]["reason"], 240, "a stop")
            assert stage.sessions()[-1]["meter_stop"] == stage.meter_wh
        else:
            assert "store_full" in facts["faults"] and stage.status() == "Faulted"
        assert stage.restarts == 0
        assert stage.csms.violations(stage.identity) == []
