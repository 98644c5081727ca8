"""tools/draw_lamps: the page of lamps is made of the tables, and a stale one is found."""

import re
import shutil

import pytest

from tools import draw_lamps
from tools.paths import ROOT


@pytest.fixture
def tree(tmp_path):
    for path in (draw_lamps.PAGE, draw_lamps.SOURCE):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    (tmp_path / draw_lamps.PAGE).write_text(draw_lamps.fresh(tmp_path), encoding="utf-8")
    return tmp_path


def test_page_tells_each_meaning_with_its_rhythm_and_its_comment(tree):
    page = draw_lamps.fresh(tree)
    (line,) = [line for line in page.splitlines() if line.startswith("| `charging` |")]
    assert f"| blue | `{38 * '█'}··` | 1900, 100 ms | The contactor is closed" in line
    assert f"| `free` | green | `{40 * '█'}` | steady |" in page
    assert "| `accepted` | 80, 80, 80 ms |" in page


def test_every_rhythm_looks_different_on_the_page(tree):
    shown = re.findall("`([█·]{40})`", draw_lamps.fresh(tree))
    assert len(shown) == len(set(shown)) == 10


def test_page_that_is_stale_or_missing_is_found(tree):
    assert not draw_lamps.find(tree)
    page = tree / draw_lamps.PAGE
    page.write_text(page.read_text(encoding="utf-8").replace("1900", "900", 1), encoding="utf-8")
    assert "has changed since" in draw_lamps.find(tree)[0]
    page.unlink()
    assert draw_lamps.find(tree) == ["docs/lamps.md is missing"]


def test_row_without_a_comment_is_found(tree):
    source = tree / draw_lamps.SOURCE
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("    # Kept for the holder of another card.\n", ""))
    assert "no comment before the row of reserved" in draw_lamps.find(tree)[0]
