"""Restarts at awkward moments, and what must be remembered over them."""

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY


def reset(stage, kind="Soft"):
    return stage.csms.call(IDENTITY, "Reset", {"type": kind})


def until_restart(stage, timeout_s=30):
    stage.until(lambda: stage.restarts == 1, timeout_s, "a restart")
    assert not any("Traceback" in text for _, _, text in stage.log)


@pytest.mark.parametrize("moment", ["free", "plugged", "authorised"])
def test_reset_without_a_session_is_answered_and_done(stage, moment):
    """OCPP 1.6 §5.14, OCTT TC_013, TC_014."""
    if moment == "plugged":
        stage.vehicle.plug_in()
        stage.until_status("Preparing", 5)
    elif moment == "authorised":
        stage.tap()
        stage.until_status("Preparing", 5)
    call = reset(stage, "Hard")
    until_restart(stage)
    assert call.result == {"status": "Accepted"}
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "BootNotification")) == 2, 30, "a boot")
    stage.advance(3)
    assert stage.sessions() == [] and stage.restarts == 1


def test_reset_lets_no_one_begin_any_more(stage):
    """OCPP 1.6 §5.14: what would begin now would only be cut off."""
    stage.charge(5)
    stage.world.fault("meter_silent")
    reset(stage)
    stage.advance(5)
    start = stage.csms.call(IDENTITY, "RemoteStartTransaction", {"idTag": CARD_TAG})
    stage.until(lambda: start.done, 5, "an answer")
    assert start.result == {"status": "Rejected"}


def test_reset_is_carried_out_though_the_meter_is_silent_and_the_back_end_gone(stage):
    """OCPP 1.6 §5.14: neither is waited for; the stop is told later."""
    stage.charge(10)
    stage.world.fault("meter_silent")
    reset(stage)
    stage.advance(0.5)
    stage.csms.stop()
    until_restart(stage)
    stage.world.clear_fault("meter_silent")
    stage.csms.start()
    session = stage.finished_session()
    assert session["reason"] == "SoftReset"
    assert session["meter_start"] <= session["meter_stop"] <= stage.meter_wh


def weld(stage):
    stage.charge(5)
    stage.world.fault("contactor_welded")
    stage.tap()
    stage.until_status("Faulted", 20)
    stage.vehicle.unplug()
    stage.world.clear_fault("contactor_welded")
    stage.advance(3)


def test_welded_contactor_is_remembered_over_a_reset(stage):
    """Latched until the power was off: a restart of the firmware mends no contacts."""
    weld(stage)
    reset(stage, "Hard")
    until_restart(stage)
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "BootNotification")) == 2, 30, "a boot")
    stage.advance(40)
    assert stage.status() == "Faulted"
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(10)
    assert not stage.contactor.coil


def test_mended_contactor_is_trusted_again_after_the_power_was_off(stage):
    """The person who mended it switched the station off to do so."""
    weld(stage)
    stage.power_cut()
    stage.advance(2)
    stage.start()
    stage.until_status("Available", 60)
    stage.charge(5)
    assert stage.contactor.closed


def test_contactor_still_welded_is_found_again_after_the_power_was_off(stage):
    """What can be seen is believed before what was kept."""
    stage.charge(5)
    stage.world.fault("contactor_welded")
    stage.tap()
    stage.until_status("Faulted", 20)
    stage.power_cut()
    stage.advance(2)
    stage.start()
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "BootNotification")) == 2, 30, "a boot")
    stage.advance(45)
    assert stage.status() == "Faulted" and not stage.contactor.coil
