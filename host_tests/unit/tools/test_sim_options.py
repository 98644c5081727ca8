"""The command line of the sim: what is refused before anything starts, and what is kept."""

import argparse

import pytest

from tools.sim import options
from tools.sim.errors import Unusable
from tools.sim.kept import Kept

PEM = "-----BEGIN CERTIFICATE-----\n"


def given(*arguments):
    parser = argparse.ArgumentParser()
    options.add_to(parser)
    return options.Options(parser.parse_args(arguments))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--connectors", "0"], "1 to 4"),
        (["--connectors", "5"], "1 to 4"),
        (["--board", "nope"], "there are .*unix"),
        (["--target", "in_process", "--board", "qemu_mps2"], "can only be unix"),
        (["--csms", "http://host/ocpp"], "ws:// or wss:// expected"),
        (["--csms", "wss://host/ocpp"], "--ca FILE expected"),
        (["--target", "qemu", "--own-page"], "has no sockets"),
        (["--target", "qemu", "--csms", "wss://host/ocpp", "--ca", "x"], "has no TLS"),
        (["--ca", "x.pem"], "add --csms"),
        (["--csms", "ws://host/ocpp", "--cert", "x.pem"], "belong together"),
        (["--csms", "wss://host/ocpp", "--ca", "/nowhere.pem"], "a PEM file expected"),
        (["--csms", "wss://host/ocpp", "--ca", __file__], "a PEM file expected"),
        (["--lacks", "wheel"], "one of second_relay, .* expected"),
        (["--lacks", "proximity"], "add --tethered"),
        (["--setting", "HeartbeatInterval"], "KEY=VALUE expected"),
        (["--setting", "=7"], "KEY=VALUE expected"),
        (["--control", "7000"], "HOST:PORT expected"),
        (["--control", "host:70000"], "HOST:PORT expected"),
    ],
)
def test_command_line_is_refused_with_what_was_expected(arguments, expected):
    with pytest.raises(Unusable, match=expected):
        given(*arguments)


def test_files_reach_the_names_that_the_board_reads(tmp_path):
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(PEM + name)
    files = [part for name in ("ca", "cert", "key") for part in (f"--{name}", tmp_path / name)]
    wanted = given("--csms", "wss://host/ocpp", *map(str, files))
    assert {name: data.decode()[len(PEM) :] for name, data in wanted.files.items()} == {
        "tls_ca": "ca",
        "tls_certificate": "cert",
        "tls_key": "key",
    }


def test_password_is_a_setting_and_stands_for_bytes_when_it_is_hexadecimal():
    """OCPP 1.6 Security A00.FR.205: a key of 32 to 40 hexadecimal digits stands for bytes."""
    assert given("--password", "secret").settings == {"AuthorizationKey": "secret"}
    assert given("--password", "secret").secret == b"secret"
    assert given("--password", "0a" * 20).secret == b"\n" * 20
    assert given("--setting", "authorizationkey=secret").secret == b"secret"
    assert given().secret is None


def test_identity_may_come_as_a_setting_in_any_case():
    assert given("--setting", "identity=A").identity == "A"
    assert given("--setting", "identity=A", "--identity", "B").identity == "B"
    assert given("--setting", "identity=A").settings == {}


def test_second_start_is_as_the_first_and_the_first_setting_stays(tmp_path):
    """Issue 2: with --state, stored values win over --setting on a second start."""
    state = ["--state", str(tmp_path)]
    first = given(*state, "--setting", "SupplyLimit=10", "--identity", "A", "--connectors", "2")
    first.keep()
    second = given(*state, "--setting", "SupplyLimit=20", "--setting", "Phases=1")
    assert (second.identity, second.connectors) == ("A", 2)
    assert second.settings == {"SupplyLimit": "10", "Phases": "1"}


def test_parts_that_are_not_fitted_are_kept(tmp_path):
    state = ["--state", str(tmp_path)]
    given(*state, "--tethered", "--lacks", "proximity", "--lacks", "residual").keep()
    second = given(*state)
    assert (second.tethered, second.lacks) == (True, ["proximity", "residual"])


def test_state_of_a_station_that_knew_nothing_of_parts_is_taken(tmp_path):
    told = '{"connectors": 2, "identity": "A", "settings": {}}'
    (tmp_path / "station.json").write_text(told)
    second = given("--state", str(tmp_path))
    assert (second.connectors, second.tethered, second.lacks) == (2, False, [])


def test_start_that_failed_is_not_kept(tmp_path):
    given("--state", str(tmp_path), "--setting", "SupplyLimit=nonsense")
    assert Kept(tmp_path).settings == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"connectors": "1"}', "\x00"])
def test_foreign_state_is_refused(tmp_path, text):
    (tmp_path / "station.json").write_text(text)
    with pytest.raises(Unusable, match="remove the file"):
        given("--state", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:7000", ("127.0.0.1", 7000)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:1", ("localhost", 1)),
    ],
)
def test_address_is_taken_apart(text, expected):
    assert options.address(text) == expected
