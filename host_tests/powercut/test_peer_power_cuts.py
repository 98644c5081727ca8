"""F11 to F13 of the strongest peer (microocpp.md §3.3): power cuts at writes, whole and torn.

Beside the bill it matters that the connector serves the next driver: one of the peer's cuts left
it in Preparing for ever. Here every so-many-th write is cut; test_session_cuts.py and
test_flash_cuts.py cut each of them.
"""

import pytest

from host_tests.harness.flash import FlashFile
from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.powercut.stories import SETTINGS, begin_offline, doubled, online, recover


def make(target, folder):
    """(stage, medium) of a run on ``target``."""
    if target == "in_process":
        store = MemoryStore()
        return Stage(target, folder, settings=SETTINGS, store=store), store
    chip = FlashFile(folder / "chip")
    return Stage(target, folder, settings=SETTINGS, flash=chip), chip


def queue_and_begin(stage):
    """Two sessions that no one hears of, and a third that runs."""
    begin_offline(stage)
    for _ in range(2):
        stage.vehicle.unplug()
        stage.advance(5)
        stage.vehicle.plug_in(amps=16)
        stage.tap()
        stage.until(lambda: stage.contactor.closed, 90, "energy")
        stage.advance(10)


def serves(stage):
    """The next driver, with the same card, is charged and billed."""
    if stage.vehicle.plugged:
        stage.vehicle.unplug()
        stage.advance(2)
    stage.until_status("Available", 90)
    stage.charge(5)
    stage.tap()
    stage.until(lambda: not stage.contactor.closed, 30, "the end")
    stage.until(lambda: stage.sessions()[-1]["reason"], 120, "the stop")


def cut(stage, medium, story, at, torn):
    """Play ``story`` with the power cut in operation ``at``; False when it had fewer."""
    with stage:
        before_wh = stage.meter_wh
        medium.cut_after(at, torn)
        power_went = False
        try:
            stage.start()
            story(stage)
        except PowerCut:
            power_went = True
            stage.power_cut()
        medium.restore_power()
        if power_went:
            recover(stage)
            serves(stage)
            sessions = stage.sessions()
            where = f"cut {at}"
            assert all(each["reason"] and each["meter_start"] is not None for each in sessions)
            billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in sessions)
            assert billed_wh == stage.meter_wh - before_wh, where
            assert doubled(stage) == [] and stage.csms.violations(IDENTITY) == [], where
            assert stage.restarts == 0, where
    return power_went


def sweep(target, folder, story, torn, every):
    """Cut each ``every``-th operation of ``story``; how many there were."""
    at = 0
    while cut(*make(target, folder / str(at)), story, at, torn):
        at += every
    return at // every


TARGETS = pytest.mark.parametrize("target", ["in_process", "unix"])
# The unix target's operations are those of the flash: several for each write.
EVERY = {"in_process": 2, "unix": 9}


@TARGETS
def test_f11_cut_in_an_online_session_loses_no_bill_and_no_driver(target, tmp_path):
    torn = None if target == "in_process" else False
    assert sweep(target, tmp_path, online, torn, EVERY[target]) >= 4


@TARGETS
def test_f12_torn_write_in_an_online_session_loses_no_bill_and_no_driver(target, tmp_path):
    torn = 10 if target == "in_process" else True
    assert sweep(target, tmp_path, online, torn, EVERY[target]) >= 4


@TARGETS
def test_f13_cut_off_line_loses_nothing_of_the_queue(target, tmp_path):
    torn = 10 if target == "in_process" else True
    assert sweep(target, tmp_path, queue_and_begin, torn, EVERY[target]) >= 6
