"""`pilotlight calibrate --port`: against MicroPython itself, behind a pseudo terminal."""

import json
import os
import subprocess
import threading
import tty

import pytest

from host_tests.harness import paths
from tools import pilotlight
from tools.calibrate import main as calibrate
from tools.calibrate.setup import of_board
from tools.paths import MICROPYTHON
from tools.repl import board as board_of
from tools.repl.board import Board, Unreachable

PROGRAM = paths.ROOT / "host_tests/unit/tools/raw_repl_main.py"
DEVKIT = of_board("esp32_devkit")
# Of the wall, and only for what never comes.
PATIENCE_S = 120
pytestmark = pytest.mark.skipif(
    not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`"
)


class Console:
    """A board's console: the interpreter on a terminal, and what is at its pads."""

    def __init__(self, folder, emulated=paths.EMULATED):
        self.store = folder / "store"
        self.level = folder / "level"
        self.put(2289)
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._line, line = os.openpty()
        tty.setraw(line)
        self.port = os.ttyname(line)
        words = [MICROPYTHON, PROGRAM, emulated, self.level, self.store]
        self._process = subprocess.Popen(
            [str(word) for word in words], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
        )
        os.close(theirs)
        self._keep = line
        for source, target in ((self._line, self._ours), (self._ours, self._line)):
            threading.Thread(target=_carry, args=(source, target), daemon=True).start()

    def put(self, pad_mv, noise_mv=4):
        self.level.write_text(f"{DEVKIT.adc_pad} {pad_mv} {noise_mv}")

    def close(self):
        self._process.kill()
        self._process.wait()

    def ended(self):
        """The interpreter asked for a reset."""
        return self._process.wait(timeout=PATIENCE_S) is not None


def _carry(source, target):
    while True:
        try:
            os.write(target, os.read(source, 1024))
        except OSError:
            return


@pytest.fixture
def console(tmp_path, monkeypatch):
    # An interpreter that is held up is not one that is silent.
    monkeypatch.setattr(board_of, "_SILENCE_S", PATIENCE_S)
    monkeypatch.setattr(board_of, "_PATIENCE_S", PATIENCE_S)
    opened = Console(tmp_path)
    yield opened
    opened.close()


def answering(monkeypatch, console, pads, mains_off=True):
    """A person with a voltmeter; ``pads``: nominal level -> what the pad shows instead."""

    def ask(_, nominal_mv, how):
        console.put(pads.get(nominal_mv, DEVKIT.pad_mv(nominal_mv)))
        return nominal_mv

    monkeypatch.setattr(calibrate, "_ask", ask)
    monkeypatch.setattr(calibrate.Confirm, "ask", lambda *words, **options: mains_off)


def words(console):
    return ["calibrate", "--port", console.port, "--board", "esp32_devkit", "--bursts", "3"]


def test_a_board_is_measured_and_keeps_the_record(monkeypatch, console):
    real = DEVKIT._replace(zero_mv=1290, ratio_bp=861)
    pads = {mv: real.pad_mv(mv) for mv in (12000, 9000, 6000, 3000, 0, -12000)}
    answering(monkeypatch, console, pads)
    assert pilotlight.main(words(console)) == 0
    record = json.loads((console.store / "calibration").read_bytes())
    assert record["zero_mv"] == pytest.approx(1290, abs=1)
    assert record["ratio_bp"] == pytest.approx(861, abs=1)
    assert sorted(os.listdir(console.store)) == ["calibration"]
    assert console.ended(), "the station starts anew with what was written"


def test_nonsense_is_refused_and_the_board_keeps_what_it_had(monkeypatch, console, capsys):
    console.store.mkdir()
    (console.store / "calibration").write_bytes(b"before")
    answering(monkeypatch, console, {9000: 2289})
    assert pilotlight.main(words(console)) == 1
    assert "no change between them" in capsys.readouterr().err
    assert (console.store / "calibration").read_bytes() == b"before"
    assert console.ended(), "the station was stopped, and starts again"


def test_nothing_is_done_unless_the_mains_are_off(monkeypatch, console, capsys):
    answering(monkeypatch, console, {}, mains_off=False)
    assert pilotlight.main(words(console)) == 1
    assert "the mains must be off" in capsys.readouterr().err


def test_an_error_of_the_board_is_told_with_its_last_line(console):
    board = Board(console.port)
    with pytest.raises(Unreachable, match="the board refuses: ValueError: here"):
        board.run("raise ValueError('here')")
    assert board.run("print(1 + 1)") == "2\n"
    board.close(restart=False)


def test_what_is_not_an_interpreter_is_told(tmp_path):
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    with pytest.raises(Unreachable, match="expected a MicroPython console"):
        Board(os.ttyname(theirs))
    os.close(ours)
    os.close(theirs)


def test_a_board_that_does_not_come_back_after_a_reset_is_told(monkeypatch, console):
    """The interpreter ends where a board would begin anew."""
    monkeypatch.setattr(board_of, "_RESTARTED_S", 0)
    monkeypatch.setattr(board_of, "_RESETS_S", 0)
    board = Board(console.port)
    carry_out = board.transport.exec_raw_no_follow

    def carry_out_and_expect_nothing_more(text):
        try:
            carry_out(text)
        finally:
            monkeypatch.setattr(board_of, "_SILENCE_S", 0.2)
            board.transport.serial.timeout = 0.2

    monkeypatch.setattr(board.transport, "exec_raw_no_follow", carry_out_and_expect_nothing_more)
    with pytest.raises(Unreachable, match="the board did not come back"):
        board.run_to_a_reset(board_of.RESTART)
    assert console.ended()
