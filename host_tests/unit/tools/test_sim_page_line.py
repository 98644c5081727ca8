"""The page's line to the sim: a session over it, who is refused, who can't do any harm."""

import asyncio
import json
import socket
import time

import aiohttp
import pytest

from host_tests.harness.world.faults import FAULTS
from host_tests.unit.tools.sim_desk import PATIENCE_S, Guests, street_of
from tools.sim.commands import COMMANDS
from tools.sim.page import server as page_server
from tools.sim.tape import NOTE


@pytest.fixture
def desk():
    """Makes a street and those who talk to its page; (street, page, guests)."""
    opened = []

    def open_desk(*arguments):
        context = street_of(*arguments)
        street, page = context.__enter__()
        guests = Guests(street, page.url)
        opened.append((context, guests))
        return street, page, guests

    yield open_desk
    for context, guests in opened:
        guests.close()
        context.__exit__(None, None, None)


def test_driver_charges_by_the_page(desk):
    """Issue 5: plug, card, draw power, pause, unplug; state, frames and plots as they pass."""
    _, _, guests = desk("--speed", "20")
    guest = guests.enter()

    def letters():
        return {sample["1"][1] for sample in guest.samples}

    assert [fault["name"] for fault in guest.hello["faults"]] == list(FAULTS)
    guest.watch("PL-0001")
    guest.until_status("Available")
    assert guest.connector()["letter"] == "A"
    assert guest.ask("plug_in", connector=1, amps=16) == {"answer": 1, "ok": True}
    guest.until(lambda: "Show a card" in guest.told["station"]["advice"]["1"])
    # Samples have times of their own: a state that is over soon may fall between two.
    guest.until(lambda: "B" in letters())
    assert guest.ask("present_card")["ok"]
    guest.until(lambda: guest.connector()["power_w"] == 11_040)
    charging = guest.connector()
    assert charging["closed"] and charging["letter"] == "C" and charging["offer_ma"] > 31_000
    guest.until(lambda: guest.connector()["session"]["wh"] > 20)
    guest.until(lambda: "C" in letters())
    assert guest.ask("stop_power", connector=1)["ok"]
    guest.until_status("SuspendedEV")
    assert guest.ask("unplug", connector=1)["ok"]
    guest.until(lambda: guest.connector()["status"] == "Available")
    actions = [(way, kind, action) for _, way, kind, action, _, _ in guest.frames]
    assert ("received", "call", "StartTransaction") in actions
    assert ("sent", "result", "StopTransaction") in actions
    assert "StopTransaction" in [json.loads(raw)[2] for *_, raw in guest.frames if "[2" in raw]
    assert {"A", "B", "C"} <= letters()
    energy_wh = [sample["1"][6] for sample in guest.samples]
    assert energy_wh == sorted(energy_wh) and energy_wh[-1] > energy_wh[0]
    assert any(kind == "person" and "plug_in" in text for _, kind, text in guest.log)


def test_lamp_is_shown_as_it_is_driven(desk):
    """Dark and lit in turn while it waits for a card."""
    _, _, guests = desk()
    guest = guests.enter()
    guest.watch("PL-0001")
    guest.until_status("Available")
    assert guest.connector()["lamp"] == [0, 1, 0]
    guest.ask("plug_in")
    for lamp in ([0, 0, 1], [0, 0, 0], [0, 0, 1]):
        guest.until(lambda lamp=lamp: guest.connector()["lamp"] == lamp)


def test_refusals_are_told_and_change_nothing(desk):
    street, _, guests = desk("--speed", "10")
    guest = guests.enter()
    guest.watch("PL-0001")
    for told, expected in (
        ({"do": "unplug"}, "no vehicle is plugged in"),
        ({"do": "plug"}, "expected one of"),
        ({"do": "plug_in", "amps": 900}, "amperes from 0"),
        ({"do": "speed", "times": 0}, "as fast as a clock"),
        ({"do": "fault", "name": "<b>"}, "expected one of diode_missing"),
        ({"do": "plug_in", "station": "PL-7"}, "expected one of PL-0001"),
        ({"do": "plug_in", "station": 7}, "expected one of PL-0001"),
        ({}, "expected one of"),
    ):
        answer = guest.ask(**{"do": None, **told})
        assert answer["ok"] is False and expected in answer["error"], told
    nested = ["[" * depth + "]" * depth for depth in range(50, 1200, 50)]
    deep = [f'{{"do": "wait", "for": {told}}}' for told in nested]
    deep += [f'{{"do": "call", "action": "Reset", "payload": {{"a": {told}}}}}' for told in nested]
    rubbish = ("{", "[]", "7", "[" * 50_000, b"\xff", {"watch": "PL-7"}, {"watch": []}, *deep)
    for told in rubbish:
        guest.answers.clear()
        guest.send(told)
        assert guest.until(lambda: guest.answers.get(None))["ok"] is False, told
    assert not street.first.stage.vehicle.plugged
    assert guest.ask("plug_in")["ok"]


def test_every_command_of_the_sim_is_known_to_the_page(desk):
    _, _, guests = desk()
    guest = guests.enter()
    error = guest.ask("nothing")["error"]
    assert all(name in error for name in COMMANDS)


def test_part_that_is_not_fitted_can_not_be_broken(desk):
    _, _, guests = desk("--tethered", "--lacks", "residual")
    hello = guests.enter().hello
    assert hello["lacks"] == ["lock", "proximity", "residual"]
    parts = {fault["part"] for fault in hello["faults"]}
    assert "contactor" in parts and parts.isdisjoint(hello["lacks"])


