"""Files of the station, on every target: there is a place for them, or the station says no."""

from host_tests.harness.stage import IDENTITY


def ask(stage, action, payload):
    """The answer, or the code of the CALLERROR."""
    pending = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: pending.done, 60, f"an answer to {action}")
    return pending.result if pending.error is None else pending.error[0]


def test_files_are_for_stations_that_have_a_place_for_them(stage):
    """OCPP 1.6 §9.1.27: the profile is named where it is there; NotSupported where it is not."""
    told = ask(stage, "GetConfiguration", {"key": ["SupportedFeatureProfiles"]})
    profiles = told["configurationKey"][0]["value"].split(",")
    has = "FirmwareManagement" in profiles
    assert {"Core", "SmartCharging", "RemoteTrigger"} <= set(profiles)
    nowhere = {"location": "dummy://dummy"}
    refused = "PropertyConstraintViolation" if has else "NotSupported"
    dated = {**nowhere, "retrieveDate": "2026-01-05T08:00:00Z"}
    assert ask(stage, "UpdateFirmware", dated) == refused
    assert ask(stage, "GetDiagnostics", nowhere) == refused
    trigger = {"requestedMessage": "FirmwareStatusNotification"}
    status = "Accepted" if has else "NotImplemented"
    assert ask(stage, "TriggerMessage", trigger) == {"status": status}
    stage.advance(5)
    told = stage.csms.calls(IDENTITY, "FirmwareStatusNotification")
    assert told == ([{"status": "Idle"}] if has else [])
    stage.charge(5)
