"""Accounts, statements, tariffs and sites as their people see them."""

import csv
import io

import pytest

from host_tests.unit.back_office.billed import HOUR_MS, session
from tools.back_office.billing import bounds_ms

ZONE = "Europe/Brussels"
JANUARY_MS = bounds_ms("2026-01", ZONE)[0]
EVIL = "<b>x</b>'; DROP TABLE session;--"


@pytest.fixture
def bills(office, csms):
    """Two companies, a leasing company, three drivers with a card and a session each."""
    db = office.db
    for name in ("Acme", EVIL):
        db.run("INSERT INTO company (name) VALUES (?)", name)
    db.run("INSERT INTO leasing (name) VALUES ('Lease')")
    db.run("INSERT INTO leasing (name) VALUES ('Other lease')")
    tariff = office.statements.tariffs.add("Reference")
    office.statements.tariffs.set_price(tariff, 0, 28_340)
    for number, (name, company, leasing) in enumerate(
        (("Ann", 1, 1), ("Bob", 1, 1), (EVIL, 2, 2)), start=1
    ):
        db.run("INSERT INTO account (name, zone) VALUES (?, ?)", name, ZONE)
        office.memberships.put(number, 0, company, leasing)
        office.statements.tariffs.give(number, tariff)
        tag = f"CARD{number}"
        csms.add_card(tag)
        db.run(
            "INSERT INTO issued_card (id_tag, label, account) VALUES (?, ?, ?)", tag, name, number
        )
        session(csms, tag, JANUARY_MS + number * HOUR_MS, 7000 + number)
    return office


def test_driver_sees_the_own_sessions_and_use(bills, logged_in):
    driver = logged_in("account")
    bills.db.run("UPDATE person SET account = 1")
    page = driver.get("/use?month=2026-01")
    assert page.status == 200 and "7.001" in page.said and "CARD1" in page.said
    assert "CARD2" not in page.text and "7.002" not in page.text
    assert "<svg" in page.text and "2026-01: 7.0 kWh" in page.text
    assert driver.get("/drivers/1").status == 403
    assert driver.get("/statements/2026-01/CARD1").status == 200
    for path in ("/statements/2026-01/CARD2", "/statements/2026-01/CARD2/pdf"):
        assert driver.get(path).status == 404


def test_company_sees_its_drivers_only(bills, logged_in):
    company = logged_in("company")
    bills.db.run("UPDATE person SET company = 1")
    page = company.get("/drivers?month=2026-01")
    assert "Ann" in page.said and "Bob" in page.said and "DROP" not in page.text
    assert "7.002" in company.get("/drivers/2?month=2026-01").said
    assert company.get("/drivers/3").status == 404
    assert company.get("/drivers/99999").status == 404
    assert company.get("/statements/2026-01/CARD3/csv").status == 404


def test_leasing_company_gets_a_statement_for_each_of_its_cards(bills, logged_in):
    leasing = logged_in("leasing")
    bills.db.run("UPDATE person SET leasing = 1")
    page = leasing.get("/statements?month=2026-01")
    assert "14.003 kWh" in page.said and "3.96 EUR" in page.said and "CARD3" not in page.text
    one = leasing.get("/statements/2026-01/card2")
    assert "7.002" in one.said and "1.98" in one.said and "Issue" not in one.said
    sheet = leasing.get("/statements/2026-01/CARD2/csv")
    assert sheet.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(sheet.text.lstrip("\ufeff"))))
    assert rows[3][6:9] == ["7.002", "0.2834", "1.98"] and rows[-1][-1] == "1.98"
    paper = leasing.get("/statements/2026-01/CARD2/pdf")
    assert paper.status == 200 and paper.text.startswith("%PDF")
    every = list(csv.reader(io.StringIO(leasing.get("/statements/2026-01/all.csv").text)))
    assert [row[1] for row in every[1:]] == ["CARD1", "CARD2"]
    assert leasing.post("/statements/2026-01/CARD2").status == 403


