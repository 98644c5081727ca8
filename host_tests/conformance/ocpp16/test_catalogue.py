"""No case of the catalogue is forgotten, and none is made up."""

import ast
import collections
import re
from pathlib import Path

from host_tests.conformance.ocpp16.catalogue import CASES, TOTAL

_SUITES = {case.suite for case in CASES}
_OF_A_CASE = re.compile(r"test_tc_(\d{3}(?:_\d)?)_[a-z]")


def written():
    """(suite, number) of each test of a case."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            found = _OF_A_CASE.match(getattr(node, "name", ""))
            if found:
                yield _suite_of(path), found.group(1)


def _suite_of(path):
    """Of test_transactions.py and of test_transactions_<of what>.py."""
    stem = path.stem.removeprefix("test_")
    return next((suite for suite in _SUITES if f"{stem}_".startswith(f"{suite}_")), stem)


def test_catalogue_has_all_cases():
    """standards.md §4: 107, each once."""
    assert len(CASES) == TOTAL
    assert len({case.number for case in CASES}) == TOTAL


def test_every_case_that_is_not_later_is_one_test_of_its_suite():
    """standards.md §4."""
    wanted = collections.Counter((case.suite, case.number) for case in CASES if not case.later)
    there = collections.Counter(written())
    missing = [" ".join(case) for case in sorted((wanted - there).elements())]
    strange = [" ".join(case) for case in sorted((there - wanted).elements())]
    assert (missing, strange) == ([], [])
