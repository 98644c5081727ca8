"""Sessions whose power goes somewhere on the way, and what must be true in the end."""

import json

from host_tests.harness.stage import IDENTITY
from host_tests.harness.store import PowerCut

SETTINGS = {
    "MeterValueSampleInterval": "7",
    "AllowOfflineTxForUnknownId": "true",
    "StopTxnSampledData": "Energy.Active.Import.Register",
}
BILLING = ("StartTransaction", "MeterValues", "StopTransaction")


def online(stage):
    """A session with readings, stopped by the card; the back end is there all the time."""
    stage.ready()
    stage.charge(20)
    stage.tap()
    stage.until(lambda: not stage.contactor.coil, 20, "the end")
    stage.advance(8)


def begin_offline(stage):
    """The back end goes, then a session begins."""
    stage.ready()
    stage.csms.stop()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy")
    stage.advance(20)


def offline(stage):
    """The back end goes before the session and comes back after it."""
    begin_offline(stage)
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


STORIES = (online, offline, settings_and_availability)


def cut_everywhere(make, story, torn, first=0, every=1) -> int:
    """Play ``story`` with the power cut in operation ``first``, ``first + every``, to its end.

    ``make(cut)`` makes the stage and the medium of a run. Tells how many cuts there were.
    """
    cut = first
    while survives(*make(cut), story, (cut, torn)):
        cut += every
    return (cut - first) // every


def survives(stage, medium, story, *cuts) -> int:
    """Play ``story`` with ``cuts``, and check; how many of them there were.

    Each is (operation, torn): the first is in the story, the others each in the start that follows
    the one before.
    """

    def begin(stage):
        stage.start()
        story(stage)

    with stage:
        before_wh = stage.meter_wh
        count = play(stage, medium, begin, cuts)
        check(stage, before_wh, f"power cuts {cuts[:count]}")
    return count


def play(stage, medium, act, cuts) -> int:
    """Let a station that is off ``act`` until the first of ``cuts``, then recover to the next."""
    medium.restore_power()
    if cuts:
        medium.cut_after(*cuts[0])
    try:
        act(stage)
    except PowerCut:
        stage.power_cut()
        return 1 + play(stage, medium, recover, cuts[1:])
    return 0


def recover(stage, patience_s=400):
    """Some seconds without power, then a start with the back end there, until all is delivered."""
    stage.advance(3)
    if not stage.csms.listening:
        stage.csms.start()
    stage.start()
    stage.until(lambda: delivered(stage), patience_s, "everything delivered")


def delivered(stage):
    """Accepted, no transaction open here, and the journal empty."""
    facts = stage.facts()
    running = [c["transaction"] for c in facts["connectors"]]
    closed = all(state in ("free", "finished", "plugged") for state in running)
    return facts["registration"] == "accepted" and facts["undelivered"] == 0 and closed


def check(stage, before_wh, where):
    """The back end's record equals the meter's, and there is at most one session."""
    sessions = stage.sessions()
    assert stage.restarts == 0, f"{where}: the station crashed"
    assert len(sessions) <= 1, f"{where}: {len(sessions)} sessions"
    assert all(session["reason"] for session in sessions), f"{where}: not stopped"
    assert all(session["meter_start"] is not None for session in sessions), f"{where}: no start"
    billed_wh = sum(session["meter_stop"] - session["meter_start"] for session in sessions)
    assert billed_wh == stage.meter_wh - before_wh, f"{where}: billed {billed_wh} Wh"
    assert stage.csms.violations(IDENTITY) == [], where
    assert doubled(stage) == [], f"{where}: said again with another id or content"
    for stop in stage.csms.calls(IDENTITY, "StopTransaction"):
        told = edges(stop)
        billed = (sessions[0]["meter_start"], sessions[0]["meter_stop"])
        assert told == (("Transaction.Begin", "Transaction.End"), billed), f"{where}: {told}"
        made = getattr(stage.wiring.meters[1], "signed", None)
        assert made is None or are_signed(stop, made), f"{where}: not what the meter signed"


def are_signed(stop, made) -> bool:
    """The signed texts of a stop are of the meter's ``made``: a begin, then an end."""
    told = [each["sampledValue"][-1]["value"] for each in stop["transactionData"]]
    begin, end = told[0], told[-1]
    return begin in made and '"TX":"B"' in begin and end == made[-1]


def edges(stop) -> tuple:
    """The contexts of the first and the last reading in a stop, and their registers."""
    ends = [stop["transactionData"][at]["sampledValue"][0] for at in (0, -1)]
    return tuple(end["context"] for end in ends), tuple(int(end["value"]) for end in ends)


def doubled(stage) -> list:
    """Messages that bill and went out more than once, and not as the same message.

    The back end would tell most of these apart by their contents; other back ends do not.
    """
    contents, ids, found = {}, {}, []
    for way, _, raw in stage.csms.frames(IDENTITY):
        frame = json.loads(raw)
        if way == "received" and frame[0] == 2 and frame[2] in BILLING:
            said = json.dumps(frame[2:], sort_keys=True)
            once = contents.setdefault(frame[1], said) == said
            if ids.setdefault(said, frame[1]) != frame[1] or not once:
                found.append(frame)
    return found
