"""The TCP stream on real sockets of this machine, plain and TLS, on CPython."""

import errno
import socket
import ssl
import threading
from types import SimpleNamespace

import pytest
import tls

from chargepoint.drivers.stream_tcp import TcpStream, client_context, context_of
from host_tests.harness import seats
from host_tests.unit.drivers.certificates import Authority
from host_tests.unit.loopback import PATIENCE_S, until


@pytest.fixture
def listener():
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(PATIENCE_S)
    yield server
    server.close()


@pytest.fixture
def stream():
    stream = TcpStream(socket)
    yield stream
    stream.close()


def port_of(listener):
    return listener.getsockname()[1]


def sockets(**changed):
    """The module ``socket`` with something in it replaced."""
    names = ("SOCK_STREAM", "socket", "getaddrinfo")
    return SimpleNamespace(**{**{name: getattr(socket, name) for name in names}, **changed})


def poll_until(stream, done):
    """Poll as a step does."""

    def come():
        stream.poll()
        return done()

    return until(come, f"what was waited for in state {stream.state}")


def connected(stream, listener):
    stream.open("127.0.0.1", port_of(listener), False, "127.0.0.1")
    peer, _ = listener.accept()
    peer.settimeout(PATIENCE_S)
    poll_until(stream, lambda: stream.state == "open")
    return peer


def test_stream_opens_and_carries_bytes_both_ways(stream, listener):
    with connected(stream, listener) as peer:
        assert stream.read() is None
        assert stream.write(b"hello") == 5
        assert peer.recv(10) == b"hello"
        peer.sendall(b"x" * 3000)
        got = b""
        while len(got) < 3000:
            piece = poll_until(stream, stream.read)
            assert len(piece) <= 1024
            got += piece
        assert got == b"x" * 3000


def test_end_shows_after_the_last_byte(stream, listener):
    with connected(stream, listener) as peer:
        peer.sendall(b"bye")
    assert poll_until(stream, stream.read) == b"bye"
    poll_until(stream, lambda: stream.read() is None and stream.state == "closed")
    assert stream.reason == "ended"


def test_reset_is_told(stream, listener):
    with connected(stream, listener) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    poll_until(stream, lambda: stream.read() is None and stream.state == "closed")
    assert stream.reason == "reset"


def test_full_peer_takes_a_part_and_then_nothing(stream, listener):
    with connected(stream, listener):
        assert stream.write(b"x" * 100_000_000) < 100_000_000
        # Before it is full, the kernels of both ends move on what they hold.
        until(lambda: stream.write(b"x" * 1_000_000) == 0)
        assert stream.state == "open"


def test_refusal_is_told(stream):
    with seats.take_seat() as seat:
        stream.open("127.0.0.1", seats.port_of(seat), False, "127.0.0.1")
        poll_until(stream, lambda: stream.state == "closed")
    assert stream.reason == "refused"


def test_next_address_of_a_name_is_tried(listener):
    """``localhost`` is often ::1 first; a back end may listen on 127.0.0.1 only."""
    port = port_of(listener)
    row = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
    with seats.take_seat() as dead:
        rows = [(*row, dead.getsockname()), (*row, ("127.0.0.1", port))]
        stream = TcpStream(sockets(getaddrinfo=lambda *_: rows))
        stream.open("two", port, False, "two")
        poll_until(stream, lambda: stream.state == "open")
    stream.close()


def test_name_without_an_address_is_told(stream):
    stream.open("no-such-host.invalid", 80, False, "")
    assert (stream.state, stream.reason) == ("closed", "no address for no-such-host.invalid")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ETIMEDOUT, "timeout"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ENETUNREACH, f"error {errno.ENETUNREACH}"),
    ],
)
def test_connection_that_fails_at_once_is_told(code, reason):
    class Socket:
        def __init__(self, *_):
            self.made = socket.socket()
            self.fileno, self.setblocking = self.made.fileno, self.made.setblocking
            self.close = self.made.close

        def connect(self, address):
            raise OSError(code, "")

    stream = TcpStream(sockets(socket=Socket))
    stream.open("127.0.0.1", 9, False, "")
    assert (stream.state, stream.reason) == ("closed", reason)


def test_board_without_a_socket_to_spare_is_told():
    """The step goes on: the next dial finds one, or not."""

    def none_left(*_):
        raise OSError(errno.ENFILE, "")

    row = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 9))
    stream = TcpStream(sockets(socket=none_left, getaddrinfo=lambda *_: [row, row]))
    stream.open("127.0.0.1", 9, False, "")
    assert (stream.state, stream.reason) == ("closed", f"no socket: error {errno.ENFILE}")


def test_tls_that_there_is_no_memory_for_is_closed(listener):
    """A context and its certificates take some 10 KB of a small heap."""

    def full(certified):
        raise MemoryError("memory allocation failed")

    stream = TcpStream(socket, full)
    stream.open("127.0.0.1", port_of(listener), True, "localhost")
    poll_until(stream, lambda: stream.state == "closed")
    assert stream.reason == "tls: memory allocation failed"


