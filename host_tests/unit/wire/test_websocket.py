"""The WebSocket client against the `websockets` library, in any split, and against the hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode

from chargepoint.wire import websocket
from host_tests.unit.wire.peer import Peer, client, drain, frame, opened

TEXT, CONTINUATION, BINARY, CLOSE, PING, PONG = 1, 0, 2, 8, 9, 10


def texts(socket):
    out = []
    while (text := socket.next_text()) is not None:
        out.append(text)
    return out


def receive_in_pieces(socket, stream, cuts):
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for start, end in zip(edges, edges[1:], strict=False):
        socket.receive_bytes(stream[start:end])


@st.composite
def fragmented(draw, message):
    """The frames of one message in parts, with pings and pongs in between."""
    data = message.encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))
    edges = [0, *cuts, len(data)]
    out = b""
    for place, (start, end) in enumerate(zip(edges, edges[1:], strict=False)):
        out += frame(CONTINUATION if place else TEXT, data[start:end], fin=place == len(edges) - 2)
        if place < len(edges) - 2 and draw(st.booleans()):
            out += frame(draw(st.sampled_from([PING, PONG])), draw(st.binary(max_size=20)))
    return out


@given(st.lists(st.text(max_size=300), max_size=4), st.data())
def test_messages_arrive_in_any_split_and_fragmentation(messages, data):
    """RFC 6455 section 5.4: also between the upgrade's answer and the first frame."""
    socket = client()
    stream = Peer(socket).answer
    for message in messages:
        stream += data.draw(fragmented(message))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6))
    receive_in_pieces(socket, stream, cuts)
    assert socket.state == "open"
    assert texts(socket) == messages


@given(st.lists(st.text(max_size=500), max_size=4), st.binary(min_size=4, max_size=4))
def test_library_reads_what_we_send(messages, mask):
    socket, peer = opened(mask=mask)
    for message in messages:
        assert socket.send_text(message)
    frames = peer.hear()
    assert [(f.opcode, f.data.decode()) for f in frames] == [(Opcode.TEXT, m) for m in messages]


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_lengths_at_the_borders_go_both_ways(length):
    """RFC 6455 section 5.2."""
    socket, peer = opened()
    socket.send_text("x" * length)
    (heard,) = peer.hear()
    assert len(heard.data) == length
    peer.protocol.send_text(heard.data)
    socket.receive_bytes(peer.say())
    assert texts(socket) == ["x" * length]


def test_message_leaves_in_one_object():
    """Two writes cost 46 ms a message (Nagle and delayed acknowledgement)."""
    socket, _ = opened()
    socket.send_text("[2]" * 50)
    assert socket.backlog() == 2 + 2 + 4 + 150
    assert len(drain(socket)) == 1
    assert socket.backlog() == 0


def test_ping_is_answered_inside_a_fragmented_message():
    """RFC 6455 sections 5.4, 5.5.2."""
    socket, peer = opened()
    socket.receive_bytes(frame(TEXT, b"ab", fin=False) + frame(PING, b"now"))
    (pong,) = peer.hear()
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"now")
    socket.receive_bytes(frame(CONTINUATION, b"c"))
    assert texts(socket) == ["abc"]


def test_flood_of_pings_is_answered_once():
    """5.5.3: only the most recent ping needs an answer; nothing piles up."""
    socket, peer = opened()
    socket.receive_bytes(b"".join(frame(PING, b"%d" % n) for n in range(1000)))
    (pong,) = peer.hear()
    assert bytes(pong.data) == b"999"


