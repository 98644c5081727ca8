"""From the order to the driver's account, with the real firmware in an emulated station."""

import json
from pathlib import Path

import pytest

from host_tests.harness.back_office import OfficeOfStage
from host_tests.harness.stage import CARD, CARD_TAG, Stage
from tools.commission import signature
from tools.provision import order as orders

IDENTITY = "BE-TEST-7"
TEST_CARD = bytes.fromhex("04FEEDFACE1180")
TEST_TAG = "04FEEDFACE1180"
OTHER = bytes.fromhex("04AAAAAAAAAA80")
OTHER_TAG = "04AAAAAAAAAA80"
ORDER = {
    "client": "Ann Peeters",
    "place": "Kerkstraat 1",
    "cards": CARD_TAG,
    "activation": "first_card",
    "back_end.identity": IDENTITY,
    "back_end.security_profile": "1",
    "installation.max_current_a": "20",
    "installation.load_limit_a": "16",
    "installation.phases": "3",
    "installation.phase_rotation": "RST",
    "installation.earthing": "TT",
    "installation.time_zone": "Europe/Brussels",
    "charging.mode": "card",
}


class Story:
    """The office, its people, and the station on its stage."""

    def __init__(self, stage, office):
        self.stage = stage
        self.office = office
        self.admin = office.log_in("admin")
        self.installer = office.log_in("installer")
        self.inspector = office.log_in("inspector")
        for tag, kind in ((TEST_TAG, "test"), (OTHER_TAG, "driver")):
            card = {"id_tag": tag, "status": "Accepted", "kind": kind}
            self.admin.get("/cards")
            assert self.admin.post("/cards", card).status == 303

    @property
    def state(self):
        return self.office.installation(IDENTITY)["state"]

    @property
    def number(self):
        return self.office.installation(IDENTITY)["id"]

    @property
    def page(self):
        return f"/installations/{self.number}"

    def order(self, **other):
        url = self.office.office.station_url()
        self.admin.get("/installations/new")
        page = self.admin.post("/installations/new", {"back_end.url": url, **ORDER, **other})
        assert page.status == 303, page.said
        return page

    def provision(self):
        """The installer takes the order file to the station's console."""
        page = self.installer.get(f"{self.page}/order.toml")
        order = orders.parse(page.text, Path())
        unit = self.stage.console({"ask": "unit"})
        assert self.stage.console(order.request("apply"), 20)["ok"]
        self.stage.identity = order.settings["Identity"]
        assert self.stage.console({"ask": "restart"})["ok"]
        self.stage.until(lambda: self.stage.csms.online(IDENTITY), 60, "the station comes")
        label = json.dumps({"serial": unit["serial"], "secret": unit["secret"]})
        self.admin.get("/reports")
        assert self.admin.post("/labels", {"labels": label.encode()}).status == 303
        return unit["serial"]

    def report(self, serial, verdict="passed", steps=()):
        """A commissioning report as the station signs it."""
        facts = {"station_time": self.stage.time_text(), "connector": 1, "steps": list(steps)}
        report = {"format": signature.FORMAT, "identity": IDENTITY, "unit": serial}
        report = {**report, **facts, "verdict": verdict}
        told = self.stage.console({"ask": "sign", "text": signature.line_of(report)})
        return {**report, "signature": told["signature"]}

    def hand_in(self, report):
        self.installer.get("/reports")
        return self.installer.post("/reports", {"report": json.dumps(report).encode()})

    def appoint(self, day):
        self.admin.get(self.page)
        return self.admin.post(f"{self.page}/appointment", {"day": day, "inspector": "Vinçotte"})

    def decide(self, verdict, **fields):
        self.inspector.get(self.page)
        return self.inspector.post(f"{self.page}/verdict", {"verdict": verdict, **fields})

    def until_approved_with_station(self, **other):
        self.order(**other)
        serial = self.provision()
        assert self.hand_in(self.report(serial)).status == 303
        assert self.appoint("2026-01-20").status == 303
        assert self.decide("approve", notes="25 ohm").status == 303
        return serial

    def setting(self, name):
        self.stage.until(lambda: self.stage.csms.online(IDENTITY), 120)
        pending = self.stage.csms.call(IDENTITY, "GetConfiguration", {"key": [name]})
        self.stage.until(lambda: pending.done, 20)
        return pending.result["configurationKey"][0]["value"]

    def try_card(self, uid):
        """Plug in, show a card, and see whether energy flows."""
        self.stage.vehicle.plug_in(amps=16)
        self.stage.until_status("Preparing")
        self.stage.tap(uid)
        self.stage.advance(20)
        charging = self.stage.status() == "Charging"
        self.stage.vehicle.unplug()
        self.stage.until_status("Available", 60)
        return charging


