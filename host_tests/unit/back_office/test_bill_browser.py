"""A site, its bills and a driver's use in a browser, with the real firmware on three stations."""

import random

import pytest

from host_tests.harness.browser import expect
from host_tests.harness.csms.times import utc_text
from host_tests.month.fleet import Fleet
from tools.back_office import Office
from tools.back_office.billing import bounds_ms
from tools.back_office.serve import Desk

PASSWORD = "correct horse battery"
TAG = "04A1B2C3D4E580"
HOUR_MS = 3600 * 1000
SETTINGS = {"StopTxnSampledData": "", "AllowOfflineTxForUnknownId": "true"}


@pytest.fixture
def fleet(tmp_path):
    with Fleet(tmp_path, 3, settings=SETTINGS, meter="PZEM004T") as fleet:
        yield fleet


@pytest.fixture
def office(fleet):
    office = Office(fleet.csms)
    for number, stage in enumerate(fleet.stages):
        stage.start()
        fleet.csms.add_card(f"{TAG[:-2]}{number:02X}")
    fleet.pass_to(60_000)
    yield office
    office.keeper.close()


@pytest.fixture
def desk(office):
    desk = Desk(office)
    yield desk
    desk.close()


def enter(office, desk, fleet, browser, role, **belongs):
    """A page of a new person."""
    name = f"{role} Mia"
    person = office.people.add(name, role, **belongs)
    office.people.set_password(person, PASSWORD)
    page = browser.open(f"{desk.url}/login", meanwhile=lambda: fleet.pass_to(fleet.now_ms + 50))
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    expect(page.locator(".out .role")).to_have_text(role)
    return page


def set_up_site(admin):
    admin.click("nav >> text=Sites")
    admin.fill("[name=name]", "Car park <b>North</b>")
    for phase in ("l1", "l2", "l3"):
        admin.fill(f"[name={phase}]", "20")
    admin.click("form[action='/sites'] button")
    for identity, order_of in (("S-00", "123"), ("S-01", "231"), ("S-02", "2")):
        admin.select_option("[name=identity]", identity)
        admin.select_option("[name=order_of]", order_of)
        admin.click("form[action$=stations] button")
        expect(admin.locator(".flash")).to_contain_text(identity)
    expect(admin.locator("h1")).to_have_text("Car park <b>North</b>")


def charge(fleet, numbers):
    for number in numbers:
        stage = fleet.stages[number]
        fleet.wake(stage)
        stage.vehicle.plug_in(amps=32)
        fleet.pass_to(fleet.now_ms + 3000)
        fleet.wake(stage)
        stage.tap(bytes.fromhex(f"{TAG[:-2]}{number:02X}"))
    fleet.pass_to(fleet.now_ms + 120_000)


def a_year(office, csms):
    """Two drivers of a leasing company, and what they charged in the last months."""
    chance, db = random.Random(5), office.db
    db.run("INSERT INTO company (name) VALUES ('Acme')")
    db.run("INSERT INTO leasing (name) VALUES ('Lease & Co')")
    tariff = office.statements.tariffs.add("Reference tariff")
    office.statements.tariffs.set_price(tariff, 0, 28_340)
    for number, name in enumerate(("Ann Peeters", "Bob <script>alert(1)</script>"), start=1):
        db.run("INSERT INTO account (name) VALUES (?)", name)
        office.memberships.put(number, 0, company=1, leasing=1)
        office.statements.tariffs.give(number, tariff)
        tag = f"BEACME{number:02d}"
        csms.add_card(tag)
        db.run(
            "INSERT INTO issued_card (id_tag, label, account) VALUES (?, ?, ?)",
            tag,
            f"BE-BCA-00{number}",
            number,
        )
        register_wh = 1_000_000
        for month in ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12"):
            begins_ms = bounds_ms(month, "Europe/Brussels")[0]
            for at in range(chance.randint(4, 9)):
                wh = chance.randint(4000, 31_000)
                begin_ms = begins_ms + at * 60 * HOUR_MS + 18 * HOUR_MS
                register_wh = session(csms, tag, begin_ms, register_wh, wh)
    db.run("INSERT OR REPLACE INTO station (identity, account) VALUES ('S-00', 1)")


def session(csms, tag, begin_ms, register_wh, wh):
    start = {
        "connector": 1,
        "id_tag": tag,
        "meter_start": register_wh,
        "start_time": utc_text(begin_ms),
    }
    number = csms.book.sessions.start("S-00", f"{tag}{begin_ms}", start)
    told = {
        "meter_stop": register_wh + wh,
        "stop_time": utc_text(begin_ms + 5 * HOUR_MS),
        "stop_id_tag": None,
        "reason": None,
    }
    csms.book.sessions.stop("S-00", number, told)
    return register_wh + wh


def test_site_its_statements_and_a_drivers_use(fleet, office, desk, browser):
    """Issue 5, "Inspector and back office", its second half."""
    a_year(office, fleet.csms)
    admin = enter(office, desk, fleet, browser, "admin")
    set_up_site(admin)
    charge(fleet, (0, 1, 2))
    admin.reload()
    expect(admin.locator("tbody .pill.busy").first).to_be_visible()
    assert "not confirmed" not in admin.content()
    fleet.stages[1].network.up = False
    fleet.pass_to(fleet.now_ms + 30_000)
    # The page learns of it by itself.
    expect(admin.locator("tbody .pill.bad")).to_have_text("off line")
    admin.shoot("back-office-site")
    leasing = enter(office, desk, fleet, browser, "leasing", leasing=1)
    leasing.click("nav >> text=Statements")
    leasing.click("text=← 2025-12")
    expect(leasing.locator("tbody tr")).to_have_count(2)
    leasing.shoot("back-office-statements")
    leasing.locator("td >> a").first.click()
    expect(leasing.locator("h1")).to_have_text("Statement 2025-12")
    leasing.shoot("back-office-statement")
    driver = enter(office, desk, fleet, browser, "account", account=1)
    driver.click("nav >> text=My charging")
    driver.click("tbody >> text=2025-12")
    expect(driver.locator("svg.chart")).to_be_visible()
    driver.shoot("back-office-use")
