"""A station's lines as people read them, from a serial port that comes and goes."""

import io
import os
import threading
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from host_tests.unit.device.ports import Port
from tools.device import monitor
from tools.device.trouble import Trouble

AT = datetime(2026, 11, 26, 14, 5, 9, 7000)
_PATIENCE_S = 60


class Screen:
    """What was printed; ``until`` waits for a text in it, and fails when none comes."""

    def __init__(self):
        self.text = ""
        self._came = threading.Condition()
        self.console = Console(file=self, width=200)

    def write(self, text):
        with self._came:
            self.text += text
            self._came.notify_all()

    def flush(self):
        """As files have it."""

    def until(self, text):
        with self._came:
            assert self._came.wait_for(lambda: text in self.text, _PATIENCE_S), self.text

    def until_told(self, port, text):
        """Until the port is open: what came before is not shown."""
        with self._came:
            for _ in range(10 * _PATIENCE_S):
                port.say(b"info: %s\r\n" % text.encode())
                if self._came.wait_for(lambda: text in self.text, 0.1):
                    return
        raise AssertionError(self.text)


@pytest.fixture
def screen():
    return Screen()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("info: connected", "14:05:09.007 info    connected"),
        ("warning: link closed: 1006", "14:05:09.007 warning link closed: 1006"),
        ("error: contactor welded", "14:05:09.007 error   contactor welded"),
        ("Traceback (most recent call last):", "14:05:09.007         Traceback (most recent"),
        ("hint: no level of ours", "14:05:09.007         hint: no level of ours"),
        ("", "14:05:09.007         "),
    ],
)
def test_line_is_told_with_time_and_level(line, told):
    """[issue 5]: logs with time and level."""
    assert monitor.shown(line, AT).plain.startswith(told)


def test_levels_have_colours():
    """[issue 5]: colour."""
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=True, color_system="standard", _environ={})
    for line in ("info: a", "warning: b", "error: c"):
        console.print(monitor.shown(line, AT))
    green, yellow, red = printed.getvalue().splitlines()
    assert "\x1b[32m" in green and "\x1b[33m" in yellow and "\x1b[1;31m" in red


def test_answer_for_another_program_is_not_told():
    assert monitor.shown('@{"ok": true}', AT) is None


@given(st.text().filter(lambda line: not line.startswith(("info: ", "debug: "))))
def test_line_is_told_whatever_is_in_it(line):
    """It can't steer the terminal, and is no mark-up of ours."""
    told = monitor.shown(line, AT)
    if line.startswith("@"):
        assert told is None
    else:
        assert told.plain.isprintable() or "\t" in line
        assert len(told.plain) == len("14:05:09.007         ") + len(line)


def test_monitor_comes_back_when_the_cable_does(tmp_path, screen):
    """[issue 5]: reconnects. The port is a link, as udev makes it."""
    link = tmp_path / "ttyUSB0"
    first, second = Port(), Port()
    link.symlink_to(first.name)
    threading.Thread(target=monitor.run, args=(str(link), screen.console), daemon=True).start()
    screen.until("Ctrl-C ends")
    first.say(b"info: one\r\nwarn")
    screen.until("one")
    link.unlink()
    first.vanish()
    screen.until("gone; waiting for it")
    link.symlink_to(second.name)
    screen.until(": back")
    second.say(b"info: two\r\n")
    screen.until("two")
    assert "warninfo" not in screen.text
    # The thread ends with it.
    link.unlink()


def test_monitor_leaves_the_port_to_a_deploy(port, screen):
    """It lets go when it may not, and shows lines again afterwards."""
    may = threading.Event()
    may.set()
    showing = threading.Thread(
        target=monitor.show_while, args=(port.name, screen.console, may.is_set), daemon=True
    )
    showing.start()
    screen.until_told(port, "before")
    may.clear()
    showing.join(_PATIENCE_S)
    assert not showing.is_alive()
    monitor._open(port.name).close()


def test_line_without_an_end_is_told_in_pieces(port, screen):
    """Noise of another baud rate fills no memory."""
    threading.Thread(
        target=monitor.show_while, args=(port.name, screen.console, lambda: True), daemon=True
    ).start()
    screen.until_told(port, "ready")
    port.say(b"x" * 4000)
    port.say(b"x" * 90)
    port.say(b"x" * 90)
    screen.until("x" * 100)


def test_monitor_of_a_port_that_is_not_there_is_told_at_once(screen):
    with pytest.raises(Trouble, match="there is no such port"):
        monitor.run(os.devnull + "NONE", screen.console)