@pytest.fixture
def story(tmp_path):
    book = tmp_path / "book.db"
    with Stage("in_process", tmp_path / "stage", book=str(book)) as stage:
        stage.start()
        stage.ready()
        with OfficeOfStage(stage, book) as office:
            yield Story(stage, office)


def test_order_leads_to_the_account_of_its_driver(story):
    """Issue 5: ordered, installed, inspection, approved, configured, active by the first card."""
    story.order()
    assert story.state == "ordered"
    serial = story.provision()
    assert story.hand_in(story.report(serial)).status == 303
    assert story.state == "installed"
    assert story.try_card(TEST_CARD) and not story.try_card(CARD) and not story.try_card(OTHER)
    story.appoint("2026-01-20")
    assert story.state == "inspecting"
    story.decide("approve", notes="earth 25 ohm")
    story.office.until_state("configured")
    assert not story.try_card(OTHER)
    assert story.try_card(CARD)
    assert story.state == "active"
    story.stage.until(lambda: story.office.installation(IDENTITY)["settled"] == "active", 120)
    assert story.setting("OfflinePolicy") == "Keys" and story.setting("SupplyLimit") == "16"
    # Anyone's card now: what another driver may do here is the card's business.
    assert story.try_card(OTHER)
    sessions = story.stage.csms.sessions(IDENTITY)
    assert [row["id_tag"] for row in sessions] == [TEST_TAG, CARD_TAG, OTHER_TAG]


def test_rejected_one_tells_its_reasons_and_gets_a_second_appointment(story):
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    assert story.decide("reject").status == 422
    assert story.decide("reject", reason="earth", notes="140 ohm").status == 303
    assert story.state == "rejected"
    page = story.admin.get(story.page)
    assert "earth resistance too high" in page.said and "140 ohm" in page.said
    assert "Second appointment" in page.said
    assert story.decide("approve").status == 409
    story.appoint("2026-02-10")
    story.decide("approve")
    story.office.until_state("configured")
    verdicts = [each["verdict"] for each in story.office.office.installations.inspections(1)]
    assert verdicts == ["rejected", "approved"]


def test_report_that_failed_leaves_it_ordered_and_tells_which_step(story):
    story.order()
    serial = story.provision()
    bad = {"title": "Lock", "verdict": "failed", "reason": "the bolt stayed out"}
    assert story.hand_in(story.report(serial, "failed", [bad])).status == 303
    assert story.state == "ordered"
    page = story.admin.get(story.page)
    assert "Lock: the bolt stayed out" in page.said
    assert "<dt>max current (A)</dt>" in page.text and "<dt>phases</dt>" in page.text
    story.stage.advance(2)
    story.hand_in(story.report(serial))
    assert story.state == "installed"


def test_report_that_was_changed_is_not_trusted(story):
    story.order()
    serial = story.provision()
    report = {**story.report(serial, "failed"), "verdict": "passed"}
    page = story.hand_in(report)
    assert page.status == 422 and "signature does not fit" in page.said
    assert story.state == "ordered"


def test_older_report_does_not_undo_a_newer_one(story):
    story.order()
    serial = story.provision()
    good = story.report(serial)
    story.stage.advance(2)
    story.hand_in(story.report(serial, "failed"))
    page = story.hand_in(good)
    assert page.status == 422 and "older than the report" in page.said
    assert story.state == "ordered"


def test_report_of_another_unit_is_not_taken_for_the_one_that_was_ordered(story):
    story.order(**{"order.serial": "PLT-00000000"})
    page = story.installer.get(f"{story.page}/order.toml")
    settings = orders.parse(page.text, Path()).settings
    story.stage.console({"ask": "apply", "settings": settings}, 20)
    unit = story.stage.console({"ask": "unit"})
    label = {"serial": unit["serial"], "secret": unit["secret"]}
    story.office.office.reports.import_labels(json.dumps([label]))
    page = story.hand_in(story.report(unit["serial"]))
    assert page.status == 422 and "PLT-00000000 is the one that stands there" in page.said


def test_station_that_is_away_is_configured_when_it_comes_back(story):
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    story.stage.power_cut()
    story.stage.advance(30)
    story.decide("approve")
    story.stage.advance(120)
    assert story.state == "approved"
    story.stage.start()
    story.office.until_state("configured")


