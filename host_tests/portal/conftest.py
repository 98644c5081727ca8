"""Stories of the station's own page: on the targets that have sockets, in_process and unix."""

from pathlib import Path

import pytest

from host_tests.harness.stage import Stage
from host_tests.targets_plugin import leave_out_qemu

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    leave_out_qemu(_HERE, config, items)


@pytest.fixture
def stage(make_stage):
    """A station with an access point, not commissioned, accepted by its back end, and free."""
    return make_stage(portal=True).ready()


@pytest.fixture
def portal(stage):
    """The technician's side of its page."""
    return stage.portal


@pytest.fixture
def here(tmp_path):
    """The same in this process alone: for what takes long, and no interpreter makes different."""
    with Stage("in_process", tmp_path / "here", portal=True) as stage:
        stage.start()
        yield stage.ready()
