"""A developer's commands at a real serial line: a pseudo terminal before the emulated
microcontroller, whose interpreter and REPL are the real ones.

What only hardware shows (esptool and a chip, DTR and RTS) is in docs/flashing.md.
"""

import hashlib
import os
import queue
import re
import select
import subprocess
import sys
import threading
import time
import tty

import pytest

from host_tests.harness.targets.qemu_machine import QEMU
from tools.build import image
from tools.device import archive, on_qemu, serial_board, store
from tools.paths import ROOT

PATIENCE_S = 240
AGAIN_S = 5
_ROM = """\
import uctypes, hashlib
from binascii import hexlify
rom = memoryview(uctypes.bytearray_at(0x21100000, {size}))
print(hexlify(hashlib.sha256(rom).digest()).decode())
"""
ORDER = """\
[order]
format = 1
[back_end]
identity = "PL-0001"
url = "ws://127.0.0.1:9/ocpp"
security_profile = 0
[installation]
max_current_a = 20
load_limit_a = 13
phases = 3
earthing = "TN"
[charging]
mode = "card"
[technician]
code = ""
"""
_SPOIL = "import uctypes\nuctypes.bytearray_at(0x21100000, 16)[:] = bytes(16)\n"


@pytest.fixture(scope="module")
def desk():
    """(process, port); the station runs and its back end is there."""
    if not QEMU.exists():
        pytest.skip("qemu is missing; run: make setup")
    process, port = on_qemu.started()
    yield process, port
    process.kill()
    process.wait()


def pilotlight(*words):
    """What a command said; it must go well."""
    ended = subprocess.run(
        [sys.executable, "-m", "tools.pilotlight", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def records_of(port, folder):
    pilotlight("backup", "--port", port, "--to", str(folder / "now.zip"))
    return archive.read(str(folder / "now.zip"))[0]


def set_limit_in(names):
    """The record of the load limit that the order sets."""
    return [name for name in names if name.startswith("set_supplylimit")]


def monitored(desk, *wanted):
    """The monitor's lines from a cut of the network on, until each of ``wanted`` was shown."""
    process, port = desk
    words = [sys.executable, "-u", "-m", "tools.pilotlight", "monitor", "--port", port]
    monitor = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines, until_s = queue.Queue(), time.monotonic() + PATIENCE_S
    reader = threading.Thread(target=lambda: [lines.put(line) for line in monitor.stdout])
    reader.start()
    try:
        seen, cut_s = lines.get(timeout=PATIENCE_S), 0
        while not all(word in seen for word in wanted):
            assert time.monotonic() < until_s, seen
            # A station that was not connected yet has lost nothing.
            if "link closed" not in seen and time.monotonic() >= cut_s + AGAIN_S:
                cut_s = time.monotonic()
                process.stdin.write("cut\n")
                process.stdin.flush()
            try:
                seen += lines.get(timeout=AGAIN_S)
            except queue.Empty:
                pass
    finally:
        monitor.terminate()
        monitor.wait()
        reader.join()
    return seen


def test_monitor_shows_lines_with_time_and_level(desk):
    """[issue 5]: logs with time and level."""
    seen = monitored(desk, "link closed", "connected to the back end")
    assert re.search(r"^\d\d:\d\d:\d\d\.\d{3} warning +link closed", seen, re.MULTILINE), seen


def test_repl_is_the_prompt_of_the_interpreter_and_a_reset_there_starts_the_station(desk):
    """[issue 5]: by mpremote, at a terminal. A Ctrl-C interrupts the station, Ctrl-X leaves."""
    _, port = desk
    keyboard, terminal = os.openpty()
    # What is typed before mpremote has made it so is not to be a line's edit.
    tty.setraw(terminal)
    words = [sys.executable, "-m", "tools.pilotlight", "repl", "--port", port]
    repl = subprocess.Popen(words, cwd=ROOT, stdin=terminal, stdout=terminal)
    os.close(terminal)
    try:
        shown_until(keyboard, b"Use Ctrl-")
        os.write(keyboard, b"\x03")
        shown_until(keyboard, b">>> ")
        os.write(keyboard, b"import sys; sys.implementation.name, 6 * 7\r")
        shown_until(keyboard, b"('micropython', 42)")
        os.write(keyboard, b"import machine; machine.reset()\r")
        shown_until(keyboard, b"connected to the back end")
        os.write(keyboard, b"\x18")
        assert repl.wait(PATIENCE_S) == 0
    finally:
        repl.kill()
        repl.wait()
        os.close(keyboard)


def shown_until(keyboard, wanted):
    """Read what a terminal shows, up to ``wanted``."""
    seen, until_s = b"", time.monotonic() + PATIENCE_S
    while wanted not in seen:
        ready, _, _ = select.select((keyboard,), (), (), max(0, until_s - time.monotonic()))
        assert ready, seen
        seen += os.read(keyboard, 512)


def boots_of(records):
    """How often the station had started."""
    told = b"".join(records.get(name, b"") for name in ("journal.a", "journal.b"))
    return max(map(int, re.findall(rb'"boot": (\d+)', told)))


def test_settings_go_in_and_a_backup_brings_the_old_ones_back(desk, tmp_path):
    """Order over the console, then restore: settings are as they were. What the station did since
    stays: its journal goes on and never back."""
    _, port = desk
    before = records_of(port, tmp_path)
    assert not set_limit_in(before)
    (tmp_path / "now.zip").rename(tmp_path / "before.zip")
    order = tmp_path / "order.toml"
    order.write_text(ORDER)
    assert "settings and 0 files set" in pilotlight("provision", str(order), "--port", port)
    board = serial_board.opened(port)
    assert set_limit_in(board.run("import os\nprint(os.listdir('/flash'))").split("'"))
    board.close(restart=False)
    said = pilotlight("restore", "--port", port, "--from", str(tmp_path / "before.zip"))
    assert re.search(r"^[1-9]\d? records restored", said, re.MULTILINE), said
    now = records_of(port, tmp_path)
    assert {name: now[name] for name in ("factory", "unit", "board")} == {
        name: before[name] for name in ("factory", "unit", "board")
    }
    assert boots_of(now) > boots_of(before)
    assert not set_limit_in(now) and not [name for name in now if name.startswith("restore")]


def test_deploy_writes_the_application_and_starts_it(desk):
    """By mpremote; the digest is taken on the board."""
    _, port = desk
    built = image.build_image(on_qemu.BOARD).read_bytes()
    board = serial_board.opened(port)
    board.run(_SPOIL)
    board.close(restart=False)
    pilotlight("deploy", "--board", on_qemu.BOARD, "--port", port)
    monitored(desk, "link closed", "connected to the back end")
    board = serial_board.opened(port)
    assert board.run(_ROM.format(size=len(built))).strip() == hashlib.sha256(built).hexdigest()
    # What a flash does first, for the unit keeps its record.
    assert b"serial" in store.read_record(board, "/flash", "unit")
    assert store.read_record(board, "/flash", "nothing") is None
    board.close(restart=False)