def test_admin_issues_a_statement_once_its_month_is_over(bills, admin, loop, csms):
    assert "Issue" not in admin.get("/statements/2026-01/CARD1").said
    admin.get("/statements/2026-01/CARD1")
    refused = admin.post("/statements/2026-01/CARD1")
    assert refused.status == 409 and "not over" in refused.said
    csms.clock._start_ms += 31 * 24 * HOUR_MS
    admin.log_in(admin_name(bills), "correct horse battery")
    page = admin.get("/statements/2026-01/CARD1")
    assert "Issue" in page.said
    assert admin.post("/statements/2026-01/CARD1").status == 303
    assert "issued" in admin.get("/statements/2026-01/CARD1").said
    assert "already" in admin.post("/statements/2026-01/CARD1").said


def admin_name(office):
    return office.db.value("SELECT name FROM person WHERE role = 'admin'")


@pytest.mark.parametrize(
    "changed, why",
    [
        ({"account": "2"}, "it has sessions of Ann and stays with them"),
        ({"account": ""}, "it has sessions of Ann and stays with them"),
        ({"kind": "test"}, "it has sessions of Ann and stays with them"),
        ({"account": "99"}, "there is no such account"),
        ({"expiry": "0001-01-01"}, "expected a date"),
    ],
)
def test_card_with_sessions_takes_them_to_nobody_else(bills, admin, changed, why):
    fields = {"id_tag": "card1", "status": "Blocked", "kind": "driver", "account": "1"}
    admin.get("/cards")
    page = admin.post("/cards", {**fields, **changed})
    assert page.status == 422 and why in page.said
    assert bills.csms.book.card_info("CARD1", 0)["status"] == "Accepted"
    assert bills.statements.of("CARD1", "2026-01").account == "Ann"
    assert admin.post("/cards", {**fields, "expiry": "9999-12-31"}).status == 303
    assert bills.csms.book.card_info("CARD1", 0)["status"] == "Blocked"
    assert bills.statements.of("CARD1", "2026-01").account == "Ann"


def test_card_without_sessions_is_given_to_another(bills, admin):
    admin.get("/cards")
    for account in ("1", "2", ""):
        fields = {"id_tag": "NEW", "status": "Accepted", "kind": "driver", "account": account}
        assert admin.post("/cards", fields).status == 303
        assert bills.statements.of("NEW", "2026-01").account == {"1": "Ann", "2": "Bob"}.get(
            account, ""
        )


def test_issue_of_a_card_with_strange_signs_leads_back_to_its_statement(bills, admin, csms):
    csms.clock._start_ms += 31 * 24 * HOUR_MS
    admin.log_in(admin_name(bills), "correct horse battery")
    admin.get("/cards")
    assert (
        admin.post("/cards", {"id_tag": "A/1?#", "status": "Accepted", "kind": "driver"}).status
        == 303
    )
    page = admin.follow("/statements/2026-01/A%2F1%3F%23")
    assert page.status == 200 and "It is issued" in page.said and "A/1?#" in page.said


def test_no_such_month_or_card_is_not_found(bills, admin):
    for path in (
        "/statements/2026-13/CARD1",
        "/statements/now/CARD1/csv",
        "/statements/2026-01/NOBODY",
        "/statements/2026-01/CARD1'--/pdf",
    ):
        assert admin.get(path).status == 404, path
    assert admin.get("/statements?month=rubbish").status == 200


def test_texts_of_people_are_texts(bills, admin):
    """HTML and SQL in every name."""
    for path in ("/accounts", "/statements?month=2026-01", "/drivers/3?month=2026-01"):
        page = admin.get(path)
        assert page.status == 200 and "<b>x</b>" not in page.text, path
        assert "&lt;b&gt;x" in page.text, path
    for path, fields in (
        ("/accounts", {"name": EVIL + "2", "zone": "Europe/Brussels"}),
        ("/parties", {"party": EVIL + "3", "kind": "company"}),
        ("/tariffs", {"name": EVIL, "zone": "UTC", "currency": "EUR"}),
        ("/sites", {"name": EVIL, "l1": "32", "l2": "32", "l3": "32", "policy": "equal"}),
    ):
        assert admin.post(path, fields).status == 303, path
        assert "<b>x</b>" not in admin.get(path if path != "/parties" else "/accounts").text
    assert bills.db.value("SELECT COUNT(*) FROM session") == 3


