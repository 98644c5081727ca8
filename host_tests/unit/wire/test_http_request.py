"""What a browser asks: every piece of it may come alone, and no size is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire.http_request import (
    LONGEST_HEAD,
    LONGEST_LINE,
    LONGEST_PATH,
    Request,
    head,
)

POST = (
    b"POST /api?x=1 HTTP/1.1\r\nHost: 192.168.4.1\r\nCookie: a=b; s=c00c1e; z\r\nX-Token: 70c3\r\n"
    b"content-TYPE: Application/JSON; charset=utf-8\r\nContent-Length: 5\r\n\r\n"
)


def read(*pieces):
    """A request of which the pieces came, with room for any body."""
    request = Request()
    for piece in pieces:
        rest = piece
        if not request.head_whole:
            rest = request.receive(piece)
            if request.head_whole:
                request.open_body()
        if rest and not request.failure and not request.whole:
            request.fill(rest)
    return request


def seen(request):
    """All that is told of a request."""
    return {name: value for name, value in vars(request).items() if not name.startswith("_")}


def test_request_is_told_by_what_counts():
    """RFC 9110 5.1, 8.3: names of headers and media types are in any case."""
    request = read(POST + b"12345")
    assert (request.method, request.path, request.host) == (b"POST", b"/api", b"192.168.4.1")
    assert (request.cookie, request.token) == (b"c00c1e", b"70c3")
    assert (request.kind, request.size) == (b"application/json", 5)
    assert request.whole and request.body == b"12345" and request.failure == 0


@given(cuts=st.lists(st.integers(0, len(POST) + 12), max_size=12))
def test_request_is_the_same_however_it_is_cut(cuts):
    """What follows the first request, pipelined, is passed over."""
    data = POST + b"12345" + b"GET / H"
    marks = sorted({0, len(data), *cuts})
    pieces = [data[begin:end] for begin, end in zip(marks, marks[1:])]
    assert seen(read(*pieces)) == seen(read(POST + b"12345"))


@given(data=st.binary(max_size=300), cut=st.integers(0, 300))
def test_noise_is_refused_or_waited_for_and_never_raises(data, cut):
    whole, cut_up = read(data), read(data[:cut], data[cut:])
    assert seen(whole) == seen(cut_up)
    assert whole.failure in (0, 400, 411, 414, 431)


@given(
    lines=st.lists(
        st.sampled_from(
            [b"", b" ", b":", b"a:b", b"Content-Length: 3", b"Content-Length: 4", b"Host : x"]
            + [b"content-length:", b"Transfer-Encoding: chunked", b"GET / HTTP/1.1", b"\x00", b"s"]
        ),
        max_size=8,
    )
)
def test_any_order_of_lines_ends_in_a_known_way(lines):
    request = read(b"\r\n".join([b"GET / HTTP/1.1", *lines, b"", b""]))
    assert request.failure in (0, 400, 411)
    assert request.failure or request.head_whole


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (b"GET / HTTP/1.1 x\r\n", 400),
        (b"GET /\r\n", 400),
        (b"GET  HTTP/1.1\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400),  # a browser that tries TLS
        (b"GET / HTTP/1.1\r\nHost : x\r\n", 400),  # RFC 9112 5.1
        (b"GET / HTTP/1.1\r\na: b\r\n c\r\n", 400),  # RFC 9112 5.2
        (b"GET / HTTP/1.1\r\na: \x00\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 0x10\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", 411),
        (b"GET /" + b"a" * LONGEST_PATH + b" HTTP/1.1\r\n", 414),
        (b"GET /" + b"a" * LONGEST_LINE, 414),
        (b"GET / HTTP/1.1\r\nCookie: " + b"a" * LONGEST_LINE, 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * (LONGEST_HEAD // 5), 431),
    ],
)
def test_bad_head_is_refused_with_the_status_that_says_why(data, failure):
    assert read(data).failure == failure


def test_no_more_is_kept_of_a_head_without_end_than_a_line():
    request = Request()
    for _ in range(64):
        request.receive(b"x" * 1024)
        assert len(request._line) <= LONGEST_LINE + 1024
    assert request.failure == 414


def test_empty_line_before_a_request_is_passed_over():
    """RFC 9112 2.2: at least one."""
    assert read(b"\r\nGET / HTTP/1.1\r\n\r\n").whole


def test_lines_may_end_in_a_line_feed_alone():
    """RFC 9112 2.2."""
    request = read(b"GET / HTTP/1.1\nHost: x\n\n")
    assert request.whole and request.host == b"x"


def test_length_that_is_told_twice_alike_is_believed():
    """RFC 9110 8.6."""
    request = read(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nabc")
    assert request.body == b"ab"


def test_head_of_an_answer_announces_its_length_or_chunks():
    """RFC 9112 6.3; no store keeps what is told of a station."""
    assert b"Content-Length: 7\r\n" in head(200, 7)
    assert b"Transfer-Encoding: chunked\r\n" in head(200, None)
    assert head(429, 0, "Retry-After: 3\r\n").startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert head(404, 0).endswith(b"Connection: close\r\n\r\n")
    assert b"Cache-Control: no-store\r\n" in head(200, 0)
