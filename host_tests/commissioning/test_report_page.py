"""The report's page in a browser: on a desk and on a phone, of a good and of a faulty station."""

import pytest

from host_tests.harness.browser import expect
from tools.commission import bench, page, report
from tools.commission.record import Record
from tools.commission.walk import Walk

HOSTILE = "<img src=x onerror=alert(1)><script>document.title='gone'</script>"


@pytest.fixture
def drawn(tmp_path):
    """The address of the page of a station with ``faults``."""

    def draw(*faults, **person):
        with bench.make_stage("in_process", tmp_path / "stage") as stage:
            stage.start()
            stage.ready()
            stage.advance(10)
            for name in faults:
                stage.world.fault(name)
            trial = bench.make_trial(stage)
            unit = trial.station.unit()
            record = Record.open(tmp_path, unit["serial"], 1)
            Walk(trial, record).go()
            made = report.sign(report.make(trial, record, unit, person), trial.station)
        place = tmp_path / "report.html"
        place.write_text(page.render(made), encoding="utf-8")
        return place.as_uri()

    return draw


def test_good_report_is_read_on_a_desk_and_on_a_phone(browser, drawn):
    url = drawn(technician="Ada Lovelace", place="Rue de la Loi 16, Brussels, place 3")
    shown = browser.open(url)
    expect(shown.locator(".verdict")).to_contain_text("every step")
    expect(shown.locator("section.passed")).to_have_count(18)
    expect(shown.locator("svg")).to_have_count(5)
    shown.shoot("commission-report", full=False)
    phone = browser.open(url, phone=True)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.shoot("commission-report-phone", full=False)
    assert browser.troubles() == []


def test_failed_report_tells_what_to_do_first_and_runs_nothing(browser, drawn):
    shown = browser.open(drawn("lock_jammed", notes=HOSTILE, place=HOSTILE, technician=HOSTILE))
    expect(shown.locator(".verdict.failed")).to_contain_text("FAILED: Cable lock")
    expect(shown.locator("ul.do li")).to_have_count(1)
    expect(shown.locator("section.failed")).to_have_count(1)
    expect(shown.locator("pre")).to_have_text(HOSTILE)
    assert shown.title().startswith("Commissioning report of") and not shown.locator("img").count()
    shown.shoot("commission-report-failed", full=False)
    assert browser.troubles() == []
