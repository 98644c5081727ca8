"""When the station's own page is open, and for whom."""

import socket

import pytest

from chargepoint.core.timing import PORTAL_AGAIN_MS, PORTAL_OPEN_MS, TECHNICIAN_MS
from chargepoint.portal import SESSION_MS, SHUT_MS
from host_tests.harness.stage import IDENTITY

STRANGER = {"Cookie": "s=" + "0" * 32, "X-Token": "0" * 32}


def is_open(stage):
    """A browser finds someone there."""
    stage.advance(0.1)
    try:
        stage.portal.connect().close()
    except ConnectionRefusedError:
        return False
    return True


def hold_button(stage):
    stage.press_button(TECHNICIAN_MS / 1000 + 1)
    for _ in range(TECHNICIAN_MS // 1000 + 2):
        stage.advance(1)  # not in one go: between two far steps a button counts for little


def test_page_is_open_until_the_station_is_commissioned(make_stage, stage, portal):
    """And stays shut after a power cut; the last answer still arrives."""
    assert portal.login().ask("commissioned", on=True) == {"ok": True, "commissioned": True}
    stage.advance(5)
    assert not is_open(stage)
    stage.power_cut()
    stage.start()
    stage.advance(20)
    assert stage.facts()["online"] and not is_open(stage)


def test_station_of_an_older_program_stays_shut_until_the_technician_comes(here):
    """A store of 0.4.0: a back end, sessions, no unit. Updated it opens no network by itself."""
    here.advance(2)
    here.target.device.station.doorway.shut()
    older = [name for name in here.target.store.files if name.startswith(("unit", "commission"))]
    assert "unit" in older
    here.power_cut()
    for name in older:
        del here.target.store.files[name]
    here.start()
    here.advance(30)
    assert not is_open(here) and here.facts()["online"]
    here.power_cut()
    here.start()
    here.advance(5)
    assert not is_open(here)
    hold_button(here)
    assert is_open(here)


def test_new_station_that_lost_its_power_at_once_opens_all_the_same(here):
    """Its unit is on the label: only a store without one is of an older program."""
    for _ in range(3):
        here.power_cut()
        here.start()
        here.advance(1)
    here.advance(5)
    assert is_open(here)


def test_technician_opens_it_again_for_a_while(here):
    here.portal.login().ask("commissioned", on=True)
    here.advance(5)
    hold_button(here)
    assert is_open(here)
    here.advance(PORTAL_OPEN_MS / 1000 - 60)
    assert is_open(here)
    here.advance(70)
    assert not is_open(here)


def test_back_end_opens_it_only_where_there_is_no_button(make_stage):
    """TechnicianReset is the gesture of boards without one."""
    for lacks, opens in (((), False), (("button",), True)):
        stage = make_stage(f"lacks {lacks}", portal=True, lacks=lacks).ready()
        stage.portal.login().ask("commissioned", on=True)
        stage.advance(5)
        stage.csms.call(
            IDENTITY, "ChangeConfiguration", {"key": "TechnicianReset", "value": "true"}
        )
        stage.advance(2)
        assert is_open(stage) == opens


def test_short_press_opens_nothing(stage, portal):
    portal.login().ask("commissioned", on=True)
    stage.advance(5)
    stage.press_button(0.5)
    stage.advance(3)
    assert not is_open(stage)


def test_it_does_not_open_while_energy_flows(stage, portal):
    """Opening a radio may hold a step up; what is open stays."""
    portal.login().ask("commissioned", on=True)
    stage.advance(5)
    stage.charge(5)
    hold_button(stage)
    assert not is_open(stage) and stage.contactor.closed
    stage.vehicle.unplug()
    stage.advance(2)
    assert is_open(stage)
    stage.charge(5)
    assert is_open(stage) and stage.contactor.closed


def test_access_point_that_does_not_open_is_tried_again_and_harms_nothing(make_stage):
    stage = make_stage(portal=True, start=False)
    with socket.create_server(("127.0.0.1", stage.portal.port)):
        stage.start()
        stage.ready()
        assert ("error", "portal: OSError: the access point does not open") in said(stage)
    stage.charge(5)
    assert stage.contactor.closed
    stage.vehicle.unplug()
    stage.advance(PORTAL_AGAIN_MS / 1000 + 5)
    assert is_open(stage)


def test_page_that_fails_and_does_not_even_close_harms_no_session(here):
    """A bug behind the door shuts the door, and nothing else."""
    here.charge(5)
    station = here.target.device.station
    portal = station.doorway._portal

    def broken(*given):
        raise RuntimeError("of the test")

    let_go = portal.close
    portal.step = portal.close = broken
    here.advance(1)
    let_go()
    assert here.contactor.closed and here.restarts == 0
    assert ("error", "portal: RuntimeError: of the test") in said(here)
    here.vehicle.unplug()
    here.advance(PORTAL_AGAIN_MS / 1000 + 5)
    assert is_open(here)


def test_access_point_without_a_page_is_closed(here):
    """No memory for the listener: what was opened before does not stay open without it."""
    made = []
    doorway = here.target.device.station.doorway
    doorway.shut()
    make = doorway._make

    def poor():
        made.append(make())
        made[-1].listen = lambda: (_ for _ in ()).throw(MemoryError())
        made[-1].close = lambda close=made[-1].close: made.append("closed") or close()
        return made[-1]

    doorway._make = poor
    here.advance(1)
    assert made[1:] == ["closed"] and here.facts()["portal"] is False
    doorway._make = make
    here.advance(PORTAL_AGAIN_MS / 1000 + 5)
    assert is_open(here)


def test_unit_password_opens_a_session(portal):
    """RFC 6265bis: out of reach for scripts, and sent for no other site."""
    response = portal.request("POST", "/login", {"password": portal.password})
    cookie = response.headers["set-cookie"]
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert response.json["ok"] and len(response.json["token"]) == 32
    assert portal.password not in str(response)


def test_sessions_are_unpredictable(portal):
    seen = {str(portal.login().headers) for _ in range(3)}
    assert len(seen) == 3


def test_no_one_gets_anything_without_a_session(stage, portal):
    for headers, status in ((None, 401), (STRANGER, 401)):
        response = portal.request("POST", "/api", {"ask": "facts"}, headers)
        assert (response.status, response.body) == (status, b"%d\n" % status)
    session = portal.login()
    forged = {**session.headers, "X-Token": "0" * 32}
    assert portal.request("POST", "/api", {"ask": "facts"}, forged).status == 403
    foreign = {**session.headers, "Host": "bank.example"}
    assert portal.request("POST", "/api", {"ask": "facts"}, foreign).status == 403
    form = {**session.headers, "Content-Type": "application/x-www-form-urlencoded"}
    assert portal.request("POST", "/api", {"ask": "facts"}, form).status == 415
    assert session.ask("facts")["facts"]["portal"] is True


def test_secrets_never_come_back(stage, portal):
    session = portal.login()
    order = {"AuthorizationKey": "correct horse battery", "WifiPassword": "staple staple"}
    assert session.ask("apply", settings=order)["ok"]
    told = [session.ask("unit"), session.ask("facts"), session.ask("log")]
    at = 0
    while at is not None:
        told.append(session.ask("settings", at=at))
        at = told[-1]["next"]
    secrets = (*order.values(), portal.password)
    assert not [secret for secret in secrets if secret in str(told)]
    assert "secret" not in told[0] and "password" not in told[0]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/api", {}, 405),
        ("DELETE", "/", None, 405),
        ("POST", "/elsewhere", {}, 404),
        ("POST", "/login", {"password": "x" * 300}, 413),
        ("POST", "/login", {"pass": "x"}, 400),
        ("POST", "/login", ["x"], 400),
        ("POST", "/login", {"password": 5}, 400),
        ("GET", "/", {"a": "body"}, 413),
    ],
)
def test_wrong_request_gets_the_status_that_says_why(portal, method, path, body, status):
    assert portal.request(method, path, body).status == status


