"""ocpp/connection: when to dial, how long to wait, when a silent connection is dead."""

import hashlib
import json
from collections import Counter

import pytest

from chargepoint import ports
from chargepoint.core import timing
from chargepoint.ocpp.access import url_of
from chargepoint.ocpp.connection import Connection
from chargepoint.ocpp.dialogue import Dialogue
from chargepoint.ocpp.frames import Call
from host_tests.unit.ocpp.bench import FixedRandom, Outcomes, Source, new_inbound, new_settings

URL = "ws://csms:9000/ocpp"
STEP_MS = 100


class WireLink(ports.Link):
    """A link whose other end is the test."""

    def __init__(self):
        self.opened, self.sent, self.inbox = [], [], []
        self.pings = []
        self.now_ms = 0
        self.full = False

    def open(self, url, user, password, certified):
        if "bad" in url:
            raise ValueError("url: expected a host")
        self.opened.append((self.now_ms, url, user, password, certified))
        self.state = ports.OPENING
        self.http_status = self.close_code = 0

    def poll(self, now_ms):
        self.now_ms = now_ms

    def send(self, text):
        if self.full:
            return False
        self.sent.append(text)
        return True

    def receive(self):
        return self.inbox.pop(0) if self.inbox else None

    def ping(self):
        self.pings.append(self.now_ms)

    def close(self, reason):
        self.state, self.reason = ports.CLOSED, reason

    def drop(self, reason="reset", http_status=0, close_code=0):
        self.close(reason)
        self.http_status, self.close_code = http_status, close_code


class Line:
    """A connection on a WireLink, stepped by the test."""

    def __init__(self, jitter=0, settled=None, spread=False, **factory):
        factory.setdefault("CentralSystemUrl", URL)
        factory.setdefault("Identity", "PL 1/a")
        self.settings = new_settings(**factory)
        self.link = WireLink()
        self.dialogue = Dialogue(self.settings, FixedRandom(), new_inbound(settings=self.settings))
        random = FixedRandom(jitter)
        self.connection = Connection(
            self.link, self.dialogue, self.settings, random, settled=settled, spread=spread
        )
        self.now_ms = 0
        self.connection.tick(0)

    def open_id(self):
        """The id of the call of ours that was sent last."""
        return json.loads(self.link.sent[-1])[1]

    def run(self, duration_ms):
        end_ms = self.now_ms + duration_ms
        while self.now_ms < end_ms:
            self.now_ms += STEP_MS
            self.connection.tick(self.now_ms)

    def accept(self):
        self.link.state = ports.OPEN
        self.link.heard_ms = self.now_ms
        self.run(STEP_MS)
        assert self.connection.online

    def redialled_after(self, limit_ms=400_000):
        """Run until the link is dialled again; how long that took."""
        start_ms, count = self.now_ms, len(self.link.opened)
        while len(self.link.opened) == count:
            self.run(STEP_MS)
            assert self.now_ms < start_ms + limit_ms
        return self.now_ms - start_ms


@pytest.mark.parametrize(
    "base, identity, url",
    [
        (URL, "PL1", "ws://csms:9000/ocpp/PL1"),
        ("wss://h/ws/", "PL 1/ä", "wss://h/ws/PL%201%2F%C3%A4"),
        ("wss://h", "a-b._~", "wss://h/a-b._~"),
        ("wss://h/x?token=1", "PL1", "wss://h/x/PL1?token=1"),
    ],
)
def test_url_ends_in_the_percent_encoded_identity(base, identity, url):
    """OCPP-J 1.6 §3.1.1; back-ends.md §2.9."""
    assert url_of(base, identity) == url


def test_connection_is_dialled_at_once_with_identity_and_raw_key():
    line = Line(AuthorizationKey="00ff" * 8)
    key = b"\x00\xff" * 8
    assert line.link.opened == [(0, URL + "/PL%201%2Fa", "PL 1/a", key, False)]
    assert Line().link.opened[0][3] is None


def test_without_an_address_the_station_stays_off_line():
    line = Line(CentralSystemUrl="")
    line.run(10_000)
    assert line.link.opened == [] and line.connection.reason == "no CentralSystemUrl"
    line.settings.change("CentralSystemUrl", URL)
    line.run(STEP_MS)
    assert len(line.link.opened) == 1


def test_address_that_the_link_refuses_is_told_and_tried_again():
    line = Line(CentralSystemUrl="ws://bad")
    assert line.connection.reason == "url: expected a host"
    line.settings.change("CentralSystemUrl", URL)
    assert line.redialled_after() <= 3000 + STEP_MS


