"""OCTT, Security: given credentials, on the wire (OCPP 1.6 security, profiles 1 to 3)."""

import pytest

from host_tests.harness.csms.certificates import Authority, server_context, station_files
from host_tests.harness.stage import IDENTITY

KEY = "4F43415F4F4354545F61646D696E5F74657374"
NEW_KEY = "00FF" * 10


@pytest.fixture
def authority(tmp_path):
    """Who signed both the back end's and the station's certificate."""
    return Authority(tmp_path)


@pytest.fixture
def credentials(authority):
    """What provisioning laid into the station."""
    return station_files(authority, IDENTITY)


def begin(make_stage, credentials, profile, context=None):
    """A station of a security profile, accepted and free."""
    settings = {"SecurityProfile": str(profile), "AuthorizationKey": KEY}
    stage = make_stage(start=False, settings=settings, files=credentials)
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(KEY) if profile < 3 else None)
    if context is not None:
        stage.secure(context)
    stage.start()
    return stage.ready()


def test_tc_073_update_the_password(case, make_stage, credentials):
    """OCPP 1.6 security A01: accepted, kept, and used at once in a new connection."""
    stage = begin(make_stage, credentials, 1)
    case.set("AuthorizationKey", NEW_KEY)
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(NEW_KEY))
    stage.until(lambda: not stage.csms.online(IDENTITY), 10, "the old connection's end")
    stage.until(lambda: stage.csms.online(IDENTITY), 20, "a connection with the new password")
    assert "value" not in case.ask("GetConfiguration", {"key": ["AuthorizationKey"]})
    stage.power_cut()
    stage.advance(1)
    stage.start()
    case.next("BootNotification")


def test_tc_083_upgrade_the_security_profile(case, make_stage, authority, credentials):
    """OCPP 1.6 security A05: from 1 to 2 and from 2 to 3; a reset does not undo it."""
    stage = begin(make_stage, credentials, 1)
    for profile in (2, 3):
        case.set("SecurityProfile", profile)
        stage.secure(server_context(authority, mutual=profile == 3))
        if profile == 3:
            stage.csms.add_charge_point(IDENTITY, None)
        stage.until(lambda: stage.csms.online(IDENTITY), 60, "a connection over TLS")
        case.ask("Reset", {"type": "Hard"}, status="Accepted")
        case.next("BootNotification")
        case.status("Available")
        assert case.setting("SecurityProfile") == str(profile)


def test_tc_084_downgrade_of_the_security_profile_is_rejected(
    case, make_stage, authority, credentials
):
    """OCPP 1.6 security A05: never to a lower one, by no one but a technician at the station."""
    stage = begin(make_stage, credentials, 2, server_context(authority))
    for profile in (1, 0):
        case.set("SecurityProfile", profile, "Rejected")
    stage.advance(10)
    assert stage.csms.online(IDENTITY)
    assert case.setting("SecurityProfile") == "2"


def test_tc_085_basic_authentication_with_valid_credentials(case, make_stage, credentials):
    """OCPP 1.6 security A00, profile 1: the identity, and the key as raw bytes."""
    stage = begin(make_stage, credentials, 1)
    assert stage.csms.online(IDENTITY)
    stage.csms.add_charge_point(IDENTITY, b"another password")
    stage.csms.drop(IDENTITY, "abort")
    stage.until(lambda: "401" in stage.facts()["link"], 60, "the reason")
    assert not stage.csms.online(IDENTITY)


def test_tc_086_tls_with_the_server_s_certificate(case, make_stage, authority, credentials):
    """OCPP 1.6 security A00, profile 2: TLS 1.2, the server verified, Basic auth over it."""
    stage = begin(make_stage, credentials, 2, server_context(authority))
    stage.charge(10)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh


def test_tc_087_tls_with_the_station_s_certificate(case, make_stage, authority, credentials):
    """OCPP 1.6 security A00, profile 3: both verified; no password is sent."""
    context = server_context(authority, mutual=True)
    stage = begin(make_stage, credentials, 3, context)
    assert stage.csms.door.told == ""
    stage.charge(10)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
