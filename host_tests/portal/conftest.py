"""Stories of the station's own page: on the targets that have sockets, in_process and unix."""

from pathlib import Path

import pytest

from host_tests.harness.stage import Stage

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
