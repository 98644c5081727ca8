"""The bench's tables: published, read back, compared (measured in host_tests/benchmarks)."""

import pytest

from tools.bench import check, flash
from tools.bench.session import Session, Step
from tools.bench.table import BEGIN, END, Table, figures, replaced

PAGE = f"# Title\n{BEGIN}\nold\n{END}\nafter\n"
FLASH = Table("Flash, bytes", ("room", ".mpy"), [("core", 33012), ("all", 1124923)], "A note.")
WORST = Table("Longest", ("step", "instructions", "in it"), [("first", 21, "writes, 2 of them")])


def test_tables_that_were_published_are_read_back():
    published = replaced(PAGE, [FLASH, WORST])
    assert figures(published) == FLASH.figures() | WORST.figures()
    assert figures(published)[("Flash, bytes", "all", ".mpy")] == 1124923


def test_publishing_replaces_what_was_between_the_markers_only():
    once = replaced(PAGE, [FLASH])
    assert "old" not in once and once.startswith("# Title\n") and once.endswith(f"{END}\nafter\n")
    assert "A note." in once and "1,124,923" in once
    assert replaced(once, [FLASH]) == once


@pytest.mark.parametrize("page", ["no markers", PAGE + PAGE, f"{END}\n"])
def test_publishing_refuses_a_page_without_its_markers(page):
    with pytest.raises(ValueError, match="bench:begin"):
        replaced(page, [FLASH])


def test_check_is_content_within_a_fifth():
    published = FLASH.figures()
    measured = {key: round(value * 1.15) for key, value in published.items()}
    assert check.differences(published, measured) == []


def test_check_names_what_is_off():
    published = FLASH.figures()
    measured = {key: round(value * 1.4) for key, value in published.items()}
    found = check.differences(published, measured)
    assert found[1] == "Flash, bytes / core / .mpy: 46,217, the README says 33,012"


def test_check_names_figures_that_only_one_side_has():
    found = check.differences(FLASH.figures(), WORST.figures())
    assert "Longest / first / instructions: not in the README" in found
    assert "Flash, bytes / core / .mpy: not measured" in found


def test_flash_counts_every_byte_in_one_room():
    rows = {row[0]: row[1:] for row in flash.measure().rows}
    assert sum(mpy for room, (mpy, _) in rows.items() if room != "all") == rows["all"][0]
    assert rows["all"][1] > rows["all"][0] > 50_000


def test_peak_of_a_session_is_the_fullest_step():
    steps = [Step(used=1000), Step(used=3000), Step(used=2000)]
    assert Session(0, 0, 0, [], [], steps, []).peak == 3000
