"""OCTT, Firmware Management: a new firmware, really started, and the diagnostics."""

from host_tests.harness.stage import IDENTITY

LONG_AGO = "2026-01-05T08:00:00Z"


def update(case, stage, path="/update.bin", **fields):
    """UpdateFirmware that is answered; the address is of this stage's file server."""
    location = stage.file_server().url(path)
    request = {"location": location, "retrieveDate": LONG_AGO, **fields}
    assert case.ask("UpdateFirmware", request) == {}


def told(case, *statuses, timeout_s=120):
    """The next FirmwareStatusNotifications, each in its turn."""
    for status in statuses:
        assert case.next("FirmwareStatusNotification", timeout_s)["status"] == status


def version(stage):
    """What the last BootNotification said."""
    return stage.csms.calls(IDENTITY, "BootNotification")[-1]["firmwareVersion"]


def test_tc_044_1_download_and_install(case, stage):
    """OCPP 1.6 §4.5, §6.19: Downloading, Downloaded, Installing, a restart, Installed."""
    stage.file_server().files["/update.bin"] = stage.update_file()
    update(case, stage)
    told(case, "Downloading", "Downloaded", "Installing")
    assert case.next("BootNotification")["firmwareVersion"] == "0.6.0"
    told(case, "Installed")
    case.silent("FirmwareStatusNotification", 20)
    assert stage.restarts == 1
    stage.charge(5)


def test_tc_044_2_download_failed(case, stage):
    """OCPP 1.6 §7.25: nothing is there, as often as was asked; the station goes on."""
    update(case, stage, "/not_there.bin", retries=2, retryInterval=5)
    told(case, "Downloading", "DownloadFailed")
    case.silent("FirmwareStatusNotification", 20)
    assert stage.file_server().asked == ["GET /not_there.bin"] * 2
    assert stage.restarts == 0
    stage.charge(5)


def test_tc_044_3_installation_failed(case, stage):
    """OCPP 1.6 §7.25: an image that does not run; the old one is started again, and says so."""
    stage.file_server().files["/update.bin"] = stage.update_file("crashing")
    before = version(stage)
    update(case, stage)
    told(case, "Downloading", "Downloaded", "Installing", "InstallationFailed")
    assert version(stage) == before
    assert stage.restarts == 2
    stage.charge(5)


def test_tc_045_1_get_diagnostics(case, stage):
    """OCPP 1.6 §4.4, §6.9: a fileName, Uploading, Uploaded, and the file is there."""
    files = stage.file_server()
    answer = case.ask("GetDiagnostics", {"location": files.url("/of/" + IDENTITY)})
    for status in ("Uploading", "Uploaded"):
        assert case.next("DiagnosticsStatusNotification")["status"] == status
    case.silent("DiagnosticsStatusNotification", 20)
    assert list(files.put) == [f"/of/{IDENTITY}/{answer['fileName']}"]
    assert b"accepted by the back end" in list(files.put.values())[0]


def test_tc_045_2_get_diagnostics_upload_failed(case, stage):
    """OCPP 1.6 §7.24: the server refuses it, as often as was asked."""
    files = stage.file_server()
    files.status = 503
    request = {"location": files.url("/of"), "retries": 2, "retryInterval": 5}
    assert case.ask("GetDiagnostics", request)["fileName"]
    for status in ("Uploading", "UploadFailed"):
        assert case.next("DiagnosticsStatusNotification")["status"] == status
    case.silent("DiagnosticsStatusNotification", 20)
    assert len(files.asked) == 2 and files.put == {}
    stage.charge(5)
