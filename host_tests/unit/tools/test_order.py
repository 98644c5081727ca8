"""tools/provision/order: order files that are good, wrong, foreign, or cut off."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import pilotlight
from tools.provision import order, schema
from tools.provision.fields import BY_PLACE, FIELDS

GOOD = {
    "order.reference": "2026-0815",
    "order.serial": "PL-4F44066C",
    "back_end.identity": "BE-1",
    "back_end.url": "ws://example.org:8080/ocpp",
    "back_end.security_profile": 1,
    "back_end.password": "correct-horse",
    "network.wifi_ssid": "home",
    "installation.max_current_a": 32,
    "installation.load_limit_a": 16,
    "installation.phases": 3,
    "installation.phase_rotation": "RTS",
    "installation.earthing": "TT",
    "installation.time_zone": "Europe/Brussels",
    "charging.mode": "free",
    "technician.code": "hutzli",
    "settings.MeterValueSampleInterval": 60,
    "settings.LightIntensity": "50",
    "settings.SupplyLimitLock": True,
}
NASTY = [
    "<script>alert('x')</script>",
    "'; DROP TABLE orders; --",
    '"""',
    "\\",
    "a\nb",
    "x" * 100000,
    "\x00",
    "\U0001f50c",
    "%s",
    "[back_end]",
]
TEXTS = [each.place for each in FIELDS if each.kind is str]


def wrong(text, folder="."):
    with pytest.raises(order.OrderError) as told:
        order.parse(text, folder)
    return {place: (line, why) for line, place, why in told.value.errors}


def test_order_becomes_the_settings_of_the_firmware(tmp_path):
    """Each field by its own rule; the rest by name."""
    found = order.parse(order.text_of(GOOD), tmp_path)
    assert found.serial == "PL-4F44066C" and found.reference == "2026-0815"
    assert found.code == "hutzli" and found.files == {}
    assert found.settings == {
        "Identity": "BE-1",
        "CentralSystemUrl": "ws://example.org:8080/ocpp",
        "SecurityProfile": "1",
        "AuthorizationKey": "correct-horse",
        "WifiSsid": "home",
        "MaxCurrent": "32",
        "SupplyLimit": "16",
        "Phases": "3",
        "ConnectorPhaseRotation": "0.RTS,1.RTS",
        "Earthing": "TT",
        "LampTimeZone": "60",
        "FreeCharging": "true",
        "MeterValueSampleInterval": "60",
        "LightIntensity": "50",
        "SupplyLimitLock": "true",
    }
    assert schema.errors_of(found.settings, {}) == {}


def test_every_field_names_a_setting_that_there_is_and_that_an_order_may_set():
    """The one schema is the firmware's."""
    for each in FIELDS:
        if each.setting and each.setting not in ("tls_ca", "tls_certificate", "tls_key"):
            assert schema.spelled(each.setting) == each.setting, each.place
            default = schema.fresh().row(each.setting)[2]
            errors = schema.errors_of({each.setting: default}, {})
            assert errors.get(each.setting) is None, each.place


def test_files_beside_the_order_go_along(tmp_path):
    """Profile 2 wants the root certificate; one that is no PEM is refused beside its field."""
    pem = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
    (tmp_path / "ca.pem").write_text(pem)
    text = order.text_of({**GOOD, "back_end.security_profile": 2, "back_end.ca": "ca.pem"})
    found = order.parse(text, tmp_path)
    assert found.files == {"tls_ca": pem.encode()}
    assert found.request("apply")["files"] == {"tls_ca": pem}
    (tmp_path / "ca.pem").write_bytes(b"\x30\x82\x01\xff")
    assert "expected a text in PEM" in wrong(text, tmp_path)["back_end.ca"][1]
    (tmp_path / "ca.pem").write_text("no certificate")
    assert "-----BEGIN" in wrong(text, tmp_path)["back_end.ca"][1]
    (tmp_path / "ca.pem").unlink()
    assert "can't be read" in wrong(text, tmp_path)["back_end.ca"][1]
    for other in ("../ca.pem", "/etc/hostname", "a/b"):
        elsewhere = {**GOOD, "back_end.security_profile": 2, "back_end.ca": other}
        assert "beside the order" in wrong(order.text_of(elsewhere), tmp_path)["back_end.ca"][1]
    without = order.text_of({**GOOD, "back_end.security_profile": 2})
    assert "needs this file" in wrong(without, tmp_path)["back_end.ca"][1]


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("installation.max_current_a", 99, "a whole number, 6 to 80"),
        ("installation.max_current_a", "32", "a whole number"),
        ("installation.max_current_a", True, "a whole number"),
        ("installation.load_limit_a", 33, "at most max_current_a (32)"),
        ("installation.earthing", "TN-C", "one of: TN,TT,IT"),
        ("installation.phase_rotation", "ABC", "one of: RST"),
        ("installation.time_zone", "Mars/Base", "Europe/Brussels"),
        ("installation.time_zone", "../etc/passwd", "Europe/Brussels"),
        ("charging.mode", "Free", "one of: card, free"),
        ("back_end.url", "http://example.org", "ws://... or wss://..."),
        ("back_end.identity", "", "1 to 48 characters"),
        ("back_end.security_profile", 7, "a whole number, 0 to 3"),
        ("back_end.password", "", "security profile 1 needs one"),
        ("technician.code", "123", "4 to 32 characters"),
        ("settings.NoSuchThing", 1, "docs/settings.md"),
        ("settings.MeterValueSampleIntervall", 1, "did you mean MeterValueSampleInterval?"),
        ("settings.SupplyLimit", 10, "said already, by installation.load_limit_a"),
        ("settings.FirmwareVersion", "9", "no order"),
        ("order.format", 2, "expected 1"),
    ],
)
def test_wrong_value_is_told_with_its_line_and_what_was_expected(place, value, expected, tmp_path):
    """One field is wrong, and that one is named."""
    text = order.text_of({**GOOD, place: value})
    if place == "order.format":
        text = text.replace("format = 1", f"format = {value}")
    found = wrong(text, tmp_path)
    assert list(found) == [place]
    line, why = found[place]
    assert expected in why
    assert text.splitlines()[line - 1].startswith(place.partition(".")[2] + " = ")


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path):
    """Not one after the other."""
    text = "[order]\nformat = 1\nserail = 'x'\n[back_end]\nidentity = 5\n[instalation]\na = 1\n"
    with pytest.raises(order.OrderError) as told:
        order.parse(text, tmp_path, "my.toml")
    lines = told.value.lines()
    assert "my.toml:3: order.serail: unknown; did you mean serial?" in lines
    assert "my.toml:5: back_end.identity: 5, expected a text in quotes" in lines
    assert "my.toml:6: instalation: unknown; did you mean installation?" in lines
    numbers = [line for line, _, _ in told.value.errors if line]
    assert numbers == sorted(numbers)
    missing = {place for _, place, why in told.value.errors if "missing" in why}
    assert {"back_end.url", "installation.phases", "technician.code"} <= missing


