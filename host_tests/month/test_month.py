"""Issue 5: twenty stations on one site, their meters, their bills, and one supply limit.

In process, and some thirty hours around the end of a month and a change of the price;
``make month`` plays a whole month.
"""

import pytest

from host_tests.month import plan, report
from host_tests.month.month import CARDS, LIMIT_MA, STATIONS, Month

STARTS = "2026-03-31T00:00:00+02:00"
DAYS = 1.25


@pytest.fixture(scope="module")
def month(tmp_path_factory, request):
    """Played to its end."""
    with Month(tmp_path_factory.mktemp("month"), STARTS, DAYS) as month:
        month.play()
        yield month


def test_plan_is_full_of_visits_and_troubles():
    about = plan.troubles(11, STATIONS, DAYS)
    visits = plan.visits(12, STATIONS, DAYS, CARDS, about)
    assert len(visits) > 40 and {trouble.kind for trouble in about} >= {"back end", "power cut"}
    for station in range(STATIONS):
        mine = [visit for visit in visits if visit.station == station]
        assert all(one.end_s < two.start_s for one, two in zip(mine, mine[1:], strict=False))
    for tag in CARDS:
        mine = [visit for visit in visits if visit.tag == tag]
        assert all(one.end_s < two.start_s for one, two in zip(mine, mine[1:], strict=False))


def test_statements_equal_the_world_s_meters_to_the_watt_hour(month, record_property):
    """Each card's statements have what flowed into its vehicles, and nothing else."""
    found = report.of(month)
    for name, value in found.figures.items():
        record_property(name, str(value))
    assert found.troubles == []
    assert month.world_wh > 300_000
    assert len(month.csms.sessions()) == len(month.visits)


def test_site_never_drew_more_than_its_limit_and_used_it(month):
    """On each phase, looked at after every step of any station, without any allowance."""
    assert max(month.most_ma) <= LIMIT_MA
    assert max(month.most_ma) > LIMIT_MA * 0.9, "the limit was never near"
    assert month.looks == month.fleet.steps > 50_000


def test_some_had_to_wait_and_nearly_everyone_charged(month):
    """More vehicles than the limit has 6 A for; a short visit may see no turn of its own."""
    assert len(month.waited) > 3
    hungry = [visit for visit in month.visits if visit.wh == 0]
    assert len(hungry) < len(month.visits) / 10
    assert all(visit.end_s - visit.start_s < 2 * 3600 for visit in hungry), hungry


def test_price_changed_and_each_session_has_the_one_of_its_time(month):
    statements = month.office.statements
    made = [statements.of(tag, which) for tag in CARDS for which in ("2026-03", "2026-04")]
    prices = {line.millicents for each in made for line in each.lines}
    assert prices == {29_505, 30_000}
    assert any(each.lines for each in made if each.month == "2026-03")
    assert any(each.lines for each in made if each.month == "2026-04")
