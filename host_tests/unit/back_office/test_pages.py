"""The pages: whatever stands in the database is shown as text, and nothing else happens."""

import json
import re
import socket

import pytest

from tools.back_office import forms, roles
from tools.back_office.card_pages import issue

HOSTILE = "\"'><script>alert(1)</script>; DROP TABLE person;--"
SHORT = "<script>x</script>'"
ORDER = {
    "client": HOSTILE,
    "place": HOSTILE,
    "cards": "04A1",
    "activation": "office",
    "back_end.identity": "ST-1",
    "back_end.url": "ws://127.0.0.1:9000/ocpp",
    "back_end.security_profile": "1",
    "network.wifi_ssid": SHORT,
    "installation.max_current_a": "20",
    "installation.load_limit_a": "16",
    "installation.phases": "3",
    "installation.phase_rotation": "RST",
    "installation.earthing": "TT",
    "installation.time_zone": "Europe/Brussels",
    "charging.mode": "card",
    "charging.tariff_text": HOSTILE,
}
START = {"connector": 1, "id_tag": SHORT, "meter_start": 10, "start_time": "2026-01-05T08:00:00Z"}


@pytest.fixture
def hostile(office, csms, admin, logged_in):
    """An office in which everything that anyone can write is hostile."""
    admin.get("/people")
    assert admin.post("/people", {"name": HOSTILE, "role": "installer"}).status == 200
    assert admin.post("/tokens", {"label": HOSTILE}).status == 200
    card = {"id_tag": SHORT, "label": HOSTILE, "status": "Accepted", "kind": "driver"}
    issue(office, {**card, "parent": SHORT, "account": None, "expiry": None})
    assert admin.post("/installations/new", ORDER).status == 303
    _say(csms, "BootNotification", {"chargePointVendor": SHORT, "chargePointModel": SHORT})
    told = {"connectorId": 1, "status": SHORT, "errorCode": SHORT, "info": HOSTILE}
    _say(csms, "StatusNotification", told)
    csms.note("ST-1", "received", HOSTILE)
    csms.note("ST-1", "received", HOSTILE.encode())
    csms.book.sessions.start("ST-1", "m1", START)
    report = {"identity": "ST-1", "unit": "<script>u", "steps": [{"title": HOSTILE}]}
    office.reports.take(json.dumps({**report, HOSTILE: HOSTILE}).encode(), HOSTILE)
    office.installations.settled(1, "ordered", HOSTILE)
    office.installations.note_errand(1, HOSTILE, HOSTILE, HOSTILE, False)
    office.installations.happen(1, "passed", HOSTILE, note=HOSTILE)
    office.installations.appoint(1, "2026-01-20", HOSTILE, HOSTILE)
    office.installations.decide(1, "reject", HOSTILE, [HOSTILE], HOSTILE)
    return admin


def _say(csms, action, payload):
    csms.note("ST-1", "received", json.dumps([2, "m", action, payload]))


def _pages(office):
    routes = [
        route
        for route in office.app.router.routes()
        if route.method == "GET" and roles.may("admin", route.handler)
    ]
    plain = {route.resource.canonical for route in routes}
    plain = {path for path in plain if "{" not in path and not path.endswith((".css", ".js"))}
    some = ("charge-points/ST-1", "charge-points/ST-1/live", "installations/1", "sessions/1")
    skip = {"/login", "/logout", "/labels", "/api/sessions", "/api/reports", "/frames/trace.jsonl"}
    return sorted((plain - skip) | {f"/{path}" for path in some} | {"/reports/1"})


def test_hostile_texts_are_shown_as_texts(office, hostile):
    shown = 0
    for path in _pages(office):
        page = hostile.get(path)
        assert page.status in (200, 303), path
        assert "<script>" not in page.text, path
        shown += "<script>" in page.said
    assert shown >= 10
    assert office.people.named(HOSTILE) is not None


def test_no_page_has_a_style_or_a_script_of_its_own(office, hostile):
    """What the content security policy would refuse must not be there."""
    for path in _pages(office):
        page = hostile.get(path)
        assert not re.search(r"<[^>]*\s(style|on\w+)\s*=", re.sub(r'"[^"]*"', '""', page.text))
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"


def test_each_form_that_changes_something_has_its_token(office, hostile):
    seen = 0
    for path in _pages(office):
        forms_there = re.findall(r'<form method="post".*?</form>', hostile.get(path).text, re.S)
        for form in forms_there:
            assert f'name="csrf" value="{hostile.csrf}"' in form, path
        seen += len(forms_there)
    assert seen > 20


def test_hostile_filters_find_nothing_and_break_nothing(hostile):
    for path in ("/frames", "/sessions", "/audit", "/frames/trace.jsonl"):
        for name in ("identity", "id_tag", "text", "action", "direction", "before"):
            page = hostile.get(path, params={name: HOSTILE + "\0"})
            assert page.status == 200
            # The trace is a file, and says so.
            assert "<script>" not in page.text or "attachment" in str(page.headers)


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "1;--", "%00", "%C2%B2"])
def test_row_that_is_not_there_is_not_found(admin, number):
    for path in ("/sessions/", "/installations/", "/reports/"):
        assert admin.get(path + number).status == 404