def test_our_ping_is_a_ping():
    socket, peer = opened()
    assert socket.send_ping(b"x")
    (ping,) = peer.hear()
    assert (ping.opcode, bytes(ping.data)) == (Opcode.PING, b"x")


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"\x91\x00", 1002),
        (b"\xc1\x00", 1002),
        (b"\x83\x00", 1002),
        (b"\x8f\x00", 1002),
        (b"\x81\x81\x00\x00\x00\x00a", 1002),
        (b"\x09\x00", 1002),
        (b"\x89\x7e\x00\x7e", 1002),
        (frame(CONTINUATION, b"x"), 1002),
        (frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002),
        (frame(TEXT, b"x", fin=False) + frame(BINARY, b"y"), 1002),
        (frame(CLOSE, b"\x03"), 1002),
        (frame(CLOSE, b"\x03\xe7"), 1002),
        (frame(CLOSE, b"\x03\xed"), 1002),
        (frame(CLOSE, b"\x13\x88"), 1002),
        (frame(BINARY, b"x"), 1003),
        (frame(TEXT, b"\xff"), 1007),
        (frame(TEXT, b"\xc3", fin=False) + frame(CONTINUATION, b"\x28"), 1007),
        (frame(TEXT, b"\xed\xa0\x80"), 1007),
        (frame(CLOSE, b"\x03\xe8\xff"), 1007),
        (b"\x81\x7f" + b"\x7f" + b"\xff" * 7, 1009),
        (frame(TEXT, b"x" * 900, fin=False) + b"\x80\x7f" + b"\0\0\0\0\0\x10\0\0", 1009),
        (frame(TEXT, b"\xff" + b"x" * 1000), 1007),
    ],
)
def test_what_breaks_the_rules_closes_with_its_code(stream, code):
    """RFC 6455 sections 5.1 to 5.6, 7.4.1, 8.1, 10.4."""
    socket, peer = opened(longest=1000)
    socket.receive_bytes(stream + frame(TEXT, b"late"))
    assert (socket.state, socket.close_code) == ("closed", code)
    assert socket.failure
    assert texts(socket) == []
    (heard,) = peer.hear()
    assert heard.opcode == Opcode.CLOSE
    assert peer.protocol.close_rcvd.code == code


def test_character_split_over_fragments_is_whole():
    socket, _ = opened()
    socket.receive_bytes(frame(TEXT, b"\xe2\x82", fin=False) + frame(CONTINUATION, b"\xac"))
    assert texts(socket) == ["€"]


def test_message_of_the_limit_passes_and_leaves_no_buffer():
    socket, _ = opened(longest=1000)
    socket.receive_bytes(frame(TEXT, b"x" * 600, fin=False) + frame(CONTINUATION, b"y" * 400))
    assert texts(socket) == ["x" * 600 + "y" * 400]
    assert (socket._payload, socket._message) == (None, None)


