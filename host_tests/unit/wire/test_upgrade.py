"""The HTTP half of a WebSocket (RFC 6455 section 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import upgrade
from host_tests.unit.wire.peer import KEY, Peer, client, drain


def answer(status="HTTP/1.1 101 Switching Protocols", drop=(), **headers):
    """A right answer with some headers changed or left out."""
    known = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": upgrade.proof(upgrade.key_text(KEY)),
        "Sec-WebSocket-Protocol": "ocpp1.6",
    }
    known.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [status] + [f"{k}: {v}" for k, v in known.items() if k not in drop]
    return "\r\n".join([*lines, "", ""]).encode()


def told(data):
    socket = client()
    socket.receive_bytes(data)
    return socket


def test_request_is_what_the_library_expects():
    """RFC 6455 4.1, RFC 7617."""
    socket = client(authorization="Basic Q1AxOnB3")
    peer = Peer(socket)
    headers = peer.request.headers
    assert peer.request.path == "/ocpp/CP1"
    assert headers["Host"] == "csms:9000"
    assert headers["Authorization"] == "Basic Q1AxOnB3"
    assert headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    socket.receive_bytes(peer.answer)
    assert socket.state == "open"


def test_request_leaves_in_one_piece():
    assert len(drain(client())) == 1


def test_proof_equals_the_standard_s_example():
    """RFC 6455 section 1.3."""
    assert upgrade.proof(b"dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_answer_is_understood_byte_by_byte():
    socket = client()
    data = answer()
    for place in range(len(data)):
        assert socket.state == "connecting"
        socket.receive_bytes(data[place : place + 1])
    assert socket.state == "open"


def test_names_and_tokens_are_case_insensitive():
    head = answer(drop=("Connection",), CONNECTION="keep-alive, UPGRADE", Upgrade="WebSocket")
    assert told(head).state == "open"


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (answer(Sec_WebSocket_Accept="s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "wrong accept"),
        (answer(drop=("Sec-WebSocket-Accept",)), "wrong accept"),
        (answer(drop=("Sec-WebSocket-Protocol",)), "no subprotocol"),
        (answer(Sec_WebSocket_Protocol="ocpp2.0.1"), "wrong subprotocol"),
        (answer(Sec_WebSocket_Extensions="permessage-deflate"), "extension that was not offered"),
        (answer(drop=("Upgrade",)), "no upgrade to websocket"),
        (answer(Connection="close"), "no connection upgrade"),
        (answer(Bad="1").replace(b"Bad: 1", b"no colon"), "header line without a name"),
        (answer(UPGRADE="websocket"), "upgrade twice"),
        (b"SSH-2.0-OpenSSH\r\n", "not HTTP/1.1"),
        (b"HTTP/1.0 200 OK\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 xyz\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 1013 Odd\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 101 " + b"x" * 2000, "header line over 1024 bytes"),
        (answer(**{f"X{n}": "y" * 900 for n in range(5)}), "header over 4096 bytes"),
    ],
)
def test_wrong_answer_is_refused_with_the_reason(data, failure):
    """RFC 6455 section 4.1: the client must fail the connection."""
    socket = told(data)
    assert (socket.state, socket.failure) == ("closed", failure)


@pytest.mark.parametrize("status", [301, 401, 403, 404, 429, 500, 503])
def test_http_status_is_told(status):
    """OCPP-J 3.4 (errata): 404 for an unknown charge point."""
    socket = told(answer(f"HTTP/1.1 {status} Because"))
    assert (socket.state, socket.http_status) == ("closed", status)
    assert socket.failure == f"http {status}"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Fri, 31 Dec 1999 23:59:59 GMT", None), ("-5", None), ("999999999", None)],
)
def test_retry_after_is_told_in_seconds(value, seconds):
    """RFC 9110 section 10.2.3; dates are not understood."""
    assert told(answer("HTTP/1.1 503 Busy", Retry_After=value)).retry_after_s == seconds


def test_endless_header_is_not_waited_for():
    """Nothing that never ends is kept: the connection fails within the limit."""
    socket = client()
    sent = 0
    while socket.state == "connecting":
        socket.receive_bytes(b"x" * 100)
        sent += 100
    assert sent <= upgrade.LONGEST_LINE + 100


def test_header_in_another_encoding_does_not_hinder():
    assert told(answer(Server="x").replace(b"Server: x", b"Server: \xfc")).state == "open"


@pytest.mark.parametrize(
    ("word", "value"), [("host", "a b"), ("path", "/x\r\nEvil: 1"), ("path", "/ü")]
)
def test_word_that_would_break_the_request_is_refused(word, value):
    with pytest.raises(ValueError, match=word):
        client(**{word: value})


def test_key_of_a_wrong_length_is_refused():
    with pytest.raises(ValueError, match="15 bytes, 16 expected"):
        upgrade.key_text(bytes(15))


@given(st.binary(max_size=300), st.integers(1, 50))
def test_garbage_for_an_answer_never_raises(garbage, size):
    """Whatever follows a status line ends in a state; in any split the same."""
    head = b"HTTP/1.1 101 X\r\n" + garbage
    pieces = client()
    for place in range(0, len(head), size):
        pieces.receive_bytes(head[place : place + size])
    whole = told(head)
    assert (pieces.state, pieces.failure) == (whole.state, whole.failure)
    assert whole.state != "open"
