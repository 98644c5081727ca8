"""tools/draw_settings: the page of settings is made of the tables, and a stale one is found."""

import shutil

from tools import draw_settings
from tools.paths import ROOT


def test_page_names_every_setting_with_its_default_once():
    page = draw_settings.fresh()
    for name, default in (("HeartbeatInterval", "3600"), ("ReverseUid", "false")):
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"| `{default}` |" in line


def test_check_finds_a_page_that_is_stale_or_missing(tmp_path):
    assert draw_settings.find(tmp_path) == ["docs/settings.md is missing"]
    (tmp_path / "docs").mkdir()
    page = shutil.copy(ROOT / draw_settings.PAGE, tmp_path / draw_settings.PAGE)
    page.write_text(draw_settings.fresh(), encoding="utf-8")
    assert not draw_settings.find(tmp_path)
    page.write_text(page.read_text().replace("3600", "60", 1))
    assert "changed since" in draw_settings.find(tmp_path)[0]


def test_each_kind_of_setting_says_what_it_takes():
    for kind, low, high, said in (
        ("int", 1, 9, "1 to 9"),
        ("choice", "A,B", "", "A, B"),
        ("hours", "", "", "22-6"),
        ("csl", "A,B", 2, "at most 2 of: A, B"),
    ):
        assert said in draw_settings.values(("Name", kind, "", low, high))