def test_what_was_changed_at_the_station_is_set_as_ordered_with_a_restart_where_needed(story):
    """RebootRequired of a setting is answered with Reset, and the station is looked at again."""
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    for name, value in (("Ventilation", "true"), ("TariffText", "another")):
        pending = story.stage.csms.call(
            IDENTITY, "ChangeConfiguration", {"key": name, "value": value}
        )
        story.stage.until(lambda pending=pending: pending.done, 20)
    order = story.office.installation(IDENTITY)
    values = json.loads(order["ordered"])
    values["values"].update({"installation.ventilated": False, "charging.tariff_text": "30 ct"})
    story.office.office.db.run("UPDATE installation SET ordered = ?", json.dumps(values))
    restarts = story.stage.restarts
    story.decide("approve")
    story.office.until_state("configured")
    assert story.stage.restarts == restarts + 1
    assert story.setting("Ventilation") == "false" and story.setting("TariffText") == "30 ct"


def test_what_only_a_technician_can_change_is_told_and_tried_again(story):
    story.until_approved_with_station()
    story.office.until_state("configured")
    values = json.loads(story.office.installation(IDENTITY)["ordered"])
    values["values"]["installation.phases"] = 1
    story.office.office.db.run("UPDATE installation SET ordered = ?", json.dumps(values))
    story.admin.get(story.page)
    story.admin.post(f"{story.page}/event", {"event": "retry"})
    story.office.until_state("misfit")
    page = story.admin.get(story.page)
    assert "Phases: the station has '3', ordered '1'; only a technician can change it" in page.said
    values["values"]["installation.phases"] = 3
    story.office.office.db.run("UPDATE installation SET ordered = ?", json.dumps(values))
    story.admin.post(f"{story.page}/event", {"event": "retry"})
    story.office.until_state("configured")


def test_station_serves_nobody_off_line_before_it_is_active(story):
    story.order()
    story.provision()
    story.stage.until(lambda: story.office.installation(IDENTITY)["settled"] == "ordered", 120)
    story.stage.csms.stop()
    story.stage.advance(5)
    story.stage.vehicle.plug_in(amps=16)
    story.stage.tap(CARD)
    story.stage.advance(60)
    assert not story.stage.contactor.closed
    story.stage.vehicle.unplug()
    story.stage.csms.start()


def test_suspended_one_serves_test_cards_only_until_it_is_resumed(story):
    story.until_approved_with_station(activation="office")
    story.office.until_state("configured")
    assert not story.try_card(CARD)
    story.admin.get(story.page)
    story.admin.post(f"{story.page}/event", {"event": "activate"})
    assert story.try_card(CARD)
    story.admin.post(f"{story.page}/event", {"event": "suspend"})
    assert not story.try_card(CARD) and story.try_card(TEST_CARD)
    story.admin.post(f"{story.page}/event", {"event": "resume"})
    assert story.try_card(CARD)


def test_back_end_that_restarts_in_a_session_loses_nothing(story):
    """Also the visit stays: the browser need not log in again."""
    story.until_approved_with_station(activation="office")
    story.office.until_state("configured")
    story.admin.get(story.page)
    story.admin.post(f"{story.page}/event", {"event": "activate"})
    begun_wh = story.stage.meter_wh
    story.stage.charge(600)
    story.office.restart(120)
    story.stage.until(lambda: story.stage.csms.online(IDENTITY), 300, "it comes back")
    assert story.state == "active"
    story.stage.advance(300)
    story.stage.tap(CARD)
    story.stage.until(lambda: story.stage.csms.sessions(IDENTITY)[-1]["reason"], 200, "a stop")
    session = story.stage.csms.sessions(IDENTITY)[-1]
    assert session["meter_stop"] - session["meter_start"] == story.stage.meter_wh - begun_wh > 0
    browser = story.admin
    browser.url = story.office.desk.url
    assert "running" not in browser.get(f"/sessions?identity={IDENTITY}").said


def test_back_end_that_restarts_while_it_configures_goes_on(story):
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    story.decide("approve")
    story.office.restart()
    assert story.state == "approved"
    story.office.until_state("configured")


@pytest.mark.parametrize("after_s", [3, 3.1, 3.2, 3.5, 4, 6, 8, 12])
def test_link_that_breaks_while_it_configures_only_delays_it(story, after_s):
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    pending = story.stage.csms.call(
        IDENTITY, "ChangeConfiguration", {"key": "Ventilation", "value": "true"}
    )
    story.stage.until(lambda: pending.done, 20)
    order = json.loads(story.office.installation(IDENTITY)["ordered"])
    order["values"]["installation.ventilated"] = False
    story.office.office.db.run("UPDATE installation SET ordered = ?", json.dumps(order))
    story.decide("approve")
    story.stage.advance(after_s)
    story.stage.network.cut()
    story.stage.network.up = False
    story.stage.advance(40)
    story.stage.network.up = True
    story.office.until_state("configured", 900)
    assert story.setting("Ventilation") == "false"


