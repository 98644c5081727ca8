"""The power goes at every single store operation of a session: nothing lost, nothing doubled.

The story is played to its end once to count the operations; then once for every one of them, with
the power cut in it, whole (the operation did not happen) and torn (half of it, or all of it but the
acknowledgement). After the cut the station starts again, and what the back end has in the end must
be what the meter has counted.
"""

import pytest

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut

SETTINGS = {
    "MeterValueSampleInterval": "7",
    "AllowOfflineTxForUnknownId": "true",
    "StopTxnSampledData": "Energy.Active.Import.Register",
}
WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}


def online(stage):
    """A session with readings, stopped by the card; the back end is there all the time."""
    stage.ready()
    stage.charge(20)
    stage.tap()
    stage.until(lambda: not stage.contactor.coil, 20, "the end")
    stage.advance(8)


def offline(stage):
    """The back end goes before the session and comes back after it."""
    stage.ready()
    stage.csms.stop()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy")
    stage.advance(20)
    stage.vehicle.unplug()
    stage.advance(20)
    stage.csms.start()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 240, "delivery")


def settings_and_availability(stage):
    """The back end changes what must be kept, between two sessions."""
    stage.ready()
    stage.charge(5)
    stage.csms.call(IDENTITY, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    change = {"key": "MeterValueSampleInterval", "value": "9"}
    stage.csms.call(IDENTITY, "ChangeConfiguration", change)
    stage.advance(2)
    stage.tap()
    stage.until_status("Unavailable", 30)
    stage.csms.call(IDENTITY, "ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    stage.advance(5)


def play(folder, story, cut=None, torn=None):
    """Play ``story`` with the power cut in store operation ``cut``; the stage at the end."""
    store = MemoryStore()
    stage = Stage("in_process", folder, settings=SETTINGS, store=store)
    if cut is not None:
        store.cut_after(cut, torn)
    try:
        stage.start()
        story(stage)
    except PowerCut:
        stage.power_cut()
        store.restore_power()
        stage.advance(3)
        if not stage.csms.listening:
            stage.csms.start()
        stage.start()
        stage.until(lambda: delivered(stage), 400, "everything delivered")
    return stage, store.writes + store.removes


def delivered(stage):
    """Accepted, no transaction open here, and the journal empty."""
    facts = stage.facts()
    running = [c["transaction"] for c in facts["connectors"]]
    closed = all(state in ("free", "finished", "plugged") for state in running)
    return facts["registration"] == "accepted" and facts["undelivered"] == 0 and closed


def check(stage, before_wh, where):
    """The back end's record equals the meter's, and there is at most one session."""
    sessions = stage.sessions()
    assert len(sessions) <= 1, f"{where}: {len(sessions)} sessions"
    assert all(session["reason"] for session in sessions), f"{where}: not stopped"
    assert all(session["meter_start"] is not None for session in sessions), f"{where}: no start"
    billed_wh = sum(session["meter_stop"] - session["meter_start"] for session in sessions)
    assert billed_wh == stage.meter_wh - before_wh, f"{where}: billed {billed_wh} Wh"
    assert stage.csms.violations(IDENTITY) == [], where


@pytest.mark.parametrize("torn", WHOLE)
@pytest.mark.parametrize("story", [online, offline, settings_and_availability])
def test_session_survives_a_power_cut_at_every_store_operation(tmp_path, story, torn):
    """DESIGN.md §6: no transaction and no watt-hour lost."""
    stage, operations = play(tmp_path / "whole", story)
    with stage:
        before_wh = stage.sessions()[0]["meter_start"]
        check(stage, before_wh, "uncut")
    assert operations > 12
    for cut in range(operations):
        stage, _ = play(tmp_path / str(cut), story, cut, WHOLE[torn])
        with stage:
            check(stage, before_wh, f"cut in operation {cut} of {operations}")
