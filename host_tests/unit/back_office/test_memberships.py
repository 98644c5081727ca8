"""A driver who changes company or leasing company leaves the months that are over with the old."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.harness.csms.book import Book
from host_tests.harness.csms.times import utc_text
from host_tests.unit.back_office.billed import HOUR_MS, session
from tools.back_office import billing
from tools.back_office.billing import bounds_ms
from tools.back_office.database import FOLDER, Database
from tools.back_office.memberships import Memberships

ZONE = "Europe/Brussels"
JANUARY_MS, FEBRUARY_MS = bounds_ms("2026-01", ZONE)
DAY_MS = 24 * HOUR_MS
OLD, NEW = 1, 2
ROLES = ("company", "leasing")


@pytest.fixture
def bills(office, csms):
    """Ann and Bob with the old company and leasing company, a card and a session in January each;
    it is the tenth of January."""
    db = office.db
    for name in ("Old", "New"):
        db.run("INSERT INTO company (name) VALUES (?)", f"{name} works")
        db.run("INSERT INTO leasing (name) VALUES (?)", f"{name} lease")
    tariff = office.statements.tariffs.add("Reference")
    office.statements.tariffs.set_price(tariff, 0, 28_340)
    for number, name in enumerate(("Ann", "Bob"), start=1):
        db.run("INSERT INTO account (name, zone) VALUES (?, ?)", name, ZONE)
        office.memberships.put(number, 0, OLD, OLD)
        office.statements.tariffs.give(number, tariff)
        csms.add_card(f"CARD{number}")
        db.run("INSERT INTO issued_card (id_tag, account) VALUES (?, ?)", f"CARD{number}", number)
        session(csms, f"CARD{number}", JANUARY_MS + number * HOUR_MS, 7000 + number)
    pass_to(office, JANUARY_MS + 9 * DAY_MS)
    return office


def pass_to(office, at_ms):
    """A jump of the clock: who was logged in is so no more."""
    office.csms.clock._start_ms += at_ms - office.now_ms()


def change(logged_in, **fields):
    """By the admin's page."""
    admin = logged_in("admin")
    admin.get("/accounts")
    chosen = {"name": "Ann", "zone": ZONE, "company": NEW, "leasing": NEW, **fields}
    page = admin.post("/accounts/1", {name: str(value) for name, value in chosen.items()})
    assert page.status == 303
    return admin


@pytest.fixture
def moved(bills, csms, logged_in):
    """In February Ann is with the new ones; both charged again."""
    pass_to(bills, FEBRUARY_MS + 9 * DAY_MS)
    change(logged_in)
    for number in (1, 2):
        session(csms, f"CARD{number}", FEBRUARY_MS + number * HOUR_MS, 5000 + number)
    return bills


@pytest.fixture
def of(moved, logged_in):
    """A browser of a company's or a leasing company's person."""

    def of(role, which):
        browser = logged_in(role)
        newest = "id = (SELECT MAX(id) FROM person)"
        moved.db.run(f"UPDATE person SET {role} = ? WHERE {newest}", which)
        return browser

    return of


def test_company_lists_who_was_its_driver_in_a_month_and_that_months_use(of):
    old = of("company", OLD)
    assert "Ann 1 7.001 Bob 1 7.002" in old.get("/drivers?month=2026-01").said
    page = old.get("/drivers?month=2026-02")
    assert "Bob 1 5.002" in page.said and "Ann" not in page.said
    new = of("company", NEW)
    assert "Ann 1 5.001" in new.get("/drivers?month=2026-02").said
    page = new.get("/drivers?month=2026-01")
    assert "Ann" not in page.said and "Bob" not in page.said


