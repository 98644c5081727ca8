"""ocpp/v16/inbound: each call of the back end, and each way to get it wrong."""

import pytest

from chargepoint.ocpp.v16 import schema
from host_tests.unit.ocpp.bench import (
    Charge,
    assert_official,
    new_inbound,
    new_settings,
    official_faults,
    refusal,
)


@pytest.fixture
def charge():
    return Charge()


def ask(charge, action, payload, settings=None):
    """The answer to a call that the official schema holds valid, itself judged by it."""
    assert official_faults(action, payload) == []
    answer = new_inbound(charge, settings)(action, payload, 0)
    steps = 0
    while callable(answer):
        steps += 1
        assert steps < 100
        answer = answer(steps * 10) or answer
    assert_official(f"{action}Response", answer)
    return answer


@pytest.mark.parametrize(
    "action, payload, asked, status",
    [
        ("RemoteStartTransaction", {"idTag": "A"}, ("remote_start", "A", None), "Accepted"),
        (
            "RemoteStartTransaction",
            {"idTag": "A", "connectorId": 2},
            ("remote_start", "A", 2),
            "Accepted",
        ),
        ("RemoteStopTransaction", {"transactionId": 0}, ("remote_stop", 0), "Accepted"),
        ("Reset", {"type": "Hard"}, ("reset", True), "Accepted"),
        ("Reset", {"type": "Soft"}, ("reset", False), "Accepted"),
        (
            "ChangeAvailability",
            {"connectorId": 0, "type": "Inoperative"},
            ("change_availability", 0, False),
            "Scheduled",
        ),
        ("ClearCache", {}, ("clear_cache",), "Rejected"),
        ("UnlockConnector", {"connectorId": 2}, ("unlock", 2), "Unlocked"),
        (
            "TriggerMessage",
            {"requestedMessage": "MeterValues"},
            ("trigger", "MeterValues", None),
            "Accepted",
        ),
        (
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "connectorId": 0},
            ("trigger", "StatusNotification", 0),
            "Accepted",
        ),
    ],
)
def test_calls_reach_the_station(charge, action, payload, asked, status):
    assert ask(charge, action, payload) == {"status": status}
    assert charge.asked == [asked]


@pytest.mark.parametrize("connector", [0, -1, 3, 99])
def test_remote_start_for_a_connector_that_there_is_not_is_rejected(charge, connector):
    """OCTT TC_027."""
    payload = {"idTag": "A", "connectorId": connector}
    assert ask(charge, "RemoteStartTransaction", payload) == {"status": "Rejected"}
    assert charge.asked == []


def with_profile(**changes):
    plan = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": plan,
    }
    return {"idTag": "A", "chargingProfile": {**profile, **changes}}


def test_profile_of_a_remote_start_is_ignored_without_smart_charging(charge):
    """OCPP 1.6 §5.11."""
    assert ask(charge, "RemoteStartTransaction", with_profile()) == {"status": "Accepted"}


@pytest.mark.parametrize(
    "changes", [{"chargingProfilePurpose": "TxDefaultProfile"}, {"transactionId": 5}]
)
def test_wrong_profile_of_a_remote_start_is_rejected(charge, changes):
    """OCTT TC_060."""
    payload = with_profile(**changes)
    assert ask(charge, "RemoteStartTransaction", payload) == {"status": "Rejected"}
    assert charge.asked == []


@pytest.mark.parametrize(
    "action, payload",
    [
        ("ChangeAvailability", {"connectorId": 3, "type": "Operative"}),
        ("ChangeAvailability", {"connectorId": -1, "type": "Operative"}),
    ],
)
def test_connector_out_of_range_violates_a_property_constraint(charge, action, payload):
    inbound = new_inbound(charge)
    assert refusal(inbound, action, payload) == "PropertyConstraintViolation"
    assert charge.asked == []


@pytest.mark.parametrize("connector", [-1, 3])
def test_trigger_of_an_unknown_connector_is_rejected(charge, connector):
    """OCPP 1.6 §5.17, OCTT TC_055."""
    wanted = {"requestedMessage": "Heartbeat", "connectorId": connector}
    assert ask(charge, "TriggerMessage", wanted) == {"status": "Rejected"}
    assert charge.asked == []


@pytest.mark.parametrize("connector", [0, 3])
def test_unlock_of_an_unknown_connector_is_not_supported(charge, connector):
    """OCPP 1.6 §5.18."""
    assert ask(charge, "UnlockConnector", {"connectorId": connector})["status"] == "NotSupported"


@pytest.mark.parametrize("status", ["Unlocked", "UnlockFailed", "NotSupported"])
def test_unlock_that_takes_its_time_is_a_function_that_tells_the_answer(charge, status):
    """OCPP 1.6 §5.18; the dialogue asks it in each step."""
    moments = {10: None, 20: None, 30: status}
    charge.unlock = lambda connector: moments.get
    answer = new_inbound(charge)("UnlockConnector", {"connectorId": 1}, 0)
    assert answer(10) is None and answer(20) is None
    assert answer(30) == {"status": status}
    assert_official("UnlockConnectorResponse", answer(30))


