"""drivers/console_line with its other end, tools/service/protocol: a line that others use too."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.drivers.console_line import LONGEST, LineConsole
from tools.service.protocol import PIECE, Asking

NOISE = st.sampled_from(
    [b"", b"info: connected\r\n", b"\xff\xfe\n", b"@=7\n", b"@\n", b"warning: {\n"]
)
REQUESTS = st.dictionaries(st.text(max_size=8), st.text(max_size=400), max_size=4)


class Line:
    """As machine.UART: what was sent to the station, and what it said."""

    def __init__(self, most=256):
        self.came = b""
        self.said = b""
        self.longest = 0
        self._most = most

    def put(self, data):
        self.came += data
        self.longest = max(self.longest, len(self.came))

    def any(self):
        return len(self.came)

    def read(self, count):
        taken, self.came = self.came[:count], self.came[count:]
        return taken or None

    def write(self, data):
        self.said += data

    def take(self):
        said, self.said = self.said, b""
        return said


def talk(asking, console, line, answer, noise=(), steps=2000):
    """Carry lines to and fro until the answer is there; what the station understood."""
    heard = []
    noise = iter(noise)
    for now_ms in range(steps):
        request = console.poll(now_ms)
        if request is not None:
            heard.append(request)
            number = json.loads(request)["id"]
            console.say(json.dumps({**answer, "id": number}, ensure_ascii=False).encode())
        line.put(asking.receive(next(noise, b"") + line.take()))
        if asking.answer is not None:
            return heard
    raise AssertionError("no answer")


@settings(max_examples=60)
@given(REQUESTS, REQUESTS, st.lists(NOISE, max_size=40))
def test_request_and_answer_arrive_whole_between_the_lines_of_others(request, answer, noise):
    """Any length, any characters, any noise in between; never more than a board can buffer."""
    asking, line = Asking(), Line()
    console = LineConsole(line)
    line.put(asking.begin(request))
    heard = talk(asking, console, line, answer, noise)
    (understood,) = [{**json.loads(text)} for text in heard]
    understood.pop("id")
    assert understood == {name: text for name, text in request.items() if name != "id"}
    assert asking.answer == {name: text for name, text in answer.items() if name != "id"}
    assert line.longest <= 256


def test_request_that_was_lost_is_said_again_and_carried_out_once():
    """What came of the first is forgotten; a late answer to another request means nothing."""
    asking, line = Asking(), Line()
    console = LineConsole(line)
    asking.begin({"ask": "x" * 500})
    # The first lines were lost: the station was in a long step.
    line.put(asking.again()[:40] + b"\n")
    console.poll(0)
    line.put(asking.again())
    heard = talk(asking, console, line, {"ok": True})
    assert len(heard) == 1 and asking.answer == {"ok": True}


def test_late_answer_to_another_request_is_not_taken_for_this_ones():
    """The number tells."""
    asking = Asking()
    asking.begin({"ask": "unit"})
    asking.receive(b'@({"ok": true, "id": "feed')
    asking.receive(b'beef"}\n@.\n@(nonsense\n@.\n@([\n@+]\n@.\n')
    assert asking.answer is None and asking.heard


def test_line_of_the_log_is_kept_for_people_and_cut_where_it_is_endless():
    asking = Asking()
    asking.receive(b"info: connected\r\n" + b"y" * 1000 + b"\n")
    assert asking.lines[0] == "info: connected" and len(asking.lines[1]) == 200


def test_request_typed_by_a_person_is_taken_as_it_stands():
    line = Line()
    console = LineConsole(line)
    line.put(b'{"ask": "unit"}\r\n')
    assert console.poll(0) == b'{"ask": "unit"}'
    console.say(b'{"ok": true}')
    assert console.poll(10) is None and console.poll(20) is None and console.poll(30) is None
    assert line.take() == b'@({"ok": true}\r\n@.\r\n'


def test_answer_that_is_replaced_does_not_mix_with_the_next():
    """A request that was said again while the answer to the first was under way."""
    asking, line = Asking(), Line()
    console = LineConsole(line)
    asking.begin({"ask": "facts"})
    console.say(b"x" * 300)
    console.poll(0)
    asking.receive(line.take())
    line.put(asking.again())
    heard = talk(asking, console, line, {"ok": True})
    assert len(heard) == 1 and asking.answer == {"ok": True}


@pytest.mark.parametrize("start", [b"", b"{", b"+"])
def test_endless_line_does_not_grow_without_end(start):
    """What is not ended is forgotten, and the next line is heard."""
    line = Line()
    console = LineConsole(line)
    for _ in range(200):
        line.put((start if _ == 0 else b"") + b"z" * 200)
        assert console.poll(0) is None
        assert len(console._came) <= LONGEST + 256
    line.put(b'\n-\n{"ask": "unit"}\n')
    found = [request for request in (console.poll(0), console.poll(0)) if request]
    assert found[-1] == b'{"ask": "unit"}'


def test_endless_request_in_parts_does_not_grow_without_end():
    line = Line()
    console = LineConsole(line)
    for _ in range(300):
        line.put(b"+" + b"z" * PIECE + b"\n")
        assert console.poll(0) is None
    assert len(console._request) <= LONGEST + PIECE


def test_answer_is_said_a_piece_a_step():
    """A serial line takes some 11 bytes in a millisecond; a step never waits for it."""
    line = Line()
    console = LineConsole(line)
    console.say(b"x" * 1000)
    for _ in range(20):
        console.poll(0)
        assert len(line.take()) < 100


def test_request_that_there_is_no_memory_for_is_forgotten(monkeypatch):
    """A step never fails for it; the next request is heard."""
    line = Line()
    console = LineConsole(line)
    line.put(b"+half\n")
    console.poll(0)

    def full(count):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(line, "read", full)
        assert console.poll(10) is None
    line.put(b'-\n{"ask": "unit"}\n')
    assert console.poll(20) == b'{"ask": "unit"}'


@pytest.mark.parametrize("size", [100, 2000, LONGEST])
def test_request_longer_than_the_longest_is_none_whatever_its_pieces(size):
    """Not even when a last short piece would fit behind one that did not."""
    line = Line()
    console = LineConsole(line)
    pieces = [b"+" + b"x" * size] * (LONGEST // size + 1) + [b".{}"]
    for piece in pieces:
        line.put(piece + b"\n")
        while line.came:
            assert console.poll(0) is None
    line.put(b'.{"ask": "unit"}\n')
    assert console.poll(0) == b'{"ask": "unit"}'


def test_what_has_no_lines_end_is_among_the_last_lines():
    """Another baud rate: it was heard, and a person is to see that."""
    asking = Asking()
    asking.receive(b"one\n" * 4 + b"\xff" * 300)
    assert asking.last_lines() == ["one", "one", "\ufffd" * 200]
