"""The link on a stream in memory, with the `websockets` library as the back end."""

import base64
import random
from binascii import b2a_base64

import pytest
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from chargepoint.drivers.link_websocket import LINGER_MS, OPEN_LIMIT_MS, WebSocketLink, basic
from chargepoint.ports import Random

URL = "ws://csms:9000/ocpp/CP%201"


class Dice(Random):
    def __init__(self):
        self._random = random.Random(1)

    def take(self, count):
        return self._random.randbytes(count)


class Stream:
    """A stream in memory; ``room`` is what a write takes at the most."""

    state = "closed"
    reason = ""

    def __init__(self):
        self.opened = []
        self.written = []
        self.to_read = []
        self.room = 1_000_000

    def open(self, host, port, secure, server_name, certified):
        self.opened.append((host, port, secure, server_name))
        self.state = "opening"

    def poll(self):
        pass

    def read(self):
        return self.to_read.pop(0) if self.to_read else None

    def write(self, data):
        taken = min(len(data), self.room)
        if taken:
            self.written.append(bytes(data[:taken]))
        return taken

    def close(self):
        self.state = "closed"

    def end(self, reason):
        self.state = "closed"
        self.reason = reason


class Bench:
    """A link, its stream, and a server that answers."""

    def __init__(self, **server):
        self.stream = Stream()
        self.link = WebSocketLink(self.stream, Dice())
        self.server = ServerProtocol(subprotocols=["ocpp1.6"], extensions=[], **server)
        self.now_ms = 5000

    def open(self, url=URL, user="CP 1", password=b"secret"):
        self.link.open(url, user, password)
        self.stream.state = "open"
        self.link.poll(self.now_ms)
        (self.request,) = self.hear()
        self.server.send_response(self.server.accept(self.request))
        self.exchange()
        assert self.link.state == "open"
        return self

    def hear(self):
        for piece in self.stream.written:
            self.server.receive_data(piece)
        self.stream.written.clear()
        return self.server.events_received()

    def exchange(self, later_ms=10):
        """What the server wants to say goes to the link; a step later."""
        said = b"".join(self.server.data_to_send())
        if said:
            self.stream.to_read.append(said)
        self.now_ms += later_ms
        self.link.poll(self.now_ms)


@pytest.fixture
def bench():
    return Bench().open()


def test_link_opens_where_the_url_says(bench):
    assert bench.stream.opened == [("csms", 9000, False, "csms")]
    assert bench.request.path == "/ocpp/CP%201"
    assert bench.request.headers["Host"] == "csms:9000"


def test_password_may_be_any_bytes():
    """OCPP 1.6 security A00.FR.204: AuthorizationKey is 16 to 40 bytes, given in hex."""
    key = bytes(range(0xE0, 0x100))
    bench = Bench().open(password=key)
    kind, _, word = bench.request.headers["Authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(word) == b"CP 1:" + key


def test_no_password_sends_no_authorization():
    bench = Bench().open(password=None)
    assert "Authorization" not in bench.request.headers


def test_long_credentials_stay_on_one_line():
    assert (
        basic("u" * 48, b"p" * 40)
        == "Basic " + b2a_base64(b"u" * 48 + b":" + b"p" * 40, newline=False).decode()
    )


@pytest.mark.parametrize(
    ("url", "user"), [("http://csms/", "CP1"), ("ws://csms/", "CP:1"), ("ws://", "CP1")]
)
def test_wrong_address_or_user_is_refused_and_changes_nothing(bench, url, user):
    with pytest.raises(ValueError, match="expected"):
        bench.link.open(url, user, b"x")
    assert bench.link.state == "open"


def test_messages_go_both_ways(bench):
    assert bench.link.send('[2,"1","Heartbeat",{}]')
    bench.exchange()
    assert [bytes(event.data) for event in bench.hear()] == [b'[2,"1","Heartbeat",{}]']
    bench.server.send_text('[3,"1",{"currentTime":"é"}]'.encode())
    bench.exchange()
    assert bench.link.receive() == '[3,"1",{"currentTime":"é"}]'
    assert bench.link.receive() is None


def test_message_leaves_in_one_write(bench):
    bench.link.send("x" * 3000)
    bench.exchange()
    assert len(bench.stream.written) == 1


def test_message_goes_on_where_a_full_stream_stopped(bench):
    bench.stream.room = 7
    bench.link.send("x" * 100)
    for _ in range(20):
        bench.exchange()
    assert [bytes(event.data) for event in bench.hear()] == [b"x" * 100]


def test_link_takes_no_more_when_too_much_is_unsent(bench):
    bench.stream.room = 0
    sent = 0
    while bench.link.send("x" * 1000):
        sent += 1
        assert sent < 20
    bench.stream.room = 1_000_000
    bench.exchange()
    bench.exchange()
    assert bench.link.send("x")


def test_fast_peer_is_held_back_while_a_message_waits(bench):
    bench.stream.to_read = [
        Frame(Opcode.TEXT, b"%d" % place).serialize(mask=False) for place in range(10)
    ]
    for _ in range(5):
        bench.exchange()
    assert len(bench.stream.to_read) >= 8
    got = []
    while len(got) < 10:
        bench.exchange()
        got.append(bench.link.receive())
    assert got == [str(place) for place in range(10)]


def test_every_byte_counts_as_heard(bench):
    before = bench.link.heard_ms
    bench.exchange(5000)
    assert bench.link.heard_ms == before
    bench.link.ping()
    bench.exchange()
    (ping,) = bench.hear()
    assert ping.opcode == Opcode.PING
    bench.exchange()
    assert bench.link.heard_ms == bench.now_ms


def test_peer_s_ping_is_answered_in_the_same_step(bench):
    bench.server.send_ping(b"now")
    bench.exchange()
    (pong,) = bench.hear()
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"now")


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "http 401"), (404, "http 404"), (503, "http 503")]
)
def test_http_error_is_told(status, reason):
    """OCPP-J 3.4: 404 for an identity that the back end does not know."""
    bench = Bench()
    bench.link.open(URL, "CP1", None)
    bench.stream.state = "open"
    bench.link.poll(0)
    bench.stream.to_read.append(b"HTTP/1.1 %d No\r\nRetry-After: 30\r\n\r\n" % status)
    bench.link.poll(10)
    assert (bench.link.state, bench.link.reason) == ("closed", reason)
    assert bench.link.http_status == status
    assert bench.link.retry_after_s == 30