def waits(line, count):
    found = []
    for _ in range(count):
        line.link.drop("refused")
        line.run(STEP_MS)
        found.append(line.redialled_after())
    return found


def test_wait_doubles_up_to_a_cap():
    assert waits(Line(), 8) == [3000, 6000, 12000, 24000, 48000, 96000, 96000, 96000]


def test_jitter_adds_up_to_the_same_again():
    """At least 10 s, so that stations that were cut off together do not return together."""
    spread = [13000, 16000, 24000, 48000]
    for found, most in zip(waits(Line(jitter=255), 4), spread):
        assert most - 200 <= found <= most


def test_wait_begins_anew_after_a_connection_that_lasted():
    line = Line(WebSocketPingInterval="0")
    waits(line, 5)
    line.accept()
    line.run(timing.CONNECTION_LASTED_MS)
    assert waits(line, 1) == [3000]


@pytest.mark.parametrize("code", [1000, 1001, 1012])
def test_orderly_close_of_a_lasting_connection_is_followed_by_a_quick_return(code):
    line = Line(WebSocketPingInterval="0")
    line.accept()
    line.run(timing.CONNECTION_LASTED_MS)
    line.link.drop("close", close_code=code)
    line.run(STEP_MS)
    assert line.redialled_after() == 1000


@pytest.mark.parametrize("code", [1000, 1002, 1011])
def test_closes_in_a_loop_back_off(code):
    """back-ends.md §2.11, §2.13: an unknown charge point is closed with 1000 for hours."""
    line = Line()
    found = []
    for _ in range(4):
        line.accept()
        line.link.drop("close", close_code=code)
        line.run(STEP_MS)
        found.append(line.redialled_after())
    assert found == [3000, 6000, 12000, 24000]


def refused_waits(line, count, status, retry_after_s=None, reason=None):
    found = []
    for _ in range(count):
        line.link.drop(reason or f"http {status}", http_status=status)
        line.link.retry_after_s = retry_after_s
        line.run(STEP_MS)
        assert line.connection.reason == reason or f"http {status}"
        found.append(line.redialled_after(4_000_000))
    return found


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 410, 429, 500, 503])
def test_refusal_by_http_status_is_tried_again_ever_more_slowly(status):
    """OCPP-J errata 3.4: an unknown station goes on trying."""
    waits = refused_waits(Line(), 7, status)
    assert waits == [30_000] * 4 + [48_000, 96_000, 192_000]
    line = Line()
    assert refused_waits(line, 10, status)[-1] == timing.BACK_OFF_HTTP_CAP_MS


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    ("after_s", "wait_ms"), [(0, 0), (5, 5000), (600, 600_000), (86400, 3_600_000)]
)
def test_retry_after_is_obeyed_within_an_hour(status, after_s, wait_ms):
    """RFC 9110 §10.2.3; a back end that says a day would have lost its station."""
    assert refused_waits(Line(), 2, status, after_s) == [max(wait_ms, STEP_MS)] * 2


@pytest.mark.parametrize("status", [302, 401, 403, 404])
def test_retry_after_with_what_only_a_person_mends_is_not(status):
    assert refused_waits(Line(), 1, status, 1) == [30_000]


def test_tls_that_fails_is_tried_again_slowly():
    """A handshake costs the back end more than a refusal."""
    waits = refused_waits(Line(), 6, 0, reason="tls: certificate verify failed")
    assert waits == [30_000] * 4 + [48_000, 96_000]


def test_opening_that_takes_too_long_is_given_up():
    line = Line()
    line.run(timing.CONNECT_MS)
    assert line.link.state == ports.CLOSED and line.connection.reason == "time-out"
    assert line.redialled_after() == 3000


def test_ping_leaves_after_silence_and_a_byte_heard_satisfies_it():
    line = Line(WebSocketPingInterval="20")
    line.accept()
    for _ in range(3):
        line.run(20_000)
        line.link.heard_ms = line.now_ms
    line.run(STEP_MS)
    assert len(line.link.pings) == 3 and line.connection.online


def test_half_open_connection_is_closed_after_ping_and_pong_time():
    """standards.md §2.1; OpenEVSE and SmartEVSE never found out (microocpp.md §4.11)."""
    outcomes = Outcomes()
    line = Line(WebSocketPingInterval="20", MessageTimeout="60")
    line.dialogue.sources = [Source(Call("Heartbeat", {}, outcomes))]
    line.accept()
    line.run(20_000 + timing.PONG_MS)
    assert line.link.reason == "no pong" and not line.connection.online
    assert [outcome for outcome, _ in outcomes] == ["lost"]
    assert not line.dialogue.online