@pytest.mark.parametrize(
    "which, month, wh, other, other_wh",
    [
        (OLD, "2026-01", "7.001", "2026-02", "5.001"),
        (NEW, "2026-02", "5.001", "2026-01", "7.001"),
    ],
)
def test_drivers_page_shows_a_company_its_own_months_only(of, which, month, wh, other, other_wh):
    company = of("company", which)
    page = company.get(f"/drivers/1?month={month}")
    assert f"{month} 1 {wh}" in page.said and "CARD1" in page.said
    assert f"{other}: " not in page.text and other_wh not in page.said
    page = company.get(f"/drivers/1?month={other}")
    assert "the driver was not yours" in page.said and other_wh not in page.said
    assert f"Statement {other}" not in page.said
    assert company.get("/drivers/2").status == (200 if which == OLD else 404)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("which, month, other", [(OLD, "01", "02"), (NEW, "02", "01")])
def test_statement_is_seen_by_whose_driver_it_was_in_its_month(of, role, which, month, other):
    theirs = of(role, which)
    for part in ("", "/csv", "/pdf"):
        assert theirs.get(f"/statements/2026-{month}/CARD1{part}").status == 200
        assert theirs.get(f"/statements/2026-{other}/CARD1{part}").status == 404
    for path in ("/statements?month=2026-{}", "/statements/2026-{}/all.csv"):
        assert "CARD1" in theirs.get(path.format(month)).text
        assert "CARD1" not in theirs.get(path.format(other)).text


@pytest.mark.parametrize("role", ROLES)
def test_issued_statement_stays_with_whose_month_it_was(moved, of, role):
    """Also one that has no session."""
    moved.db.run("INSERT INTO issued_card (id_tag, account) VALUES ('QUIET', 1)")
    for tag in ("CARD1", "QUIET"):
        moved.statements.issue(tag, "2026-01")
    old = of(role, OLD)
    page = old.get("/statements?month=2026-01")
    assert page.said.count("issued") == 2 and "QUIET" in page.said
    assert "1.98" in old.get("/statements/2026-01/CARD1").said
    assert of(role, NEW).get("/statements/2026-01/CARD1").status == 404


def test_session_that_comes_late_for_an_issued_month_is_in_the_next_statement(moved, of, csms):
    """Whose that one is: the issued one stays. The drivers' pages go by the month it ended in."""
    moved.statements.issue("CARD1", "2026-01")
    session(csms, "CARD1", JANUARY_MS + 90 * HOUR_MS, 3003, connector=2)
    old, new = of("company", OLD), of("company", NEW)
    assert "3.003" in old.get("/drivers/1?month=2026-01").said
    assert "3.003" not in old.get("/statements/2026-01/CARD1").said
    assert "3.003" not in new.get("/drivers/1?month=2026-02").said
    page = new.get("/statements/2026-02/CARD1")
    assert "3.003" in page.said and "arrived late" in page.said


def test_driver_and_admin_see_all_months(moved, logged_in):
    driver, admin = logged_in("account"), logged_in("admin")
    for browser, path in ((driver, "/use"), (admin, "/drivers/1")):
        page = browser.get(f"{path}?month=2026-01")
        assert "2026-01 1 7.001" in page.said and "2026-02 1 5.001" in page.said
        for month in ("2026-01", "2026-02"):
            assert browser.get(f"/statements/{month}/CARD1").status == 200
    assert driver.get("/statements/2026-01/CARD2").status == 404


def test_what_runs_and_what_has_no_date_is_shown_to_whose_driver_it_is_now(moved, of, csms):
    """A session without an end, the charge points, a card that came later."""
    csms.add_charge_point("ANNS-OWN")
    moved.db.run("INSERT INTO station (identity, account) VALUES ('ANNS-OWN', 1)")
    moved.db.run("INSERT INTO issued_card (id_tag, account) VALUES ('LATER', 1)")
    session(csms, "LATER", moved.now_ms() - HOUR_MS, 0, stop=False)
    session(csms, "CARD1", moved.now_ms() - HOUR_MS, 0, stop=False, connector=2)
    old, new = of("company", OLD), of("company", NEW)
    page = new.get("/drivers/1?month=2026-02")
    for text in ("no end yet", "ANNS-OWN", "LATER", "Statement 2026-02"):
        assert text in page.said and text not in old.get("/drivers/1?month=2026-01").said, text
    assert "1 without an end yet" in new.get("/statements/2026-02/CARD1").said
    assert "without an end" not in old.get("/statements/2026-01/CARD1").said
    assert "LATER" in new.get("/statements?month=2026-02").said
    assert "LATER" not in old.get("/statements?month=2026-01").said
    assert old.get("/statements/2026-01/LATER").status == 404


