"""The address of a back end."""

import pytest

from chargepoint.wire import url


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ws://host/a/CP%201", (False, "host", 80, "host", "/a/CP%201")),
        ("wss://host.example/x?y=1", (True, "host.example", 443, "host.example", "/x?y=1")),
        ("ws://10.0.0.1:9000", (False, "10.0.0.1", 9000, "10.0.0.1:9000", "/")),
        ("wss://[fe80::1]:8443/o", (True, "fe80::1", 8443, "[fe80::1]:8443", "/o")),
        ("ws://[::1]/", (False, "::1", 80, "[::1]", "/")),
    ],
)
def test_url_is_taken_apart(text, parts):
    assert url.parse(text) == parts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://host/", "ws:// or wss:// expected"),
        ("", "ws:// or wss:// expected"),
        ("ws://", "host expected"),
        ("ws:///path", "host expected"),
        ("ws://host:0/", "port 1-65535"),
        ("ws://host:65536/", "port 1-65535"),
        ("ws://host:/", "port 1-65535"),
        ("ws://host:80x/", "port 1-65535"),
        ("ws://a b/", "percent-encoded"),
        ("ws://host/ü", "percent-encoded"),
        ("ws://host/x\r\nEvil: 1", "percent-encoded"),
        ("ws://host/#part", "percent-encoded"),
        ("ws://user:secret@host/", "do not belong here"),
        ("ws://[::1/", "IPv6"),
        ("ws://[::1]x/", "IPv6"),
        ("ws://host?x", "host expected"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError, match=why) as caught:
        url.parse(text)
    assert "secret" not in str(caught.value)
