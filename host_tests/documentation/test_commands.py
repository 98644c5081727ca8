"""What the documentation tells people to type works: each command of each `sh` block is run.

Blocks of another kind (`console`) are for hardware, or for a person who watches. A command that CI
runs by itself, or that would never end, stands in ELSEWHERE with where it is run.
"""

import os
import subprocess

import pytest

from tools.checks.links import pages
from tools.checks.readme import commands
from tools.paths import ROOT

_PATIENCE_S = 900  # for a machine that is loaded; what hangs is what fails
ELSEWHERE = {
    "make sim": "tools/sim: host_tests/unit/tools/test_sim_run.py",
    "make test": ".ci/run",
    "make demo": ".ci/run",
    "make check": ".ci/run",
    "make setup": ".ci/run",
    "make report": "host_tests/conformance, whose records .ci/run draws",
    "make conformance": "host_tests/conformance",
    "make cuts": "host_tests/powercut",
}
_ABROAD = ("cd", "git", "sudo")


def told() -> list:
    """(page, command), each command where it stands first."""
    found = {}
    for page in pages(ROOT):
        for command in commands(page.read_text(encoding="utf-8")):
            found.setdefault(command, page.name)
    return [
        (name, command)
        for command, name in found.items()
        if command.split()[0] not in _ABROAD and not _is_elsewhere(command)
    ]


def _is_elsewhere(command) -> bool:
    if command in ELSEWHERE:
        return True
    # With words of its own the suite is the same, and the whole of it is run.
    return command.startswith(("make test ", "make sim "))


@pytest.mark.parametrize(("page", "command"), told())
def test_command_of_the_documentation_works(page, command):
    """As a newcomer types it, in the tree."""
    environment = {name: word for name, word in os.environ.items() if name != "PILOTLIGHT_REPORT"}
    environment.update(PATH=f"{ROOT}/.venv/bin:{os.environ['PATH']}")
    ended = subprocess.run(
        ["bash", "-ec", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, (ended.stdout + ended.stderr)[-3000:]