def test_request_that_is_too_long_is_refused_before_it_comes(portal):
    session = portal.login()
    response = portal.request("POST", "/api", {"ask": "x" * 7000}, session.headers)
    assert response.status == 413


@pytest.mark.parametrize("body", [b"{", b"[]", b'"ask"', b"\xff\xfe", b"null", b'{"ask":[]}'])
def test_what_is_no_request_gets_a_message(portal, body):
    session = portal.login()
    lines = {"Host": f"127.0.0.1:{portal.port}", "Content-Type": "application/json"}
    lines |= {"Content-Length": str(len(body)), **session.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with portal.connect() as connection:
        connection.send(f"POST /api HTTP/1.1\r\n{head}\r\n".encode() + body)
        told = connection.response().json
    assert told["ok"] is False
    assert "expected" in told["errors"]["ask"] or "byte" in told["errors"]["ask"]


def test_wrong_passwords_are_few_in_a_minute_and_fewer_later(here):
    """The door is shut twice as long each time; the right one gets in no sooner."""
    began_ms, asked_ms, waits = here.now_ms, [], []
    while len(waits) < 11:
        response = here.portal.request("POST", "/login", {"password": "password123"})
        assert response.status == 401, "not before the time that was told is over"
        asked_ms.append(here.now_ms - began_ms)
        waits.append(response.json["wait_s"])
        shut = here.portal.request("POST", "/login", {"password": here.portal.password})
        assert shut.status == 429 and "wait" in shut.json["errors"]["password"]
        here.advance(waits[-1] + 0.1)
    assert len([at_ms for at_ms in asked_ms if at_ms < 60_000]) <= 6
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, SHUT_MS // 1000, SHUT_MS // 1000]
    assert here.portal.login().ask("unit")["ok"]


def test_two_are_in_at_once_and_a_third_takes_the_place_of_the_silent_one(stage, portal):
    first, second = portal.login(), portal.login()
    stage.advance(1)
    assert first.ask("unit")["ok"] and second.ask("unit")["ok"]
    stage.advance(1)
    assert first.ask("unit")["ok"]
    third = portal.login()
    assert first.ask("unit")["ok"] and third.ask("unit")["ok"]
    assert portal.request("POST", "/api", {"ask": "unit"}, second.headers).status == 401


def test_session_ends_when_nothing_but_looking_on_is_done(here):
    session, other = here.portal.login(), here.portal.login()
    for _ in range(SESSION_MS // 60_000 + 1):
        here.advance(59)
        assert other.ask("unit")["ok"]
        response = here.portal.request("POST", "/api", {"ask": "facts"}, session.headers)
    assert response.status == 401


def test_session_ends_when_its_owner_says_so(portal):
    session = portal.login()
    assert session.ask("logout") == {"ok": True}
    assert portal.request("POST", "/api", {"ask": "unit"}, session.headers).status == 401


def test_session_ends_with_a_restart(stage, portal):
    session = portal.login()
    assert session.ask("restart")["ok"]
    stage.until(lambda: stage.restarts == 1, 60)
    stage.advance(5)
    assert portal.request("POST", "/api", {"ask": "unit"}, session.headers).status == 401
    assert portal.login().ask("unit")["ok"]


@pytest.mark.parametrize("path", ["/generate_204", "/hotspot-detect.html", "/connecttest.txt"])
def test_phone_that_looks_for_the_internet_is_led_to_the_page(portal, path):
    response = portal.request("GET", path, headers={"Host": "captive.apple.com"})
    assert (response.status, response.headers["location"]) == (302, portal.url)


def test_every_name_leads_here(stage, portal):
    question = b"\xbe\xef\1\0\0\1\0\0\0\0\0\0\7captive\5apple\3com\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.setblocking(False)
        phone.sendto(b"noise", ("127.0.0.1", portal.dns_port))
        phone.sendto(question, ("127.0.0.1", portal.dns_port))
        told = []

        def answered():
            try:
                told.append(phone.recv(512))
            except BlockingIOError:
                portal.live()
            return told

        stage.until(answered, 600, "an answer to a name")
    assert told[0][:2] == question[:2] and told[0].endswith(bytes((127, 0, 0, 1)))


def test_networks_in_reach_are_told(portal):
    assert portal.login().ask("networks", again=True)["networks"] == list(portal.networks)


def test_radio_does_not_look_around_while_energy_flows(here):
    """Switching its own side on may hold a step up; what is known is told."""
    looks = []
    session = here.portal.login()
    point = here.target.device.station.doorway._portal._access_point
    look = point.look_around
    point.look_around = lambda: looks.append(1) or look()
    here.charge(5)
    assert session.ask("networks", again=True)["networks"] == list(here.portal.networks)
    assert looks == []
    here.vehicle.unplug()
    here.advance(3)
    assert session.ask("networks", again=True)["ok"] and looks == [1]


def said(stage):
    return [(level, text) for _, level, text in stage.log]
