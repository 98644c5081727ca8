"""The power goes at every store operation while charging profiles come and go.

A whole station: what it answered with Accepted is so after the restart, and what it did not answer
is wholly so, or not at all (OCPP 1.6 errata 3.37).
"""

import itertools

import pytest

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}


def installing(number, level, limit):
    """(the call, what it makes of the limits by level)."""
    schedule = {"chargingRateUnit": "A"}
    schedule["chargingSchedulePeriod"] = [{"startPeriod": 0, "limit": limit}]
    profile = {"chargingProfileId": number, "stackLevel": level, "chargingSchedule": schedule}
    profile["chargingProfilePurpose"] = "TxDefaultProfile"
    profile["chargingProfileKind"] = "Relative"
    payload = {"connectorId": 0, "csChargingProfiles": profile}

    def effect(known):
        kept = {n: of for n, of in known.items() if n != number and of[0] != level}
        return {**kept, number: (level, limit)}

    return "SetChargingProfile", payload, effect


def clearing(number=None):
    payload = {} if number is None else {"id": number}
    return (
        "ClearChargingProfile",
        payload,
        lambda known: {n: of for n, of in known.items() if number not in (None, n)},
    )


STORY = (
    installing(1, 0, 10),
    installing(2, 1, 12),
    # Takes the place of both.
    installing(1, 1, 14),
    installing(3, 2, 16),
    clearing(1),
    installing(4, 0, 18),
    installing(3, 0, 20),
    clearing(),
)


def installed(stage):
    """The limits from the highest level down, read by clearing one after the other; at last the 32
    of the station itself."""
    found = []
    while True:
        told = ask(stage, "GetCompositeSchedule", {"connectorId": 1, "duration": 60})
        found.append(told["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"])
        for level in (2, 1, 0):
            if ask(stage, "ClearChargingProfile", {"stackLevel": level})["status"] == "Accepted":
                break
        else:
            return found


def levels(known):
    return [limit for _, limit in sorted(known.values(), reverse=True)] + [32]


def ask(stage, action, payload):
    asked = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: asked.done, 30, f"an answer to {action}")
    return asked.result


def play(stage, store, cut, torn):
    """(the power was cut, what must be installed, what may be)."""
    before = after = {}
    try:
        stage.ready()
        store.cut_after(cut, torn)
        for action, payload, effect in STORY:
            before, after = after, effect(after)
            assert ask(stage, action, payload) == {"status": "Accepted"}
            before = after
    except PowerCut:
        stage.power_cut()
        store.restore_power()
        return True, before, after
    store.restore_power()
    return False, after, after


@pytest.mark.parametrize("torn", WHOLE)
def test_profiles_survive_a_power_cut_at_every_store_operation(tmp_path, torn, record_property):
    """Errata 3.37: profiles persist."""
    for cut in itertools.count():
        store = MemoryStore()
        with Stage("in_process", tmp_path / f"{cut}", store=store) as stage:
            stage.start()
            was_cut, before, after = play(stage, store, cut, WHOLE[torn])
            if was_cut:
                stage.start()
                stage.until(lambda: stage.facts()["registration"] == "accepted", 60, "accepted")
            stage.advance(1)
            assert installed(stage) in (levels(before), levels(after)), f"cut {cut}"
        if not was_cut:
            break
    record_property("power cuts", cut)
    assert cut >= len(STORY)