def test_session_that_got_no_stop_is_shown_to_whose_month_it_is_billed_in(moved, of, csms):
    began = JANUARY_MS + 30 * HOUR_MS
    session(csms, "CARD1", began, 0, stop=False, connector=2)
    begin = "2026-01-02 06:00"
    assert begin in of("company", OLD).get("/drivers/1").said
    assert begin not in of("company", NEW).get("/drivers/1").said


def test_trouble_of_an_issued_month_is_told_to_whose_month_it_was(moved, of, csms):
    """A statement tells also of the months before what could not be billed."""
    moved.statements.issue("CARD1", "2026-01")
    number = session(csms, "CARD1", JANUARY_MS + 90 * HOUR_MS, -10, connector=2)
    told = f"session {number} at CP-1 is not billed"
    new = of("leasing", NEW)
    assert told not in new.get("/statements/2026-02/CARD1").said
    session(csms, "CARD1", FEBRUARY_MS + 90 * HOUR_MS, -10, connector=3)
    assert "is not billed" in new.get("/statements/2026-02/CARD1").said
    assert told in moved.statements.of("CARD1", "2026-02").notes[0]


def test_change_counts_from_the_running_month_on_and_its_last_one_holds(bills, logged_in):
    """The month is the account's: in Brussels it is February an hour before it is so in UTC."""
    pass_to(bills, FEBRUARY_MS + HOUR_MS // 2)
    assert utc_text(bills.now_ms()).startswith("2026-01-31")
    change(logged_in, company="", leasing=OLD)
    admin = change(logged_in)
    page = admin.get("/accounts")
    assert "count from 2026-02 on" in page.said and "stay with whom they were" in page.said
    assert "Ann New works New lease" in page.said and "Bob Old works Old lease" in page.said
    assert _rows(bills) == [("", OLD, OLD), ("2026-02", NEW, NEW)]
    entry = bills.audit.of("Ann")[-1]["detail"]
    assert '"company": "New works"' in entry and '"from_month": "2026-02"' in entry
    pass_to(bills, FEBRUARY_MS + 40 * DAY_MS)
    change(logged_in, name="Anna")
    assert len(_rows(bills)) == 2, "nothing changed but the name"
    assert '"from_month"' not in bills.audit.of("Anna")[-1]["detail"]


def test_change_leaves_an_issued_month_when_the_zone_says_it_runs_still(bills, logged_in):
    """An hour into February in Brussels it is January in New York."""
    pass_to(bills, FEBRUARY_MS + HOUR_MS)
    bills.statements.issue("CARD1", "2026-01")
    change(logged_in, zone="America/New_York")
    assert _rows(bills)[-1] == ("2026-02", NEW, NEW)


def test_change_leaves_an_earlier_one_when_the_zone_says_its_month_is_yet_to_come(
    bills, logged_in
):
    pass_to(bills, FEBRUARY_MS + HOUR_MS)
    change(logged_in)
    change(logged_in, zone="America/New_York", company=OLD)
    assert _rows(bills) == [("", OLD, OLD), ("2026-02", OLD, NEW)]


def test_new_account_is_since_ever_with_whom_it_was_added(bills, logged_in):
    admin = logged_in("admin")
    assert "sees its earlier months" in admin.get("/accounts").said
    fields = {"name": "Cleo", "zone": ZONE, "company": "2", "leasing": "1"}
    assert admin.post("/accounts", fields).status == 303
    assert _rows(bills, 3) == [("", NEW, OLD)]


def test_company_that_there_is_not_changes_nothing(bills, logged_in):
    admin = logged_in("admin")
    admin.get("/accounts")
    page = admin.post("/accounts/1", {"name": "Zoe", "zone": ZONE, "company": "99"})
    assert page.status == 422 and "no such company" in page.said
    assert _rows(bills) == [("", OLD, OLD)]
    assert bills.db.value("SELECT name FROM account WHERE id = 1") == "Ann"


def _rows(office, account=1):
    sql = "SELECT from_month, company, leasing FROM membership WHERE account = ?"
    return [tuple(row) for row in office.db.all(f"{sql} ORDER BY from_month", account)]


def test_old_database_keeps_with_whom_its_accounts_are(tmp_path):
    for path in FOLDER.glob("00*.sql"):
        if path.name < "0052":
            shutil.copy(path, tmp_path)
    book = str(tmp_path / "book.db")
    old = Database(Book(book).connection, tmp_path)
    old.run("INSERT INTO company (name) VALUES ('Old works')")
    old.run("INSERT INTO leasing (name) VALUES ('Old lease')")
    for name, company, leasing in (("Ann", 1, None), ("Bob", None, 1), ("Cleo", None, None)):
        old.run(
            "INSERT INTO account (name, zone, company, leasing) VALUES (?, 'UTC', ?, ?)",
            name,
            company,
            leasing,
        )
    old.run("INSERT INTO person (name, role, account) VALUES ('Ann', 'account', 1)")
    old.run("INSERT INTO issued_card (id_tag, account) VALUES ('CARD1', 1)")
    old.connection.close()
    db = Database(Book(book).connection)
    seen = [tuple(row) for row in db.all("SELECT * FROM membership ORDER BY account")]
    assert seen == [(1, "", 1, None), (2, "", None, 1), (3, "", None, None)]
    assert [tuple(row) for row in db.all("SELECT * FROM account")] == [
        (1, "Ann", "UTC"),
        (2, "Bob", "UTC"),
        (3, "Cleo", "UTC"),
    ]
    assert db.value("SELECT account FROM issued_card") == 1
    assert db.all("PRAGMA foreign_key_check") == []
    sight = Memberships(db).sight(1, {"role": "company", "company": 1})
    assert sight.of("2020-01") and sight.of("2026-01") and sight.now


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([None, OLD, NEW])), max_size=8))
def test_month_is_with_whom_it_was_last_put(changes):
    """``changes``: so many months later, with whom from then on."""
    db = Database(Book().connection)
    for name in ("Old", "New"):
        db.run("INSERT INTO company (name) VALUES (?)", name)
    db.run("INSERT INTO account (name, zone) VALUES ('Ann', ?)", ZONE)
    memberships, month, whose = Memberships(db), "2026-01", {}
    memberships.put(1, 0, OLD, None)
    last = OLD
    for later, company in changes:
        for _ in range(later):
            whose[month], month = last, billing.month_after(month)
        memberships.put(1, bounds_ms(month, ZONE)[0], company, None)
        last = company
    whose[month] = last
    for which in (OLD, NEW):
        sight = memberships.sight(1, {"role": "company", "company": which})
        assert {each: sight.of(each) for each in whose} == {
            each: company == which for each, company in whose.items()
        }
        assert sight.now == (last == which)


@pytest.mark.parametrize("role", ROLES)
def test_card_of_nobody_is_nobodys_to_see(moved, of, logged_in, role):
    moved.db.run("INSERT INTO issued_card (id_tag) VALUES ('STRAY')")
    assert of(role, OLD).get("/statements/2026-01/STRAY").status == 404
    assert logged_in("account").get("/statements/2026-01/STRAY").status == 404
    assert logged_in("admin").get("/statements/2026-01/STRAY").status == 200