@pytest.mark.parametrize("place", TEXTS)
@pytest.mark.parametrize("text", NASTY)
def test_html_sql_and_endless_texts_are_taken_as_they_are_or_refused(place, text, tmp_path):
    """In each field: it comes out as it went in, or its field is named; nothing else happens."""
    try:
        found = order.parse(order.text_of({**GOOD, place: text}), tmp_path)
    except order.OrderError as refused:
        assert {told for _, told, _ in refused.errors} <= {place, "back_end.ca"}
        return
    known = BY_PLACE[place]
    if known.setting and known.setting in found.settings:
        assert found.settings[known.setting] == text
    elif place == "technician.code":
        assert found.code == text
    else:
        assert getattr(found, place.partition(".")[2]) == text


def test_order_that_was_cut_off_is_never_taken_for_a_whole_one(tmp_path):
    """At every byte: refused, or only what may be missing is missing (the blank end)."""
    values = {name: value for name, value in GOOD.items() if not name.startswith("settings.")}
    text = order.text_of(values)
    whole = order.parse(text, tmp_path)
    for end in range(len(text)):
        try:
            found = order.parse(text[:end], tmp_path)
        except order.OrderError:
            continue
        assert (found.settings, found.code) == (whole.settings, whole.code), text[:end][-30:]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "missing"),
        (b"\x89PNG\r\n\x1a\n\x00", "no text in UTF-8"),
        (bytes(range(200, 256)), "no text in UTF-8"),
        (b'{"identity": "x"}', "no TOML"),
        (b"<html></html>", "no TOML"),
        (b"a = 1\n" * 20000, "this is no order file"),
        (b"[project]\nname = 'x'\n", "project: unknown"),
        (b"order = 5\n", "expected a table [order]"),
        (b"a = " + b"[" * 5000, "no TOML"),
    ],
)
def test_file_that_is_no_order_is_told_so(data, expected, tmp_path):
    """Foreign files: a message, never a trace."""
    (tmp_path / "order.toml").write_bytes(data)
    with pytest.raises(order.OrderError, match="order.toml") as told:
        order.read(tmp_path / "order.toml")
    assert expected.replace("[", "[") in str(told.value)


def test_file_that_can_not_be_read_is_told_so(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(order.OrderError, match="can't be read"):
            order.read(path)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(min_size=4, max_size=32), st.integers(6, 80))
def test_what_was_written_is_read(tariff, code, most_a):
    """Any text survives TOML; control characters are for the firmware to refuse."""
    values = {
        **GOOD,
        "charging.tariff_text": tariff,
        "technician.code": code,
        "installation.max_current_a": most_a,
        "installation.load_limit_a": 6,
    }
    text = order.text_of(values)
    assert tomllib.loads(text)["charging"]["tariff_text"] == tariff
    try:
        found = order.parse(text, ".")
    except order.OrderError as refused:
        assert {place for _, place, _ in refused.errors} == {"charging.tariff_text"}
        return
    assert found.settings["TariffText"] == tariff and found.code == code


def test_example_is_a_good_order_with_a_password_of_its_own(tmp_path, capsys):
    """`pilotlight provision --example > order.toml`: no two have the same password."""
    passwords = set()
    for _ in range(2):
        assert pilotlight.main(["provision", "--example"]) == 0
        (tmp_path / "order.toml").write_text(capsys.readouterr().out, encoding="utf-8")
        passwords.add(order.read(tmp_path / "order.toml").settings["AuthorizationKey"])
    assert len(passwords) == 2
    assert pilotlight.main(["provision", str(tmp_path / "order.toml"), "--check"]) == 0
    assert "every field is good" in capsys.readouterr().out


def test_command_without_what_it_needs_says_so(tmp_path, capsys):
    (tmp_path / "order.toml").write_text(order.example(), encoding="utf-8")
    good = str(tmp_path / "order.toml")
    for words, expected in (
        ([], "ORDER.toml is missing"),
        ([good], "--port or --url is missing"),
        ([good, "--url", "http://192.168.4.1"], "--password is missing"),
    ):
        assert pilotlight.main(["provision", *words]) == 2
        assert expected in capsys.readouterr().err
