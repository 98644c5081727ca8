"""Files to and from servers that others wrote: Python's own http.server, and pyftpdlib."""

import http.server
import socket
import threading
import time

import pytest
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

from chargepoint.drivers.stream_tcp import TcpStream
from chargepoint.drivers.transfer import FileTransfer
from host_tests.harness import seats
from host_tests.unit.loopback import PATIENCE_S, until

CONTENT = bytes(range(256)) * 700


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; takes what is put."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        with open(self.translate_path(self.path), "wb") as file:
            file.write(self.rfile.read(length))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def http_url(tmp_path):
    def handler(*words):
        return Handler(*words, directory=str(tmp_path))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def ftp_url(tmp_path):
    class Session(FTPHandler):
        authorizer = DummyAuthorizer()
        auth_failed_timeout = 0.1

    Session.authorizer.add_user("cpo", "p@ss", str(tmp_path), perm="elradfmwMT")
    server, over = ThreadedFTPServer(("127.0.0.1", 0), Session), threading.Event()

    def serve():
        while not over.is_set():
            server.serve_forever(timeout=0.05, blocking=False)

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    yield f"ftp://cpo:p%40ss@127.0.0.1:{server.address[1]}/"
    # Not under the feet of its thread, which would ask what is closed.
    over.set()
    serving.join()
    server.close_all()


@pytest.fixture(params=["http", "ftp"])
def url(request):
    return request.getfixturevalue(request.param + "_url")


@pytest.fixture
def transfer():
    transfer = FileTransfer(lambda: TcpStream(socket))
    yield transfer
    transfer.stop()


def run(transfer, act=lambda: None, seconds=2 * PATIENCE_S):
    """Poll until it is over."""
    until_s = time.monotonic() + seconds
    while transfer.state == "busy" and time.monotonic() < until_s:
        transfer.poll(int(time.monotonic() * 1000))
        act()
        time.sleep(0.0002)


def test_file_is_fetched_whole(url, transfer, tmp_path):
    """In pieces of at most 1 KB."""
    (tmp_path / "fw 1.bin").write_bytes(CONTENT)
    pieces = []

    def take():
        piece = transfer.take()
        if piece:
            pieces.append(piece)

    transfer.fetch(url + "fw%201.bin", int(time.monotonic() * 1000))
    run(transfer, take)
    assert (transfer.state, transfer.reason) == ("done", "")
    assert b"".join(pieces) == CONTENT
    assert max(map(len, pieces)) <= 1024
    assert transfer.size == len(CONTENT)


def test_file_is_sent_whole(url, transfer, tmp_path):
    """In pieces, each taken as far as there is room."""
    left = [CONTENT]

    def give():
        if left[0]:
            left[0] = left[0][transfer.give(left[0][:1000]) :]

    transfer.send(url, "report.txt", len(CONTENT), int(time.monotonic() * 1000))
    run(transfer, give)
    assert (transfer.state, transfer.reason) == ("done", "")
    until(lambda: (tmp_path / "report.txt").stat().st_size == len(CONTENT), "the last piece")
    assert (tmp_path / "report.txt").read_bytes() == CONTENT


def test_file_that_is_not_there_fails_with_a_reason(url, transfer):
    """Short texts, for the log."""
    transfer.fetch(url + "nothing", int(time.monotonic() * 1000))
    run(transfer)
    assert transfer.state == "failed" and transfer.reason in ("http 404", "ftp 550")


def test_wrong_login_fails_with_a_reason(ftp_url, transfer):
    """RFC 959: 530."""
    transfer.fetch(ftp_url.replace("p%40ss", "wrong") + "x", int(time.monotonic() * 1000))
    run(transfer)
    assert (transfer.state, transfer.reason) == ("failed", "ftp 530")


def test_nobody_there_fails_with_a_reason(transfer):
    """A port on which no one listens."""
    with seats.take_seat() as seat:
        transfer.fetch(f"http://127.0.0.1:{seats.port_of(seat)}/", int(time.monotonic() * 1000))
        run(transfer)
    assert (transfer.state, transfer.reason) == ("failed", "refused")


def test_name_that_is_looked_up_in_the_background_is_waited_for(http_url, tmp_path):
    """sockets_network.py knows no address at the first time."""
    (tmp_path / "a").write_bytes(b"abc")
    tries = []

    class Sockets:
        SOCK_STREAM = socket.SOCK_STREAM
        socket = socket.socket

        @staticmethod
        def getaddrinfo(*words):
            tries.append(words)
            if len(tries) < 3:
                raise OSError(11)
            return socket.getaddrinfo(*words)

    transfer = FileTransfer(lambda: TcpStream(Sockets))
    transfer.fetch(http_url + "a", 0)
    for now_ms in range(0, 3000, 10):
        transfer.poll(now_ms)
    assert len(tries) == 3
    until(lambda: transfer.poll(3000) or transfer.take(), "the file")
    transfer.stop()
    assert transfer.state == "idle"


def test_name_that_nobody_knows_is_given_up():
    """After a while."""

    class Sockets:
        SOCK_STREAM = socket.SOCK_STREAM

        @staticmethod
        def getaddrinfo(*words):
            raise OSError(11)

    transfer = FileTransfer(lambda: TcpStream(Sockets))
    transfer.fetch("ftp://nowhere/a", 0)
    for now_ms in range(0, 20000, 100):
        transfer.poll(now_ms)
    assert transfer.state == "failed" and "no address" in transfer.reason


class Redirecting:
    """A stream whose first connection leads to https; ``opened`` are all that were dialled."""

    opened = []
    reason = ""
    received = sent = 0

    def __init__(self):
        self.state = "closed"
        self._said = b""

    def open(self, host, port, secure, name):
        self.opened.append(secure)
        self.state = "open"
        self._said = b"" if secure else b"HTTP/1.1 302 Found\r\nLocation: https://h/x\r\n\r\n"

    def poll(self):
        pass

    def write(self, data):
        return len(data)

    def read(self):
        said, self._said = self._said, b""
        return said or None

    def close(self):
        self.state = "closed"


def test_no_handshake_begins_while_it_must_not(monkeypatch):
    """Neither at once nor by way of a redirection; and the wait is no stall."""
    monkeypatch.setattr(Redirecting, "opened", [])
    transfer = FileTransfer(Redirecting)
    transfer.secure = False
    transfer.fetch("http://h/x", 0)
    for now_ms in range(0, 200_000, 1000):
        transfer.poll(now_ms)
    assert Redirecting.opened == [False] and transfer.state == "busy"
    transfer.secure = True
    transfer.poll(200_000)
    assert Redirecting.opened == [False, True] and transfer.state == "busy"
