"""The same script on CPython and on MicroPython."""

import json
import subprocess
import sys

import pytest

from host_tests.harness import paths

MICROPYTHON = paths.TOOLS / "bin/micropython"
needs_micropython = pytest.mark.skipif(
    not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`"
)


def on_both(script: str) -> tuple:
    """What ``script`` says here, what it says there, and its last line there.

    The script puts PATH into sys.path and prints two lines of JSON: what must be the same, and
    what was left on the heap.
    """
    here, _ = _told(sys.executable, script, ["firmware", "host_tests/harness/emulated"])
    there, left = _told(MICROPYTHON, script, ["firmware"])
    return here, there, left


def _told(interpreter, script, path):
    run = subprocess.run(
        [str(interpreter), "-c", script.replace("PATH", repr(path))],
        capture_output=True,
        text=True,
        cwd=paths.ROOT,
        timeout=60,
    )
    assert run.stderr == ""
    return [json.loads(line) for line in run.stdout.splitlines()]
