"""`pilotlight commission --sim`: the station of a sim that runs elsewhere, by its control port."""

import json
import re
import subprocess
import sys

import pytest

from tools import pilotlight
from tools.paths import ROOT

ONLY = ("identity", "self_test", "pilot_at_rest", "proximity", "online", "time", "card")


@pytest.fixture
def sim():
    """The address of a running sim; it ends with the test."""
    words = (
        "sim", "--headless", "--no-page", "--target", "in_process", "--speed", "60",
        "--control", "127.0.0.1:0",
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.pilotlight", *words],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in process.stdout:
        found = re.search(r"control: listening on (\S+)", line)
        if found:
            break
    else:
        pytest.fail("the sim ended")
    # What it tells on is read away, so that it never waits for us.
    reader = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
    yield found[1]
    process.terminate()
    assert process.wait(30) == 0
    reader.wait(30)


def test_station_of_a_running_sim_is_accepted(sim, tmp_path):
    only = [word for key in ONLY for word in ("--only", key)]
    words = ("commission", "--sim", sim, "--folder", str(tmp_path), *only)
    assert pilotlight.main(list(words)) == 1  # not complete
    made = json.loads(next(tmp_path.glob("*-report.json")).read_text())
    verdicts = {step["key"]: step["verdict"] for step in made["steps"]}
    assert {key: verdicts[key] for key in ONLY} == dict.fromkeys(ONLY, "passed"), made["failed"]
    assert made["recorded_by"] == "the sim's back end" and made["failed"] == []


def test_back_end_that_is_named_is_the_one_that_is_asked(sim, tmp_path, capsys):
    """The sim's station may be at another back end: then the sim's own has recorded nothing."""
    named = ("--back-end", "http://127.0.0.1:1", "--token", "x", "--folder", str(tmp_path))
    assert pilotlight.main(["commission", "--sim", sim, "--only", "identity", *named]) == 1
    made = json.loads(next(tmp_path.glob("*-report.json")).read_text())
    assert made["recorded_by"] == "http://127.0.0.1:1"
    assert pilotlight.main(["commission", "--emulated", *named]) == 2
    assert "--back-end" in capsys.readouterr().err


def test_sim_that_is_not_there_says_what_to_start(tmp_path, capsys):
    words = ["commission", "--sim", "127.0.0.1:1", "--folder", str(tmp_path)]
    assert pilotlight.main(words) == 2
    assert "pilotlight sim --control" in capsys.readouterr().err
    assert pilotlight.main([*words[:2], "nonsense"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
