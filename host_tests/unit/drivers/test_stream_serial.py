"""The stream through a network modem, on the emulated UART."""

import pytest

from chargepoint.drivers.stream_serial import SerialStream
from chargepoint.wire import tagged
from host_tests.unit.drivers.cable import Cable


class Modem:
    """The far end of the line: what was said to us, and what we say back."""

    def __init__(self, stream):
        self.heard = []
        self._frames = tagged.Frames()
        self._cable = Cable(lambda uart: _polled(stream, uart))
        self.stream = self._cable.driver.stream

    def listen(self):
        """The frames that came since the last time."""
        self._cable.step(10)
        self._frames.receive(self._cable.take_sent())
        out = []
        while self._frames.next():
            out.append((self._frames.tag, self._frames.payload))
        return out

    def say(self, tag, number, content=b""):
        self._cable.inject(tagged.of_connection(tag, number, content))
        self._cable.step(10)

    def noise(self, data):
        self._cable.inject(data)
        self._cable.step(10)


class _polled:
    """A stream is polled without the time."""

    def __init__(self, kind, uart):
        self.stream = kind(uart)

    def poll(self, now_ms):
        self.stream.poll()


@pytest.fixture
def modem():
    return Modem(SerialStream)


def opened(modem):
    modem.stream.open("csms", 9000, False, "csms")
    ((tag, payload),) = modem.listen()
    number, host, port = tagged.read_connect(payload)
    assert (tag, host, port) == (tagged.CONNECT, "csms", 9000)
    assert modem.stream.state == "opening"
    modem.say(tagged.CONNECTED, number)
    assert modem.stream.state == "open"
    return number


def test_stream_opens_and_carries_bytes_both_ways(modem):
    number = opened(modem)
    assert modem.stream.write(b"hello") == 5
    assert modem.listen() == [(tagged.DATA, bytes((number,)) + b"hello")]
    modem.say(tagged.DATA, number, b"world")
    assert modem.stream.read() == b"world"
    assert modem.stream.read() is None


def test_long_write_is_taken_in_part(modem):
    opened(modem)
    assert modem.stream.write(bytes(2000)) == tagged.LONGEST_DATA
    assert modem.stream.write(memoryview(bytes(100))) == 100


def test_end_shows_after_the_last_byte(modem):
    number = opened(modem)
    modem.say(tagged.DATA, number, b"bye")
    modem.say(tagged.CLOSED, number, b"reset")
    assert modem.stream.state == "open"
    assert modem.stream.write(b"too late") == 0
    assert modem.stream.read() == b"bye"
    assert modem.stream.read() is None
    assert (modem.stream.state, modem.stream.reason) == ("closed", "reset")


@pytest.mark.parametrize(
    ("said", "reason"), [(b"refused", "refused"), (b"", "ended"), (b"\xff", "ended")]
)
def test_refusal_is_told(modem, said, reason):
    modem.stream.open("csms", 9000, False, "csms")
    ((_, payload),) = modem.listen()
    modem.say(tagged.CLOSED, payload[0], said)
    assert (modem.stream.state, modem.stream.reason) == ("closed", reason)


def test_closing_is_told_to_the_modem_once(modem):
    number = opened(modem)
    modem.stream.close()
    modem.stream.close()
    assert modem.listen() == [(tagged.CLOSED, bytes((number,)))]
    assert modem.stream.write(b"x") == 0


def test_frames_of_an_earlier_connection_mean_nothing(modem):
    first = opened(modem)
    modem.stream.close()
    modem.listen()
    second = opened(modem)
    assert second != first
    modem.say(tagged.DATA, first, b"late")
    modem.say(tagged.CLOSED, first, b"late")
    assert modem.stream.state == "open"
    assert modem.stream.read() is None


def test_noise_between_frames_is_skipped(modem):
    number = opened(modem)
    modem.noise(b"\x00\xff\x44")
    modem.say(tagged.DATA, number, b"good")
    assert modem.stream.read() == b"good"


def test_tls_is_refused(modem):
    modem.stream.open("csms", 443, True, "csms")
    assert (modem.stream.state, modem.stream.reason) == ("closed", "no tls")
    assert modem.listen() == []


def test_fast_peer_is_held_back(modem):
    """What is not read stays in the UART, where it is held back, and is not stored here."""
    number = opened(modem)
    for _ in range(6):
        modem.say(tagged.DATA, number, bytes(20))
    assert len(modem.stream._came) == 2
