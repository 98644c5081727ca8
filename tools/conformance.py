"""`make conformance`: the cases of OCTT for OCPP 1.6 on every target they run on, as a table.

python -m tools.conformance [words for pytest]     such as `-k tc_003` or `--target in_process`
"""

import re
import sys

import pytest
from rich.console import Console
from rich.table import Table

from host_tests.conformance.ocpp16.catalogue import CASES
from tools.paths import ROOT

_SUITE = ROOT / "host_tests/conformance/ocpp16"
_TARGETS = ("in_process", "unix")
# A case may have parameters beside the target.
_ITEM = re.compile(r"::test_tc_(\d{3}(?:_\d)?)_.*[\[-](in_process|unix)[\]-]")
_WORSE = ("passed", "skipped", "failed")
_WIDTH = 120
_COLOURS = {"passed": "green", "failed": "red", "skipped": "yellow", "later": "dim"}


class Results:
    """A plug-in of pytest: (number, target) -> "passed", "failed" or "skipped"."""

    def __init__(self):
        self.by_case = {}

    def pytest_runtest_logreport(self, report):
        found = _ITEM.search(report.nodeid)
        if found and (report.when == "call" or report.outcome != "passed"):
            # A broken standard is found after the call; the worst of all counts.
            known = self.by_case.get(found.groups(), "passed")
            self.by_case[found.groups()] = max(known, report.outcome, key=_WORSE.index)


def main(words: list) -> int:
    """Run, print the table; the exit status is pytest's."""
    results = Results()
    status = pytest.main(["-q", "--no-header", "-p", "no:xdist", str(_SUITE), *words], [results])
    console = Console()
    # A file or a pipe has no width of its own.
    (console if console.is_terminal else Console(width=_WIDTH)).print(_table(results.by_case))
    print(_summary(results.by_case))
    return int(status)


def _table(by_case) -> Table:
    table = Table("suite", "case", "title", *_TARGETS)
    last = None
    for case in CASES:
        suite = case.suite if case.suite != last else ""
        if suite and last:
            table.add_section()
        last = case.suite
        outcomes = [_outcome(case, target, by_case) for target in _TARGETS]
        shown = [f"[{_COLOURS.get(word, 'white')}]{word}[/]" for word in outcomes]
        table.add_row(suite, f"TC_{case.number}_CS", case.title, *shown)
    return table


def _outcome(case, target, by_case) -> str:
    return "later" if case.later else by_case.get((case.number, target), "-")


def _summary(by_case) -> str:
    later = sum(case.later for case in CASES)
    told = [f"{len(CASES)} cases, {later} of them later"]
    for target in _TARGETS:
        outcomes = [_outcome(case, target, by_case) for case in CASES if not case.later]
        told.append(f"{target}: {outcomes.count('passed')} of {len(outcomes)} passed")
    return "conformance: " + "; ".join(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
