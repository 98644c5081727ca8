"""The readers tell the same on the interpreter that ships as on CPython, and leave no garbage."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MICROPYTHON = ROOT / ".tools/bin/micropython"
STORY = "host_tests/unit/drivers/readers_on_micropython.py"

pytestmark = pytest.mark.skipif(
    not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`"
)


def told(*command):
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert run.stderr == ""
    return run.stdout.splitlines()


def test_readers_tell_the_same_on_both_interpreters():
    here, there = told(sys.executable, STORY), told(MICROPYTHON, STORY)
    assert here == there
    cards = [line for line in there if re.fullmatch(r"\S+ \d+ [0-9a-f]{8,20}", line)]
    assert len(cards) == 3 * 5 + 2
    assert sum(line.endswith("silent") for line in there) == 3
    assert sum(line.endswith("rubbish") for line in there) == 4


def test_steps_between_looks_leave_no_garbage():
    """DESIGN.md: no garbage in a calm step. A look takes 3 to 10 steps of 25."""
    lines = told(MICROPYTHON, STORY, "garbage")
    assert len(lines) == 4
    for line in lines:
        name, clean_steps = line.split()
        assert int(clean_steps) >= 60, name
