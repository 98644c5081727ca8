"""The emulated network modem, against real sockets on loopback."""

import socket
import struct

import pytest

from chargepoint.wire import tagged
from host_tests.harness import seats
from host_tests.harness.targets.qemu_modem import STEP_BYTES, Modem
from host_tests.unit.loopback import PATIENCE_S, until


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(PATIENCE_S)
        yield made


@pytest.fixture
def modem():
    made = Modem({})
    yield made
    made.close()


def connect(modem, listener, number=1):
    modem.hear(tagged.connect(number, "127.0.0.1", listener.getsockname()[1]))
    return listener.accept()[0]


def told(modem, wanted=1):
    """The next frames that the modem has for the station."""
    frames, found = tagged.Frames(), []

    def came():
        frames.receive(modem.poll(awaited=False))
        while frames.next():
            found.append((frames.tag, frames.payload))
        return len(found) >= wanted

    until(came)
    return found


def test_connection_carries_bytes_both_ways(modem, listener):
    peer = connect(modem, listener, 7)
    assert told(modem) == [(tagged.CONNECTED, b"\x07")]
    modem.hear(tagged.of_connection(tagged.DATA, 7, b"GET /"))
    assert peer.recv(100) == b"GET /"
    assert (modem.take_sent(), modem.take_sent()) == (5, 0)
    peer.sendall(b"HTTP")
    assert told(modem) == [(tagged.DATA, b"\x07HTTP")]


def test_large_answer_comes_in_portions_of_a_step(modem, listener):
    peer = connect(modem, listener)
    told(modem)
    peer.sendall(bytes(1000))
    sizes = [len(payload) - 1 for _, payload in told(modem, wanted=3)]
    assert sizes == [STEP_BYTES, STEP_BYTES, 1000 - 2 * STEP_BYTES]


def test_end_of_the_peer_is_told_behind_its_last_bytes(modem, listener):
    peer = connect(modem, listener)
    told(modem)
    peer.sendall(b"bye")
    peer.close()
    assert told(modem, 2) == [(tagged.DATA, b"\x01bye"), (tagged.CLOSED, b"\x01ended")]


def test_reset_by_the_peer_is_told(modem, listener):
    peer = connect(modem, listener)
    told(modem)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    assert told(modem) == [(tagged.CLOSED, b"\x01reset")]


def test_refused_connection_is_told(modem):
    with seats.take_seat() as seat:
        modem.hear(tagged.connect(3, "127.0.0.1", seats.port_of(seat)))
        assert told(modem) == [(tagged.CLOSED, b"\x03refused")]


def test_host_that_is_no_name_is_told(modem):
    modem.hear(tagged.connect(3, "a..b", 80))
    assert told(modem) == [(tagged.CLOSED, b"\x03error 22")]


def test_closed_connection_ends_at_the_peer(modem, listener):
    peer = connect(modem, listener)
    told(modem)
    modem.hear(tagged.of_connection(tagged.DATA, 1, b"last"))
    modem.hear(tagged.of_connection(tagged.CLOSED, 1, b""))
    assert (peer.recv(100), peer.recv(100)) == (b"last", b"")
    assert modem.poll(awaited=False) == b""


def test_new_connection_ends_the_old_and_late_frames_mean_nothing(modem, listener):
    old = connect(modem, listener, 1)
    told(modem)
    new = connect(modem, listener, 2)
    assert old.recv(100) == b""
    assert told(modem) == [(tagged.CONNECTED, b"\x02")]
    modem.hear(tagged.of_connection(tagged.DATA, 1, b"late"))
    modem.hear(tagged.of_connection(tagged.CLOSED, 1, b""))
    modem.hear(tagged.of_connection(tagged.DATA, 2, b"now"))
    assert new.recv(100) == b"now"


def test_way_to_a_host_leads_through_its_relay(listener):
    modem = Modem({"csms.example:443": listener.getsockname()[1]})
    modem.hear(tagged.connect(1, "csms.example", 443))
    with listener.accept()[0]:
        assert told(modem) == [(tagged.CONNECTED, b"\x01")]
    modem.close()


def test_bytes_on_their_way_are_waited_for(modem, listener):
    """A busy kernel may deliver a little later than virtual time can tell."""
    peer = connect(modem, listener)
    told(modem)
    peer.sendall(b"soon")
    assert modem.poll(awaited=True) == tagged.of_connection(tagged.DATA, 1, b"soon")
