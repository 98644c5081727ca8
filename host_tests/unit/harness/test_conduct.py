"""What breaks the order of things is found, and nothing wrong with what keeps it."""

import json

import pytest

from host_tests.harness import conduct

FIRMWARE = "FirmwareStatusNotification"
DIAGNOSTICS = "DiagnosticsStatusNotification"


def talk(*frames):
    """``(way, frame)`` as Csms.frames has them, after a boot that was accepted."""
    return [(way, 0, json.dumps(frame)) for way, frame in booted("Accepted") + list(frames)]


def booted(status):
    """A BootNotification and its answer."""
    return [
        ("received", [2, "boot", "BootNotification", {}]),
        ("sent", [3, "boot", {"status": status}]),
    ]


def calls(action, *payloads, answered=True):
    """Calls of the station, each answered at once."""
    told = []
    for number, payload in enumerate(payloads):
        told.append(("received", [2, f"{action}{number}", action, payload]))
        if answered:
            told.append(("sent", [3, f"{action}{number}", {}]))
    return told


def asked(action, payload, status, message="a"):
    """A call of the back end and its answer."""
    return [("sent", [2, message, action, payload]), ("received", [3, message, status])]


def statuses(*told, connector=1, **options):
    payloads = [{"connectorId": connector, "status": each} for each in told]
    return calls("StatusNotification", *payloads, **options)


def files(action, *told):
    return calls(action, *[{"status": each} for each in told])


@pytest.mark.parametrize(
    "frames",
    [
        statuses("Available", "Preparing", "Charging", "Finishing", "Available"),
        statuses("Available", "Available"),
        statuses("Charging") + statuses("SuspendedEV", "Finishing", answered=False),
        # The second was lost: what comes next follows the first.
        statuses("Available") + statuses("Reserved", answered=False) + statuses("Charging"),
        statuses("Charging") + booted("Accepted") + statuses("Preparing"),
        files(FIRMWARE, "Downloading", "Downloaded", "Installing", "Installed"),
        files(FIRMWARE, "Downloading", "DownloadFailed", "Downloading", "Downloaded"),
        files(FIRMWARE, "Downloading", "Downloading", "Downloaded", "Installed"),
        asked("TriggerMessage", {"requestedMessage": FIRMWARE}, {"status": "Accepted"})
        + files(FIRMWARE, "Idle"),
        files(DIAGNOSTICS, "Uploading", "Uploaded", "Uploading", "UploadFailed"),
    ],
)
def test_right_order_is_right(frames):
    assert conduct.violations(talk(*frames)) == []


@pytest.mark.parametrize(
    "frames",
    [
        statuses("Available", "Finishing"),
        statuses("Charging", "Preparing"),
        statuses("Preparing", "Unavailable"),
        statuses("Preparing", connector=0),
        files(FIRMWARE, "Idle"),
        files(FIRMWARE, "Downloaded"),
        files(FIRMWARE, "Downloading", "Downloaded", "Installed", "Installing"),
        files(FIRMWARE, "Downloading", "DownloadFailed", "Installing"),
        files(DIAGNOSTICS, "Uploaded"),
        files(DIAGNOSTICS, "Uploading", "UploadFailed", "Uploaded"),
        asked("TriggerMessage", {"requestedMessage": FIRMWARE}, {"status": "Rejected"})
        + files(FIRMWARE, "Idle"),
        calls("StartTransaction", {"idTag": "A", "reservationId": 5}),
        asked("ReserveNow", {"idTag": "B", "reservationId": 5}, {"status": "Accepted"})
        + calls("StartTransaction", {"idTag": "A", "reservationId": 5}),
    ],
)
def test_wrong_order_is_found(frames):
    assert len(conduct.violations(talk(*frames))) == 1


def test_reservation_is_for_its_idtag_or_one_of_its_parent():
    """OCPP 1.6 §5.13; which parent an idTag has is not in these frames."""
    start = calls("StartTransaction", {"idTag": "a", "reservationId": 5})
    own = asked("ReserveNow", {"idTag": "A", "reservationId": 5}, {"status": "Accepted"})
    fleet = {"idTag": "B", "parentIdTag": "F", "reservationId": 5}
    parents = asked("ReserveNow", fleet, {"status": "Accepted"})
    assert conduct.violations(talk(*own, *start)) == []
    assert conduct.violations(talk(*parents, *start)) == []


TRIGGER = asked("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"})
HEARTBEAT = calls("Heartbeat", {})


@pytest.mark.parametrize(
    ("frames", "wrong"),
    [
        (booted("Accepted") + HEARTBEAT, 0),
        (booted("Pending") + HEARTBEAT, 1),
        (booted("Pending") + TRIGGER + HEARTBEAT, 0),
        (booted("Pending") + TRIGGER + statuses("Available"), 1),
        (booted("Rejected") + TRIGGER + HEARTBEAT, 1),
        (booted("Rejected") + booted("Accepted") + HEARTBEAT, 0),
        (booted("Accepted") + booted("Accepted")[:1] + HEARTBEAT, 1),
        (booted("Accepted")[:1] + [("sent", [4, "boot", "InternalError", "", {}])] + HEARTBEAT, 1),
        (HEARTBEAT, 1),
    ],
)
def test_nothing_is_said_before_the_station_is_accepted(frames, wrong):
    """OCPP 1.6 §4.2, errata 3.35: Pending says what is triggered, Rejected nothing."""
    told = [(way, 0, json.dumps(frame)) for way, frame in frames]
    assert len(conduct.violations(told)) == wrong