def test_restart_for_a_setting_waits_for_the_end_of_a_transaction(story):
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    story.stage.vehicle.plug_in(amps=16)
    story.stage.tap(TEST_CARD)
    story.stage.until_status("Charging")
    order = json.loads(story.office.installation(IDENTITY)["ordered"])
    order["values"]["installation.ventilated"] = True
    story.office.office.db.run("UPDATE installation SET ordered = ?", json.dumps(order))
    restarts = story.stage.restarts
    story.decide("approve")
    story.stage.advance(200)
    assert (story.stage.restarts, story.state) == (restarts, "approved")
    assert story.stage.status() == "Charging"
    assert "waits until no transaction runs" in story.admin.get(story.page).said
    story.stage.vehicle.unplug()
    story.office.until_state("configured")
    assert story.stage.restarts == restarts + 1


def test_station_that_is_silent_or_refuses_is_asked_again_or_is_a_misfit(story):
    story.until_approved_with_station()
    story.office.until_state("configured")
    order = json.loads(story.office.installation(IDENTITY)["ordered"])
    order["values"]["charging.tariff_text"] = "40 ct"
    story.office.office.db.run("UPDATE installation SET ordered = ?", json.dumps(order))
    story.stage.network.freeze()
    story.admin.get(story.page)
    story.admin.post(f"{story.page}/event", {"event": "retry"})
    story.stage.advance(45)
    assert story.state == "approved"
    assert "Timeout" in story.admin.get(story.page).said
    story.stage.network.thaw()
    story.office.until_state("configured")
    assert story.setting("TariffText") == "40 ct"


def test_local_list_and_cache_are_emptied_before_it_is_active(story):
    """Else a card of an earlier owner began at once, and unasked."""
    csms = story.stage.csms
    story.order()
    story.provision()
    story.stage.until(lambda: story.office.installation(IDENTITY)["settled"] == "ordered", 120)
    entry = {"idTag": OTHER_TAG, "idTagInfo": {"status": "Accepted"}}
    whole = {"listVersion": 7, "updateType": "Full", "localAuthorizationList": [entry]}
    pending = csms.call(IDENTITY, "SendLocalList", whole)
    story.stage.until(lambda: pending.done, 60)
    assert pending.result == {"status": "Accepted"}
    story.stage.power_cut()
    story.stage.start()
    number = story.number
    errands = story.office.office.installations.errands
    story.stage.until(
        lambda: any(each["about"] == "an empty list" for each in errands(number)), 200
    )
    csms.call(IDENTITY, "ChangeConfiguration", {"key": "LocalPreAuthorize", "value": "true"})
    assert not story.try_card(OTHER)


def test_free_charging_that_was_ordered_begins_when_the_office_activates_it(story):
    story.until_approved_with_station(**{"charging.mode": "free", "activation": "office"})
    story.office.until_state("configured")
    assert story.setting("FreeCharging") == "false"
    story.stage.vehicle.plug_in(amps=16)
    story.stage.advance(30)
    assert not story.stage.contactor.closed
    story.stage.vehicle.unplug()
    story.admin.get(story.page)
    story.admin.post(f"{story.page}/event", {"event": "activate"})
    story.stage.until(lambda: story.office.installation(IDENTITY)["settled"] == "active", 120)
    story.stage.vehicle.plug_in(amps=16)
    story.stage.until_status("Charging", 60)
    story.stage.advance(60)
    story.stage.vehicle.unplug()
    story.stage.until(lambda: story.stage.csms.sessions(IDENTITY)[-1]["reason"], 200)
    session = story.stage.csms.sessions(IDENTITY)[-1]
    assert session["id_tag"] == f"F-{IDENTITY}" and session["reason"] == "EVDisconnected"


def test_free_charging_has_no_first_card(story):
    story.admin.get("/installations/new")
    bad = {**ORDER, "back_end.url": "ws://127.0.0.1:1/", "charging.mode": "free"}
    page = story.admin.post("/installations/new", bad)
    assert page.status == 422 and "free charging has no first card" in page.said


def test_approval_that_comes_while_the_station_is_looked_at_counts_all_the_same(story):
    story.order()
    story.hand_in(story.report(story.provision()))
    story.appoint("2026-01-20")
    story.stage.until(lambda: story.office.installation(IDENTITY)["settled"], 120)
    story.office.office.installations.unsettle(story.number)
    story.office.office.fitting.wake(IDENTITY)
    # It has asked, and the answer is on the way.
    story.stage.until(lambda: _asked(story, "GetConfiguration"), 20)
    story.office.office.installations.decide(story.number, "approve", "test", [], "")
    story.office.until_state("configured")


def _asked(story, action):
    way, _, raw = story.stage.csms.frames(IDENTITY)[-1]
    return way == "sent" and action in raw
