"""One broken safety rule, and the trial that must notice it.

A trial has a copy of the firmware and its tests in a folder of its own; the working tree is never
touched. It breaks one rule there, runs the tests that guard it, and mends the copy again.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_COPIED = ("firmware", "boards", "tools", "host_tests/harness", "host_tests/unit")
_FILES = ("host_tests/conftest.py", "pyproject.toml")
_FIRST_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?: - .*)?$", re.MULTILINE)
_FAILED = 1  # pytest's word for "a test failed"; all else is a trial that went wrong


class Mutation(NamedTuple):
    """``source``, which ``file`` (below firmware/chargepoint) has exactly once, becomes
    ``replacement``; this breaks ``rule``. ``tests``: names of host_tests/unit/core/test_<name>.py,
    or paths below host_tests, that are asked one after the other."""

    name: str
    rule: str
    file: str
    source: str
    replacement: str
    tests: str

    @property
    def paths(self) -> list:
        """The files of tests, below host_tests."""
        return [
            name if name.endswith(".py") else f"unit/core/test_{name}.py"
            for name in self.tests.split()
        ]


class Trial:
    """A copy of what lies in ``root``, in ``folder``."""

    def __init__(self, root: Path, folder: Path):
        self._folder = folder
        passed_over = shutil.ignore_patterns("__pycache__", ".hypothesis")
        for place in _COPIED:
            shutil.copytree(root / place, folder / place, ignore=passed_over)
        for place in _FILES:
            shutil.copy(root / place, folder / place)
        # CI: hypothesis then tries the same examples each time. No bytecode: a file that changes
        # twice in a second would be taken for the one that was compiled.
        environment = os.environ | {"CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
        environment["PYTHONPATH"] = str(folder)
        # What a broken rule measures is no record of ours.
        environment.pop("PILOTLIGHT_REPORT", None)
        self._runner = subprocess.Popen(
            # -P: the modules here must not stand for the firmware's of the same name.
            [sys.executable, "-P", str(root / "host_tests/mutations/forked.py")],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Let the runner go; the folder stays."""
        self._runner.stdin.close()
        self._runner.wait(timeout=10)
        self._runner.stdout.close()

    def run(self, mutation: Mutation) -> str:
        """The test that noticed. AssertionError for a mutation that is stale or survives."""
        path = self._folder / "firmware/chargepoint" / mutation.file
        text = path.read_text(encoding="utf-8")
        found = text.count(mutation.source)
        if found != 1:
            raise AssertionError(
                f"stale mutation {mutation.name}: its text is {found} times in {mutation.file}, "
                f"not once; bring it up to date:\n{mutation.source}"
            )
        path.write_text(text.replace(mutation.source, mutation.replacement), encoding="utf-8")
        try:
            return self._first_failed(mutation)
        finally:
            path.write_text(text, encoding="utf-8")

    def passes(self, paths: list) -> str:
        """What pytest says when nothing is broken; empty when all is well."""
        code, said = self._pytest(paths)
        return "" if code == 0 else said

    def _first_failed(self, mutation):
        code, said = self._pytest(mutation.paths)
        if code == 0:
            raise AssertionError(
                f"{mutation.name} survives: no test of {' '.join(mutation.paths)} notices that "
                f"this rule is broken: {mutation.rule}"
            )
        failed = _FIRST_FAILED.search(said)
        if code != _FAILED or failed is None:
            raise AssertionError(f"{mutation.name}: the trial went wrong ({code}):\n{said}")
        return failed[1].removeprefix("host_tests/")

    def _pytest(self, paths):
        places = [f"host_tests/{path}" for path in paths]
        said = self._folder / "said"
        words = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", *places]
        order = {"words": words, "out": str(said)}
        self._runner.stdin.write(json.dumps(order) + "\n")
        self._runner.stdin.flush()
        code = int(self._runner.stdout.readline())
        return code, said.read_text(encoding="utf-8", errors="replace")[-3000:]
