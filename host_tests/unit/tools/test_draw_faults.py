"""tools/draw_faults: docs/faults.md follows the table that the firmware uses."""

import shutil

import pytest

from tools import draw_faults
from tools.draw_faults import Fault, comment_before, duration, fields, in_words
from tools.paths import ROOT

TIMES = {"SHORT_MS": 250, "TRIES": 3, "LOCK_TRIES": 5}
HOLDS = (0, 30_000)


@pytest.fixture
def root(tmp_path):
    for place in (draw_faults.SOURCE, draw_faults.PAGE):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / place)
    return tmp_path


def spoil(root, place, old, new):
    text = (root / place).read_text()
    assert old in text
    (root / place).write_text(text.replace(old, new, 1))


def test_the_page_of_the_project_is_fresh():
    assert draw_faults.find(ROOT) == []


def test_every_fault_has_its_line_on_the_page():
    page = (ROOT / draw_faults.PAGE).read_text()
    rows = draw_faults.draw_states.load("chargepoint.core.faults").FAULTS
    for name, code, vendor, *_ in rows:
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"| {code} | {vendor} |" in line
    assert len(rows) > 20


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 ms"), (250, "250 ms"), (1500, "1500 ms"), (5000, "5 s"), (90_000, "90 s"),
     (300_000, "5 min"), (86_400_000, "24 h")],
)  # fmt: skip
def test_duration_is_told_in_the_largest_whole_unit(ms, words):
    assert duration(ms) == words


def test_names_of_timing_become_figures():
    seen = in_words("Lost for SHORT_MS in LOCK_TRIES tries, PWM or not.", TIMES)
    assert seen == "Lost for 250 ms in 5 tries, PWM or not."


def test_comment_of_several_lines_is_one_text():
    lines = ["# other", "(1),", "    # One", "    # two.", "    (2),"]
    assert comment_before(lines, 5) == "One two."
    assert comment_before(lines, 3) == ""
    assert comment_before(lines, 2) == "other"


@pytest.mark.parametrize(
    ("recovery", "attempts", "latches", "hold", "words"),
    [
        ("self", 0, False, 0, ["-", "always", "-", "no"]),
        ("unplug", 2, False, 1, ["30 s", "2 times", "the vehicle is unplugged", "no"]),
        ("technician", 3, True, 1, ["30 s", "3 times", "a technician's reset", "yes"]),
        ("power", 0, True, 1, ["30 s", "never", "the power was off", "yes"]),
        ("reset", 0, False, 0, ["-", "never", "a reset of the station", "no"]),
    ],
)
def test_end_of_a_fault_is_told_in_words(recovery, attempts, latches, hold, words):
    row = ("lost", "OtherError", "Lost", "at_once", recovery, attempts, latches, hold)
    told = fields(Fault(row, "Lost for SHORT_MS."), TIMES, HOLDS)
    assert told == ["`lost`", "OtherError", "Lost", "Lost for 250 ms.", *words]


def test_a_page_that_is_stale_is_told(root):
    assert draw_faults.find(root) == []
    spoil(root, draw_faults.PAGE, "| `diode` |", "| `tube` |")
    assert draw_faults.find(root) == ["docs/faults.md: the table of faults has changed since"]
    (root / draw_faults.PAGE).unlink()
    assert draw_faults.find(root) == ["docs/faults.md is missing"]


def test_a_row_without_its_comment_is_told(root):
    spoil(root, draw_faults.SOURCE, "    # The pilot at 0 V for PILOT_SHORT_MS.\n", "")
    (wrong,) = draw_faults.find(root)
    assert wrong.endswith("no comment before the row of pilot_short")


def test_a_comment_that_names_no_duration_of_ours_is_told(root):
    spoil(root, draw_faults.SOURCE, "for PILOT_SHORT_MS", "for PILOT_SHRT_MS")
    (wrong,) = draw_faults.find(root)
    assert wrong.endswith("pilot_short: PILOT_SHRT_MS is not in timing.py")


def test_a_comment_that_changes_makes_the_page_stale(root):
    spoil(root, draw_faults.SOURCE, "# The pilot at 0 V", "# The pilot at 1 V")
    assert draw_faults.find(root) == ["docs/faults.md: the table of faults has changed since"]


def test_source_without_the_table_is_told():
    with pytest.raises(ValueError, match="expected an assignment to FAULTS"):
        draw_faults.faults("OTHER = ()\n", ())
