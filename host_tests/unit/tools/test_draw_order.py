"""tools/draw_order: the page of the order file is made of its fields, and a stale one is found."""

import shutil

from tools import draw_order
from tools.paths import ROOT
from tools.provision.fields import FIELDS


def test_page_tells_every_field_and_no_password():
    page = draw_order.fresh()
    for each in FIELDS:
        assert f"| `{each.place.partition('.')[2]}` |" in page
        assert each.meaning in page
    assert 'password = "..."' in page


def test_stale_page_is_found(tmp_path):
    (tmp_path / "docs").mkdir()
    assert draw_order.find(tmp_path) == ["docs/order.md is missing"]
    page = shutil.copy(ROOT / draw_order.PAGE, tmp_path / draw_order.PAGE)
    assert draw_order.find(tmp_path) == []
    page.write_text(page.read_text(encoding="utf-8") + "more", encoding="utf-8")
    assert "changed since" in draw_order.find(tmp_path)[0]
