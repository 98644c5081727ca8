"""Slow, stuck and mean clients against the station's page: step and heap stay in their bounds."""

import pytest

from host_tests.harness.stage import Stage

# What the open page may cost of a 32-bit heap, with the service room and from ROMFS (frozen it
# costs less), and what visitors may on top: the worst is one who has a session and orders hundreds
# of settings that there are not.
OPEN_BYTES = 17 * 1024
CROWD_BYTES = 36 * 1024
# Shut again it leaves the service room and some names.
SHUT_BYTES = 8 * 1024
# The log's tail differs by its lines.
ROOM_BYTES = 1536

GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def crowd(portal, session):
    """What to send: kinds of visitors, each wrong in its own way."""
    api = "".join(f"{name}: {value}\r\n" for name, value in session.headers.items())
    api = f"POST /api HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\n{api}"
    api += "Content-Type: application/json\r\nContent-Length: "
    deep = b'{"ask":' + b"[" * 3000 + b"]" * 3000 + b"}"
    wide = b'{"ask":"check","settings":{' + b",".join(b'"k%d":"v"' % n for n in range(400)) + b"}}"
    return [
        b"",
        b"GET / HTTP/1.1\r\nA",
        b"GET / HTTP/1.1\r\n" + b"Cookie: " + b"a" * 65536,
        b"GET / HTTP/1.1\r\n" + b"Cookie: a\r\n" * 6000,
        GET * 200,
        b"\x16\x03\x01" + bytes(range(256)) * 8,
        b"POST /login HTTP/1.1\r\nContent-Length: 4000000000\r\n\r\n" + b"x" * 3000,
        f"{api}6000\r\n\r\n".encode() + b"x" * 5999,
        f"{api}{len(deep)}\r\n\r\n".encode() + deep,
        f"{api}{len(wide)}\r\n\r\n".encode() + wide,
    ]


def heap(stage):
    """(bytes in use with garbage, bytes alive) of the interpreter's heap."""
    outputs = stage.step(stage.now_ms + 10, {"ask": 1, "heap": 1})
    return outputs["heap"], outputs["facts"]["heap"]["live"]


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """A station in a 32-bit interpreter whose page is open; its heap is measured."""
    with Stage("unix", tmp_path_factory.mktemp("hostile"), portal=True) as stage:
        stage.start()
        stage.ready()
        yield stage


@pytest.fixture(scope="module")
def closed_bytes(tmp_path_factory):
    """What lives in a station whose page was never open."""
    with Stage("unix", tmp_path_factory.mktemp("closed")) as stage:
        stage.start()
        stage.ready()
        stage.advance(30)
        return heap(stage)[1]


def test_hostile_crowd_leaves_step_heap_and_session_as_they_were(station):
    """A vehicle charges on, others get in, and what lived before lives after."""
    stage = station
    session = stage.portal.login()
    stage.charge(5)
    invade(stage, session)
    stage.advance(40)
    before = heap(stage)[1]
    peak = invade(stage, session)
    stage.advance(40)
    assert heap(stage)[1] - before <= ROOM_BYTES
    assert peak - before <= CROWD_BYTES
    assert [text for _, level, text in stage.log if level == "error"] == []
    assert stage.contactor.closed and stage.status() == "Charging"
    assert stage.portal.login().ask("unit")["ok"]


def invade(stage, session) -> int:
    """All kinds at once, until each of them got in; the most heap in use."""
    peak = 0
    guests = [stage.portal.call(data) for data in crowd(stage.portal, session)]
    for _ in range(3000):
        peak = max(peak, stage.step(stage.now_ms + 10, {"heap": 1})["heap"])
        for guest in guests:
            guest.push()
            guest.take()
        if all(guest.ended or guest.received for guest in guests):
            break
    else:
        raise AssertionError([(guest.ended, guest.received[:20]) for guest in guests])
    for guest in guests:
        guest.close()
    return peak


def test_open_page_costs_what_is_told(station, closed_bytes):
    """`docs/installing.md` and the bench tell it."""
    station.advance(30)
    cost = heap(station)[1] - closed_bytes
    assert 0 < cost <= OPEN_BYTES


def test_page_that_was_shut_gives_its_memory_back(station, closed_bytes):
    assert station.portal.login().ask("commissioned")["ok"]
    station.vehicle.unplug()
    station.advance(60)
    assert station.facts()["portal"] is False
    cost = heap(station)[1] - closed_bytes
    assert cost <= SHUT_BYTES
