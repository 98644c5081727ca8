"""`pilotlight provision` as a person runs it, over a pseudo terminal in place of a serial port."""

import os
import threading
import time
import tty

import pytest

from host_tests.provisioning.commands import CODE, SECRET, Command, is_as_ordered, order_for
from tools import pilotlight
from tools.provision import order, provisioning


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
        self._ends = True
        for one, other in ((self._ours, station), (station, self._ours)):
            os.set_blocking(one, False)
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        while self._ends:
            try:
                os.write(other, os.read(one, 200))
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:
                return

    def close(self):
        self._ends = False
        time.sleep(0.01)
        for end in (self._ours, self._theirs):
            os.close(end)


class Stranger:
    """Something at a serial port that is no Pilotlight; ``says(data)`` is its answer."""

    def __init__(self, says):
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
            except OSError:
                return


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
    monkeypatch.setattr(provisioning, "MEET_S", 0.5)
    (tmp_path / "order.toml").write_text(order.example(), encoding="utf-8")
    words = ["provision", str(tmp_path / "order.toml"), "--port", Stranger(says).port]
    assert pilotlight.main(words) == 1
    error = capsys.readouterr().err
    assert told in error
    assert "?" in error  # what to try


def test_port_that_is_not_there_is_told_with_what_to_try(tmp_path, capsys):
    (tmp_path / "order.toml").write_text(order.example(), encoding="utf-8")
    words = ["provision", str(tmp_path / "order.toml"), "--port", str(tmp_path / "ttyUSB0")]
    assert pilotlight.main(words) == 1
    assert "ls /dev/ttyUSB*" in capsys.readouterr().err
