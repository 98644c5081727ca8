"""HTTP/1.1 for one file (RFC 9110, 9112)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import http


def told(data, ended=True, size=None):
    """The answer, and the body, of what came in pieces of ``size``."""
    answer, body = http.Answer(), b""
    for at in range(0, len(data), size or len(data) or 1):
        body += answer.receive(data[at : at + (size or len(data))])
    if ended:
        answer.ended()
    return answer, body


def head(*lines, status="HTTP/1.1 200 OK"):
    return "\r\n".join([status, *lines, "", ""]).encode()


@given(st.binary(max_size=300), st.integers(1, 50))
def test_body_of_an_announced_length_is_whole_in_any_pieces(body, size):
    """RFC 9112 §6.3."""
    answer, came = told(head(f"content-LENGTH:  {len(body)} ") + body, size=size)
    assert (answer.status, answer.size, came) == (200, len(body), body)
    assert answer.whole and answer.failure is None


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.integers(1, 30))
def test_body_in_chunks_is_put_together(chunks, size):
    """RFC 9112 §7.1, with extensions and a trailer."""
    data = head("Transfer-Encoding: chunked")
    for chunk in chunks:
        data += b"%X ;a=b\r\n%s\r\n" % (len(chunk), chunk)
    data += b"0\r\nTrailer: x\r\n\r\n"
    answer, came = told(data, size=size)
    assert came == b"".join(chunks) and answer.whole and answer.failure is None


def test_body_without_a_length_ends_with_the_connection():
    """RFC 9112 §6.3, the last case."""
    answer, came = told(head() + b"abc", ended=False)
    assert came == b"abc" and not answer.whole
    answer.ended()
    assert answer.whole and answer.failure is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        head("Content-Length: 5") + b"abcd",
        head("Transfer-Encoding: chunked") + b"3\r\nabc\r\n",
        head("Transfer-Encoding: chunked") + b"3\r\nab",
    ],
)
def test_answer_that_ends_early_is_a_failure(data):
    """What is not whole is told."""
    answer, _ = told(data)
    assert answer.failure == "ended early" and not answer.whole


@pytest.mark.parametrize(
    "data, why",
    [
        (b"SSH-2.0-x\r\n\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 2x0 OK\r\n", "not HTTP/1.1"),
        (head("Content-Length: -1"), "content-length is no number"),
        (head("Content-Length: 12345678901"), "content-length is no number"),
        (head("Content-Length: 3", "Content-Length: 4"), "content-length is no number"),
        (head("Transfer-Encoding: gzip"), "transfer-encoding is not chunked"),
        (head("Content-Encoding: gzip"), "content-encoding was not asked for"),
        (head("Transfer-Encoding: chunked") + b"g\r\n", "chunk without a size"),
        (head("Transfer-Encoding: chunked") + b"-1\r\n", "chunk without a size"),
        (head("X: " + "y" * 2000), "header too long"),
        (head(*["X: " + "y" * 900] * 10), "header too long"),
    ],
)
def test_bad_answer_fails_with_a_reason(data, why):
    """No header, however long, is waited for."""
    answer, _ = told(data)
    assert answer.failure == why


def test_interim_answer_is_passed_over():
    """RFC 9110 §15.2: 100 Continue."""
    data = head(status="HTTP/1.1 100 Continue") + head("Content-Length: 2") + b"ok"
    answer, body = told(data)
    assert (answer.status, body, answer.whole) == (200, b"ok", True)


@given(st.binary(max_size=400), st.integers(1, 40))
def test_no_bytes_raise(data, size):
    """Whatever a server says is a value."""
    told(data, size=size)
    told(head() + data, size=size)
    told(head("Transfer-Encoding: chunked") + data, size=size)


def test_request_carries_login_and_length():
    """RFC 7617, RFC 9110 §8.6."""
    text = http.request("PUT", "host:81", "/a?b", "Aladdin", "open sesame", 12).decode()
    lines = text.split("\r\n")
    assert lines[:2] == ["PUT /a?b HTTP/1.1", "Host: host:81"]
    assert "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" in lines
    assert "Content-Length: 12" in lines and text.endswith("\r\n\r\n")
    assert "Authorization" not in http.request("GET", "h", "/", None, "", None).decode()