def test_order_that_is_wrong_is_told_field_by_field_and_nothing_is_kept(office, admin):
    admin.get("/installations/new")
    bad = {
        **ORDER,
        "client": "",
        "cards": "a b c\x07",
        "back_end.identity": "a/b",
        "installation.load_limit_a": "sixteen",
        "installation.earthing": "XX",
        "charging.mode": "maybe",
    }
    page = admin.post("/installations/new", bad)
    assert page.status == 422
    for name in set(bad) - set(ORDER) | {"client", "cards", "back_end.identity"}:
        assert f'id="{name}-wrong"' in page.text, name
    assert "expected a whole number" in page.said
    assert office.installations.all() == [] and office.csms.book.charge_point("a/b") is None


def test_order_that_the_station_would_refuse_is_refused(admin, office):
    admin.get("/installations/new")
    bad = {**ORDER, "installation.load_limit_a": "32", "installation.earthing": "XX"}
    page = admin.post("/installations/new", bad)
    assert page.status == 422 and "one of: TN,TT,IT" in page.said
    page = admin.post("/installations/new", {**bad, "installation.earthing": "TT"})
    assert page.status == 422 and "expected at most max_current_a (20)" in page.said
    assert office.installations.all() == []


def test_second_order_of_an_identity_waits_until_the_first_is_over(office, admin):
    admin.get("/installations/new")
    assert admin.post("/installations/new", ORDER).status == 303
    before = bytes(office.csms.book.charge_point("ST-1")["password"])
    page = admin.post("/installations/new", ORDER)
    assert page.status == 422 and "under way or active" in page.said
    assert bytes(office.csms.book.charge_point("ST-1")["password"]) == before
    office.installations.happen(1, "cancel", "test")
    assert admin.post("/installations/new", ORDER).status == 303


def test_card_of_another_account_is_not_given_away(office, admin):
    admin.get("/installations/new")
    admin.post("/installations/new", ORDER)
    other = {**ORDER, "client": "Bo", "back_end.identity": "ST-2"}
    page = admin.post("/installations/new", other)
    assert page.status == 422 and "04A1 is the card of another account" in page.said
    assert office.db.value("SELECT COUNT(*) FROM account") == 1


def test_credentials_are_in_the_order_file_and_on_no_page(office, admin):
    admin.get("/installations/new")
    admin.post("/installations/new", ORDER)
    order = json.loads(office.installations.get(1)["ordered"])
    secret = [order["values"]["back_end.password"], order["values"]["technician.code"]]
    toml = admin.get("/installations/1/order.toml").text
    assert all(each in toml for each in secret)
    for path in _pages(office):
        if path in ("/sessions/1", "/reports/1"):
            continue
        assert not any(each in admin.get(path).text for each in secret), path


def test_frames_are_filtered_paged_and_exported(office, csms, admin):
    for number in range(250):
        _say(csms, "Heartbeat", {})
        csms.note("ST-2", "sent", json.dumps([3, f"m{number}", {}]))
    csms.note("ST-2", "received", b"\xff\x00")
    page = admin.get("/frames")
    assert page.text.count("<tr>") == 101 and "no frame" in page.said
    older = re.search(r'href="(/frames\?before=[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert admin.get(older).text.count("<tr>") == 101
    only = admin.get("/frames?identity=ST-1&action=Heartbeat")
    assert "ST-2" not in only.said and only.text.count("<tr>") == 101
    trace = admin.get("/frames/trace.jsonl?identity=ST-2").text.splitlines()
    assert len(trace) == 250
    assert {json.loads(line)["messageType"] for line in trace} == {"CALLRESULT"}


def test_audit_log_can_not_be_changed(office, admin):
    for sql in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="only added to"):
            office.db.run(sql)
    assert "logged in" in admin.get("/audit").said


def test_what_a_charge_point_says_in_rubbish_is_passed_over(office, csms, admin):
    for payload in (None, [], 3, {"connectorId": "1"}, {"connectorId": 10**30}, {"status": []}):
        _say(csms, "StatusNotification", payload)
        _say(csms, "BootNotification", payload)
    csms.add_charge_point("ST-1")
    told = {"connectorId": 1, "status": "Faulted", "errorCode": "GroundFailure", "timestamp": "x"}
    _say(csms, "StatusNotification", told)
    page = admin.get("/charge-points")
    assert "Faulted" in page.said and "GroundFailure" in page.said and "off line" in page.said