def test_ping_interval_0_is_off_and_a_change_counts_at_once():
    line = Line(WebSocketPingInterval="0")
    line.accept()
    line.run(100_000)
    assert line.link.pings == []
    line.settings.change("WebSocketPingInterval", "30")
    line.run(STEP_MS)
    assert len(line.link.pings) == 1


def test_late_step_reads_before_it_judges_the_silence():
    """Harness and flash may hold a step up: bytes that wait in the link count."""
    line = Line(WebSocketPingInterval="20")
    line.accept()
    line.run(20_000)
    poll = line.link.poll

    def poll_with_pong(now_ms):
        poll(now_ms)
        line.link.heard_ms = now_ms

    line.link.poll = poll_with_pong
    line.now_ms += 60_000
    line.connection.tick(line.now_ms)
    assert line.connection.online


def test_message_that_the_link_can_not_take_waits_and_leaves_once():
    line = Line()
    line.dialogue.sources = [Source(Call("Heartbeat", {}))]
    line.link.full = True
    line.accept()
    line.run(1000)
    assert line.link.sent == []
    line.link.full = False
    line.run(1000)
    assert len(line.link.sent) == 1


def test_message_held_back_is_not_sent_on_the_next_connection():
    line = Line()
    line.dialogue.sources = [Source(Call("Heartbeat", {}))]
    line.link.full = True
    line.accept()
    line.link.full = False
    line.link.drop()
    line.run(STEP_MS)
    line.redialled_after()
    line.accept()
    line.run(1000)
    assert line.link.sent == []


def test_burst_of_calls_is_answered_whole_when_the_link_is_slow():
    """back-ends.md §2.13: twelve calls within 100 ms."""
    line = Line()
    line.link.full = True
    line.link.inbox = [f'[2,"{number}","ClearCache",{{}}]' for number in range(40)]
    line.accept()
    line.run(2000)
    line.link.full = False
    line.run(2000)
    assert len(line.link.sent) == 40 and line.dialogue.ignored == 0


def test_last_message_before_a_close_is_read():
    line = Line()
    line.accept()
    line.link.inbox = ['[2,"a","ClearCache",{}]', "rubbish"]
    line.link.drop("close", close_code=1011)
    line.run(STEP_MS)
    assert line.dialogue.ignored == 1 and not line.connection.online


@pytest.mark.parametrize("state", ["waiting", "opening", "open"])
def test_redial_connects_anew_at_once_in_every_state(state):
    line = Line()
    if state == "open":
        line.accept()
    if state == "waiting":
        line.link.drop()
        line.run(STEP_MS)
    assert line.connection.state == state
    line.settings.change("CentralSystemUrl", "ws://other")
    line.connection.redial(line.now_ms)
    line.run(STEP_MS)
    assert line.link.opened[-1][1].startswith("ws://other/") and line.connection.state == "opening"


# -- ten thousand stations ------------------------------------------------------------------------


class Crowd:
    """10,000 connections with one back end, led from event to event."""

    def __init__(self, count=10_000, seed=7):
        # hashlib's stream, not the module random: the same crowd on every Python.
        self._count, self._seed = 0, seed
        settings = new_settings(CentralSystemUrl=URL, Identity="PL", WebSocketPingInterval="0")
        dialogue = Dialogue(settings, FixedRandom(), new_inbound(settings=settings))
        self.stations = []
        for _ in range(count):
            link = WireLink()
            connection = Connection(link, dialogue, settings, self)
            connection.tick(0)
            link.state = ports.OPEN
            connection.tick(0)
            self.stations.append((connection, link))

    def take(self, count):
        self._count += 1
        return hashlib.sha256(b"%d %d" % (self._seed, self._count)).digest()[:count]

    def arrivals(self, lost_ms, back_ms, **ending):
        """When each station's dial is heard again: all are cut off at ``lost_ms``, and whoever
        dials before ``back_ms`` is refused."""
        found, refused = [], []
        for connection, link in self.stations:
            link.drop(**ending)
            connection.tick(lost_ms)
            while (at_ms := connection._due_ms) < back_ms:
                refused.append(at_ms)
                connection.tick(at_ms)
                link.drop("refused")
                connection.tick(at_ms)
            found.append(at_ms)
        return found, refused


