"""The power goes at every write of a download and of the switch: the old image or the new one.

The slots lie in the same store as everything else, so each of their blocks and each record of the
boot loader is an operation that can be cut: whole, torn, or done and not acknowledged.
"""

import pytest

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.updates.teller import Teller

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}


@pytest.fixture
def make(tmp_path):
    def make(name):
        store = MemoryStore()
        return Stage("in_process", tmp_path / str(name), store=store), store

    return make


def install(stage, tell):
    """From the request to the confirmation."""
    tell.update()
    tell.until("Installed", 120)
    stage.advance(2)


def recover(stage, tell, asked):
    """Start again; the back end waits for the end of what it asked for."""
    stage.advance(3)
    stage.start()
    stage.until(lambda: stage.facts()["registration"] == "accepted", 60)
    if asked():
        ends = ("Installed", "InstallationFailed", "DownloadFailed")
        stage.until(lambda: tell.firmware and tell.firmware[-1] in ends, 200, "an end")
    stage.advance(5)


def play(stage, store, cut, torn, again=None):
    """The story with one cut, or one more in the recovery; whether there was one."""
    stage.start()
    stage.ready()
    tell = Teller(stage)
    tell.offer()

    def asked():
        # What was not answered need not have been kept.
        told = [raw for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
        return any(raw.startswith("[3,") for raw in told)

    store.cut_after(cut, torn)
    cuts = 0
    try:
        install(stage, tell)
    except PowerCut:
        cuts = 1
        stage.power_cut()
        store.restore_power()
        if again is not None:
            store.cut_after(again, torn)
        try:
            recover(stage, tell, asked)
        except PowerCut:
            cuts = 2
            stage.power_cut()
            store.restore_power()
            recover(stage, tell, asked)
    store.restore_power()
    judge(stage, tell, f"cut {cut} {torn} {again}")
    return cuts


def judge(stage, tell, where):
    """What runs is what was said, and it works."""
    boots = stage.csms.calls(IDENTITY, "BootNotification")
    assert {boot["firmwareVersion"] for boot in boots} <= {"0.5.0", "0.6.0"}, where
    if tell.firmware[-1:] == ["Installed"]:
        assert tell.version == "0.6.0", where
    else:
        assert tell.version == "0.5.0", where
    stage.charge(3)
    assert stage.contactor.closed, where
    assert stage.csms.violations(IDENTITY) == [], where
    # Nothing is left behind: it is the same image after one more start.
    before = tell.version
    stage.power_cut()
    stage.start()
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "BootNotification")) > len(boots), 60)
    assert tell.version == before, where


@pytest.mark.parametrize("torn", WHOLE)
def test_update_survives_a_power_cut_at_every_store_operation(make, torn, record_property):
    """Old or new, never a broken one, and the back end is told which."""
    cut = 0
    while True:
        stage, store = make(cut)
        with stage:
            if not play(stage, store, cut, WHOLE[torn]):
                break
        cut += 1
    record_property("power cuts", cut)
    assert cut >= 12


def test_update_survives_a_second_power_cut_while_it_recovers(make, record_property):
    """A start that goes on with an update may itself be cut."""
    cuts, first = 0, 0
    while True:
        counts = []
        for second in range(0, 40, 3):
            stage, store = make(f"{first}-{second}")
            with stage:
                counts.append(play(stage, store, first, 20, second))
            if counts[-1] < 2:
                break
        cuts += sum(counts)
        if counts[-1] == 0:
            break
        first += 3
    record_property("power cuts", cuts)
    assert cuts >= 20


def test_update_that_finds_no_room_is_not_fetched(make):
    """A medium that refuses is a value, and the old image is where it was."""
    stage, store = make("full")
    with stage:
        stage.start()
        stage.ready()
        tell = Teller(stage)
        tell.offer()
        tell.update(retries=2, retryInterval=5)
        tell.until("Downloading")
        store.full = True
        tell.until("DownloadFailed")
        # It can't be kept, and is told all the same; once it can, it is not told again.
        store.full = False
        stage.advance(30)
        assert tell.firmware == ["Downloading", "DownloadFailed"]
        assert tell.version == "0.5.0"
