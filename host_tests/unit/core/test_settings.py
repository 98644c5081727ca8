"""core/settings: typed, checked, kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.settings import Settings, rows_of
from chargepoint.core.settings_own import TABLE as OWN
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY

TABLES = (OWN, CORE, PROFILES, SECURITY)
TABLE = list(rows_of(TABLES))


class Drawer(dict):
    """A store of small facts; ``writes`` counts."""

    writes = 0

    def put(self, name, data):
        self.writes += 1
        self[name] = data


def opened(drawer):
    return Settings(TABLES, drawer.get, drawer.put)


@pytest.fixture
def drawer():
    return Drawer()


@pytest.fixture
def settings(drawer):
    return opened(drawer)


def test_every_default_is_valid_and_every_name_is_there_once(settings):
    names = [row[0].lower() for row in TABLE]
    assert len(set(names)) == len(names)
    for row in TABLE:
        assert settings.get(row[0]) is not None
        assert row[7].endswith(".") and row[5] in ("R", "RW", "W")


@pytest.mark.parametrize(
    "name, text, value",
    [
        ("HeartbeatInterval", "60", 60),
        ("LocalPreAuthorize", "TRUE", True),
        ("MeterValuesSampledData", "Voltage, Current.Import", ("Voltage", "Current.Import")),
        ("MeterValuesSampledData", "", ()),
        ("ConnectorPhaseRotation", "0.RST,1.RTS", ("0.RST", "1.RTS")),
        ("CentralSystemUrl", "wss://h/%C3%A9?y=1", "wss://h/%C3%A9?y=1"),
        ("CentralSystemUrl", "ws://10.0.0.1:9000", "ws://10.0.0.1:9000"),
        ("CentralSystemUrl", "wss://[fe80::1]:8443/o", "wss://[fe80::1]:8443/o"),
        ("CentralSystemUrl", "ws://[::1]", "ws://[::1]"),
        ("AuthorizationKey", "0123456789abcdef" * 2, bytes.fromhex("0123456789abcdef" * 2)),
        ("AuthorizationKey", "a plain password", b"a plain password"),
        ("AuthorizationKey", "z" * 32, b"z" * 32),
    ],
)
def test_changed_value_is_typed_and_survives_a_restart(drawer, settings, name, text, value):
    assert settings.change(name, text) in ("Accepted", "RebootRequired")
    for each in (settings, opened(drawer)):
        assert each.get(name) == value and each.get(name.upper()) == value


@pytest.mark.parametrize(
    "name, text",
    [
        ("HeartbeatInterval", "-1"),
        ("HeartbeatInterval", "86401"),
        ("HeartbeatInterval", "1.5"),
        ("HeartbeatInterval", "1_0"),
        ("HeartbeatInterval", " 5"),
        ("HeartbeatInterval", ""),
        ("HeartbeatInterval", "٣"),
        ("HeartbeatInterval", "9" * 500),
        ("LocalPreAuthorize", "1"),
        ("LocalPreAuthorize", "yes"),
        ("MeterValuesSampledData", "Voltage,SoC"),
        ("MeterValuesSampledData", "Voltage,Voltage"),
        ("MeterValuesSampledData", ","),
        ("ConnectorPhaseRotation", "0.ABC"),
        ("ConnectorPhaseRotation", "RST"),
        ("ConnectorPhaseRotation", "x.RST"),
        ("ConnectorPhaseRotation", ",".join(["0.RST"] * 6)),
        ("CentralSystemUrl", "http://h"),
        ("CentralSystemUrl", "ws://"),
        ("CentralSystemUrl", "ws://a b"),
        ("CentralSystemUrl", "wss://h/é"),
        ("CentralSystemUrl", "ws://h/#part"),
        ("CentralSystemUrl", "ws:///path"),
        ("CentralSystemUrl", "ws://h:0"),
        ("CentralSystemUrl", "ws://h:65536/"),
        ("CentralSystemUrl", "ws://h:80x"),
        ("CentralSystemUrl", "ws://h:"),
        ("CentralSystemUrl", "ws://fe80::1"),
        ("CentralSystemUrl", "ws://[::1"),
        ("CentralSystemUrl", "ws://[::1]x"),
        ("CentralSystemUrl", "ws://h?x"),
        ("CentralSystemUrl", "ws://user:secret@h/"),
        ("ChargePointVendor", ""),
        ("ChargePointVendor", "x" * 21),
        ("ChargePointVendor", "a\nb"),
        ("ChargePointVendor", "\ud800"),
        ("SupplyLimit", "5"),
    ],
)
def test_refused_change_names_the_setting_and_changes_nothing(drawer, settings, name, text):
    before = settings.get(name)
    assert settings.change(name, text) == "Rejected"
    assert settings.why.startswith(name + ": ") and "expected" in settings.why
    assert settings.get(name) == before and drawer.writes == 0


def test_unknown_setting_is_not_supported(settings):
    assert settings.change("Nonsense", "1") == "NotSupported"
    assert settings.change_by_peer("Nonsense", "1") == "NotSupported"
    assert "Nonsense" in settings.why
    with pytest.raises(KeyError):
        settings.get("Nonsense")


def test_back_end_may_not_write_what_is_read_only(settings):
    assert settings.change_by_peer("NumberOfConnectors", "2") == "Rejected"
    assert "read-only" in settings.why
    assert settings.change_by_peer("AuthorizationKey", "secret") == "Accepted"


def test_reboot_is_required_where_the_row_says_so(settings):
    assert settings.change_by_peer("CentralSystemUrl", "ws://h") == "RebootRequired"


def test_write_only_value_is_never_shown(settings):
    assert settings.text("AuthorizationKey") is None
    settings.change("AuthorizationKey", "secret" * 10)
    assert "secret" not in settings.why
    settings.change("CentralSystemUrl", "ws://user:secret@h/")
    assert "secret" not in settings.why


@pytest.mark.parametrize("row", TABLE)
def test_text_is_what_change_takes(row):
    settings = opened(Drawer())
    text = settings.text(row[0])
    if text is not None:
        value = settings.get(row[0])
        settings.fix(row[0], text)
        assert settings.get(row[0]) == value


def test_same_value_again_is_not_written_again(drawer, settings):
    """Flash wear: some back ends send their settings at every boot."""
    for _ in range(3):
        settings.change("HeartbeatInterval", "60")
    assert drawer.writes == 1


def test_factory_value_stands_below_a_stored_one(drawer, settings):
    settings.change("HeartbeatInterval", "60")
    again = opened(drawer)
    again.factory({"heartbeatinterval": "120", "SupplyLimit": "16"})
    assert again.get("HeartbeatInterval") == 60 and again.get("SupplyLimit") == 16
    assert drawer.writes == 1


def test_default_that_the_back_end_chose_stands_above_the_factory(drawer, settings):
    settings.change("HeartbeatInterval", "3600")
    again = opened(drawer)
    again.factory({"HeartbeatInterval": "120"})
    assert again.get("HeartbeatInterval") == 3600


@pytest.mark.parametrize(
    "given_, said",
    [
        ({"Nonsense": "1"}, "unknown setting Nonsense"),
        ({"SupplyLimit": "500"}, "SupplyLimit: '500', expected a whole number, 6 to 80"),
        ({"SupplyLimit": 16}, "SupplyLimit: expected text, not int"),
    ],
)
def test_bad_factory_values_are_named_and_change_nothing(settings, given_, said):
    with pytest.raises(ValueError, match=said):
        settings.factory({"HeartbeatInterval": "120", **given_})
    assert settings.get("HeartbeatInterval") == 3600


@pytest.mark.parametrize("saved", [b"", b"60", b"=", b"=soon", b"=\xff\xfe", b"=-1", b"\x00" * 9])
def test_corrupt_stored_value_counts_as_absent_and_is_noted(saved):
    settings = opened(Drawer({"set_heartbeatinterval": saved}))
    assert settings.get("HeartbeatInterval") == 3600
    assert settings.damaged == ["HeartbeatInterval"]


@given(st.sampled_from(TABLE), st.text(max_size=30) | st.integers().map(str))
def test_no_text_raises_and_a_refused_one_changes_nothing(row, text):
    settings = opened(Drawer())
    before = settings.get(row[0])
    status = settings.change(row[0], text)
    if status == "Rejected":
        assert settings.get(row[0]) == before and settings.why
    else:
        assert status == ("RebootRequired" if row[6] else "Accepted")