def test_unlock_may_wait_while_the_registration_is_pending(charge):
    charge.unlock = lambda connector: lambda now_ms: "Unlocked"
    answer = new_inbound(charge).answer("UnlockConnector", {"connectorId": 2}, 0, False)
    assert answer(10) == {"status": "Unlocked"}


def test_data_transfer_knows_no_vendor(charge):
    payload = {"vendorId": "com.example", "messageId": "x", "data": "é" * 70}
    assert ask(charge, "DataTransfer", payload) == {"status": "UnknownVendorId"}


@pytest.mark.parametrize("action", schema.OTHER_ACTIONS.decode().split())
def test_known_actions_without_a_function_are_not_supported(charge, action):
    """standards.md §2.1."""
    assert refusal(new_inbound(charge), action, {}) == "NotSupported"


@pytest.mark.parametrize(
    "action", ["", " ", "reset", "Get", "Reset.conf", "GetLog Heartbeat", "\nReset", "é" * 300]
)
def test_unknown_actions_are_not_implemented(charge, action):
    assert refusal(new_inbound(charge), action, {}) == "NotImplemented"


def configuration(charge, settings, **payload):
    answer = ask(charge, "GetConfiguration", payload, settings)
    listed = {entry["key"]: entry for entry in answer["configurationKey"]}
    return listed, answer.get("unknownKey", [])


@pytest.mark.parametrize("payload", [{}, {"key": []}])
def test_get_configuration_without_keys_gives_every_readable_one_with_a_value(charge, payload):
    """OCPP 1.6 §5.8; CitrineOS sends an empty list (back-ends.md §2.2)."""
    settings = new_settings()
    listed, unknown = configuration(charge, settings, **payload)
    readable = [row[0] for row in settings.rows() if row[5] != "W"]
    assert list(listed) == readable and unknown == []
    assert all("value" in entry for entry in listed.values())
    assert listed["NumberOfConnectors"]["readonly"] and not listed["BlinkRepeat"]["readonly"]


def test_get_configuration_finds_keys_in_any_case_and_names_the_unknown(charge):
    listed, unknown = configuration(
        charge, new_settings(), key=["heartbeatINTERVAL", "Nonsense", "AuthorizationKey"]
    )
    assert listed["HeartbeatInterval"]["value"] == "3600"
    assert listed["AuthorizationKey"] == {"key": "AuthorizationKey", "readonly": False}
    assert unknown == ["Nonsense"]


def test_get_configuration_is_made_over_many_steps(charge):
    """A step may not be held up: 4 keys each, 1 to 2 ms on an ESP32."""
    answer = new_inbound(charge)("GetConfiguration", {}, 0)
    steps = 1
    while (told := answer(steps * 10)) is None:
        steps += 1
    assert steps * 4 > len(told["configurationKey"]) >= (steps - 1) * 4 > 40


def test_get_configuration_never_tells_the_password(charge):
    settings = new_settings(AuthorizationKey="secretsecret")
    for payload in ({}, {"key": ["AuthorizationKey"]}):
        assert "secretsecret" not in str(ask(charge, "GetConfiguration", payload, settings))


def test_get_configuration_takes_at_most_its_maximum_of_keys(charge):
    inbound = new_inbound(charge, new_settings(GetConfigurationMaxKeys="2"))
    assert refusal(inbound, "GetConfiguration", {"key": ["a", "b"]}) is None
    code = refusal(inbound, "GetConfiguration", {"key": ["a", "b", "c"]})
    assert code == "OccurenceConstraintViolation"


@pytest.mark.parametrize(
    "key, value, status",
    [
        ("HeartbeatInterval", "60", "Accepted"),
        ("heartbeatinterval", "60", "Accepted"),
        ("HeartbeatInterval", "-1", "Rejected"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("WebSocketPingInterval", "-1", "Rejected"),
        ("CentralSystemUrl", "wss://new.example/ocpp", "RebootRequired"),
        ("Nonsense", "1", "NotSupported"),
        ("MeterValuesSampledData", "SoC", "Rejected"),
    ],
)
def test_change_configuration_says_what_became_of_it(charge, key, value, status):
    """OCPP 1.6 §5.3."""
    settings = new_settings()
    payload = {"key": key, "value": value}
    assert ask(charge, "ChangeConfiguration", payload, settings) == {"status": status}
    changed = status in ("Accepted", "RebootRequired")
    assert charge.asked == ([("setting_changed", settings.row(key)[0])] if changed else [])


def test_refused_change_keeps_the_old_list(charge):
    """Errata 3.13; the other items of the list are not taken either."""
    settings = new_settings()
    payload = {"key": "MeterValuesSampledData", "value": "Voltage,SoC"}
    ask(charge, "ChangeConfiguration", payload, settings)
    assert settings.get("MeterValuesSampledData") == ("Energy.Active.Import.Register",)
