"""A thousand sessions off line, with ten readings each, on a real littlefs: issue 4.

`many_events.py` records them with the 32-bit MicroPython, starts anew each hundred, and delivers
them. Flash operations and bytes read are counted, not the time of this machine.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tools.paths import MICROPYTHON, is_ci

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
SESSIONS = 1000
EVENTS = 12 * SESSIONS
TENTH = EVENTS // 10


@pytest.fixture(scope="module")
def report():
    if not MICROPYTHON.exists():
        if is_ci():
            pytest.fail(f"{MICROPYTHON} is missing: `make setup` fetches it")
        pytest.skip(f"{MICROPYTHON} is missing: `make setup` fetches it")
    done = subprocess.run(
        [MICROPYTHON, "-X", "heapsize=8M", "many_events.py", str(SESSIONS)],
        cwd=Path(__file__).parent,
        env={"MICROPYPATH": f"{FIRMWARE}:."},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_event_of_a_thousand_sessions_waits_and_is_delivered(report):
    assert report["waiting"] == EVENTS and report["kinds"] == SESSIONS
    assert report["left"] == 0 and report["thinned"] == 0


def test_memory_does_not_grow_with_what_waits(report):
    """Bounded RAM: nothing is kept for an event or a file."""
    assert max(report["memory"]) < 4000


def test_flash_does_not_grow_beyond_half_of_a_four_megabyte_part(report):
    """Bounded flash: less than 75 bytes an event, all told."""
    free, size = report["room"]
    assert size - free < EVENTS * 75


def test_event_costs_no_more_at_the_end_than_at_the_beginning(report):
    """Reading is what littlefs does to look names up: it must not grow with the number."""
    for doing in ("recording", "delivering"):
        costs = report[doing]
        assert max(erased for _, erased, _ in costs) < 1.5 * costs[0][1] + 5
        assert max(programmed for _, _, programmed in costs) < 1.3 * costs[0][2]
        assert max(read for read, _, _ in costs) < 2.5 * costs[0][0]
    assert max(read for read, _, _ in report["delivering"]) < 20_000 * TENTH


def test_start_reads_a_bounded_part_of_what_waits(report):
    """The names, the newest events, and once how much room there is."""
    assert max(report["starts"]) < 2_500_000


def test_session_off_line_costs_about_an_erase(report):
    erased = sum(erased for doing in ("recording", "delivering") for _, erased, _ in report[doing])
    assert erased < 1.2 * SESSIONS
