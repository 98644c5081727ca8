"""What people do in these cases, and the targets that a case may choose."""

import pytest

from host_tests.harness.stage import IDENTITY

# Coarse steps judge two bursts in a row: both must show the low side.
_LONG_BURST = 400

ON_ALL = pytest.mark.on("in_process", "unix", "qemu")
ON_DESKS = pytest.mark.on("in_process", "unix")


def offer(stage, **plug):
    """Plug in and tap; returns once there is PWM. ``plug`` are the words of Vehicle.plug_in."""
    stage.vehicle.plug_in(**plug)
    stage.tap()
    stage.until(lambda: 0 < stage.outlet.duty_bp < 10_000, 30, "PWM")


def charge(stage, seconds=5, **plug):
    """Plug in, tap, and charge for ``seconds`` after the contacts closed."""
    stage.vehicle.plug_in(**{"amps": 16, **plug})
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 40, "closed contacts")
    stage.advance(seconds)


def set_to(stage, key, value):
    """The back end changes a setting."""
    call = stage.csms.call(IDENTITY, "ChangeConfiguration", {"key": key, "value": str(value)})
    stage.until(lambda: call.done, 10, f"an answer to {key}")
    assert call.result["status"] in ("Accepted", "RebootRequired"), call.result
    return call.result["status"]


def allow(stage, amps):
    """The back end limits a transaction, as home energy managers do: a TxDefaultProfile."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0}]}
    schedule["chargingSchedulePeriod"][0]["limit"] = amps
    profile = {"chargingProfileId": 1, "stackLevel": 0, "chargingSchedule": schedule}
    profile["chargingProfilePurpose"] = "TxDefaultProfile"
    profile["chargingProfileKind"] = "Relative"
    payload = {"connectorId": 0, "csChargingProfiles": profile}
    call = stage.csms.call(IDENTITY, "SetChargingProfile", payload)
    stage.until(lambda: call.done, 10, f"an answer to a limit of {amps} A")
    assert call.result == {"status": "Accepted"}, call.result or call.error


def carries(stage, amps):
    """In process: the hardware carries so much, whatever the desk's board says."""
    connector = stage.target.device.station.bay(1).connector
    connector.limits.put("hardware", round(amps * 1000))
    # The low side lasts 40 us at 80 A: such a board reads longer (drivers/pilot_adc.py).
    stage.target.device.station.ports.connectors[0].pilot._burst = _LONG_BURST


def until_open(stage, timeout_s=30):
    """Wait for open contacts; the moment."""
    stage.until(lambda: not stage.contactor.closed, timeout_s, "open contacts")
    return stage.now_ms


def until_closed(stage, timeout_s=40):
    """Wait for closed contacts; the moment."""
    stage.until(lambda: stage.contactor.closed, timeout_s, "closed contacts")
    return stage.now_ms
