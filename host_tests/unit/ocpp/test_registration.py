"""ocpp/registration and ocpp/heartbeat: boot, and signs of life."""

import json

import pytest

from chargepoint.core import timing
from chargepoint.ocpp.dialogue import Dialogue
from chargepoint.ocpp.frames import Call
from chargepoint.ocpp.heartbeat import Heartbeat
from chargepoint.ocpp.registration import ACCEPTED, PENDING, REJECTED, UNREGISTERED, Registration
from chargepoint.ocpp.v16 import outbound
from host_tests.unit.ocpp.bench import (
    FixedRandom,
    Source,
    assert_official,
    new_inbound,
    new_settings,
)

NOW = "2026-11-23T20:57:00Z"
NOW_S = 1795467420


class Boot:
    """A connected dialogue that begins with its registration; ``told`` is what it reported."""

    def __init__(self, **factory):
        self.settings = new_settings(**factory)
        self.told = []
        inbound = new_inbound(settings=self.settings)
        self.dialogue = Dialogue(self.settings, FixedRandom(), inbound)
        self.registration = Registration(
            self.settings,
            lambda: outbound.boot(self.settings),
            lambda utc_s: self.told.append(("accepted", utc_s)),
            lambda utc_s: self.told.append(("time", utc_s)),
        )
        self.heartbeat = Heartbeat(
            self.settings, self.dialogue, lambda utc_s: self.told.append(("time", utc_s))
        )
        self.triggered, self.other = Source(), Source(Call("Authorize", {"idTag": "A"}))
        self.registration.triggered = self.triggered
        self.dialogue.registration = self.registration
        sources = [self.registration, self.triggered, self.other, self.heartbeat]
        self.dialogue.sources = sources
        self.dialogue.connected(0)

    def sent(self, now_ms):
        self.dialogue.tick(now_ms)
        text = self.dialogue.take_text()
        return None if text is None else json.loads(text)

    def hear(self, kind, call, *rest, now_ms=0):
        self.dialogue.receive_text(json.dumps([kind, call[1], *rest]), now_ms)

    def answer(self, now_ms, status="Accepted", interval=300, current_time=NOW):
        call = self.sent(now_ms)
        assert call[2] == "BootNotification"
        payload = {"status": status, "interval": interval, "currentTime": current_time}
        self.hear(3, call, payload, now_ms=now_ms)


@pytest.fixture
def boot():
    return Boot()


def test_boot_is_the_first_and_only_thing_said_before_an_answer(boot):
    """OCPP 1.6 §4.2."""
    call = boot.sent(0)
    assert call[2] == "BootNotification"
    assert_official("BootNotification", call[3])
    assert [boot.sent(now_ms) for now_ms in (10, 5000)] == [None, None]


def test_accepted_sets_clock_and_heartbeat_interval_and_lets_all_speak(boot):
    boot.answer(0)
    assert boot.told == [("time", NOW_S), ("accepted", NOW_S)]
    assert boot.settings.get("HeartbeatInterval") == 300
    assert boot.registration.state == ACCEPTED
    assert boot.sent(10)[2] == "Authorize"


def test_pending_answers_and_sends_only_what_was_triggered(boot):
    boot.answer(0, "Pending", 120)
    assert boot.registration.state == PENDING and boot.told == [("time", NOW_S)]
    assert boot.sent(10) is None
    boot.dialogue.receive_text('[2,"p","GetConfiguration",{"key":["NumberOfConnectors"]}]', 20)
    assert boot.sent(20)[0] == 3
    boot.triggered.calls.append(Call("Heartbeat", {}))
    assert boot.sent(30)[2] == "Heartbeat"


def test_pending_rejects_remote_start_and_stop(boot):
    """Errata 3.35."""
    boot.answer(0, "Pending", 120)
    for action, payload in (
        ("RemoteStartTransaction", '{"idTag":"A"}'),
        ("RemoteStopTransaction", '{"transactionId":1}'),
    ):
        boot.dialogue.receive_text(f'[2,"p","{action}",{payload}]', 20)
        assert boot.sent(20) == [3, "p", {"status": "Rejected"}]


def test_pending_boots_again_after_the_interval(boot):
    boot.answer(0, "Pending", 120)
    assert boot.sent(119_999) is None
    boot.answer(120_000)
    assert boot.registration.accepted


def test_rejected_says_and_answers_nothing_until_the_interval_is_over(boot):
    boot.answer(0, "Rejected", 90)
    assert boot.registration.state == REJECTED
    boot.triggered.calls.append(Call("Heartbeat", {}))
    boot.dialogue.receive_text('[2,"p","ClearCache",{}]', 10)
    assert boot.sent(89_999) is None
    assert boot.told == [] and boot.dialogue.ignored == 1
    boot.dialogue.receive_text('[2,"p","ClearCache",{}]', 90_000)
    assert boot.sent(90_000)[0] == 3
    boot.answer(90_000)


