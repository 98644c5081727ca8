"""GetDiagnostics beyond the certification's cases: what is in it, and servers that differ."""

import pytest

from host_tests.harness.csms.certificates import Authority, server_context
from host_tests.harness.stage import IDENTITY
from host_tests.updates.teller import Teller

DONE = ["Uploading", "Uploaded"]
FAILED = ["Uploading", "UploadFailed"]


def report(tell) -> str:
    """The only file that was put down."""
    assert len(tell.files.put) == 1, list(tell.files.put)
    return list(tell.files.put.values())[0].decode()


def test_report_tells_what_a_person_needs_and_no_secret(make_stage):
    """OCPP 1.6 §4.4: facts, settings, the log; never a password."""
    secrets = {"AuthorizationKey": "VERY-SECRET-KEY", "WifiPassword": "WIFI-SECRET"}
    stage = make_stage(settings=secrets).ready()
    tell = Teller(stage)
    name = tell.diagnostics()["fileName"]
    tell.until("Uploaded")
    text = report(tell)
    assert name.startswith(IDENTITY) and list(tell.files.put) == ["/put/" + name]
    for word in ("0.5.0", "HeartbeatInterval=", '"phase": "free"', "accepted by the back end"):
        assert word in text
    # Facts that grew while it was counted cost none of the log, which stands last.
    assert text.rstrip("\n").endswith("accepted by the back end")
    assert "SECRET" not in text
    assert tell.uploads == DONE


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_report_is_as_long_as_was_said(stage, tell, scheme):
    """A session ends while it is sent: what changed does not change its length."""
    tell.files.login = "cpo:secret"
    stage.charge(5)
    tell.diagnostics(scheme=scheme, login="cpo:secret@")
    stage.vehicle.unplug()
    tell.until("Uploaded")
    assert report(tell).endswith("\n") and "-- log" in report(tell)


def test_report_by_https_goes_to_a_server_that_the_root_vouches_for(make_stage, tmp_path):
    """The root certificate of the back end counts for files, too."""
    authority = Authority(tmp_path)
    stage = make_stage(files={"tls_ca": authority.ca_path.read_bytes()}).ready()
    tell = Teller(stage, server_context(authority))
    tell.diagnostics()
    tell.until("Uploaded")
    assert "-- settings" in report(tell)


def test_report_goes_by_post_to_a_server_that_knows_no_put(stage, tell):
    """Some back ends take an upload at one address."""
    tell.files.without = ("PUT",)
    name = tell.diagnostics("/upload?of=1")["fileName"]
    tell.until("Uploaded")
    assert tell.files.asked == [f"PUT /upload/{name}?of=1", "POST /upload?of=1"]
    assert list(tell.files.put) == ["/upload"]


def test_report_that_is_refused_is_tried_again(stage, tell):
    """OCPP 1.6 §6.9 retries, retryInterval."""
    tell.files.status = 500
    tell.diagnostics(retries=3, retryInterval=20)
    stage.advance(15)
    tell.files.status = None
    tell.until("Uploaded")
    assert tell.uploads == DONE and len(tell.files.asked) == 2


def test_report_to_no_one_fails(stage, tell):
    """Nobody listens there."""
    location = tell.files.url("/put")
    tell.files.close()
    tell.call("GetDiagnostics", {"location": location, "retries": 1})
    tell.until("UploadFailed")
    assert tell.uploads == FAILED


def test_no_data_in_the_period_gives_no_file_name(stage, tell):
    """OCPP 1.6 §6.10: fileName is absent when there is nothing to send."""
    stage.advance(60)
    assert tell.diagnostics(startTime=tell.at(-5), stopTime=tell.at(5)) == {}
    stage.advance(10)
    assert tell.uploads == [] and tell.files.asked == []
    assert "fileName" in tell.diagnostics(startTime=tell.at(-300))
    tell.until("Uploaded")


def test_period_that_ends_before_it_begins_is_refused(stage, tell):
    """OCPP-J 1.6 §4.2.3."""
    told = tell.diagnostics(startTime=tell.at(0), stopTime=tell.at(-5))
    assert told == "PropertyConstraintViolation"


def test_report_that_a_power_cut_ends_has_failed(stage, tell):
    """The log that it was about is gone with the power."""
    tell.files.silent = True
    tell.diagnostics()
    tell.until("Uploading")
    stage.power_cut()
    stage.start()
    tell.until("UploadFailed")
    stage.advance(100)
    assert tell.uploads == FAILED
    stage.power_cut()
    stage.start()
    stage.advance(60)
    assert tell.uploads == FAILED


def test_upload_waits_for_an_update_that_is_fetched(stage, tell):
    """One file at a time."""
    tell.offer()
    tell.files.bytes_per_s = 20_000
    tell.update()
    tell.until("Downloading")
    tell.files.bytes_per_s = None
    tell.diagnostics()
    tell.until("Installed", 120)
    stage.advance(60)
    # The restart ended it, or it came through before.
    assert tell.uploads in (DONE, FAILED)


def test_upload_status_is_told_when_triggered(stage, tell):
    """OCPP 1.6 §5.17: Idle only when asked."""
    ask = {"requestedMessage": "DiagnosticsStatusNotification"}
    assert tell.call("TriggerMessage", ask) == {"status": "Accepted"}
    stage.advance(2)
    assert tell.uploads == ["Idle"]
    tell.files.silent = True
    tell.diagnostics()
    tell.until("Uploading")
    tell.call("TriggerMessage", ask)
    stage.advance(1)
    assert tell.uploads == ["Idle", "Uploading", "Uploading"]
