"""Stories of files: on the targets that have a way to them, in_process and unix."""

from pathlib import Path

import pytest

from host_tests.targets_plugin import leave_out_qemu
from host_tests.updates.teller import Teller

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    leave_out_qemu(_HERE, config, items)


@pytest.fixture
def tell(stage):
    """The back end's side of updates, for a station that is on and free."""
    return Teller(stage)
