"""Who is let in: identity, password, subprotocol, HTTP faults."""

import asyncio
import base64

import pytest


def _basic(identity, password):
    return {"Authorization": "Basic " + base64.b64encode(identity + b":" + password).decode()}


def test_a_known_station_is_let_in_under_its_percent_decoded_identity(csms, connect_station):
    """OCPP-J 3.1.1."""
    station = connect_station("/deeper/ST%201")
    assert csms.online("ST 1")
    assert station.socket.subprotocol == "ocpp1.6"
    station.vanish()
    assert not csms.online("ST 1")


def test_an_unknown_station_gets_404_unless_all_are_welcome(csms, connect_station):
    """OCPP-J errata 3.4."""
    assert connect_station("/nobody").status == 404
    csms.door.accept_unknown = True
    connect_station("/nobody")
    assert csms.online("nobody")


@pytest.mark.parametrize("status", [401, 404, 301, 503])
def test_an_http_status_refuses_everyone(csms, connect_station, status):
    csms.http_status = status
    assert connect_station().status == status
    csms.http_status = None
    connect_station()
    assert csms.online("ST 1")


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {"Authorization": "Basic !"},
        {"Authorization": "Bearer eA=="},
        _basic(b"P", b"wrong"),
        _basic(b"other", b"\x00\xff:\x80"),
    ],
)
def test_a_wrong_password_gets_401(csms, connect_station, headers):
    csms.add_charge_point("P", b"\x00\xff:\x80")
    assert connect_station("/P", headers=headers).status == 401


def test_a_password_of_raw_bytes_lets_in(csms, connect_station):
    """Improved security 2.1: the key is bytes, not text."""
    csms.add_charge_point("P", b"\x00\xff:\x80")
    connect_station("/P", headers=_basic(b"P", b"\x00\xff:\x80"))
    assert csms.online("P")


def test_a_station_that_offers_no_subprotocol_is_closed(csms, connect_station):
    station = connect_station(subprotocols=None)
    assert station.closed == 1002
    assert not csms.online("ST 1")


def test_a_wrong_subprotocol_can_be_answered(csms, loop):
    csms.subprotocol = "ocpp2.0"
    assert b"Sec-WebSocket-Protocol: ocpp2.0" in _upgrade(loop, csms.port)
    csms.subprotocol = None
    assert b"Sec-WebSocket-Protocol" not in _upgrade(loop, csms.port)


def _upgrade(loop, port):
    request = (
        b"GET /ST%201 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
    )

    async def ask():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        return head

    return loop.run(ask())


def test_a_second_connection_replaces_the_first(csms, connect_station):
    first = connect_station()
    second = connect_station()
    assert first.closed == 1000
    csms.send_text("ST 1", "hello")
    assert second.heard == ["hello"] and csms.online("ST 1")
