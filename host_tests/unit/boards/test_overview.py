"""boards/README.md: its table is what the board.json files say."""

import json
import shutil

from host_tests.harness import paths
from tools.boards import overview


def copied(tmp_path):
    boards = tmp_path / "boards"
    shutil.copytree(paths.BOARDS / "esp32_devkit", boards / "esp32_devkit")
    shutil.copy(paths.BOARDS / "README.md", boards)
    (boards / "README.md").write_text(overview._renewed(boards / "README.md", boards))
    return boards


def test_the_table_of_the_project_is_fresh():
    assert overview.findings(paths.BOARDS) == []


def test_a_board_that_watches_more_makes_the_table_stale(tmp_path):
    boards = copied(tmp_path)
    assert overview.findings(boards) == []
    path = boards / "esp32_devkit/board.json"
    content = json.loads(path.read_text())
    content["monitored"]["temperature"] = "a thermometer"
    path.write_text(json.dumps(content))
    assert "stale" in overview.findings(boards)[0]


def test_a_page_without_the_table_is_refused(tmp_path):
    boards = copied(tmp_path)
    (boards / "README.md").write_text("# Boards\n")
    assert "stale" in overview.findings(boards)[0]
    (boards / "README.md").unlink()
    assert overview.findings(boards) == ["boards/README.md: missing"]


def test_what_is_not_watched_is_said_in_the_table(tmp_path):
    (row,) = [line for line in overview.table(copied(tmp_path)).splitlines() if "devkit" in line]
    assert row.count("**no**") == 5 and row.count("| yes ") == 4
