"""What the README publishes of flash, heap and instructions is what they are."""

import os

import pytest

from host_tests.harness.targets.base import Unavailable
from tools.bench import check, table
from tools.bench.__main__ import README
from tools.bench.measure import GARBAGE, STEPS, tables
from tools.setup import steps


@pytest.fixture(scope="module")
def figures():
    """What is measured now."""
    try:
        measured = tables()
    except (Unavailable, steps.Unavailable) as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"target unavailable under CI: {reason}")
        pytest.skip(str(reason))
    return {key: value for one in measured for key, value in one.figures().items()}


def test_published_figures_are_what_is_measured(figures):
    """Within a fifth; `make bench ARGS=--write-readme` publishes new ones."""
    assert check.differences(table.figures(README.read_text()), figures) == []


@pytest.mark.parametrize("phase", ["idle", "charging"])
def test_most_steps_make_no_garbage(figures, phase):
    """DESIGN.md, the step: a collection holds a step up for milliseconds."""
    assert figures[(STEPS, phase, GARBAGE)] == 0
