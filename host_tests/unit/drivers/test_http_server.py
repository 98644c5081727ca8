"""The web server: whatever visitors do, a step has the same little work, and others get in."""

import errno
import fcntl
import socket
import struct
import termios
import time
from types import SimpleNamespace

import pytest

from chargepoint.drivers import http_server
from chargepoint.drivers.http_server import PIECE, VISITORS, HttpServer
from host_tests.unit.loopback import until

STEP_MS = 10


class Counted(socket.socket):
    """Counts what is asked of the kernel."""

    work = {"accept": 0, "recv": 0, "send": 0, "most": 0}

    def accept(self):
        self.work["accept"] += 1
        number, address = self._accept()
        made = Counted(fileno=number)
        # As small as lwIP's, and always the same: the kernel of a computer takes megabytes, now
        # more, now less, before a stuck reader is felt.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        return made, address

    def recv_into(self, buffer):
        self.work["recv"] += 1
        self.work["most"] = max(self.work["most"], len(buffer))
        return super().recv_into(buffer)

    def send(self, data):
        self.work["send"] += 1
        self.work["most"] = max(self.work["most"], len(data))
        return super().send(data)


SOCKETS = SimpleNamespace(**{**vars(socket), "socket": Counted})


class House:
    """A server that answers "hello" to all it admits, and who visits it."""

    def __init__(self):
        self.server = HttpServer(SOCKETS, "127.0.0.1", 0)
        self.server.admit = lambda request: self.refusal
        self.refusal = 0
        self.body = b"hello"
        self.answers = True
        self.asked = []
        self.now_ms = 0
        self.port = self.server._socket.getsockname()[1]
        self.guests = []

    def step(self, count=1, ms=STEP_MS):
        for _ in range(count):
            self.now_ms += ms
            Counted.work.update(accept=0, recv=0, send=0)
            visit = self.server.poll(self.now_ms)
            work = Counted.work
            assert work["accept"] <= 1 and work["recv"] <= 1 and work["send"] <= 1, work
            if visit is not None:
                self.asked.append(visit)
                if self.answers:
                    body = self.body() if callable(self.body) else self.body
                    visit.answer(200, "text/plain", body)

    def until(self, condition, ms=STEP_MS):
        def come():
            if condition():
                return True
            self.step(ms=ms)
            # A limit of the server is many times what the kernel may take for a segment.
            time.sleep(ms / 10_000)
            return False

        until(come)

    def guest(self, data=b"", buffer=None):
        made = socket.socket()
        if buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.connect(("127.0.0.1", self.port))
        made.setblocking(False)
        self.guests.append(made)
        if data:
            made.send(data)
        return made

    def far_guest(self):
        """A guest who waits outside for as long as it takes."""
        made = socket.socket()
        made.setblocking(False)
        made.connect_ex(("127.0.0.1", self.port))
        self.guests.append(made)
        return made

    def arrive(self, data=b""):
        """A guest whose ``data`` is there; no time passes for what the kernel takes."""
        made = self.guest(data)
        until(lambda: not _under_way(made))
        return made

    def enter(self, data=b""):
        """A guest who is in, and whose ``data`` is there."""
        busy = self.server.busy
        made = self.arrive(data)
        self.until(lambda: self.server.busy > busy, ms=0)
        return made

    def answer(self, guest):
        """All that the guest hears until the end; "reset" where it ended so."""
        heard = [b""]

        def ended():
            try:
                data = guest.recv(65536)
            except BlockingIOError:
                return False
            except OSError:
                heard.append("reset")
                return True
            heard[0] += data
            return not data

        self.until(ended)
        return heard[-1] if heard[-1] == "reset" else heard[0]

    def close(self):
        self.server.close()
        for guest in self.guests:
            guest.close()


@pytest.fixture
def house():
    house = House()
    yield house
    house.close()


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def test_guest_is_answered_and_the_connection_ends(house):
    said = house.answer(house.guest(GET))
    assert said.startswith(b"HTTP/1.1 200 OK\r\n") and said.endswith(b"\r\n\r\nhello")
    house.until(lambda: house.server.busy == 0)


def test_body_comes_with_the_head_or_after_it(house):
    head = b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\n"
    house.answer(house.guest(head + b"abcdef"))
    guest = house.enter(head)
    house.step(5)
    guest.send(b"abc")
    house.step(5)
    guest.send(b"def")
    house.until(lambda: len(house.asked) == 2)
    assert b"hello" in house.answer(guest)


def test_answer_in_pieces_comes_as_chunks(house):
    """RFC 9112 7.1; pieces are gathered, so that a long list of short ones does not take long."""
    house.body = lambda: (b"%d," % number for number in range(1000))
    said = house.answer(house.guest(GET))
    head, _, rest = said.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    whole, chunks = b"", 0
    while True:
        size, _, rest = rest.partition(b"\r\n")
        if size == b"0":
            break
        whole, rest = whole + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        chunks += 1
    assert whole == b"".join(b"%d," % number for number in range(1000))
    assert chunks <= len(whole) // PIECE + 1


def test_pipelined_requests_get_one_answer_and_no_reset(house):
    said = house.answer(house.guest(GET * 50))
    assert said.count(b"HTTP/1.1") == 1 and said.endswith(b"hello")


