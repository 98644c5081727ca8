"""What an order may set and what not: chargepoint/orders and what obeys it, in process."""

import pytest

from host_tests.harness.stage import Stage

CODE = "hutzli-77"


@pytest.fixture
def make_stage(tmp_path):
    stages = []

    def make(**options):
        stages.append(Stage("in_process", tmp_path, **options))
        stages[-1].start()
        return stages[-1]

    yield make
    for stage in stages:
        stage.__exit__()


@pytest.fixture
def stage(make_stage):
    return make_stage().ready()


def ask(stage, name, **fields):
    return stage.console({"ask": name, **fields})


def value(stage, *names):
    answer = ask(stage, "settings", names=list(names))
    return [row["value"] for row in answer["settings"]]


def test_each_field_that_is_wrong_is_told_and_nothing_is_changed(stage):
    """All or nothing: what was expected stands beside each field."""
    before = value(stage, "Identity", "SupplyLimit", "TariffText")
    order = {
        "Identity": "",
        "SupplyLimit": "99",
        "TariffText": "x" * 300,
        "CentralSystemUrl": "http://example.org",
        "FirmwareVersion": "9",
        "NoSuchThing": "1",
    }
    for name in ("check", "apply"):
        answer = ask(stage, name, settings=order, files={"tls_ca": "no certificate", "x": "y"})
        assert not answer["ok"]
        assert sorted(answer["errors"]) == sorted([*order, "tls_ca", "x"])
        assert answer["errors"]["SupplyLimit"] == (
            "SupplyLimit: '99', expected a whole number, 6 to 80"
        )
    assert value(stage, "Identity", "SupplyLimit", "TariffText") == before


def test_credentials_that_would_lock_the_station_out_are_refused(stage):
    """A security profile without what it needs (OCPP 1.6 security A05), beside the field."""
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    for settings, files, expected in (
        ({"SecurityProfile": "1"}, {}, ["AuthorizationKey"]),
        ({"SecurityProfile": "2", "AuthorizationKey": "long enough"}, {}, ["tls_ca"]),
        ({"SecurityProfile": "3"}, {"tls_ca": pem}, ["tls_certificate", "tls_key"]),
        ({"CentralSystemUrl": "wss://example.org"}, {}, ["tls_ca"]),
        ({"SecurityProfile": "2", "AuthorizationKey": "long enough"}, {"tls_ca": pem}, []),
    ):
        answer = ask(stage, "check", settings=settings, files=files)
        assert sorted(answer.get("errors", {})) == expected, settings


def test_lost_earth_is_a_fault_in_a_network_with_the_neutral_on_earth(make_stage):
    """Earthing TT as TN: what watches the earth is believed."""
    stage = make_stage(settings={"Earthing": "TT"}).ready()
    stage.world.fault("earth_lost")
    stage.until_status("Faulted", 10)


def test_offer_stays_below_what_the_circuit_carries(make_stage):
    """MaxCurrent: whatever was given to the station of the supply."""
    stage = make_stage(settings={"MaxCurrent": "13", "SupplyLimit": "32"}).ready()
    stage.charge(5, amps=32)
    assert stage.facts()["connectors"][0]["offered_ma"] == 13000


def test_what_protects_the_installation_wants_the_code(stage):
    """SupplyLimit, its lock, MaxCurrent, Earthing: each of them, once there is a code."""
    assert ask(stage, "lock", new=CODE)["ok"]
    for name, text in (
        ("SupplyLimit", "40"),
        ("supplylimit", "40"),
        ("SupplyLimitLock", "false"),
        ("MaxCurrent", "63"),
        ("Earthing", "IT"),
    ):
        answer = ask(stage, "apply", settings={name: text})
        assert list(answer.get("errors", {})) == ["code"], name


def test_nothing_is_set_while_a_vehicle_charges(stage):
    """The session that runs was begun under other conditions."""
    stage.charge(5)
    assert list(ask(stage, "apply", settings={"TariffText": "x"})["errors"]) == ["transaction"]
    assert value(stage, "TariffText") == [""]
