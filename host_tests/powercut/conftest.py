"""Stages for the suites of power cuts, and how many cuts there were."""

import os

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable

_counts = {}


@pytest.fixture
def make_stage_on(tmp_path):
    """Makes a stage on a target; unavailable is a skip, and a failure under CI."""

    def make(target, name, **options):
        try:
            return Stage(target, tmp_path / name, **options)
        except Unavailable as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(f"target unavailable under CI: {reason}")
            pytest.skip(str(reason))

    return make


def pytest_runtest_logreport(report):
    if report.when == "call":
        module = report.nodeid.partition("::")[0].rpartition("/")[2]
        for name, count in report.user_properties:
            if name == "power cuts":
                _counts[module] = _counts.get(module, 0) + count


def pytest_terminal_summary(terminalreporter):
    for module, count in _counts.items():
        terminalreporter.write_line(f"power cuts in {module}: {count}")
