"""pytest: the same scenario on every target.

``--target NAME`` (may be repeated) chooses; the default is all. A target that this machine can't
run is a skip with the reason and the remedy; under CI=true it is a failure. The summary counts the
scenarios that ran on each target, and CI fails unless every target ran the same number. A
`mark.connectors(2)` runs only where a board can have so many, and is not counted.
"""

import gc
import os
import re

import pytest

from host_tests.harness import conduct, oracle
from host_tests.harness.stage import Stage
from host_tests.harness.targets import CONNECTORS, TARGETS
from host_tests.harness.targets.base import Unavailable

_COUNTS = pytest.StashKey[dict]()
_OF_TARGET = re.compile(r"host_tests/scenarios/.*\[(\w+)[\]-]")


def pytest_addoption(parser):
    parser.addoption(
        "--target", action="append", choices=list(TARGETS), help="run scenarios on this target"
    )


def pytest_configure(config):
    config.stash[_COUNTS] = {}
    config.addinivalue_line(
        "markers", "violations(why): the station, or what plays it, breaks the standard on purpose"
    )
    config.addinivalue_line("markers", "connectors(count): the station has more than one")


def pytest_generate_tests(metafunc):
    if "target_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--target") or list(TARGETS)
        marker = metafunc.definition.get_closest_marker("connectors")
        least = marker.args[0] if marker else 1
        fit = [name for name in chosen if CONNECTORS.get(name, 4) >= least]
        metafunc.parametrize("target_name", fit)


def leave_out_qemu(folder, config, items) -> None:
    """For pytest_collection_modifyitems of a folder: its stories want sockets, which qemu has
    not."""
    dropped = [item for item in items if folder in item.path.parents and _is_on_qemu(item)]
    gone = set(dropped)
    items[:] = [item for item in items if item not in gone]
    if dropped:
        config.hook.pytest_deselected(items=dropped)


def _is_on_qemu(item):
    chosen = getattr(item, "callspec", None)
    return chosen is not None and chosen.params.get("target_name") == "qemu"


@pytest.fixture(autouse=True)
def standard_is_kept(request):
    """What the stations of a test sent is judged when its stages end; `mark.violations` excuses.

    Without the second validator a test is judged by the first alone; under CI=true it fails.
    """
    told = []
    Stage.at_end = staticmethod(lambda stage: told.extend(_judged(stage)))
    yield
    Stage.at_end = None
    if request.node.get_closest_marker("violations") is None:
        assert told == []


def _judged(stage):
    csms, identity = stage.csms, stage.identity
    frames = csms.frames(identity)
    return csms.violations(identity) + oracle.violations(frames) + conduct.violations(frames)


@pytest.fixture
def make_stage(target_name, tmp_path):
    """Makes stages on the target of this run; every one is closed at the end."""
    stages = []

    def make(name="stage", start=True, **options):
        try:
            stage = Stage(target_name, tmp_path / name, **options)
        except Unavailable as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(f"target unavailable under CI: {reason}")
            pytest.skip(str(reason))
        stages.append(stage)
        if start:
            stage.start()
        return stage

    yield make
    for stage in stages:
        stage.__exit__()
    # Stages are full of cycles: their files go with them now, not some hundred tests later.
    stages.clear()
    gc.collect()


@pytest.fixture
def stage(make_stage):
    """A station that is on, accepted by its back end, and free."""
    return make_stage().ready()


def pytest_runtest_logreport(report):
    found = _OF_TARGET.search(report.nodeid)
    everywhere = "connectors" not in report.keywords
    if found and everywhere and report.when == "call" and not report.skipped:
        _counts[found.group(1)] = _counts.get(found.group(1), 0) + 1


_counts: dict = {}


def pytest_terminal_summary(terminalreporter, config):
    if not _counts:
        return
    told = ", ".join(f"{name} {_counts.get(name, 0)}" for name in TARGETS)
    terminalreporter.write_line(f"scenarios that ran on each target: {told}")


def pytest_sessionfinish(session):
    chosen = session.config.getoption("--target")
    if os.environ.get("CI") != "true" or chosen or not _counts or _is_worker(session.config):
        return
    ran = {_counts.get(name, 0) for name in TARGETS}
    if len(ran) > 1 or 0 in ran:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_worker(config):
    return hasattr(config, "workerinput")
