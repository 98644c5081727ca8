"""pytest: every case is measured and recorded; ``--report FILE`` keeps the records. In a run of
all tests, of several workers too, the environment's PILOTLIGHT_REPORT names the file.

A case runs on in_process, and on the targets that ``@pytest.mark.on(...)`` names.
"""

import json
import os

import pytest

from host_tests.conformance.case import Case

_RECORD = pytest.StashKey[Case]()


def pytest_addoption(parser):
    parser.addoption("--report", metavar="FILE", help="write a JSON line for each case to FILE")


def pytest_configure(config):
    config.addinivalue_line("markers", "on(*targets): the targets that this case runs on")
    path = _file_of(config)
    if path and not hasattr(config, "workerinput"):
        open(path, "w").close()


def _file_of(config):
    # The option is there only when this folder is named on the command line.
    return config.getoption("report", None) or os.environ.get("PILOTLIGHT_REPORT")


def pytest_collection_modifyitems(config, items):
    kept = [item for item in items if _runs_here(item)]
    dropped = [item for item in items if not _runs_here(item)]
    if dropped:
        items[:] = kept
        config.hook.pytest_deselected(items=dropped)


def _runs_here(item):
    chosen = getattr(item, "callspec", None)
    # Tests of other folders may have a fixture of this name as well.
    if "case" not in item.fixturenames or chosen is None or "target_name" not in chosen.params:
        return True
    marker = item.get_closest_marker("on")
    return chosen.params["target_name"] in (marker.args if marker else ("in_process",))


@pytest.fixture
def case(request, target_name):
    """The record of this test."""
    # Its chosen words, without the target: test_cable_limits[1500_ohm_...].
    title = request.node.name.replace(f"[{target_name}]", "").replace(f"{target_name}-", "")
    title = title.replace(f"-{target_name}", "")
    section = request.path.stem.removeprefix("test_")
    heading = request.module.__doc__.split("\n")[0]
    made = Case(title, request.function.__doc__, section, target_name, heading)
    request.node.stash[_RECORD] = made
    return made


@pytest.fixture
def make_stage(make_stage, case):
    """As everywhere, and every stage is recorded from before it starts."""

    def make(name="stage", start=True, **options):
        stage = make_stage(name, False, **options)
        case.follow(stage)
        if start:
            stage.start()
        return stage

    return make


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    result = yield
    made = pyfuncitem.stash.get(_RECORD, None)
    if made is not None:
        made.check_always()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    path = _file_of(item.config)
    made = item.stash.get(_RECORD, None)
    if path and made is not None and (report.when == "call" or report.failed):
        why = report.longreprtext.strip().splitlines()[-1] if report.failed else ""
        if call.excinfo is not None and report.failed:
            why = str(call.excinfo.value) or why
        _append(path, json.dumps(made.record(report.outcome, why)) + "\n")
    return report


def _append(path, line):
    """In one go, so that lines of two workers do not mix."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)
