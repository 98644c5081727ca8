"""drivers/time_sntp on real UDP sockets of this machine."""

import errno
import socket
from types import SimpleNamespace

import pytest

from chargepoint.drivers.time_sntp import SntpSource
from host_tests.unit.loopback import PATIENCE_S, until
from host_tests.unit.ocpp.bench import FixedRandom
from host_tests.unit.wire.test_sntp import NEW_YEAR_2026, answer


@pytest.fixture
def server():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(PATIENCE_S)
        yield made


@pytest.fixture
def source():
    made = SntpSource(socket, FixedRandom())
    yield made
    made.close()


def asked(source, server):
    assert source.ask(f"127.0.0.1:{server.getsockname()[1]}")
    question, client = server.recvfrom(100)
    return question[40:], client


def test_answer_is_polled_without_waiting(source, server):
    nonce, client = asked(source, server)
    assert source.poll() is None
    server.sendto(answer(nonce=nonce), client)
    assert until(source.poll) == NEW_YEAR_2026


def test_wrong_answer_is_passed_over_for_the_right_one(source, server):
    """RFC 4330 §5: a forged answer must not keep the true one out."""
    nonce, client = asked(source, server)
    server.sendto(answer(nonce=b"guessed!"), client)

    def refused():
        assert source.poll() is None
        return "not an answer" in source.failure

    until(refused)
    server.sendto(answer(nonce=nonce), client)
    assert until(source.poll) == NEW_YEAR_2026


def test_answer_of_someone_else_is_not_heard(source, server):
    nonce, client = asked(source, server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(answer(nonce=nonce), client)
    assert source.poll() is None


def test_closed_port_is_no_answer(source, server):
    port = server.getsockname()[1]
    server.close()
    source.ask(f"127.0.0.1:{port}")
    assert [source.poll() for _ in range(3)] == [None] * 3


@pytest.mark.parametrize("name", ["", "no-such-host.invalid", ":::", "a:b:c"])
def test_server_that_there_is_not_is_told(source, name):
    assert not source.ask(name) and source.failure
    assert source.poll() is None


def test_port_is_123_where_none_is_named():
    wanted = []

    def look_up(host, port, family, kind):
        wanted.append((host, port))
        raise OSError(errno.EAGAIN)

    sockets = SimpleNamespace(getaddrinfo=look_up, SOCK_DGRAM=socket.SOCK_DGRAM)
    source = SntpSource(sockets, FixedRandom())
    for name in ("time.example", "time.example:1234", "2001:db8::1"):
        assert not source.ask(name)
    assert wanted == [("time.example", 123), ("time.example", 1234), ("2001:db8::1", 123)]
