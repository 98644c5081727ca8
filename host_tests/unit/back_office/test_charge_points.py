"""A charge point on its page: what it says, what it is asked, and what it answers."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from html import escape
from urllib.parse import quote

import pytest

from host_tests.harness.back_office import OfficeOfStage
from host_tests.harness.stage import CARD_TAG, Stage
from tools.back_office.chart import Chart
from tools.commission.back_end import OfWeb, Unreachable


@pytest.fixture
def office(tmp_path):
    with Stage("in_process", tmp_path / "stage") as stage:
        with OfficeOfStage(stage) as office:
            stage.start()
            stage.ready()
            yield office


@pytest.fixture
def stage(office):
    return office.stage


@pytest.fixture
def admin(office):
    return office.log_in("admin")


def _ask(browser, deed, **fields):
    browser.get("/charge-points/PL-0001")
    return browser.follow(f"/charge-points/PL-0001/{deed}", fields).said


def test_page_shows_what_the_station_says_of_itself(stage, admin):
    said = admin.get("/charge-points/PL-0001").said
    assert "on line" in said and "connector 1 Available" in said and "Pilotlight AC" in said
    stage.power_cut()
    stage.network.cut()
    stage.advance(2)
    assert "off line" in admin.get("/charge-points/live").said


def test_session_is_started_and_stopped_from_its_page(stage, admin):
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Preparing")
    said = _ask(admin, "start", id_tag=CARD_TAG, connector="1")
    assert "RemoteStartTransaction: Accepted" in said
    stage.until_status("Charging")
    stage.advance(300)
    page = admin.get("/charge-points/PL-0001")
    number = re.search(r'name="transaction" value="(\d+)"', page.text)[1]
    assert "RemoteStopTransaction: Accepted" in _ask(admin, "stop", transaction=number)
    session = stage.finished_session()
    kwh = (session["meter_stop"] - session["meter_start"]) / 1000
    assert session["reason"] == "Remote" and kwh > 0.5
    page = admin.get("/sessions/1")
    assert f"{kwh:.3f} kWh" in page.said and page.text.count("<polyline") >= 1
    assert "Remote" in admin.get("/sessions").said


def test_answers_of_the_station_are_shown_also_when_it_refuses(stage, admin):
    assert "ChangeAvailability: Accepted" in _ask(
        admin, "availability", connector="0", type="Inoperative"
    )
    stage.until_status("Unavailable")
    assert "UnlockConnector: Unlocked" in _ask(admin, "unlock", connector="1")
    assert "RemoteStopTransaction: Rejected" in _ask(admin, "stop", transaction="77")
    assert "UnlockConnector: NotSupported" in _ask(admin, "unlock", connector="9")
    assert "TriggerMessage: Accepted" in _ask(admin, "trigger", message="Heartbeat")
    assert "ClearCache: Accepted" in _ask(admin, "clear_cache")
    assert "Reset: Accepted" in _ask(admin, "reset", type="Soft")
    stage.until(lambda: stage.restarts == 1, 60)


def test_form_that_is_wrong_asks_the_station_nothing(stage, admin):
    before = len(stage.csms.frames("PL-0001"))
    for deed, fields in (
        ("reset", {"type": "Harder"}),
        ("unlock", {"connector": "one"}),
        ("start", {"id_tag": "x" * 21, "connector": "1"}),
        ("trigger", {"message": "Nothing"}),
    ):
        admin.get("/charge-points/PL-0001")
        page = admin.post(f"/charge-points/PL-0001/{deed}", fields)
        assert page.status == 422 and "expected" in page.said
    assert admin.post("/charge-points/PL-0001/dance").status == 404
    sent = [way for way, _, _ in stage.csms.frames("PL-0001")[before:] if way == "sent"]
    assert sent == []


def test_settings_are_shown_and_changed(stage, admin):
    page = admin.get("/charge-points/PL-0001/settings")
    assert 'value="HeartbeatInterval"' in page.text and "AuthorizationKey" not in page.text
    changed = {"key": "HeartbeatInterval", "value": "77"}
    assert "ChangeConfiguration: Accepted" in _ask(admin, "change", **changed)
    assert 'value="77"' in admin.get("/charge-points/PL-0001/settings").text
    audit = admin.get("/audit").said
    assert "ChangeConfiguration" in audit and "key: HeartbeatInterval" in audit
    assert "value:" not in audit


def test_station_that_is_away_or_silent_is_told(stage, admin):
    stage.network.freeze()
    assert "Reset: Timeout: no answer within 30 s" in _ask(admin, "reset", type="Soft")
    stage.power_cut()
    stage.network.thaw()
    stage.network.cut()
    stage.advance(1)
    assert "Reset: the charge point is not on line" in _ask(admin, "reset", type="Soft")
    page = admin.get("/charge-points/PL-0001/settings")
    assert "GetConfiguration: the charge point is not on line" in page.said


def test_charge_point_is_made_known_with_its_password_and_only_once(stage, admin):
    admin.get("/charge-points")
    for identity in ("", "..", "live", "a/b", "a b", "ä", "x" * 49, "<b>", "a:b"):
        page = admin.post("/charge-points", {"identity": identity})
        assert page.status == 422 and "expected" in page.said, identity
    page = admin.post("/charge-points", {"identity": "ST-9", "password": "short"})
    assert page.status == 422 and "8 to 40" in page.said and 'value="short"' not in page.text
    assert admin.post("/charge-points", {"identity": "ST-9", "password": "long enough"}).place
    assert bytes(stage.csms.book.charge_point("ST-9")["password"]) == b"long enough"
    page = admin.post("/charge-points", {"identity": "ST-9", "password": "another one"})
    assert page.status == 422 and "there is one of this name" in page.said
    assert bytes(stage.csms.book.charge_point("ST-9")["password"]) == b"long enough"


def test_charge_point_with_a_strange_name_has_its_page(stage, admin):
    for identity in ("ST/1", "ST 1?#&", "50%25"):
        stage.csms.add_charge_point(identity)
        page = admin.get("/charge-points")
        link = next(
            link
            for link in re.findall(r'href="(/charge-points/[^"]+)"', page.text)
            if quote(identity, safe="") in link
        )
        found = admin.get(link)
        assert found.status == 200 and f"<h1>{escape(identity)}</h1>" in found.text


def test_installer_sees_only_what_is_being_installed(stage, office, admin):
    installer = office.log_in("installer")
    assert "PL-0001" not in installer.get("/charge-points").said
    assert installer.get("/charge-points/PL-0001").status == 404
    assert installer.post("/charge-points/PL-0001/reset", {"type": "Hard"}).status == 404
    order = {"identity": "PL-0001", "account": None, "activation": "office", "serial": ""}
    values = {"charging.mode": "card"}
    number = office.office.installations.order("test", {**order, "place": "", "values": values})
    assert installer.get("/charge-points/PL-0001").status == 200
    office.office.db.run("UPDATE installation SET state = 'active' WHERE id = ?", number)
    assert installer.get("/charge-points/PL-0001").status == 404


def test_program_gets_sessions_with_its_token_only(stage, office, admin):
    stage.charge(120)
    stage.tap()
    stage.finished_session()
    token = office.office.tokens.make("commission", office.office.now_ms())
    bearer = {"Authorization": f"Bearer {token}"}
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": token}):
        page = admin.send("GET", "/api/sessions", headers=headers)
        assert page.status == 401 and not json.loads(page.text)["ok"]
    page = admin.send("GET", "/api/sessions?identity=PL-0001", headers=bearer)
    [session] = json.loads(page.text)["sessions"]
    recorded = stage.csms.sessions()[0]
    assert all(session[name] == recorded[name] for name in session)
    since = stage.time_text(1).replace("+", "%2B")
    page = admin.send("GET", f"/api/sessions?identity=PL-0001&since={since}", headers=bearer)
    assert json.loads(page.text)["sessions"] == []
    page = admin.send("GET", "/api/sessions?since=yesterday", headers=bearer)
    assert page.status == 400 and "expected a moment" in page.text
    office.office.tokens.revoke(1, office.office.now_ms())
    assert admin.send("GET", "/api/sessions", headers=bearer).status == 401


def test_program_hands_in_a_report(office, admin):
    token = office.office.tokens.make("commission", 0)
    bearer = {"Authorization": f"Bearer {token}"}
    for body, why in (
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "expected a JSON object"),
        (b'{"identity": "x"}', 'expected "unit"'),
        (b'{"identity": "x", "unit": "y", "place": "\\ud800"}', "half a character"),
    ):
        page = admin.send("POST", "/api/reports", data=body, headers=bearer)
        assert page.status == 400 and why in json.loads(page.text)["error"]
    body = json.dumps({"identity": "PL-0001", "unit": "PLX"})
    page = admin.send("POST", "/api/reports", data=body, headers=bearer)
    told = json.loads(page.text)
    assert page.status == 422 and told["verdict"] == "not trusted" and "PLX" in told["why"]


def test_time_that_the_pages_tell_is_the_back_ends(stage, admin):
    stage.advance(3600)
    told = parsedate_to_datetime(admin.get("/charge-points").headers["Date"])
    assert 0 <= stage.clock.utc_s() - told.timestamp() < 5


def _reading(at, value, measurand="Power.Active.Import", phase=None, unit="W"):
    keys = ("timestamp", "value", "measurand", "phase", "unit")
    return dict(zip(keys, (f"2026-01-05T08:{at:02d}:00Z", value, measurand, phase, unit)))


def test_chart_adds_phases_up_and_prefers_a_total():
    rows = [_reading(0, "1000", phase="L1"), _reading(0, "2000", phase="L2"), _reading(5, "3000")]
    chart = Chart(rows)
    first, last = chart.power.split()
    assert first.split(",")[1] == last.split(",")[1] and not chart.is_empty
    assert [label for _, label in chart.power_marks] == ["0", "1", "2", "3"]
    assert chart.times[0][1] == "08:00" and chart.times[-1][1] == "08:05"


def test_chart_leaves_out_what_is_no_number_and_may_be_empty():
    rows = [_reading(0, "OCMF|{}"), _reading(1, "1e999"), _reading(2, "5")]
    assert Chart(rows).is_empty and Chart([]).is_empty


def test_chart_reckons_the_power_from_the_register_where_nobody_measured_it():
    unit = {"measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    ends = [("2026-01-05T08:00:00Z", 1000), ("2026-01-05T08:30:00Z", 3000)]
    chart = Chart([_reading(15, "2000", **unit)], ends)
    assert chart.reckoned and not chart.is_empty
    assert chart.power_marks[-1][1] == "4" and len(chart.power.split()) == 4
    assert {point.split(",")[1] for point in chart.power.split()} == {str(float(14))}
    # Readings close together: their watt-hour more or less is no power.
    near = [("2026-01-05T08:30:00Z", 3000), ("2026-01-05T08:30:03Z", 3010)]
    assert Chart([_reading(0, "1000", **unit)], near).power_marks[-1][1] in ("4", "5")
    still = Chart([], [(None, None), ("2026-01-05T08:30:00Z", 3000)])
    assert still.is_empty


def test_commissioning_program_finds_its_session_and_the_time_and_delivers(stage, office):
    """What tools/commission asks is what is answered here."""
    stage.charge(120)
    stage.tap()
    stage.finished_session()
    token = office.office.tokens.make("commission", 0)
    web = OfWeb(office.desk.url, token)
    found = _meanwhile(stage, lambda: web.session("PL-0001", 0))
    assert found.id_tag == CARD_TAG and found.energy_wh > 0
    assert _meanwhile(stage, lambda: web.session("PL-0001", stage.clock.utc_s() + 60)) is None
    before_s = stage.clock.utc_s()
    assert before_s <= _meanwhile(stage, web.utc_s) <= stage.clock.utc_s()
    with pytest.raises(Unreachable, match="not known here"):
        _meanwhile(stage, lambda: web.deliver(b'{"identity": "PL-0001", "unit": "PLX"}'))
    with pytest.raises(Unreachable, match="401"):
        _meanwhile(stage, OfWeb(office.desk.url, "wrong").utc_s)


def _meanwhile(stage, ask):
    """What a program that blocks gets, while the stage lives on."""
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(ask)
        while not asked.done():
            stage.advance(0.01)
    return asked.result()
