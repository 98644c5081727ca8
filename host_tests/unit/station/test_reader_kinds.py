"""A whole station with each card reader: a session by card, and the reader lost and found."""

import pytest

from host_tests.harness.devices.bus_reader import KINDS
from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.targets.base import Unavailable

CARD = bytes.fromhex("04a1b2c3d4e5f6071829")


@pytest.fixture(params=[(target, kind) for target in ("in_process", "unix") for kind in KINDS])
def stage(request, tmp_path):
    target, kind = request.param
    try:
        stage = Stage(target, tmp_path, reader=kind)
    except Unavailable as reason:
        pytest.skip(str(reason))
    with stage:
        stage.kind = kind
        stage.start()
        yield stage.ready()


def faults(stage):
    return stage.facts()["faults"]


def show(stage, uid):
    """As people do: a little more than a second."""
    stage.world.cards.present(uid, 1200)


def test_session_begins_and_ends_by_card(stage):
    uid = bytes.fromhex("04a1b2c3d4e5f6") if stage.kind == "onewire" else CARD
    tag = uid.hex().upper()
    stage.csms.add_card(tag)
    stage.vehicle.plug_in()
    show(stage, uid)
    stage.until_status("Charging")
    stage.advance(30)
    show(stage, uid)
    session = stage.finished_session()
    assert session["reason"] == "Local"
    assert stage.csms.calls(IDENTITY, "StartTransaction")[0]["idTag"] == tag


def test_reader_that_is_gone_is_told_and_comes_back_without_a_restart(stage):
    if stage.kind == "onewire":
        pytest.skip("an empty probe looks the same as none")
    stage.world.fault("reader_absent")
    stage.until(lambda: "reader_silent" in faults(stage), 30, "the fault")
    stage.world.clear_fault("reader_absent")
    stage.until(lambda: "reader_silent" not in faults(stage), 60, "its end")
    stage.csms.add_card(CARD.hex().upper())
    stage.vehicle.plug_in()
    show(stage, CARD)
    stage.until_status("Charging")
    assert stage.restarts == 0
