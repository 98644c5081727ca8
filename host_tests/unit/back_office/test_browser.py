"""The office in a browser: order, commissioning, a refused inspection, the first session."""

import json
from pathlib import Path

import pytest

from host_tests.harness.back_office import PASSWORD, OfficeOfStage
from host_tests.harness.browser import expect
from host_tests.harness.stage import CARD_TAG, Stage
from tools.commission import report as reports
from tools.commission.bench import OfCsms, StageLine
from tools.commission.emulated import Emulated, OnStage
from tools.commission.pace import OfStage
from tools.commission.record import Record
from tools.commission.station import Station
from tools.commission.trial import Trial
from tools.commission.walk import Walk
from tools.provision import order as orders

IDENTITY = "BE-GNT-0042"
TEST_TAG = "04FEEDFACE1180"


class People:
    """Browsers of the office's people; the stage lives on while a page works."""

    def __init__(self, office, browser):
        self._office = office
        self._browser = browser

    def enter(self, role):
        """A page of a new person with this role."""
        name = f"{role} Mia" if role != "admin" else "office"
        person = self._office.office.people.add(name, role)
        self._office.office.people.set_password(person, PASSWORD)
        page = self._browser.open(f"{self._office.desk.url}/login", meanwhile=self._live)
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        expect(page.locator(".out .role")).to_have_text(role)
        return page

    def _live(self):
        self._office.stage.advance(0.02)


@pytest.fixture
def office(tmp_path):
    with Stage("in_process", tmp_path / "stage") as stage:
        with OfficeOfStage(stage) as office:
            stage.start()
            stage.ready()
            yield office


def _order(page):
    page.click("text=Installations")
    page.click("text=New order")
    page.fill("[name=client]", "Ann Peeters <ann@example.org>")
    page.fill("[name=place]", "Kerkstraat 1, 9000 Gent")
    page.fill("[name=cards]", CARD_TAG)
    page.fill("[name='back_end.identity']", IDENTITY)
    page.fill("[name='installation.max_current_a']", "16")
    page.click("text=Order it")
    limit = page.locator("[name='installation.load_limit_a']")
    expect(limit).to_have_attribute("aria-invalid", "true")
    page.shoot("back-office-order-wrong")
    page.fill("[name='installation.max_current_a']", "20")
    limit.fill("16")
    page.click("text=Order it")
    expect(page.locator(".path .here")).to_have_text("ordered")


def _provision(stage, page):
    text = page.evaluate("async () => await (await fetch(location.href + '/order.toml')).text()")
    order = orders.parse(text, Path())
    unit = stage.console({"ask": "unit"})
    assert stage.console(order.request("apply"), 20)["ok"]
    stage.identity = IDENTITY
    assert stage.console({"ask": "restart"})["ok"]
    stage.until(lambda: stage.csms.online(IDENTITY), 60)
    return unit, order


def _commission(stage, folder, order):
    """`pilotlight commission`, with the technician's test card; the signed report."""
    device = Emulated(OnStage(stage, 1), TEST_TAG)
    station = Station(StageLine(stage))
    trial = Trial(station, device, OfCsms(stage.csms), OfStage(stage, 0), 1, lambda text: None)
    trial.order = order.settings
    unit = station.unit()
    record = Record.open(folder, unit["serial"], 1, True)
    record.began_s = trial.pace.utc_s()
    walk = Walk(trial, record, lambda *told: None, lambda *told: None)
    walk.go(())
    walk.leave()
    person = {"technician": "Jo", "place": "Gent", "notes": "<b>none</b>"}
    return reports.sign(reports.make(trial, record, unit, person), station)


def _hand_in(page, name, text, button):
    page.click("nav >> text=Reports")
    file = {"name": "file.json", "mimeType": "application/json", "buffer": text.encode()}
    page.set_input_files(f"[name={name}]", [file])
    page.click(button)


def _make_test_card_known(admin):
    admin.click("nav >> text=Cards")
    admin.fill("[name=id_tag]", TEST_TAG)
    admin.select_option("[name=kind]", "test")
    admin.fill("[name=label]", "technician")
    admin.click("text=Keep")
    expect(admin.locator(".flash")).to_contain_text("is Accepted")


def _install(office, people, admin, folder):
    """The order file goes into the station, and the report of its acceptance into the office."""
    unit, order = _provision(office.stage, admin)
    label = {"serial": unit["serial"], "secret": unit["secret"]}
    _hand_in(admin, "labels", json.dumps(label), "text=Import")
    expect(admin.locator(".flash")).to_contain_text("1 units are known")
    installer = people.enter("installer")
    report = _commission(office.stage, folder, order)
    assert (report["failed"], report["not_done"]) == ([], [])
    _hand_in(installer, "report", json.dumps(report), "text=Hand it in")
    expect(installer.locator(".path .here")).to_have_text("installed")
    installer.locator("td >> a").first.click()
    installer.shoot("back-office-report")


def _appoint(admin, day):
    admin.fill("[name=day]", day)
    admin.fill("[name=inspector]", "Vinçotte")
    admin.click("text=Order the inspection")
    expect(admin.locator(".path .here")).to_have_text("inspecting")


def _reject(inspector):
    inspector.click(f"text={IDENTITY}")
    inspector.click("button[value=reject]")
    expect(inspector.locator(".wrong").first).to_contain_text("at least one reason")
    inspector.check("[value=earth]")
    inspector.check("[value=differential]")
    inspector.fill("[name=notes]", "140 ohm; the 300 mA differential does not trip")
    inspector.click("button[value=reject]")
    expect(inspector.locator("tbody .pill")).to_have_text("rejected")


def _approve(inspector, page):
    inspector.goto(page)
    inspector.fill("[name=notes]", "24 ohm")
    inspector.click("button[value=approve]")


def _first_session(stage, admin):
    admin.reload()
    # Shorter than a visit that nobody uses.
    stage.charge(1200)
    stage.tap()
    stage.until(lambda: stage.csms.sessions(IDENTITY)[-1]["reason"], 200)
    expect(admin.locator(".path .here")).to_have_text("active")
    admin.reload()
    admin.shoot("back-office-active")


def _look_around(admin):
    admin.click("nav >> text=Sessions")
    admin.locator("td >> a").first.click()
    expect(admin.locator("svg.chart polyline").first).to_be_visible()
    admin.shoot("back-office-session")
    admin.click("nav >> text=Charge points")
    expect(admin.locator("tbody .pill.good").first).to_have_text("on line")
    admin.shoot("back-office-charge-points")
    admin.click("nav >> text=Frames")
    expect(admin.locator("table.frames .pill").first).to_be_visible()
    admin.shoot("back-office-frames", full=False)


def test_way_from_an_order_to_the_drivers_first_session(office, browser, tmp_path):
    """Issue 5, "Inspector and back office": as people see it, with the real firmware behind."""
    people = People(office, browser)
    admin = people.enter("admin")
    _make_test_card_known(admin)
    _order(admin)
    _install(office, people, admin, tmp_path)
    page = f"{office.desk.url}/installations/1"
    admin.goto(page)
    _appoint(admin, "2026-01-20")
    inspector = people.enter("inspector")
    _reject(inspector)
    # The admin's page learns of it by itself.
    expect(admin.locator(".path .here")).to_have_text("rejected")
    admin.reload()
    admin.shoot("back-office-rejected")
    _appoint(admin, "2026-02-10")
    _approve(inspector, page)
    expect(admin.locator(".path .here")).to_have_text("configured")
    _first_session(office.stage, admin)
    _look_around(admin)
