"""Statuses that are told until they are answered."""

from chargepoint.ocpp.dialogue import ANSWERED, LOST, REFUSED, TIMED_OUT
from chargepoint.ocpp.notices import Notices


def made(*statuses):
    heard = []
    notices = Notices("FirmwareStatusNotification", heard.append)
    for status in statuses:
        notices.put(status)
    return notices, heard


def test_statuses_go_out_in_order_one_at_a_time():
    """OCPP-J 1.6 §4.1.1."""
    notices, heard = made("Downloading", "Downloaded")
    call = notices.next(0)
    assert (call.action, call.payload["status"]) == ("FirmwareStatusNotification", "Downloading")
    assert notices.next(0) is None
    call.done(ANSWERED, {}, 0)
    assert heard == ["Downloading"]
    notices.next(0).done(REFUSED, ("InternalError", ""), 0)
    assert heard == ["Downloading", "Downloaded"] and not notices.waiting


def test_lost_status_is_told_again_at_once_and_before_the_next():
    """The link broke under it."""
    notices, heard = made("Downloading", "Downloaded")
    notices.next(0).done(LOST, None, 0)
    assert notices.next(0).payload == {"status": "Downloading"} and heard == []


def test_unanswered_status_is_told_again_after_a_minute():
    """A mute back end does not get them in a row."""
    notices, _ = made("Downloading")
    notices.next(0).done(TIMED_OUT, None, 30_000)
    assert notices.next(89_000) is None
    assert notices.next(90_000).payload == {"status": "Downloading"}


def test_the_newest_are_kept():
    """A back end that is away for long."""
    notices, _ = made(*map(str, range(12)))
    told = []
    while (call := notices.next(0)) is not None:
        told.append(call.payload["status"])
        call.done(ANSWERED, {}, 0)
    assert told == list(map(str, range(4, 12)))
