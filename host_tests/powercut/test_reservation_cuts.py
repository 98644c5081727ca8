"""The power goes at every store operation of a reservation: made, replaced, cancelled, used, over.

After the cut the station starts again. What the back end was told, it finds: what was Accepted
holds, what was cancelled or used does not come back, and no start uses a reservation twice.
"""

import itertools

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY, Stage
from host_tests.harness.store import MemoryStore
from host_tests.powercut.stories import SETTINGS, check, play

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}


class Told:
    """The back end's calls, and what follows of their answers."""

    def __init__(self, stage):
        self.stage = stage
        self.calls = []  # (pending, number, held)

    def call(self, action, number, held, payload):
        """Call, and wait for the answer; ``held``: whether ``number`` holds when Accepted."""
        pending = self.stage.csms.call(IDENTITY, action, {**payload, "reservationId": number})
        self.calls.append((pending, number, held))
        self.stage.until(lambda: pending.done, 30, action)
        assert pending.result == {"status": "Accepted"}
        self.stage.advance(1)

    def reserve(self, number, connector=1, for_s=3600):
        until = self.stage.time_text(for_s)
        payload = {"connectorId": connector, "expiryDate": until, "idTag": CARD_TAG}
        self.call("ReserveNow", number, True, payload)

    def cancel(self, number):
        self.call("CancelReservation", number, False, {})

    def started(self):
        """The reservations that starts have used."""
        told = self.stage.csms.calls(IDENTITY, "StartTransaction")
        unlike = {str(each): each for each in told if "reservationId" in each}
        return [each["reservationId"] for each in unlike.values()]

    def certain(self, number):
        """Whether ``number`` must hold, must not (False), or may (None)."""
        if number in self.started():
            return False
        said = [
            (pending.done and pending.result, held)
            for pending, n, held in self.calls
            if n == number
        ]
        if not said:
            return False
        answer, held = said[-1]
        return held if answer == {"status": "Accepted"} else None


def made_replaced_cancelled(stage, told):
    told.reserve(5)
    told.reserve(5, connector=0)
    told.cancel(5)


def used(stage, told):
    told.reserve(6)
    stage.charge(10)
    stage.vehicle.unplug()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 60, "delivery")


def used_off_line(stage, told):
    """The start waits for the link, the reservation does not."""
    told.reserve(6, connector=0)
    stage.csms.stop()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy")
    stage.advance(10)
    stage.vehicle.unplug()
    stage.advance(20)


STORIES = (made_replaced_cancelled, used, used_off_line)


@pytest.fixture
def survives(tmp_path):
    """Plays a story with one cut, and judges; whether the cut came before its end."""

    def survives(story, cut, torn):
        store = MemoryStore()
        stage = Stage("in_process", tmp_path / f"{cut}", settings=SETTINGS, store=store)
        told = Told(stage)

        def begin(stage):
            stage.start()
            stage.ready()
            story(stage, told)

        with stage:
            before_wh = stage.meter_wh
            cuts = play(stage, store, begin, ((cut, torn),))
            store.restore_power()
            if not stage.csms.listening:
                stage.csms.start()
            stage.until(lambda: stage.facts()["undelivered"] == 0, 240, "delivery")
            stage.advance(5)
            where = f"cut {cut}"
            check(stage, before_wh, where)
            judge(stage, told, where)
            return cuts == 1

    return survives


def judge(stage, told, where):
    """The station's word on each number fits what the back end knows."""
    assert len(told.started()) == len(set(told.started())), f"{where}: used twice"
    for number in (5, 6):
        wanted, holds = told.certain(number), cancel(stage, number)
        assert wanted in (None, holds), f"{where}: reservation {number} holds: {holds}"


def cancel(stage, number):
    """Whether there was such a reservation."""
    pending = stage.csms.call(IDENTITY, "CancelReservation", {"reservationId": number})
    stage.until(lambda: pending.done, 30, "an answer")
    return pending.result["status"] == "Accepted"


@pytest.mark.parametrize("torn", WHOLE)
@pytest.mark.parametrize("story", STORIES)
def test_reservation_survives_a_power_cut_at_every_store_operation(
    survives, story, torn, record_property
):
    """OCPP 1.6 §5.13: nothing lost, doubled or half done."""
    cuts = 0
    for cut in itertools.count():
        if not survives(story, cut, WHOLE[torn]):
            break
        cuts += 1
    record_property("power cuts", cuts)
    assert cuts >= 5