def fragments(data, count):
    size = -(-len(data) // count)
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    last = len(parts) - 1
    return b"".join(
        frame(CONTINUATION if at else TEXT, part, fin=at == last) for at, part in enumerate(parts)
    )


@pytest.mark.parametrize("count", [1, 2, 7, 500])
def test_message_over_the_limit_is_passed_over_and_leaves_its_head(count):
    """back-ends.md: 65 kB messages; the connection goes on, also in the next message."""
    socket, peer = opened(longest=1000)
    message = b'[2,"id","DataTransfer",{"data":"' + b"x" * 5000 + b'"}]'
    stream = fragments(message, count) + frame(PING, b"p") + frame(TEXT, b"next")
    for at in range(0, len(stream), 333):
        socket.receive_bytes(stream[at : at + 333])
    long, following = texts(socket)
    assert long == message[:128].decode() + f"\0message of {len(message)} bytes: no room"
    assert following == "next" and socket.state == "open"
    assert [heard.opcode for heard in peer.hear()] == [Opcode.PONG]
    assert (socket._payload, socket._message, socket._passed_over) == (None, None, 0)


@pytest.mark.parametrize("character", ["ä", "€", "\U0001f600"])
@pytest.mark.parametrize("before", range(124, 129))
def test_head_of_a_message_that_is_passed_over_ends_with_a_whole_character(character, before):
    socket, _ = opened(longest=200)
    message = "x" * before + character * 100
    socket.receive_bytes(frame(TEXT, message.encode()))
    (head,) = texts(socket)
    assert message.startswith(head.partition("\0")[0]) and len(head.partition("\0")[0]) >= 124


@pytest.mark.parametrize("cause", ["MemoryError", "MemoryError at the end", "has_room"])
def test_message_that_memory_has_no_room_for_is_passed_over(monkeypatch, cause):
    """The heap decides before the limit does, and neither is a crash."""
    socket, _ = opened()

    def no_room(opcode, length):
        raise MemoryError

    decode = websocket.utf8.decode

    def no_room_for_much(data):
        if len(data) > 128:
            raise MemoryError
        return decode(data)

    if cause == "has_room":
        monkeypatch.setattr(socket, "_has_room", lambda length: length < 100)
    elif cause == "MemoryError":
        monkeypatch.setattr(socket, "_place", no_room)
    else:
        monkeypatch.setattr(websocket.utf8, "decode", no_room_for_much)
    socket.receive_bytes(frame(TEXT, b"x" * 500))
    assert texts(socket) == ["x" * 128 + "\0message of 500 bytes: no room"]
    monkeypatch.undo()
    socket.receive_bytes(frame(TEXT, b"y" * 50))
    assert texts(socket) == ["y" * 50] and socket.state == "open"


@pytest.mark.parametrize(
    ("payload", "code", "failure"),
    [
        (b"", 1005, "close 1005"),
        (b"\x03\xe8", 1000, "close 1000"),
        (b"\x03\xe9bye", 1001, "close 1001 bye"),
        (b"\x13\x87", 4999, "close 4999"),
    ],
)
def test_peer_s_close_is_answered_and_told(payload, code, failure):
    """RFC 6455 section 5.5.1."""
    socket, peer = opened()
    socket.receive_bytes(frame(CLOSE, payload))
    assert (socket.state, socket.close_code, socket.failure) == ("closed", code, failure)
    (heard,) = peer.hear()
    assert (heard.opcode, bytes(heard.data)) == (Opcode.CLOSE, payload[:2])
    assert not socket.send_text("too late")


def test_our_close_waits_for_the_peer_s():
    socket, peer = opened()
    socket.close(1000, "reset")
    assert socket.state == "closing"
    assert not socket.send_text("too late")
    socket.close(1000, "again")
    (heard,) = peer.hear()
    assert bytes(heard.data) == b"\x03\xe8reset"
    socket.receive_bytes(peer.say())
    assert (socket.state, socket.close_code) == ("closed", 1000)


@pytest.mark.parametrize("prepare", [client, lambda: opened()[0]])
def test_connection_that_ends_below_is_abnormal(prepare):
    """RFC 6455 section 7.1.5: 1006."""
    socket = prepare()
    socket.receive_eof()
    assert (socket.state, socket.close_code) == ("closed", 1006)
    socket.receive_eof()
    assert socket.state == "closed"


def test_nothing_is_sent_or_taken_before_the_upgrade():
    socket = client()
    assert not socket.send_text("x")
    assert not socket.send_ping()
    socket.receive_bytes(b"\x81\x01x")
    assert texts(socket) == []


def test_every_event_of_the_machine_has_a_row_or_is_a_bug():
    socket = client()
    with pytest.raises(ValueError, match="no row for peer closed in state connecting"):
        socket._happen("peer closed", 1000, "", "")
    assert {row[0] for row in websocket._ROWS} == {"connecting", "open", "closing", "closed"}


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_garbage_never_raises_and_the_split_does_not_matter(stream, cuts):
    """Whatever a peer sends ends in a state and a code, the same for any split."""
    whole, _ = opened(longest=100)
    whole.receive_bytes(stream)
    pieces, _ = opened(longest=100)
    receive_in_pieces(pieces, stream, cuts)
    assert (whole.state, whole.close_code) == (pieces.state, pieces.close_code)
    assert texts(whole) == texts(pieces)
