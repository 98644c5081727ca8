"""Every power cut of a session on a real littlefs, by the 32-bit MicroPython.

`cut_journal.py` runs a session on a flash in RAM, then mounts what each flash operation would have
left, whole and half done, and judges the journal found there (`ledger.py`).
"""

import json
import subprocess
from pathlib import Path

import pytest

from tools.paths import MICROPYTHON, is_ci

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"


@pytest.fixture(scope="module", params=[16, 64], ids=["16_blocks", "64_blocks"])
def report(request):
    """What the interpreter found with a flash of so many 4 KB blocks."""
    if not MICROPYTHON.exists():
        if is_ci():
            pytest.fail(f"{MICROPYTHON} is missing: `make setup` fetches it")
        pytest.skip(f"{MICROPYTHON} is missing: `make setup` fetches it")
    done = subprocess.run(
        [MICROPYTHON, "-X", "heapsize=32M", "cut_journal.py", str(request.param)],
        cwd=Path(__file__).parent,
        env={"MICROPYPATH": f"{FIRMWARE}:."},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_journal_keeps_every_promise_at_every_flash_operation(report):
    """No saved event lost, no torn one accepted, no number given twice, facts old or new."""
    assert report["cuts"] > 100
    assert report["wrong"] == []


def test_journal_spares_the_flash(report):
    """Two sessions and a half cost a few erases, not one for each of 38 writes and removals."""
    assert report["erases"] <= 3


def test_journal_with_nothing_to_do_makes_no_garbage(report):
    assert report["idle_garbage"] == 0