def test_other_sites_and_other_names_are_refused(desk):
    """DNS rebinding: a foreign name that points here; a foreign page that dials us."""
    _, _, guests = desk()
    assert guests.get()[0] == 200
    port = guests.url.rsplit(":", 1)[1].rstrip("/")
    assert guests.get(Host=f"localhost:{port}")[0] == 200
    for name in ("evil.example", f"evil.example:{port}", "127.0.0.1:1", ""):
        assert guests.get(Host=name)[0] == 403, name
    for origin in ("http://evil.example", "null", "", f"https://127.0.0.1:{port}"):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            guests.enter(Origin=origin)
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        guests.enter(Host="evil.example", Origin="http://evil.example")


def test_only_the_files_of_the_page_are_served(desk):
    _, _, guests = desk()
    for path in ("server.py", "..%2fserver.py", "%2e%2e/page.py", "nothing.js", "static", "x/y"):
        assert guests.get(path)[0] == 404, path
    status, headers, text = guests.get("main.js")
    assert status == 200 and "import" in text and "javascript" in headers["Content-Type"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_page_listens_on_this_machine_only(desk):
    _, page, _ = desk()
    assert page.server._runner.addresses[0][0] == "127.0.0.1"


def test_page_that_stalls_holds_up_nobody_and_is_kept_nothing_for(desk):
    """It reads nothing while megabytes are told; others, and the sim, go on."""
    street, page, guests = desk("--speed", "10")
    host, port = page.url[7:-1].split(":")
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.connect((host, int(port)))
    stalled.sendall(
        f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    watch = b'{"watch": "PL-0001"}'
    stalled.sendall(bytes([0x81, 0x80 | len(watch), 0, 0, 0, 0]) + watch)
    guest = guests.enter()
    guest.watch("PL-0001")

    def waiting():
        told = [of._socket._writer.transport.get_write_buffer_size() for of in page.server._pages]
        assert len(told) == 2
        return max(told)

    def tell(turns):
        for _ in range(turns):
            for _ in range(300):
                street.tape.tell(NOTE, "x" * 1000)
            street.turn()

    # The kernel takes some megabytes first, as fast as the page's thread is told of them.
    until_s = time.monotonic() + PATIENCE_S
    while waiting() <= 65_536:
        assert time.monotonic() < until_s, "nothing ever waits"
        tell(1)
    began_ms = street.loop.now_ms()
    tell(100)
    # Thirty megabytes went by; what it holds is no more than one message.
    assert waiting() < 1_000_000 and street.loop.now_ms() >= began_ms + 1000
    assert guest.ask("plug_in")["ok"]
    guest.until(lambda: guest.connector()["plugged"])
    stalled.close()


def test_page_that_asks_too_much_is_told_so(desk, monkeypatch):
    monkeypatch.setattr(page_server, "_MOST_PAGES", 2)
    _, _, guests = desk()
    guest, other = guests.enter(), guests.enter()
    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        guests.enter()
    for number in range(25):
        guest.send({"id": number, "do": "wait", "for": {"plugged": True}, "timeout_s": 3000})
    for number in range(20, 25):
        refused = guest.until(lambda number=number: guest.answers.get(number))
        assert "wait for their answers" in refused["error"]
    assert other.ask("plug_in")["ok"]
    assert guest.until(lambda: len(guest.answers) == 25)
    other.send("x" * 70_000)
    assert guests.do(other.socket.receive()).type == aiohttp.WSMsgType.CLOSE
    assert guest.ask("unplug")["ok"]


def test_page_that_goes_away_leaves_nothing(desk):
    _, page, guests = desk()
    guest = guests.enter()
    guest.watch("PL-0001")
    guest.send({"id": 1, "do": "wait", "for": {"plugged": True}})
    assert page.server.watched == {"PL-0001"}
    guests.do(guest.socket.close())
    guests.do(_until(lambda: not page.server._pages))
    assert page.server.watched == frozenset()
    assert guests.enter().ask("plug_in")["ok"]


async def _until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_many_stations_are_seen_together_and_each_alone(desk):
    """Issue 5: one or many stations."""
    street, _, guests = desk("--stations", "5", "--speed", "20")
    guest, other = guests.enter(), guests.enter()
    names = [f"PL-000{number}" for number in range(1, 6)]
    assert guest.hello["stations"] == names
    guest.watch(None)
    online = [True] * 5
    guest.until(lambda: [row["online"] for row in guest.told["rows"].values()] == online)
    assert list(guest.told["rows"]) == names
    other.watch("PL-0003")
    other.until_status("Available")
    for command in ({"do": "plug_in", "amps": 10}, {"do": "present_card"}):
        assert other.ask(**command, station="PL-0003")["ok"]
    guest.until(lambda: guest.told["rows"]["PL-0003"]["connectors"]["1"]["power_w"] == 6900)
    plugged = [row["connectors"]["1"]["plugged"] for row in guest.told["rows"].values()]
    assert plugged == [False, False, True, False, False]
    assert {sim.stage.identity for sim in street.sims if sim.watchers} == {"PL-0001", "PL-0003"}
    other.watch("PL-0001")
    other.until_status("Available")
    assert not any("StartTransaction" in frame[3] for frame in other.frames)


def test_speed_is_a_command_and_shown(desk):
    street, _, guests = desk()
    guest = guests.enter()
    guest.watch("PL-0001")
    assert guest.ask("speed", times=50)["ok"]
    guest.until(lambda: guest.told["clock"]["speed"] == 50)
    assert street.loop.speed == 50
    guest.until(lambda: guest.told["clock"]["now_ms"] > 60_000)
