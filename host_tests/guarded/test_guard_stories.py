"""What the guard in the coprocessor is for: the contactor opens whatever the interpreter does."""

import pytest

from host_tests.harness.stage import IDENTITY

# The contactor's own 20 ms and 15 windows at the nominal clock (conformance/guard: at most 25 ms).
GUARDED_MS = 25 + 20
_TLS_MS = 2000


def faults(stage):
    """What the back end heard of connector 1, as (status, vendor code, info)."""
    calls = stage.csms.calls(IDENTITY, "StatusNotification")
    return [
        (call["status"], call.get("vendorErrorCode"), call.get("info"))
        for call in calls
        if call["connectorId"] == 1 and call["errorCode"] != "NoError"
    ]


def worst_ms(stage):
    return stage.outlet.worst_open_delay_ms


def leaves_in(stage, ms):
    stage.world.after(ms, stage.vehicle.stop_power)


def chip(stage):
    """The coprocessor, where it may be broken."""
    return stage.wiring.guard.ulp


def test_vehicle_that_leaves_during_a_tls_handshake_is_opened_for_in_time(make_stage):
    """IEC 61851-1 table A.6 8.1: 100 ms, though the interpreter is held up for two seconds."""
    stage = make_stage().ready()
    stage.charge(5)
    leaves_in(stage, 300)
    stage.hang(_TLS_MS)
    assert not stage.contactor.closed and 0 < worst_ms(stage) <= GUARDED_MS
    stage.until_status("SuspendedEV", 5)
    assert faults(stage) == [], "a vehicle that pauses is no fault"
    stage.vehicle.request_power()
    stage.until_status("Charging", 30)
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"


def test_vehicle_that_leaves_during_a_tls_handshake_waits_without_a_guard(make_stage):
    """The same without the guard is what it is for: late by more than a second."""
    stage = make_stage(guard="none").ready()
    stage.charge(5)
    leaves_in(stage, 300)
    stage.hang(_TLS_MS)
    assert stage.contactor.closed
    stage.advance(1)
    assert not stage.contactor.closed and worst_ms(stage) > 1000


def test_handshake_in_a_session_that_goes_on_opens_nothing(make_stage):
    """The heartbeat may pause for twice as long as a handshake takes."""
    stage = make_stage().ready()
    stage.charge(5)
    for _ in range(3):
        stage.hang(2300)
        stage.advance(0.1)
    assert stage.contactor.closed and stage.contactor.cycles == 1 and faults(stage) == []


def test_vehicle_that_left_and_came_back_unseen_is_a_fault_and_waits(make_stage):
    """Guard and interpreter disagree about the last two seconds: open, told, held for 30 s."""
    stage = make_stage().ready()
    stage.charge(5)
    leaves_in(stage, 200)
    stage.world.after(700, stage.vehicle.request_power)
    stage.hang(_TLS_MS)
    stage.advance(1)
    assert faults(stage)[-1] == ("Faulted", "GuardTrip", "guard_trip")
    stage.advance(20)
    assert not stage.contactor.closed
    stage.until_status("Charging", 30)
    assert any("guard: connector 1: high" in text for _, _, text in stage.log)


def test_interpreter_that_hangs_for_good_is_opened_for_and_reset(make_stage):
    """Heartbeat: 4 s. Then no one feeds the RTC watchdog, which resets the chip."""
    stage = make_stage().ready()
    stage.charge(5)
    stage.hang(3900)
    assert stage.contactor.closed
    stage.hang(300 + stage.contactor.open_ms)
    assert not stage.contactor.closed and stage.restarts == 1
    stage.until(lambda: faults(stage)[-1:] == [("Faulted", "GuardTrip", "guard_trip")], 20)
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh
    stage.advance(40)
    assert stage.contactor.cycles == 1, "nothing closes by itself"
    stage.vehicle.unplug()
    stage.until_status("Available", 60)
    stage.charge(5)


@pytest.mark.parametrize("cause", ["HARD_RESET", "SOFT_RESET", "WDT_RESET"])
def test_reset_in_a_session_opens_at_once_and_is_told(make_stage, cause):
    """A panic, Ctrl-D, the processor's watchdog: the converter is seized, or the pilot goes."""
    stage = make_stage().ready()
    stage.charge(5)
    began_ms = stage.now_ms
    opened = []
    stage.contactor.after_change = _after(stage.contactor.after_change, opened, stage)
    stage.reboot(cause, 2500)
    assert not stage.contactor.closed and opened[0] - began_ms <= GUARDED_MS
    stage.until(lambda: faults(stage)[-1:] == [("Faulted", "GuardTrip", "guard_trip")], 20)
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    stage.vehicle.unplug()
    stage.until_status("Available", 60)
    stage.charge(5)


def _after(before, moments, stage):
    def note():
        before()
        moments.append(stage.now_ms)

    return note


def test_converter_that_hangs_resets_the_chip_which_opens(make_stage):
    """The relay would stay as it is: 50 ms without food, and the pad's pull-down opens."""
    stage = make_stage().ready()
    stage.charge(5)
    chip(stage).adc_hang()
    stage.advance(0.2)
    assert not stage.contactor.closed and stage.restarts == 1
    stage.until(lambda: faults(stage)[-1:] == [("Faulted", "GuardTrip", "guard_trip")], 20)
    stage.finished_session()
    stage.vehicle.unplug()
    stage.until_status("Available", 60)
    stage.charge(5)


def test_converter_that_freezes_is_opened_for(make_stage):
    """The negative half wave is the proof of life of the converter."""
    stage = make_stage().ready()
    stage.charge(5)
    chip(stage).adc_frozen(2620)
    stage.until(lambda: not stage.contactor.closed, 0.1, "an open contactor")
    stage.advance(1)
    assert faults(stage)[-1][2] == "diode"


def test_guard_that_does_not_hold_what_is_asked_is_a_fault(make_stage):
    """Asked closed, and it says open without a trip: open, and tell."""
    stage = make_stage().ready()
    stage.charge(5)
    # The relay's pad is no longer RTC's: someone made a Pin of it.
    chip(stage).write32(0x3FF4848C, 0)
    stage.until(lambda: faults(stage)[-1:] == [("Faulted", "GuardTrip", "guard_trip")], 2)
    assert not stage.contactor.coil
    assert any("guard: connector 1: disagrees" in text for _, _, text in stage.log)


@pytest.mark.parametrize("clock_hz", [6_200_000, 10_800_000])
def test_guard_with_a_clock_at_the_end_of_its_range_charges_and_opens_in_time(
    make_stage, clock_hz
):
    """Both limits are reckoned from the window that was counted: 35 ms at the slowest clock."""
    stage = make_stage(start=False)
    chip(stage).clock_hz = clock_hz
    stage.start()
    stage.ready().charge(5)
    leaves_in(stage, 300)
    stage.hang(_TLS_MS)
    assert 0 < worst_ms(stage) <= 35 + 20
    stage.advance(1)
    assert faults(stage) == []


@pytest.mark.parametrize("clock_hz", [5_000_000, 13_000_000, 0])
def test_guard_with_a_clock_out_of_range_is_not_armed(make_stage, clock_hz):
    """Nothing is offered, and the station says why."""
    stage = make_stage(start=False)
    chip(stage).clock_hz = clock_hz
    stage.start()
    stage.vehicle.plug_in()
    stage.tap()
    stage.until(lambda: "guard_trip" in stage.facts()["connectors"][0]["faults"], 40)
    stage.advance(5)
    assert stage.status() == "Faulted"
    assert stage.contactor.cycles == 0 and stage.outlet.duty_bp == 10_000