def peak(times_ms):
    """The most that came within one second."""
    return max(Counter(at_ms // 1000 for at_ms in times_ms).values())


@pytest.mark.parametrize("outage_s", [0, 10, 60, 600, 3600])
def test_ten_thousand_stations_do_not_return_in_the_same_second(outage_s):
    """At most 1,500 arrive in a second after any outage, 200 after a long one, all in minutes."""
    lost_ms = 10 * timing.CONNECTION_LASTED_MS
    back_ms = lost_ms + outage_s * 1000
    found, refused = Crowd().arrivals(lost_ms, back_ms, reason="reset")
    assert peak(found) <= 1500
    assert max(found) - back_ms <= 2 * timing.BACK_OFF_CAP_MS
    if outage_s >= 600:
        assert peak(found) <= 200
        long = [at_ms for at_ms in refused if at_ms >= lost_ms + 300_000]
        assert peak(long) <= 200


def test_ten_thousand_stations_return_quickly_and_spread_after_an_orderly_close():
    """A back end that restarts says 1001 or 1012."""
    lost_ms = 10 * timing.CONNECTION_LASTED_MS
    found, _ = Crowd().arrivals(lost_ms, lost_ms, reason="close 1012", close_code=1012)
    assert peak(found) <= 1100
    assert max(found) - lost_ms <= 11_000
    assert sorted(found)[len(found) // 2] - lost_ms <= 6_500


def test_dial_that_asked_no_one_is_tried_again_at_once_and_is_no_failure():
    """A station whose Wi-Fi comes up slowly: neither late nor sent to the second address."""
    reason = ports.NO_ADDRESS_YET + " for csms"
    line = Line(jitter=255, CentralSystemUrl2="ws://spare/ocpp")
    for _ in range(20):
        line.link.drop(reason)
        line.run(STEP_MS)
        assert line.redialled_after() == timing.NETWORK_RETRY_MS
    assert line.link.opened[-1][1].startswith(URL + "/") and line.connection.reason == reason
    assert waits(line, 1)[0] <= 13_000


# -- security and addresses -----------------------------------------------------------------------


def test_connection_with_tls_waits_until_certificates_may_be_judged():
    """The order: network, time, TLS (core/timekeeping)."""
    known = []
    line = Line(CentralSystemUrl="wss://csms/ocpp", settled=lambda now_ms: bool(known))
    line.run(5000)
    assert line.link.opened == []
    known.append(True)
    line.run(STEP_MS)
    assert len(line.link.opened) == 1


def test_connection_without_tls_does_not_wait_for_the_time():
    line = Line(settled=lambda now_ms: False)
    assert len(line.link.opened) == 1


def test_second_address_is_dialled_and_left_again_in_a_quiet_moment():
    line = Line(CentralSystemUrl2="ws://spare/ocpp", WebSocketPingInterval="0")
    waits(line, 3)
    assert line.link.opened[-1][1].startswith("ws://spare/")
    line.accept()
    outcomes = Outcomes()
    line.dialogue.sources = [Source(Call("Heartbeat", {}, outcomes))]
    line.run(STEP_MS)
    line.settings.change("MessageTimeout", "600")
    line.connection._since_ms -= timing.RETURN_MS
    line.run(10_000)
    assert line.connection.online
    told = {"currentTime": "2026-01-01T00:00:00Z"}
    line.link.inbox = [json.dumps([3, line.open_id(), told])]
    line.run(3 * STEP_MS)
    assert line.link.opened[-1][1].startswith(URL + "/") and outcomes[0][0] == "answered"
    assert waits(line, 1) and line.link.opened[-1][1].startswith("ws://spare/")


def test_back_end_that_opens_and_closes_again_and_again_is_left_for_the_second():
    """Some close an unknown station with 1000 for hours (back-ends.md §2.13)."""
    line = Line(CentralSystemUrl2="ws://spare/ocpp")
    for _ in range(3):
        line.accept()
        line.link.drop("close 1000", close_code=1000)
        line.run(STEP_MS)
        line.redialled_after()
    assert line.link.opened[-1][1].startswith("ws://spare/")


@pytest.mark.parametrize("jitter, wanted_ms", [(0, 0), (128, 5019), (255, 9999)])
def test_first_dial_is_spread_where_the_power_was_off_for_many(jitter, wanted_ms):
    """A street comes back at once; the wait is by chance, and only the first one's."""
    line = Line(jitter=jitter, spread=True)
    waited_ms = line.redialled_after(11_000) if not line.link.opened else 0
    assert wanted_ms <= waited_ms < wanted_ms + 2 * STEP_MS
