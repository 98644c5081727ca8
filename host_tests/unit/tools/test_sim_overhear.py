"""Messages of a back end elsewhere, out of the bytes that are relayed."""

import json

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from tools.sim.frames import Reader
from tools.sim.overhear import Overhear

UPGRADE = b"GET /ocpp/PL HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


def frame(text, mask, opcode=Opcode.TEXT, fin=True):
    return Frame(opcode, text.encode(), fin).serialize(mask=mask)


def overheard(pieces):
    """``pieces`` are (towards_csms, bytes) of one connection."""
    told = []
    overhear = Overhear(lambda way, text: told.append((way, text)))
    connection = object()
    for towards_csms, data in pieces:
        overhear(connection, towards_csms, data)
    return told


@given(st.lists(st.text(max_size=300), max_size=5), st.data())
def test_messages_are_heard_in_any_split(texts, data):
    """RFC 6455 §5: frames have no relation to the pieces that TCP delivers."""
    stream = UPGRADE + b"".join(frame(text, mask=True) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)])]
    assert overheard([(True, piece) for piece in pieces]) == [("received", text) for text in texts]


def test_message_in_fragments_is_heard_once_with_a_ping_between():
    """RFC 6455 §5.4."""
    parts = [
        frame("Ping ", False, fin=False),
        frame("", False, Opcode.PING),
        frame("pong", False, Opcode.CONT),
    ]
    assert overheard([(False, ANSWER), *((False, part) for part in parts)]) == [
        ("sent", "Ping pong")
    ]


def test_new_connection_is_heard_from_its_beginning():
    told = []
    overhear = Overhear(lambda way, text: told.append(text))
    overhear("first", True, UPGRADE + frame("one", True)[:4])
    overhear("second", True, UPGRADE + frame("two", True))
    assert told == ["two"]


def test_answers_are_told_with_the_action_that_they_answer():
    reader = Reader()
    call = [2, "7", "StatusNotification", {"status": "Available", "connectorId": 1}]
    told = reader.line("received", json.dumps(call))
    assert told == "StatusNotification connectorId=1  status=Available"
    assert reader.line("sent", '[3, "7", {}]') == "StatusNotification answered: {}"
    assert reader.line("sent", '[3, "7", {}]') == "? answered: {}"
    assert reader.statuses == {1: call[3]}


@given(st.text() | st.binary())
def test_anything_on_the_wire_is_told_in_one_line(raw):
    assert Reader().line("received", raw)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda parts: (
            st.lists(parts, max_size=3)
            | st.dictionaries(st.sampled_from(["meterValue", "sampledValue", "value"]), parts)
        ),
    )
)
def test_any_payload_is_told_in_one_line(payload):
    for action in ("MeterValues", "StatusNotification", "Reset"):
        assert Reader().line("received", json.dumps([2, "1", action, payload]))
