"""tools/draw_states: the drawings follow the tables, and DESIGN.md follows the drawings."""

import ast

import pytest

from tools import draw_states
from tools.paths import ROOT

ROWS = [
    ("idle", "plug", "busy", ""),
    ("idle", "tap", "idle", ""),
    ("busy", "tap", "busy", "beep"),
    ("busy", "unplug", "idle", "open"),
    ("busy", "fault", "idle", "open"),
    ("broken", "mend", "idle", ""),
]


def test_the_drawings_of_the_project_are_fresh():
    assert draw_states.find(ROOT) == []


def test_every_table_of_the_firmware_is_drawn():
    page = draw_states.drawings()
    files = [
        path.relative_to(ROOT / "firmware/chargepoint").as_posix()
        for path in (ROOT / "firmware").rglob("*.py")
        if "\n_ROWS = (" in path.read_text()
    ]
    assert len(files) >= 9
    for place in [*files, "ocpp/v16/status.py"]:
        assert f"### `{place}`\n" in page


def test_arrows_join_events_and_leave_out_what_changes_nothing():
    lines = draw_states.drawing(ROWS).splitlines()
    assert lines == [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> idle",
        "    [*] --> broken",
        "    idle --> busy : plug",
        "    busy --> busy : tap / beep",
        "    busy --> idle : unplug / open, fault / open",
        "    broken --> idle : mend",
        "```",
    ]


def test_the_table_tells_nothing_happens_from_never():
    assert draw_states.matrix(ROWS).splitlines()[2:] == [
        "| **idle** | busy | · |  |  |  |",
        "| **busy** |  | · / beep | idle / open | idle / open |  |",
        "| **broken** |  |  |  |  | idle |",
    ]


def test_states_that_are_numbers_are_called_by_their_names():
    tree = ast.parse("_ROWS = ((_REST, 'due', BUSY, '_begin'), (BUSY, DONE, _REST, None))")
    names = {"_REST": 0, "BUSY": "charging", "DONE": "Done"}
    assert draw_states.rows_of(draw_states.table_of(tree), names) == [
        ("rest", "due", "charging", "begin"),
        ("charging", "done", "rest", ""),
    ]


def test_the_53_transitions_of_the_standard_are_drawn():
    """OCPP 1.6 §4.9."""
    section = draw_states.drawings().partition("### `ocpp/v16/status.py`")[2]
    drawn = section.partition("```mermaid")[2].partition("```")[0]
    assert drawn.count(" --> ") - drawn.count("[*]") == 53
    assert "    Charging --> SuspendedEVSE\n" in drawn


def test_a_page_that_is_not_fresh_is_told(tmp_path):
    page = (ROOT / "DESIGN.md").read_text()
    (tmp_path / "DESIGN.md").write_text(page.replace("idle --> plugged", "idle --> elsewhere", 1))
    assert draw_states.find(tmp_path) == ["DESIGN.md: the state machines have changed since"]


@pytest.mark.parametrize("page", ["", draw_states.BEGIN, f"{draw_states.END}{draw_states.BEGIN}"])
def test_a_page_without_marks_is_told(tmp_path, page):
    (tmp_path / "DESIGN.md").write_text(page)
    (wrong,) = draw_states.find(tmp_path)
    assert "states:begin" in wrong


def test_what_stands_around_the_marks_stays():
    page = f"before\n{draw_states.BEGIN}\nold\n{draw_states.END}\nafter\n"
    new = draw_states.inserted(page, "new")
    assert new == f"before\n{draw_states.BEGIN}\n\nnew\n\n{draw_states.END}\nafter\n"