def test_peer_s_close_is_told_and_answered(bench):
    bench.server.send_close(1012, "service restart")
    bench.exchange()
    assert (bench.link.state, bench.link.close_code) == ("closed", 1012)
    assert bench.link.reason == "close 1012 service restart"
    bench.exchange()
    (close,) = bench.hear()
    assert close.opcode == Opcode.CLOSE


def test_what_breaks_the_rules_is_told_to_the_peer(bench):
    bench.server.send_binary(b"x")
    bench.exchange()
    assert (bench.link.state, bench.link.close_code) == ("closed", 1003)
    bench.exchange()
    bench.hear()
    assert bench.server.close_rcvd.code == 1003


def test_stream_that_breaks_tells_why(bench):
    bench.stream.end("reset")
    bench.exchange()
    assert (bench.link.state, bench.link.reason) == ("closed", "reset")


def test_refused_connection_is_told():
    bench = Bench()
    bench.link.open(URL, "CP1", None)
    bench.stream.end("refused")
    bench.link.poll(0)
    assert (bench.link.state, bench.link.reason) == ("closed", "refused")


def test_close_is_closed_at_once_and_orderly_for_the_peer(bench):
    bench.link.close("reset")
    assert (bench.link.state, bench.link.reason) == ("closed", "reset")
    assert not bench.link.send("too late")
    bench.exchange()
    (close,) = bench.hear()
    assert bytes(close.data) == b"\x03\xe8reset"
    assert bench.stream.state == "open"
    bench.exchange(LINGER_MS)
    assert bench.stream.state == "closed"


def test_link_opens_again_while_the_last_stream_lingers(bench):
    bench.link.close("reset")
    again = Bench()
    again.stream, again.link = bench.stream, bench.link
    again.open()
    assert len(again.stream.opened) == 2


def test_upgrade_that_never_ends_is_given_up():
    bench = Bench()
    bench.link.open(URL, "CP1", None)
    bench.stream.state = "open"
    bench.link.poll(1000)
    bench.link.poll(1000 + OPEN_LIMIT_MS - 1)
    assert bench.link.state == "opening"
    bench.link.poll(1000 + OPEN_LIMIT_MS)
    assert (bench.link.state, bench.link.reason) == ("closed", "timeout")


def test_answer_that_came_is_read_before_the_limit_is_judged():
    bench = Bench()
    bench.link.open(URL, "CP1", None)
    bench.stream.state = "open"
    bench.link.poll(0)
    (request,) = bench.hear()
    bench.server.send_response(bench.server.accept(request))
    bench.now_ms = 0
    bench.exchange(OPEN_LIMIT_MS)
    assert bench.link.state == "open"


def test_nothing_happens_before_the_first_open():
    bench = Bench()
    bench.link.poll(0)
    bench.link.close("x")
    bench.link.ping()
    assert not bench.link.send("x")
    assert bench.link.receive() is None
    assert bench.link.state == "closed"
