"""pytest: the cases of OCTT run on the targets in_process and unix, or as `mark.on` says.

A case is a test of `(case, stage)`; of `(case, make_ready)` where the station is provisioned, has
two connectors or the like; of `(case, make_stage)` where the case is about the start. `case` is
the test tool (octt.Octt); it has passed over what a station says until it is ready. A case in
which the station broke the standard fails, whatever else it showed.
"""

from pathlib import Path

import pytest

from host_tests.conformance.ocpp16.octt import Octt

_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if _HERE in item.path.parents and item.get_closest_marker("on") is None:
            item.add_marker(pytest.mark.on("in_process", "unix"))


@pytest.fixture
def case(target_name):
    """The test tool; the fixtures that make stations tell it of each."""
    tool = Octt()
    yield tool
    assert tool.violations() == []


@pytest.fixture
def make_ready(make_stage, case):
    """Makes a station (words of Stage) that is on, accepted, free, and has said so."""

    def make(**options):
        stage = make_stage(**options).ready()
        stage.advance(1)
        case.skip()
        return stage

    return make


@pytest.fixture
def stage(make_ready):
    """A station as it is delivered."""
    return make_ready()
