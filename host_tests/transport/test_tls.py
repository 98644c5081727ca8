"""TLS to whom we trust and to no one else; credentials on trial; OCPP 1.6 security."""

from datetime import UTC, datetime

import pytest

from host_tests.harness.csms.certificates import Authority, server_context, station_files
from host_tests.harness.stage import IDENTITY

KEY = "4F43415F4F4354545F61646D696E5F74657374"
NEW_KEY = "00FF" * 10
PROFILE_1 = {"SecurityProfile": "1", "AuthorizationKey": KEY}
PROFILE_2 = {"SecurityProfile": "2", "AuthorizationKey": KEY}
PROFILE_3 = {"SecurityProfile": "3"}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def other(tmp_path):
    """An authority that the station does not know."""
    (tmp_path / "other").mkdir()
    return Authority(tmp_path / "other", "Other CA")


def begin(make_stage, authority, settings, context=None):
    stage = make_stage(start=False, settings=settings, files=station_files(authority, IDENTITY))
    if settings is not PROFILE_3:
        stage.csms.add_charge_point(IDENTITY, bytes.fromhex(KEY))
    if context is not None:
        stage.secure(context)
    stage.start()
    return stage


def change(stage, key, value):
    answer = stage.csms.call(IDENTITY, "ChangeConfiguration", {"key": key, "value": value})
    stage.until(lambda: answer.done, 10, "an answer")
    return answer.result["status"]


def setting(stage, key):
    answer = stage.csms.call(IDENTITY, "GetConfiguration", {"key": [key]})
    stage.until(lambda: answer.done, 10, "an answer")
    return answer.result["configurationKey"][0]["value"]


def stays_out(stage):
    """The station says that it is TLS, and tries again slowly."""
    stage.until(lambda: stage.facts()["link"].startswith("tls"), 30, "the reason")
    told = [text for _, _, text in stage.log if text.startswith("link closed: tls")]
    stage.advance(25)
    again = [text for _, _, text in stage.log if text.startswith("link closed: tls")]
    assert told == again and stage.csms.calls(IDENTITY, "BootNotification") == []


@pytest.mark.parametrize(
    "fault", ["another authority", "another name", "expired", "not yet valid"]
)
def test_back_end_that_is_not_the_one_is_not_talked_to(make_stage, authority, other, fault):
    """OCPP 1.6 security A00.FR.309: nothing is said to a stranger, not even the password; once it
    is the right one the station comes by itself."""
    wrong = {
        "another authority": lambda: server_context(other),
        "another name": lambda: server_context(authority, "csms.example"),
        "expired": lambda: server_context(authority, valid_to=datetime(2024, 1, 1, tzinfo=UTC)),
        "not yet valid": lambda: server_context(
            authority, valid_from=datetime(2048, 1, 1, tzinfo=UTC)
        ),
    }[fault]()
    stage = begin(make_stage, authority, PROFILE_2, wrong)
    stays_out(stage)
    assert stage.csms.door.told == ""
    stage.secure(server_context(authority))
    stage.until_status("Available", 120)


def test_station_that_the_back_end_does_not_trust_stays_out(make_stage, authority, other):
    """OCPP 1.6 security, profile 3: the back end trusts another authority."""
    context = server_context(authority, mutual=True, trusts=other)
    stage = begin(make_stage, authority, PROFILE_3, context)
    stage.until(lambda: stage.facts()["link"] != "", 30, "a reason")
    stage.advance(20)
    assert stage.csms.calls(IDENTITY, "BootNotification") == []
    stage.secure(server_context(authority, mutual=True))
    stage.until_status("Available", 120)


def test_tls_without_the_root_certificate_is_refused_by_name(make_stage, authority):
    """Clear error: what is missing is named."""
    stage = make_stage(start=False, settings=PROFILE_2)
    stage.secure(server_context(authority))
    stage.start()
    stage.until(lambda: "tls_ca" in stage.facts()["link"], 30, "the reason")


def test_profile_that_does_not_work_is_left_again(make_stage, authority):
    """OCPP 1.6 security A05: the back end said yes, but speaks no TLS; the station comes back."""
    stage = begin(make_stage, authority, PROFILE_1).ready()
    assert change(stage, "SecurityProfile", "2") == "Accepted"
    stage.until(lambda: not stage.csms.online(IDENTITY), 10, "the old connection's end")
    stage.until(lambda: stage.csms.online(IDENTITY), 400, "the station with profile 1")
    assert setting(stage, "SecurityProfile") == "1"
    assert len(stage.csms.calls(IDENTITY, "BootNotification")) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_new_password_that_the_back_end_did_not_keep_locks_no_one_out(make_stage, authority, cut):
    """OCPP 1.6 security A01: neither a lost change nor a power cut costs a visit."""
    stage = begin(make_stage, authority, PROFILE_1).ready()
    assert change(stage, "AuthorizationKey", NEW_KEY) == "Accepted"
    if cut:
        stage.power_cut()
        stage.advance(1)
        stage.start()
    stage.until(lambda: "401" in stage.facts()["link"], 30, "a refusal of the new one")
    stage.until(lambda: stage.csms.online(IDENTITY), 120, "the station with the old one")


def test_power_cut_after_the_answer_leaves_the_new_password(make_stage, authority):
    """What was answered is on the medium."""
    stage = begin(make_stage, authority, PROFILE_1).ready()
    assert change(stage, "AuthorizationKey", NEW_KEY) == "Accepted"
    stage.power_cut()
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(NEW_KEY))
    stage.advance(1)
    stage.start()
    stage.until(lambda: stage.csms.online(IDENTITY), 20, "the station with the new one")


def test_session_goes_on_over_a_tls_link_that_comes_and_goes(make_stage, authority):
    """Nothing is lost, the station boots only once, and no reset counts as a fault of TLS."""
    stage = begin(make_stage, authority, PROFILE_2, server_context(authority)).ready()
    stage.charge(5)
    for _ in range(3):
        stage.network.cut()
        stage.until(lambda: not stage.csms.online(IDENTITY), 10, "the link's end")
        stage.until(lambda: stage.csms.online(IDENTITY), 60, "a new link")
        stage.advance(5)
    assert not [text for _, _, text in stage.log if text.startswith("link closed: tls")]
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert len(stage.csms.calls(IDENTITY, "BootNotification")) == 1
