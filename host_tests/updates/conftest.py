"""Stories of files: on the targets that have a way to them, in_process and unix."""

from pathlib import Path

import pytest

from host_tests.updates.teller import Teller

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    dropped = [item for item in items if _HERE in item.path.parents and _on_qemu(item)]
    if dropped:
        items[:] = [item for item in items if item not in dropped]
        config.hook.pytest_deselected(items=dropped)


def _on_qemu(item):
    chosen = getattr(item, "callspec", None)
    return chosen is not None and chosen.params.get("target_name") == "qemu"


@pytest.fixture
def tell(stage):
    """The back end's side of updates, for a station that is on and free."""
    return Teller(stage)
