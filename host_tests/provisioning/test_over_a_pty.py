"""`pilotlight provision` as a person runs it, over a pseudo terminal in place of a serial port."""

import contextlib
import os
import select
import threading
import tty
from types import SimpleNamespace

import pytest

from host_tests.provisioning.commands import CODE, SECRET, Command, is_as_ordered, order_for
from tools import pilotlight
from tools.provision import order
from tools.service import line

_NAP_S = 0.01
# Before each look a read takes up to a tenth of a second of the wall: in MEET_S one second.
_LOOK_S = 1.2


def test_order_is_set_checked_and_read_back_over_the_serial_line(make_stage, tmp_path, capsys):
    """The whole way, on every target: file, line, settings, restart, back end."""
    stage = make_stage().ready()
    port = stage.wiring.console.open_pty()
    path = order_for(stage, tmp_path)
    assert Command(path, "--port", port, "--check").wait(stage) == 0
    assert stage.csms.statuses("BE-0007", 1) == []
    assert Command(path, "--port", port).wait(stage) == 0
    told = capsys.readouterr().out
    assert "read back: as ordered" in told and "has accepted it" in told
    assert SECRET not in told and CODE not in told
    is_as_ordered(stage)


def test_station_that_loses_its_power_in_the_middle_takes_the_same_order_again(
    stage_on, tmp_path, capsys
):
    """The command says what to do; the second time it ends well, though the code is set now."""
    stage = stage_on("in_process")
    port = stage.wiring.console.open_pty()
    path = order_for(stage, tmp_path)
    command = Command(path, "--port", port)
    while stage.target.store.read("redo.a") is None:
        assert command.runs
        stage.advance(0.01)
    stage.power_cut()
    # The adapter goes with it.
    stage.wiring.console.close()
    assert command.wait(stage) == 1
    assert "Run the same command again" in capsys.readouterr().err
    stage.start()
    port = stage.wiring.console.open_pty()
    assert Command(path, "--port", port).wait(stage) == 0
    is_as_ordered(stage)


def test_wrong_unit_and_refused_fields_change_nothing(stage_on, tmp_path, capsys):
    """An order for another unit; and one that wants the code that this station has."""
    stage = stage_on("in_process")
    port = stage.wiring.console.open_pty()
    path = order_for(stage, tmp_path, **{"order.serial": "PL-OTHER"})
    assert Command(path, "--port", port).wait(stage) == 1
    assert "the order is for PL-OTHER: nothing was changed" in capsys.readouterr().err
    path = order_for(stage, tmp_path)
    assert Command(path, "--port", port).wait(stage) == 0
    path = order_for(stage, tmp_path, **{"installation.load_limit_a": 16, "technician.code": ""})
    capsys.readouterr()
    assert Command(path, "--port", port).wait(stage) == 1
    error = capsys.readouterr().err
    assert "code: expected the technician's code" in error and "--code CODE" in error
    assert Command(path, "--port", port, "--code", CODE).wait(stage) == 0


def test_order_is_set_over_the_processs_own_console(stage_on, tmp_path):
    """drivers/console_stdio on a terminal, as on a board's UART or USB."""
    ours, theirs = os.openpty()
    spare = os.dup(theirs)
    for end in (ours, theirs):
        tty.setraw(end)
    stage = stage_on("unix", tty=theirs)
    bridge = _Bridge(ours)
    path = order_for(stage, tmp_path)
    assert Command(path, "--port", bridge.port).wait(stage) == 0
    is_as_ordered(stage)
    bridge.close()
    for end in (ours, theirs, spare):
        os.close(end)


class _Bridge:
    """A terminal's two ends have one device each: this carries bytes between two terminals."""

    def __init__(self, station):
        self._station = station
        self._ours, self._theirs = os.openpty()
        for end in (self._ours, self._theirs):
            tty.setraw(end)
        self.port = os.ttyname(self._theirs)
        self._over = threading.Event()
        for end in (self._ours, station):
            os.set_blocking(end, False)
        self._carriers = [
            threading.Thread(target=self._carry, args=way, daemon=True)
            for way in ((self._ours, station), (station, self._ours))
        ]
        for carrier in self._carriers:
            carrier.start()

    def _carry(self, one, other):
        while not self._over.is_set():
            if select.select((one,), (), (), _NAP_S)[0]:
                data = os.read(one, 200)
                with contextlib.suppress(BlockingIOError):
                    os.write(other, data)  # no one reads: a serial line loses it, too

    def close(self):
        self._over.set()
        # Not under their hands: the number of a closed end may be another file's at once.
        for carrier in self._carriers:
            carrier.join()
        for end in (self._ours, self._theirs):
            os.close(end)


class Stranger:
    """Something at a serial port that is no Pilotlight; ``says(data)`` is its answer.

    ``now_s`` is the time of whoever asks it: it stands still until the stranger has answered, and
    then goes on by a little with each look at it.
    """

    def __init__(self, says):
        self._now_s, self._answered = 0.0, False
        self._ends = os.openpty()
        for end in self._ends:
            tty.setraw(end)
        self.port = os.ttyname(self._ends[1])
        self._says = says
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                data = os.read(self._ends[0], 1000)
                answer = self._says(data)
                if answer is None:
                    os.close(self._ends[0])
                    return
                os.write(self._ends[0], answer)
                self._answered = True
            except OSError:
                return

    def now_s(self):
        if self._answered:
            self._now_s += _LOOK_S
        return self._now_s


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (lambda data: b"", "nothing was heard"),
        (lambda data: data, "heard only"),
        (lambda data: os.urandom(300), "heard only"),
        (lambda data: b">>> \r\nMicroPython v1.25.0\r\n>>> ", "MicroPython v1.25.0"),
        (lambda data: b'@({"ok": true}\r\n@.\r\n', "no answer of a Pilotlight station"),
        (lambda data: None, "the device went away"),
    ],
    ids=["silent", "echo", "garbage", "repl", "answer to another", "unplugged"],
)
def test_wrong_serial_device_is_told_with_what_to_try(says, told, tmp_path, capsys, monkeypatch):
    """No answer, garbage, another firmware, a cable that comes loose."""
    stranger = Stranger(says)
    monkeypatch.setattr(line, "time", SimpleNamespace(monotonic=stranger.now_s))
    (tmp_path / "order.toml").write_text(order.example(), encoding="utf-8")
    words = ["provision", str(tmp_path / "order.toml"), "--port", stranger.port]
    assert pilotlight.main(words) == 1
    error = capsys.readouterr().err
    assert told in error
    assert "?" in error  # what to try


def test_port_that_is_not_there_is_told_with_what_to_try(tmp_path, capsys):
    (tmp_path / "order.toml").write_text(order.example(), encoding="utf-8")
    words = ["provision", str(tmp_path / "order.toml"), "--port", str(tmp_path / "ttyUSB0")]
    assert pilotlight.main(words) == 1
    assert "ls /dev/ttyUSB*" in capsys.readouterr().err
