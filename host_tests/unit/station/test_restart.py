"""A Reset that does not get everything ended: when it is carried out all the same (§5.14)."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from chargepoint.core.journal import Journal
from chargepoint.core.record import STARTED
from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore


@pytest.fixture
def make():
    stages = []

    def make(**settings):
        store = MemoryStore()
        stage = Stage("in_process", Path("."), settings=settings, store=store)
        stages.append(stage)
        stage.start()
        return stage.ready(), store

    yield make
    for stage in stages:
        stage.__exit__()


def seconds_to_reset(stage, kind):
    """How long after the call the station asks for its reset."""
    asked = []
    stage.on_reset = asked.append
    began_ms = stage.now_ms
    stage.csms.call(IDENTITY, "Reset", {"type": kind})
    stage.until(lambda: asked, 120, "a reset")
    assert asked[0] == kind.lower()
    return round((stage.now_ms - began_ms) / 1000)


def test_reset_of_an_idle_station_is_prompt(make):
    stage, _ = make(ResetRetries="3")
    assert seconds_to_reset(stage, "Soft") <= 2


@pytest.mark.parametrize(
    ("kind", "retries", "wanted_s"), [("Soft", 0, 20), ("Soft", 2, 60), ("Hard", 2, 20)]
)
def test_reset_waits_for_what_is_not_saved(make, kind, retries, wanted_s):
    """ResetRetries, OCPP 1.6 §9.1: a soft reset is tried again; at last it is carried out."""
    stage, store = make(ResetRetries=str(retries))
    stage.charge(5)
    store.full = True
    assert wanted_s <= seconds_to_reset(stage, kind) <= wanted_s + 2
    assert not stage.contactor.closed


def test_retried_reset_goes_on_as_soon_as_it_can(make):
    """The store has room again."""
    stage, store = make(ResetRetries="5")
    stage.charge(5)
    store.full = True
    asked = []
    stage.on_reset = asked.append
    stage.csms.call(IDENTITY, "Reset", {"type": "Soft"})
    stage.advance(30)
    assert asked == []
    store.full = False
    stage.until(lambda: asked, 5, "a reset")


def test_power_that_comes_back_does_not_bring_all_stations_in_the_same_second(tmp_path):
    """After a regional power cut; not at the very first start, nor after a reset."""
    dialled_ms = []
    for seed in range(8):
        with Stage("in_process", tmp_path, seed=seed) as stage:
            stage.start()
            stage.until(lambda: stage.facts()["online"], 1, "the first dial")
            stage.ready()
            stage.csms.call(IDENTITY, "Reset", {"type": "Hard"})
            stage.until(lambda: stage.restarts == 1, 10, "a restart")
            stage.until(lambda: stage.facts()["online"], 1, "a dial after a reset")
            stage.power_cut()
            stage.advance(60)
            stage.start()
            began_ms = stage.now_ms
            stage.until(lambda: stage.facts()["online"], 11, "a dial")
            dialled_ms.append(stage.now_ms - began_ms)
    assert max(dialled_ms) - min(dialled_ms) > 3000 and len(set(dialled_ms)) > 3, dialled_ms


def test_stop_that_rotted_is_made_up_for_at_what_is_known(tmp_path):
    """The next driver has charged since: his energy is not the first one's."""
    store = MemoryStore()
    with Stage("in_process", tmp_path, store=store) as stage:
        before_wh = stage.meter_wh
        journal = Journal(store, SimpleNamespace(take=bytes))
        journal.load()
        for tag, register_wh in (("AA", before_wh - 9000), ("BB", before_wh - 50)):
            body = {"tag": tag, "meter_wh": register_wh}
            journal.record(STARTED, 1, journal.next_transaction(), 1767225700, 1000, body)
        while journal.pending:
            journal.flush()
        stage.start()
        stage.until(lambda: len(stage.csms.calls(IDENTITY, "StopTransaction")) == 2, 120, "stops")
        bills = {each["id_tag"]: each for each in stage.sessions()}
        assert bills["AA"]["meter_stop"] == before_wh - 9000
        assert bills["BB"]["meter_stop"] == before_wh