def test_half_a_character_of_a_charge_point_is_shown_and_exported(csms, admin):
    csms.add_charge_point("ST-1")
    half = "\ud800"
    _say(csms, "BootNotification", {"chargePointVendor": half, "chargePointModel": half})
    _say(csms, half, {"x": half})
    assert admin.get("/charge-points/ST-1").status == 200
    assert admin.get("/frames").status == 200
    exported = admin.get("/frames/trace.jsonl").text.splitlines()
    assert json.loads(exported[-1])["action"] == half


@pytest.mark.parametrize(
    "moment",
    ["rubbish", "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00", "2026-01-05T10:00+99:99"],
)
def test_session_at_no_moment_leaves_every_page_as_it_was(office, csms, admin, moment):
    """A station whose clock is broken must not take others' statements down with it."""
    office.db.run("INSERT INTO account (name, zone) VALUES ('Ann', 'America/New_York')")
    card = {"id_tag": "CARD", "label": "", "status": "Accepted", "kind": "driver"}
    issue(office, {**card, "parent": None, "account": 1, "expiry": None})
    start = {**START, "id_tag": "CARD", "start_time": moment}
    number = csms.book.sessions.start("ST-1", "m1", start)
    values = {"timestamp": moment, "sampled_value": [{"value": "9" * 400}]}
    about = {"connector": 1, "transaction_id": number, "source": "MeterValues"}
    readings = {**about, "meter_value": [values]}
    csms.book.sessions.add_readings("ST-1", "m2", readings)
    told = {"meter_stop": 9000, "stop_time": moment, "stop_id_tag": None, "reason": None}
    csms.book.sessions.stop("ST-1", number, told)
    token = office.tokens.make("program", 0)
    bearer = {"Authorization": f"Bearer {token}"}
    assert admin.send("GET", "/api/sessions", headers=bearer).status == 200
    for path in (
        "/sessions",
        "/sessions/1",
        "/drivers/1",
        "/statements",
        "/statements/2026-01/CARD",
        "/statements/2026-01/CARD/csv",
        "/statements/2026-01/CARD/pdf",
        "/statements/2026-01/all.csv",
    ):
        assert admin.get(path).status == 200, path


def test_form_reader_tells_all_that_is_wrong_at_once():
    with pytest.raises(forms.Wrong) as wrong:
        forms.read({"a": "x", "b": "9"}, a=forms.whole(1, 5), b=forms.whole(1, 5))
    assert set(wrong.value.errors) == {"a", "b"}


def test_order_with_tls_has_the_certificate_beside_it(office, admin):
    tls = {
        **ORDER,
        "back_end.url": "wss://csms.example.org/ocpp",
        "back_end.security_profile": "2",
    }
    admin.get("/installations/new")
    page = admin.post("/installations/new", tls)
    assert page.status == 422 and "needs this file" in page.said and 'id="ca-wrong"' in page.text
    page = admin.post("/installations/new", {**tls, "ca": "no certificate"})
    assert page.status == 422 and "expected a certificate in PEM" in page.said
    pem = "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n"
    assert admin.post("/installations/new", {**tls, "ca": pem}).status == 303
    assert admin.get("/installations/1/ca.pem").text == pem.replace("\r\n", "\n")
    assert 'ca = "ca.pem"' in admin.get("/installations/1/order.toml").text
    three = {**tls, "ca": pem, "back_end.identity": "ST-3", "back_end.security_profile": "3"}
    page = admin.post("/installations/new", {**three, "cards": ""})
    assert page.status == 422 and "back_end.certificate" in page.said


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=a", b"x", 400),
        ("multipart/form-data; boundary=a", b"--a\r\n\r\n", 400),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: x\r\n\r\nb", 400),
        ("application/x-www-form-urlencoded; charset=nonsense", b"csrf=x", 400),
        ("application/x-www-form-urlencoded", b"csrf=%ff%fe&name=\xff\xfe", 400),
        ("application/x-www-form-urlencoded", b"x" * (2**21 + 10), 413),
        ("text/plain", b"csrf=x", 403),
    ],
)
def test_body_that_is_no_form_is_refused_as_such(admin, kind, body, status):
    page = admin.send("POST", "/cards", data=body, headers={"Content-Type": kind})
    assert page.status == status, page.said
    assert page.headers["Content-Security-Policy"]


def test_visitor_that_says_half_a_request_and_waits_holds_up_nobody(office, desk, loop, admin):
    with socket.create_connection(("127.0.0.1", desk.port)) as slow:
        slow.sendall(b"POST /cards HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\ncs")
        assert admin.get("/cards").status == 200
        loop.advance_to(60 * 1000)
        assert admin.get("/cards").status == 200


def test_stuck_visitors_are_many_and_the_office_serves_on(desk, loop, admin):
    visitors = [socket.create_connection(("127.0.0.1", desk.port)) for _ in range(100)]
    for each in visitors:
        each.sendall(b"GET /charge-points HTTP/1.1\r\nX: ")
    assert admin.get("/cards").status == 200
    loop.advance_to(10 * 60 * 1000)
    assert admin.get("/cards").status == 200
    for each in visitors:
        each.close()
