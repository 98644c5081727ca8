"""A store that runs out of room, off line: readings are thinned first, starts and stops never."""

import pytest

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore
from host_tests.updates.teller import Teller

SETTINGS = {
    "AllowOfflineTxForUnknownId": "true",
    "MeterValueSampleInterval": "1",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Voltage,Current.Import",
    "TransactionMessageRetryInterval": "5",
}


@pytest.fixture
def stage(tmp_path):
    """A station without a back end, on a medium of 28 blocks."""
    store = MemoryStore(28)
    with Stage("in_process", tmp_path, settings=SETTINGS, store=store) as stage:
        stage.start()
        stage.ready()
        stage.csms.stop()
        stage.advance(5)
        yield stage


def shortage(stage):
    return stage.facts()["journal"]["shortage"]


def session(stage, seconds=40):
    """One session; False when the station took no one."""
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(10)
    began = stage.contactor.closed
    if began:
        stage.advance(seconds)
    stage.vehicle.unplug()
    stage.advance(5)
    return began


def deliver(stage):
    stage.csms.start()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 4000, "delivery")
    return stage.sessions()


def check(stage, count, before_wh):
    sessions = deliver(stage)
    assert len(sessions) == count and all(each["reason"] for each in sessions)
    billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in sessions)
    assert billed_wh == stage.meter_wh - before_wh
    assert stage.csms.violations(IDENTITY) == [] and stage.restarts == 0


def test_readings_are_thinned_then_dropped_and_then_no_one_begins(stage):
    """Issue 4: what happens when flash is full."""
    before_wh, count, seen = stage.meter_wh, 0, []
    while session(stage):
        count += 1
        seen.append(shortage(stage))
        if seen[-1] == 2:
            # Starts and stops alone would go on for a hundred sessions.
            stage.target.store.files["other"] = bytes(2 * 4096)
    assert set(seen) >= {0, 1, 2} and seen[0] == 0
    assert shortage(stage) == 3
    facts = stage.facts()
    assert "store_full" in facts["faults"] and facts["journal"]["thinned"] > 100
    assert stage.target.store.room()[0] > 0, "the room of the stops"
    del stage.target.store.files["other"]
    check(stage, count, before_wh)
    assert len([call for call in stage.csms.calls(IDENTITY, "MeterValues")]) > 200
    stage.until(lambda: shortage(stage) == 0, 60, "room")
    stage.until_status("Available")
    assert stage.facts()["faults"] == [] and session(stage)


def test_session_that_runs_when_the_room_ends_goes_on_to_its_end_and_is_billed(stage):
    """No start and no stop is ever dropped; the register is in the stop."""
    before_wh = stage.meter_wh
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    # Someone else takes the room, but for the last of it.
    free = stage.target.store.room()[0] // 4096
    stage.target.store.files["other"] = bytes(4096 * (free - 2))
    stage.until(lambda: shortage(stage) == 3, 300, "a shortage")
    thinned = stage.facts()["journal"]["thinned"]
    stage.advance(120)
    assert stage.contactor.closed and stage.status() == "Charging" or not stage.csms.listening
    assert stage.facts()["journal"]["thinned"] >= thinned + 60
    stage.vehicle.unplug()
    stage.advance(10)
    assert not session(stage)
    stage.power_cut()
    stage.start()
    check(stage, 1, before_wh)


def test_power_cut_in_a_full_store_loses_no_stop(stage):
    before_wh = stage.meter_wh
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    free = stage.target.store.room()[0] // 4096
    stage.target.store.files["other"] = bytes(4096 * (free - 2))
    stage.until(lambda: shortage(stage) == 3, 300, "a shortage")
    stage.power_cut()
    stage.start()
    stage.advance(20)
    check(stage, 1, before_wh)


def test_store_that_refuses_everything_keeps_no_one_waiting_for_an_answer(tmp_path):
    """What is wrong with it is just what the diagnostics are wanted for (OCPP 1.6 §4.4)."""
    store = MemoryStore()
    with Stage("in_process", tmp_path, store=store) as stage:
        stage.start()
        stage.ready()
        tell = Teller(stage)
        store.full = True
        for _ in range(20):
            assert "fileName" in tell.diagnostics()
        tell.until("Uploaded")
        assert any(b"trouble full" in each for each in tell.files.put.values())
        assert tell.update() == {}
        wanted = {
            "listVersion": 1,
            "updateType": "Full",
            "localAuthorizationList": [{"idTag": "AA", "idTagInfo": {"status": "Accepted"}}],
        }
        for _ in range(20):
            assert tell.call("SendLocalList", wanted) == {"status": "Failed"}
        store.full = False
        tell.until("DownloadFailed")