def test_complaint_about_a_long_action_is_short(boot):
    """It goes to a log, and that to a serial line."""
    boot.answer(0, "Rejected", 90)
    boot.dialogue.receive_text('[2,"p","%s",{}]' % ("x" * 150), 10)
    assert boot.dialogue.ignored == 1 and len(boot.dialogue.complaint) < 120


@pytest.mark.parametrize("interval", [0, -5])
def test_interval_0_leaves_the_choice_to_us(boot, interval):
    boot.answer(0, "Pending", interval)
    assert boot.sent(timing.BOOT_RETRY_S * 1000 - 1) is None
    boot.answer(timing.BOOT_RETRY_S * 1000, "Accepted", interval)
    assert boot.settings.get("HeartbeatInterval") == 3600


def test_interval_out_of_range_is_cut_to_a_day(boot):
    boot.answer(0, "Accepted", 9223372036854775807)
    assert boot.settings.get("HeartbeatInterval") == 86400


def test_accepted_without_a_readable_time_leaves_the_clock_alone(boot):
    boot.answer(0, current_time="soon")
    assert boot.told == [("accepted", None)]


def test_reconnecting_is_no_new_boot(boot):
    boot.answer(0)
    boot.other.calls.clear()
    boot.dialogue.disconnected(1000)
    boot.dialogue.connected(2000)
    assert boot.sent(2000) is None and boot.dialogue.ready


def test_refused_or_unanswered_boot_is_tried_again(boot):
    boot.hear(4, boot.sent(0), "SecurityError", "", {})
    assert boot.registration.state == UNREGISTERED
    assert boot.sent(59_999) is None
    assert boot.sent(60_000)[2] == "BootNotification"
    assert boot.sent(90_000) is None
    assert boot.sent(150_000)[2] == "BootNotification"


@pytest.mark.parametrize("payload", [{}, {"status": "Fine", "interval": 1, "currentTime": NOW}])
def test_boot_answer_that_makes_no_sense_is_tried_again(boot, payload):
    boot.hear(3, boot.sent(0), payload)
    assert boot.sent(60_000)[2] == "BootNotification"


def test_boot_lost_with_the_link_is_sent_at_once_on_the_next_one(boot):
    boot.sent(0)
    boot.dialogue.disconnected(10)
    boot.dialogue.connected(20)
    assert boot.sent(20)[2] == "BootNotification"


def test_trigger_boots_at_once_while_pending_and_not_when_accepted(boot):
    """standards.md §2.3."""
    boot.answer(0, "Pending", 600)
    assert boot.registration.trigger()
    boot.answer(100)
    assert not boot.registration.trigger()


def ready(interval):
    boot = Boot(HeartbeatInterval=str(interval))
    boot.other.calls.clear()
    boot.answer(0, interval=0)
    assert boot.sent(10) is None
    return boot


def beat_at(boot, times_ms):
    """When of ``times_ms`` a Heartbeat left; each is answered."""
    beats = []
    for now_ms in times_ms:
        call = boot.sent(now_ms)
        if call is not None and call[0] == 2:
            assert call[2:] == ["Heartbeat", {}]
            boot.hear(3, call, {"currentTime": NOW}, now_ms=now_ms)
            beats.append(now_ms)
    return beats


def test_heartbeat_leaves_when_nothing_was_said_for_the_interval():
    """OCPP 1.6 §4.6."""
    boot = ready(10)
    assert beat_at(boot, range(1000, 35_000, 1000)) == [10_000, 20_000, 30_000]
    assert boot.told[-1] == ("time", NOW_S)


def test_any_message_replaces_a_heartbeat():
    boot = ready(10)
    boot.dialogue.receive_text('[2,"p","ClearCache",{}]', 9000)
    assert beat_at(boot, range(9000, 20_000, 1000)) == [19_000]


def test_changed_heartbeat_interval_counts_at_once():
    boot = ready(1000)
    assert beat_at(boot, range(1000, 20_000, 1000)) == []
    boot.settings.change("HeartbeatInterval", "30")
    assert beat_at(boot, range(20_000, 40_000, 1000)) == [30_000]


def test_clock_is_asked_once_a_day_even_when_heartbeats_are_replaced_or_off():
    """OCPP-J 1.6 §5.3."""
    boot = ready(0)
    hours = []
    for hour in range(1, 50):
        boot.dialogue.receive_text('[2,"p","ClearCache",{}]', hour * 3_600_000)
        boot.dialogue.take_text()
        hours += beat_at(boot, [hour * 3_600_000 + 10])
    assert [round(at / 3_600_000) for at in hours] == [24, 48]


def test_unanswered_heartbeats_come_at_the_interval_and_no_faster():
    boot = ready(60)
    beats = [now for now in range(1000, 200_000, 1000) if boot.sent(now)]
    assert beats == [60_000, 120_000, 180_000]


def test_heartbeat_without_a_readable_time_changes_nothing():
    boot = ready(10)
    before = list(boot.told)
    boot.hear(3, boot.sent(10_000), {"currentTime": "now"}, now_ms=10_000)
    assert boot.told == before