@pytest.mark.parametrize("code", [errno.ECONNRESET, -errno.ECONNRESET])
def test_secure_line_that_is_reset_is_no_fault_of_tls(listener, code):
    """MicroPython's mbedTLS hands the socket's error on as -104; what certificates lack waits
    half a minute, a line that broke only seconds."""

    def broken(_):
        raise OSError(code, "")

    secure = SimpleNamespace(recv_into=broken, send=broken, close=lambda: None)
    context = SimpleNamespace(wrap_socket=lambda *_, **__: secure)
    stream = TcpStream(socket, lambda certified: context)
    stream.open("127.0.0.1", port_of(listener), True, "localhost")
    poll_until(stream, lambda: stream.state == "open")
    assert stream.read() is None
    assert (stream.state, stream.reason) == ("closed", "reset")


def test_tls_without_a_context_is_refused(stream):
    stream.open("127.0.0.1", 1, True, "localhost")
    assert (stream.state, stream.reason) == ("closed", "no tls")


class Echo(threading.Thread):
    """A TLS server for one connection: says back what it hears."""

    def __init__(self, listener, certificate, key, folder, trusts=None):
        super().__init__(daemon=True)
        self._listener = listener
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (folder / "c").write_bytes(certificate)
        (folder / "k").write_bytes(key)
        self._context.load_cert_chain(folder / "c", folder / "k")
        if trusts:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(cadata=trusts.decode())
        self.start()

    def run(self):
        try:
            plain, _ = self._listener.accept()
            with plain:
                plain.settimeout(PATIENCE_S)
                self._answer(plain)
        except OSError:
            pass  # the client went away, as some of the tests have it

    def _answer(self, plain):
        with self._context.wrap_socket(plain, server_side=True) as secure:
            secure.sendall(secure.recv(100))
            secure.recv(1)


def echoed(stream, listener, name):
    """Says "hello" and gives what came back, or None when the stream closed."""
    stream.open("127.0.0.1", port_of(listener), True, name)
    poll_until(stream, lambda: stream.state != "opening")
    poll_until(stream, lambda: stream.write(b"hello") or stream.state == "closed")
    got = []
    poll_until(stream, lambda: got.append(stream.read()) or got[-1] or stream.state == "closed")
    stream.close()
    return got[-1]


def test_tls_carries_bytes_to_whom_it_trusts(listener, tmp_path):
    authority = Authority()
    Echo(listener, *authority.issue(), tmp_path)
    stream = TcpStream(socket, lambda certified: client_context(tls, authority.pem))
    assert echoed(stream, listener, "localhost") == b"hello"


def test_tls_shows_our_certificate(listener, tmp_path):
    """OCPP 1.6 security profile 3."""
    authority = Authority()
    ours = authority.issue("CP1")
    Echo(listener, *authority.issue(), tmp_path, trusts=authority.pem)
    stream = TcpStream(socket, lambda certified: client_context(tls, authority.pem, *ours))
    assert echoed(stream, listener, "localhost") == b"hello"


@pytest.mark.parametrize(("trusted", "name"), [("other", "localhost"), ("same", "csms.example")])
def test_tls_to_a_stranger_or_another_name_is_closed(listener, tmp_path, trusted, name):
    """OCPP 1.6 security A00.FR.309: the certificate and its name are verified."""
    authority = Authority()
    Echo(listener, *authority.issue(), tmp_path)
    pem = authority.pem if trusted == "same" else Authority("Other CA").pem
    stream = TcpStream(socket, lambda certified: client_context(tls, pem))
    assert echoed(stream, listener, name) is None
    assert stream.reason.startswith("tls: ")


def test_tls_with_a_broken_trust_anchor_is_closed(listener, tmp_path):
    Echo(listener, *Authority().issue(), tmp_path)
    stream = TcpStream(socket, lambda certified: client_context(tls, b"-----no certificate"))
    stream.open("127.0.0.1", port_of(listener), True, "localhost")
    poll_until(stream, lambda: stream.state == "closed")
    assert stream.reason.startswith("tls: ")


@pytest.mark.parametrize("missing", ["tls_ca", "tls_certificate", "tls_key"])
def test_credentials_that_are_missing_are_named(missing):
    files = {"tls_ca": b"a", "tls_certificate": b"b", "tls_key": b"c", missing: None}
    with pytest.raises(ValueError, match=missing):
        context_of(tls, SimpleNamespace(read=files.get), True)


def test_our_certificate_is_shown_only_where_it_is_asked_for():
    """OCPP 1.6 security: profile 3 alone."""
    authority = Authority()
    files = {"tls_ca": authority.pem}
    assert context_of(tls, SimpleNamespace(read=files.get), False)
