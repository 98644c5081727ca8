"""core/faults.FAULTS: every row has a scenario (host_tests/scenarios/test_faults.py)."""

from chargepoint.core.faults import FAULTS
from host_tests.harness.paths import ROOT
from host_tests.scenarios import test_faults as scenarios


def test_every_fault_of_the_table_has_a_scenario():
    told = {**scenarios.CASES, **scenarios.ELSEWHERE}
    assert sorted(told) == sorted(row[0] for row in FAULTS)


def test_scenarios_expect_the_reaction_of_the_table():
    for row in FAULTS:
        if row[0] in scenarios.CASES:
            assert scenarios.CASES[row[0]].reaction == row[3], row[0]


def test_stories_that_are_named_exist():
    for name, where in scenarios.ELSEWHERE.items():
        place, story = where.split(": ")
        place = "test_faults.py" if place == "here" else place
        text = (ROOT / "host_tests/scenarios" / place).read_text()
        assert f"def {story}" in text, name