@pytest.mark.parametrize(
    "path, fields, why",
    [
        ("/accounts", {"name": "X", "zone": "Mars/Base"}, "2 to 60"),
        ("/accounts", {"name": "Xavier", "zone": "../../etc/passwd"}, "time zone"),
        ("/accounts", {"name": "Ann", "zone": "UTC"}, "of this name"),
        ("/accounts", {"name": "Xavier", "zone": "UTC", "company": "99"}, "no such company"),
        ("/parties", {"party": "Acme", "kind": "company"}, "of this name"),
        ("/tariffs", {"name": "Reference", "zone": "UTC", "currency": "EUR"}, "of this name"),
        ("/tariffs", {"name": "New", "zone": "UTC", "currency": "<b>"}, "expected one of"),
        ("/tariffs/1", {"from_": "soon", "price": "0.3"}, "expected a date"),
        ("/tariffs/1", {"from_": "2026-04-01", "price": "free"}, "expected a price"),
        ("/sites", {"name": "Yard", "l1": "5", "l2": "32", "l3": "x", "policy": "equal"}, "6 to"),
    ],
)
def test_what_will_not_do_is_told_beside_its_field_and_changes_nothing(
    bills, admin, path, fields, why
):
    before = [tuple(row) for row in bills.db.all("SELECT * FROM account, tariff")]
    admin.get("/accounts")
    page = admin.post(path, fields)
    assert page.status == 422 and why in page.said
    assert [tuple(row) for row in bills.db.all("SELECT * FROM account, tariff")] == before


def test_admin_sets_a_price_and_gives_a_tariff(bills, admin):
    admin.get("/tariffs")
    fields = {"from_": "2026-04-01 06:00", "price": "0,29505"}
    assert admin.post("/tariffs/1", fields).status == 303
    assert "2026-04-01 06:00 0.29505" in admin.get("/tariffs").said
    assert admin.post("/tariffs/77", fields).status == 404
    fields = {"name": "Cleo", "zone": "Europe/Lisbon", "leasing": "1", "tariff": "1"}
    assert admin.post("/accounts", fields).status == 303
    assert bills.statements.tariffs.of(4)["name"] == "Reference"
    fields["name"] = "Cleopatra"
    assert admin.post("/accounts/4", fields).status == 303
    assert "Cleopatra" in admin.get("/accounts").said
    assert admin.post("/accounts/99", {**fields, "name": "Nobody"}).status == 404


def test_admin_sets_up_a_site(bills, admin, csms):
    for number in range(4):
        csms.add_charge_point(f"CP-{number}")
    admin.get("/sites")
    fields = {"name": "Yard", "l1": "20", "l2": "20", "l3": "20", "policy": "equal"}
    assert admin.post("/sites", fields).place == "/sites/1"
    place = {"order_of": "123", "most": "32", "fallback": "6", "priority": "0"}
    for number in range(3):
        admin.get("/sites/1")
        assert admin.post("/sites/1/stations", {"identity": f"CP-{number}", **place}).status == 303
    page = admin.post("/sites/1/stations", {"identity": "CP-3", **place})
    assert page.status == 422 and "24 A on L1 when all are off line" in page.said
    page = admin.post("/sites/1/stations", {"identity": "NOBODY", **place})
    assert page.status == 422 and "no such charge point" in page.said
    page = admin.get("/sites/1")
    assert "not confirmed" in page.said and "96.0 of 20 A" in page.said
    assert "CP-0" in admin.get("/sites/1/live").said
    fields.update(l1="17")
    page = admin.post("/sites/1", fields)
    assert page.status == 422 and "18 A on L1" in page.said
    assert admin.post("/sites/1/stations/CP-2/off").status == 303
    assert "CP-2" not in admin.get("/sites/1/live").said
    assert admin.post("/sites/1/stations/CP-2/off").status == 404
    assert admin.get("/sites/9").status == 404


def test_what_a_page_fetches_by_itself_does_not_use_up_the_words_for_the_next_page(bills, admin):
    admin.get("/sites")
    fields = {"name": "Yard", "l1": "20", "l2": "20", "l3": "20", "policy": "equal"}
    place = admin.post("/sites", fields).place
    admin.get("/sites/1/live")
    assert "Yard is kept" in admin.get(place).said
    assert "Yard is kept" not in admin.get(place).said
