"""An offline queue is replayed while the link drops and the power goes: issue 4.

The sessions were real, the station was cut off from its back end, then from the mains. What the
back end has in the end is what the meter counted: nothing lost, doubled or half done.
"""

import itertools
import json

import pytest

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.powercut.stories import BILLING, doubled, recover

SETTINGS = {
    "AllowOfflineTxForUnknownId": "true",
    "MeterValueSampleInterval": "3",
    "TransactionMessageRetryInterval": "5",
}


class Queue:
    """``count`` sessions that no one has heard of: ``files`` of the store, their ``energy_wh``."""

    def __init__(self, folder, count):
        store = MemoryStore()
        with Stage("in_process", folder, settings=SETTINGS, store=store) as stage:
            stage.start()
            stage.ready()
            stage.csms.stop()
            stage.advance(5)
            before_wh = stage.meter_wh
            for _ in range(count):
                stage.vehicle.plug_in(amps=16)
                stage.tap()
                stage.until(lambda: stage.contactor.closed, 60, "energy")
                stage.advance(4)
                stage.vehicle.unplug()
                stage.advance(4)
            self.energy_wh = stage.meter_wh - before_wh
            stage.power_cut()
        self.count = count
        self.files = dict(store.files)

    def stage(self, folder):
        """A station that is off, with the queue in its store, and that store."""
        store = MemoryStore()
        store.files = dict(self.files)
        return Stage("in_process", folder, settings=SETTINGS, store=store), store

    def check(self, stage, where=""):
        """The back end has every session once, whole, with the meter's energy."""
        sessions = stage.sessions()
        assert len(sessions) == self.count, where
        assert all(session["reason"] for session in sessions), where
        billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in sessions)
        assert billed_wh == self.energy_wh, where
        times = [session["start_time"] for session in sessions]
        assert times == sorted(times), where
        assert doubled(stage) == [] and stage.csms.violations(IDENTITY) == [], where
        assert stage.restarts == 0, where


@pytest.fixture(scope="module")
def fifty(tmp_path_factory):
    return Queue(tmp_path_factory.mktemp("fifty"), 50)


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    return Queue(tmp_path_factory.mktemp("four"), 4)


def drop_each(csms):
    """The link drops at each message that bills, the first time that it comes: before it is
    answered and after it, in turn. The ids of those messages."""
    seen = []

    def note(identity, direction, at_ms, raw):
        frame = json.loads(raw)
        if direction == "received" and frame[0] == 2 and frame[2] in BILLING:
            if frame[1] not in seen:
                seen.append(frame[1])
                csms.drop_on(frame[2], before_answer=len(seen) % 2 > 0)

    csms.observers.append(note)
    return seen


def test_fifty_sessions_are_replayed_over_a_link_that_drops_at_every_message(fifty, tmp_path):
    stage, _ = fifty.stage(tmp_path)
    with stage:
        dropped = drop_each(stage.csms)
        stage.start()
        stage.until(lambda: stage.facts()["undelivered"] == 0, 60000, "delivery")
        assert len(dropped) > 50 * 2
        fifty.check(stage)


def cut_replay(queue, folder, cut, torn, drops=False):
    """Replay ``queue`` with the power cut in operation ``cut``; False when there was none.

    With ``drops`` the link drops at every message, too.
    """
    stage, store = queue.stage(folder)
    with stage:
        if drops:
            drop_each(stage.csms)
        store.cut_after(cut, torn)
        try:
            stage.start()
            stage.until(lambda: stage.facts()["undelivered"] == 0, 60000, "delivery")
            power_went = False
        except PowerCut:
            power_went = True
            stage.power_cut()
        store.restore_power()
        if power_went:
            recover(stage, 60000)
        queue.check(stage, f"cut {cut}")
    return power_went


@pytest.mark.parametrize(
    "torn", [None, 20, 4096], ids=["nothing of it", "half of it", "all of it"]
)
def test_replay_survives_a_power_cut_at_every_write(four, tmp_path, torn, record_property):
    cut = 0
    while cut_replay(four, tmp_path / str(cut), cut, torn):
        cut += 1
    record_property("power cuts", cut)
    assert cut >= 20


@pytest.mark.parametrize("torn", [None, 20], ids=["nothing of it", "half of it"])
def test_replay_of_fifty_survives_power_cuts_all_along(fifty, tmp_path, torn, record_property):
    cut = 3
    while cut_replay(fifty, tmp_path / str(cut), cut, torn):
        cut += 37
    record_property("power cuts", cut // 37)
    assert cut >= 5 * 37


def test_replay_over_a_link_that_drops_at_every_message_survives_a_power_cut_at_every_write(
    four, tmp_path, record_property
):
    """Whole and torn in turn."""
    cut, parts = 0, itertools.cycle((None, 20, 4096))
    while cut_replay(four, tmp_path / str(cut), cut, next(parts), True):
        cut += 1
    record_property("power cuts", cut)
    assert cut >= 20


@pytest.mark.parametrize(("cut", "torn"), [(80, 20), (170, 4096)])
def test_replay_of_fifty_over_a_link_that_drops_at_every_message_survives_a_power_cut(
    fifty, tmp_path, cut, torn, record_property
):
    assert cut_replay(fifty, tmp_path, cut, torn, True)
    record_property("power cuts", 1)
