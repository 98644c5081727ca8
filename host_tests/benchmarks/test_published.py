"""What the README publishes of flash, heap and instructions is what they are."""

import os

import pytest

from host_tests.harness.targets.base import Unavailable
from tools.bench import check, table
from tools.bench.__main__ import README
from tools.bench.measure import tables
from tools.setup import steps


def test_published_figures_are_what_is_measured():
    """Within a fifth; `make bench ARGS=--write-readme` publishes new ones."""
    try:
        measured = tables()
    except (Unavailable, steps.Unavailable) as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"target unavailable under CI: {reason}")
        pytest.skip(str(reason))
    figures = {key: value for one in measured for key, value in one.figures().items()}
    assert check.differences(table.figures(README.read_text()), figures) == []