def test_head_of_64_kb_is_refused_and_the_refusal_arrives(house):
    guest = house.guest(b"GET / HTTP/1.1\r\n" + b"Cookie: abc\r\n" * 5000)
    assert house.answer(guest).startswith(b"HTTP/1.1 431 ")
    assert house.asked == []


def test_refused_head_is_answered_without_its_body(house):
    house.refusal = 413
    guest = house.guest(b"POST / HTTP/1.1\r\nContent-Length: 999999\r\n\r\n" + b"x" * 2000)
    assert house.answer(guest).startswith(b"HTTP/1.1 413 ")
    assert house.asked == []


def test_body_that_the_heap_has_no_room_for_is_refused(house, monkeypatch):
    def no_room(self):
        raise MemoryError

    monkeypatch.setattr(http_server.Request, "open_body", no_room)
    guest = house.guest(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde")
    assert house.answer(guest).startswith(b"HTTP/1.1 503 ")


def test_peer_that_asks_whether_to_send_is_told(house):
    """RFC 9110 10.1.1."""
    guest = house.guest(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    house.until(lambda: _peek(guest))
    assert guest.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    guest.send(b"ok")
    assert b"hello" in house.answer(guest)


@pytest.mark.parametrize(
    ("data", "limit_ms"),
    [
        (b"", http_server.HEAD_MS),
        (b"GET / HT", http_server.HEAD_MS),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", http_server.BODY_MS),
    ],
)
def test_slow_guest_loses_the_place_in_time(house, data, limit_ms):
    """Also one that sends a byte now and then."""
    guest = house.enter(data)
    house.until(lambda: not _unread(house.server))
    began_ms = house.now_ms
    while house.server.busy:
        house.step()
        if house.now_ms % 1000 == 0 and data.startswith(b"GET"):
            guest.send(b"x")
        assert house.now_ms - began_ms <= limit_ms + 200
    assert house.now_ms - began_ms > limit_ms - 200


def test_stuck_reader_loses_the_place(house):
    house.body = lambda: (b"x" * 1000 for _ in iter(int, 1))
    house.guest(GET, buffer=2048)
    house.until(lambda: house.asked)
    began_ms = house.now_ms
    house.step(6000)
    assert house.server.busy == 0
    assert house.now_ms - began_ms > http_server.WRITE_MS


def test_answer_that_never_comes_is_given_up(house):
    house.answers = False
    guest = house.guest(GET)
    house.until(lambda: house.asked)
    house.step(http_server.ANSWER_MS // STEP_MS + 10)
    assert not house.asked[0].waits
    assert house.answer(guest).startswith(b"HTTP/1.1 504 ")


def test_guest_gets_in_while_silent_ones_hold_every_place(house):
    """A browser opens connections that it may not need."""
    for _ in range(VISITORS):
        house.enter()
    guest = house.arrive(GET)
    house.until(lambda: house.asked)
    assert house.now_ms < http_server.CROWDED_MS
    assert b"hello" in house.answer(guest)


def test_guest_gets_in_while_slow_ones_hold_every_place(house):
    for _ in range(VISITORS):
        house.enter(b"GET / HTTP/1.1\r\nA: ")
    guest = house.arrive(GET)
    house.until(lambda: house.asked)
    assert house.now_ms < http_server.HEAD_MS
    assert b"hello" in house.answer(guest)


def test_guest_whose_request_is_at_work_keeps_the_place(house):
    house.answers = False
    for _ in range(VISITORS):
        house.enter(GET)
    house.until(lambda: len(house.asked) == VISITORS)
    house.guest(GET)
    house.step(500)
    assert all(visit.waits for visit in house.asked) and len(house.asked) == VISITORS


def test_hostile_crowd_never_makes_a_step_longer(house):
    """Fifty who do fifty kinds of wrong: the work of each step is counted in ``step``."""
    kinds = [b"", b"GET", GET * 20, b"x" * 9000, b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\nx"]
    waiting = [(house.far_guest(), kinds[number % len(kinds)]) for number in range(50)]
    for _ in range(4000):
        house.step()
        assert house.server.busy <= VISITORS
        waiting = [(guest, data) for guest, data in waiting if not _sent(guest, data)]
    assert Counted.work["most"] <= PIECE
    for guest in house.guests:
        guest.close()
    house.until(lambda: house.server.busy == 0)
    assert b"hello" in house.answer(house.guest(GET))


def test_peer_that_resets_is_forgotten(house):
    guest = house.enter(b"GET")
    guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    guest.close()
    house.until(lambda: house.server.busy == 0)


def test_port_that_is_taken_is_an_error(house):
    with pytest.raises(OSError):
        HttpServer(SOCKETS, "127.0.0.1", house.port)


def _under_way(guest):
    """Bytes that the kernel has not brought to the other end yet (SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(guest, termios.TIOCOUTQ, bytes(4)))[0]


def _peek(guest):
    try:
        return guest.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return b""


def _sent(guest, data):
    """Whether ``data`` left, or never will."""
    try:
        guest.send(data)
    except BlockingIOError:
        return False
    except OSError as error:
        return error.errno != errno.ENOTCONN
    return True


def _unread(server):
    """Bytes that came and were not read yet."""
    return any(_peek(visitor._socket) for visitor in server._visitors)
