"""Each check of `make check` finds what it is there to find, and nothing in a clean tree."""

from pathlib import Path

import pytest

from tools.checks import __main__ as runner
from tools.checks import compiles, duplicates, imports, links, lint, names, readme, sizes, types

CLEAN = '"""A room."""\n\n\ndef amps(limit_ma: int) -> int:\n    return limit_ma // 1000\n'
LONG_BODY = "def slow():\n" + "    x = 1\n" * 41
TWIN = "\n".join(f"    total += values[{n}] * weights[{n}]" for n in range(12))


def grow(root: Path, **files: str) -> Path:
    """A tree with these files; `__` in a name is a folder, the ending is .py."""
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("check", "text", "said"),
    [
        (lint.Format, "x = ( 1,2 )\n", "room.py"),
        (lint.Lint, "import os\n", "F401"),
        (types, "def f(a: int) -> int:\n    return a\n\n\nf(1, 2)\n", "Too many arguments"),
        (types, "import machine\n\nmachine.Pin(1).on_fire()\n", '"on_fire"'),
        (imports, "import random\n", "firmware/chargepoint/core may not import random"),
        (compiles, "match 1:\n    case 1:\n        pass\n", "SyntaxError"),
        (names, "def open_cp(pin):\n    return pin\n", "open_cp"),
        (names, "def f(pinManager):\n    return 1\n", "pinManager"),
        (sizes, LONG_BODY, "slow has 42 lines"),
        (sizes, "x = 1\n" * 401, "401 lines"),
    ],
)
def test_check_finds_the_fault_and_passes_a_clean_room(tmp_path, check, text, said):
    tree = grow(tmp_path, firmware__chargepoint__core__room=CLEAN)
    assert check.find(tree) == []
    grow(tree, firmware__chargepoint__core__room=text)
    assert said in "\n".join(check.find(tree))


def test_names_finds_a_file_with_a_word_that_says_nothing(tmp_path):
    assert names.find(grow(tmp_path, firmware__chargepoint__utils=CLEAN)) != []


def test_duplicates_finds_twelve_lines_that_stand_twice(tmp_path):
    body = f"def sum_{{}}(values, weights):\n    total = 0\n{TWIN}\n    return total\n"
    tree = grow(tmp_path, firmware__one=body.format("one"), firmware__two=CLEAN)
    assert duplicates.find(tree) == []
    grow(tree, firmware__two=body.format("two"))
    assert "Similar lines" in "\n".join(duplicates.find(tree))


@pytest.mark.parametrize(
    ("place", "module", "may"),
    [
        ("firmware/chargepoint/core/session.py", "chargepoint.core.timing", True),
        ("firmware/chargepoint/core/session.py", "chargepoint.ports.Clock", False),
        ("firmware/chargepoint/core/session.py", "time", False),
        ("firmware/chargepoint/wire/modbus.py", "chargepoint.core.timing", False),
        ("firmware/chargepoint/ocpp/frames.py", "chargepoint.core.timing", True),
        ("firmware/chargepoint/ocpp/frames.py", "chargepoint.drivers.clock", False),
        ("firmware/chargepoint/drivers/relay_pin.py", "machine.Pin", True),
        ("firmware/chargepoint/drivers/relay_pin.py", "chargepoint.core.timing", False),
        ("firmware/chargepoint/drivers/relay_pin.py", "chargepoint.drivers.lamp_pin", False),
        ("firmware/chargepoint/station.py", "chargepoint.bay.Bay", True),
        ("firmware/chargepoint/station.py", "chargepoint.drivers.clock", False),
        ("firmware/chargepoint/station.py", "asyncio", False),
        ("firmware/chargepoint/run.py", "asyncio", True),
        ("firmware/chargepoint/run.py", "tools.sim", False),
        ("firmware/main.py", "chargepoint.station", False),
        ("boards/unix/board.py", "chargepoint.drivers.clock", True),
        ("boards/unix/board.py", "host_tests.harness.stage", False),
        ("host_tests/scenarios/test_session.py", "host_tests.harness.stage.Stage", True),
        ("host_tests/scenarios/test_session.py", "chargepoint.core.timing", False),
        ("host_tests/scenarios/test_session.py", "json", True),
    ],
)
def test_import_table_of_the_design(place, module, may):
    assert imports.may_import(place, module) is may


def page(root: Path, text: str) -> Path:
    (root / "Makefile").write_text("test: check  ## the tests\ncheck:\n")
    (root / "DESIGN.md").write_text("# The design\n")
    (root / "README.md").write_text(text)
    return root


def test_readme_passes_commands_that_exist(tmp_path):
    text = (
        "```sh\ngit clone x && cd x   # fetch\n"
        'CI=true make test ARGS="-x --pdb why"\npython3 -m venv y\n```\n'
    )
    assert readme.find(page(tmp_path, text)) == []


@pytest.mark.parametrize("command", ["make tset", "./run-it", "python -m tools.nothing", "frobn"])
def test_readme_finds_a_command_that_does_not_exist(tmp_path, command):
    (found,) = readme.find(page(tmp_path, f"```sh\n{command}\n```\n"))
    assert command in found


def test_readme_finds_that_a_page_is_missing(tmp_path):
    assert readme.find(tmp_path) == ["README.md is missing", "DESIGN.md is missing"]


@pytest.mark.parametrize(
    ("link", "trouble"),
    [
        ("docs/wiring.md", ""),
        ("docs/wiring.md#the-pilots-wire", ""),
        ("#here-and-now", ""),
        ("https://example.org/x", ""),
        ("docs/wirings.md", "there is no such file"),
        ("docs/wiring.md#the-relay", "there is no such heading"),
        ("docs/lamp.png", "there is no such file"),
    ],
)
def test_links_find_what_leads_nowhere(tmp_path, link, trouble):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/wiring.md").write_text("## The pilot's wire\n```\n## The relay\n```\n")
    page(tmp_path, f"# Here `and` now\n[there]({link}), `[no](link)`\n")
    found = [line.rpartition(": ")[2] for line in links.find(tmp_path)]
    assert [line for line in found if line] == ([trouble] if trouble else [])


def test_runner_fails_and_says_what_to_do_when_a_check_fails(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", grow(tmp_path, firmware__utils=CLEAN))
    assert runner.main(["names"]) == 1
    assert names.REMEDY in capsys.readouterr().out
    (tmp_path / "firmware/utils.py").unlink()
    assert runner.main(["names"]) == 0


def test_runner_refuses_a_check_that_it_does_not_know(capsys):
    assert runner.main(["spelling"]) == 2
    assert "there are: format" in capsys.readouterr().err
