"""What the back end reads and writes of the configuration, as real back ends do it."""

from host_tests.harness.stage import IDENTITY

STANDARD = "HeartbeatInterval NumberOfConnectors SupportedFeatureProfiles"


def ask(stage, action, payload):
    call = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: call.done, 10, f"an answer to {action}")
    return call


def configuration(stage, *keys):
    payload = {"key": list(keys)} if keys else {}
    return ask(stage, "GetConfiguration", payload).result


def test_empty_list_of_keys_means_all_of_them(stage):
    """back-ends.md: CitrineOS sends `key: []`; OCPP 1.6 §5.8."""
    everything = configuration(stage)
    told = ask(stage, "GetConfiguration", {"key": []}).result
    assert told == everything and len(told["configurationKey"]) >= 52 - 1
    assert {*STANDARD.split()} <= {entry["key"] for entry in told["configurationKey"]}


def test_known_and_unknown_keys_are_told_apart_in_any_case(stage):
    """OCPP 1.6 §5.8, §9.1: keys compare case-insensitively; what is not known is listed."""
    told = configuration(stage, "HEARTBEATINTERVAL", "NoSuchKey", "heartbeatinterval", "")
    assert [entry["key"] for entry in told["configurationKey"]] == ["HeartbeatInterval"] * 2
    assert told["unknownKey"] == ["NoSuchKey", ""]


def test_more_keys_than_it_takes_are_refused_and_as_many_are_not(stage):
    """OCPP 1.6 §9.1.9: GetConfigurationMaxKeys."""
    (entry,) = configuration(stage, "GetConfigurationMaxKeys")["configurationKey"]
    most = int(entry["value"])
    assert entry["readonly"] and most >= 1
    assert len(configuration(stage, *["BlinkRepeat"] * most)["configurationKey"]) == most
    many = ask(stage, "GetConfiguration", {"key": ["BlinkRepeat"] * (most + 1)})
    assert many.error[0] == "OccurenceConstraintViolation"


def test_value_of_500_characters_is_judged_and_one_more_is_no_message(stage):
    """OCPP 1.6 §5.3, §7.29: values of at most 500 characters; what was stays."""
    for value in ("x" * 500, "é" * 500):
        change = {"key": "TariffText", "value": value}
        assert ask(stage, "ChangeConfiguration", change).result == {"status": "Rejected"}
    change = {"key": "TariffText", "value": "x" * 501}
    call = ask(stage, "ChangeConfiguration", change)
    assert call.error[0] == "PropertyConstraintViolation"
    longest = {"key": "TariffText", "value": "é" * 255}
    assert ask(stage, "ChangeConfiguration", longest).result == {"status": "Accepted"}
    (entry,) = configuration(stage, "TariffText")["configurationKey"]
    assert entry["value"] == "é" * 255


def test_password_is_written_and_never_read(stage):
    """OCPP security §2.2.1: AuthorizationKey is write-only."""
    change = {"key": "AuthorizationKey", "value": "0123456789abcdef" * 2 + "0123"}
    assert ask(stage, "ChangeConfiguration", change).result["status"] in ("Accepted", "Rejected")
    keys = [entry["key"] for entry in configuration(stage)["configurationKey"]]
    assert "AuthorizationKey" not in keys
