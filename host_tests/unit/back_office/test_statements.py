"""Statements: one card's sessions of a month, from the back end's book to CSV and PDF."""

import csv
import io

import pytest

from host_tests.harness.csms.book import Book
from host_tests.harness.csms.times import utc_text
from tools.back_office import paper
from tools.back_office.billing import bounds_ms
from tools.back_office.database import Database
from tools.back_office.statements import Statements, month

ZONE = "Europe/Brussels"
HOUR_MS = 3600 * 1000
MARCH_MS, APRIL_MS = bounds_ms("2026-03", ZONE)
EVIL = '=HYPERLINK("http://x","<script>")'


class Office:
    """A book with two cards of one account and one of another."""

    def __init__(self):
        self.book = Book()
        self.db = Database(self.book._db)
        self.now_ms = MARCH_MS + 10 * 24 * HOUR_MS
        self.statements = Statements(self.db, lambda: self.now_ms)
        self.tariff = self.statements.tariffs.add("CREG")
        self.statements.tariffs.set_price(self.tariff, 0, 28_340)
        for name, tags in (("Ann", ("A1", "A2")), ("Bob'; DROP TABLE session;--", ("B1",))):
            account = self.db.run("INSERT INTO account (name) VALUES (?)", name).lastrowid
            self.statements.tariffs.give(account, self.tariff)
            for tag in tags:
                self.db.run(
                    "INSERT INTO issued_card (id_tag, label, account) VALUES (?, ?, ?)",
                    tag,
                    EVIL,
                    account,
                )

    def session(self, tag, begin_ms, wh, hours=2, begin_wh=50_000, stop=True, connector=1):
        """The book's session; its number."""
        told = {
            "connector": connector,
            "id_tag": tag,
            "meter_start": begin_wh,
            "start_time": utc_text(begin_ms),
        }
        number = self.book.sessions.start("CP-1", f"m{begin_ms}{tag}{connector}", told)
        if stop:
            self.stop(number, begin_wh + wh, begin_ms + hours * HOUR_MS)
        return number

    def stop(self, number, wh, at_ms):
        """Its StopTransaction arrives."""
        told = {
            "meter_stop": wh,
            "stop_time": utc_text(at_ms),
            "stop_id_tag": None,
            "reason": None,
        }
        self.book.sessions.stop("CP-1", number, told)

    def read(self, number, at_ms, wh):
        """A reading of a session arrives."""
        sample = {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        told = {
            "connector": 1,
            "transaction_id": number,
            "source": "MeterValues",
            "meter_value": [{"timestamp": utc_text(at_ms), "sampled_value": [sample]}],
        }
        self.book.sessions.add_readings("CP-1", f"r{number}{at_ms}", told)


@pytest.fixture
def office():
    return Office()


def test_statement_has_the_sessions_of_its_card_only(office):
    office.session("A1", MARCH_MS + HOUR_MS, 7000)
    office.session("a1", MARCH_MS + 5 * HOUR_MS, 3000)
    office.session("A2", MARCH_MS + 9 * HOUR_MS, 1000)
    office.session("B1", MARCH_MS + 12 * HOUR_MS, 500)
    made = office.statements.of("A1", "2026-03")
    assert [line.wh for line in made.lines] == [7000, 3000]
    assert (made.wh, made.sessions) == (10_000, 2)
    assert made.cents == 198 + 85
    assert office.statements.of("B1", "2026-03").wh == 500
    with pytest.raises(KeyError):
        office.statements.of("C1", "2026-03")


def test_session_over_the_month_s_end_is_billed_where_it_ends(office):
    """23:30 to 01:30 in Brussels; in UTC it is all in March."""
    office.session("A1", APRIL_MS - HOUR_MS // 2, 7000)
    assert office.statements.of("A1", "2026-03").lines == ()
    assert office.statements.of("A1", "2026-04").wh == 7000
    assert office.statements.months("A1") == ["2026-04"]


def test_issued_statement_stays_as_it_is_and_corrections_come_later(office):
    """A session that got no stop is billed by its last reading; then its stop arrives."""
    number = office.session("A1", MARCH_MS, 0, stop=False)
    office.read(number, MARCH_MS + HOUR_MS, 54_000)
    office.session("A1", MARCH_MS + 5 * HOUR_MS, 1000, begin_wh=60_000)
    office.now_ms = APRIL_MS + HOUR_MS
    issued = office.statements.issue("A1", "2026-03")
    assert [line.wh for line in issued.lines] == [4000, 1000]
    assert "no stop" in issued.lines[0].note
    office.stop(number, 60_000, MARCH_MS + 4 * HOUR_MS)
    assert office.statements.of("A1", "2026-03").lines == issued.lines
    made = office.statements.of("A1", "2026-04")
    assert [(line.wh, line.note) for line in made.lines] == [(6000, "correction of 2026-03")]
    assert issued.cents + made.cents == 113 + 28 + (283 - 113)
    office.now_ms = APRIL_MS + 40 * 24 * HOUR_MS
    office.session("A1", APRIL_MS + HOUR_MS, 500)
    office.statements.issue("A1", "2026-04")
    assert office.statements.of("A1", "2026-05").lines == ()


def test_session_that_arrives_after_the_statement_is_in_the_next_one(office):
    """An offline week (back-ends.md §6 point 23)."""
    office.session("A1", MARCH_MS, 1000)
    office.now_ms = APRIL_MS + HOUR_MS
    office.statements.issue("A1", "2026-03")
    office.session("A1", MARCH_MS + 9 * HOUR_MS, 3000, connector=2)
    (line,) = office.statements.of("A1", "2026-04").lines
    assert (line.wh, line.note) == (3000, "arrived late")


def test_statement_is_issued_once_after_its_month_in_order_and_with_a_price(office):
    office.session("A1", MARCH_MS, 1000)
    with pytest.raises(ValueError, match="not over"):
        office.statements.issue("A1", "2026-03")
    office.now_ms = APRIL_MS + 40 * 24 * HOUR_MS
    with pytest.raises(ValueError, match="2026-03 is to be issued first"):
        office.statements.issue("A1", "2026-04")
    office.db.run("DELETE FROM account_tariff")
    with pytest.raises(ValueError, match="no tariff"):
        office.statements.issue("A1", "2026-03")
    office.statements.tariffs.give(1, office.tariff)
    office.statements.issue("A1", "2026-03")
    with pytest.raises(ValueError, match="already"):
        office.statements.issue("A1", "2026-03")
    with pytest.raises(ValueError, match="issued"):
        office.statements.tariffs.set_price(office.tariff, MARCH_MS, 1)
    with pytest.raises(Exception, match="stays as it is"):
        office.db.run("UPDATE statement_line SET cents = 0")


def test_session_with_a_register_that_went_backwards_is_told_and_not_billed(office):
    office.session("A1", MARCH_MS, -10)
    made = office.statements.of("A1", "2026-03")
    assert made.lines == () and "backwards" in made.notes[0]


def test_session_that_runs_is_not_billed_yet(office):
    office.session("A1", office.now_ms - HOUR_MS, 0, stop=False)
    made = office.statements.of("A1", "2026-03")
    assert made.lines == () and made.running == 1


def test_price_changes_within_a_session_of_the_book(office):
    middle_ms = MARCH_MS + 5 * HOUR_MS
    office.statements.tariffs.set_price(office.tariff, middle_ms, 30_000)
    number = office.session("A1", middle_ms - HOUR_MS, 8000)
    office.read(number, middle_ms - 60_000, 53_000)
    lines = office.statements.of("A1", "2026-03").lines
    assert [(line.wh, line.millicents) for line in lines] == [(3000, 28_340), (5000, 30_000)]


def test_file_for_a_spreadsheet_has_no_formula_of_others(office):
    """A label, an account or a charge point may be named like one."""
    office.session("A1", MARCH_MS + HOUR_MS, 7000)
    office.db.run("UPDATE session SET identity = '@SUM(1)'")
    data = paper.as_csv(office.statements.of("A1", "2026-03"))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["Card", "A1", f"'{EVIL}", "Ann"]
    assert rows[3][1] == "'@SUM(1)" and rows[3][6:9] == ["7.000", "0.2834", "1.98"]
    assert rows[-1][6:] == ["7.000", "EUR", "1.98"]
    for row in rows:
        assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)


@pytest.mark.parametrize(
    "text", ["=1", " =1", "+1", "-1", "@x", "\tx", "\r=1", "\n=1", "|calc", "%0A=1"]
)
def test_text_that_looks_like_a_formula_is_none(text):
    assert paper.safe(text) == f"'{text}"


def test_text_that_is_none_stays(office):
    assert paper.safe("") == "" and paper.safe("A=1") == "A=1" and paper.safe("  ") == "  "


def test_paper_has_every_session_and_the_total(office):
    """Three pages for sixty sessions; letters that its font has not do no harm."""
    for number in range(60):
        office.session("A1", MARCH_MS + number * 3 * HOUR_MS, 7000 + number)
    office.db.run("UPDATE issued_card SET label = 'Ωμέγα ☃ <b>'")
    data = paper.as_pdf(office.statements.of("A1", "2026-03"))
    assert data.startswith(b"%PDF") and data.count(b"/Type /Page\n") == 3


def test_month_is_read_or_refused():
    assert month("2026-03") == "2026-03"
    for typed in ("", "2026-3", "2026-13", "2026-00", "1999-01", "2026-03'--"):
        with pytest.raises(ValueError, match="expected a month"):
            month(typed)
