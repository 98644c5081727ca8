"""`pilotlight dev`: a saved file runs within seconds; one that does not compile never does.

On a copy of the tree, with this one's interpreters.
"""

import shutil
import signal
import subprocess
import sys
import threading

import pytest

from host_tests.harness.targets.qemu_machine import QEMU
from tools.device import on_qemu
from tools.paths import MICROPYTHON, ROOT

_PATIENCE_S = 240
_TREE = ("firmware", "boards", "tools", "host_tests")
_LENT = (".venv", ".tools")


class Dev:
    """The command in a tree; ``until`` waits for texts in what it says from then on, in any order:
    what it started speaks for itself."""

    def __init__(self, tree, board):
        self._text, self._at = "", 0
        self._came = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tools.pilotlight", "dev", "--board", board],
            cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()

    def until(self, *texts):
        with self._came:
            assert self._came.wait_for(lambda: self._find(texts), _PATIENCE_S), self._text

    def said_since_first_start(self):
        return self._text.partition("store: new")[2]

    def end(self):
        """As a Ctrl-C does; the exit status."""
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(_PATIENCE_S)
        finally:
            self._process.kill()

    def _find(self, texts):
        found = [self._text.find(text, self._at) for text in texts]
        if min(found) < 0:
            return False
        self._at = max(at + len(text) for at, text in zip(found, texts, strict=True))
        return True

    def _read(self):
        for line in self._process.stdout:
            with self._came:
                self._text += line
                self._came.notify_all()


def save(file, text):
    """In one piece, as an editor does: no one sees a file that is empty yet."""
    partly = file.with_suffix(".part")
    partly.write_text(text)
    partly.replace(file)


@pytest.fixture
def tree(tmp_path):
    if not MICROPYTHON.exists():
        pytest.skip("no MicroPython here; run: make setup")
    for name in _TREE:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _LENT:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_saved_file_runs_and_one_that_does_not_compile_does_not(tree):
    """[issue 5]: reloads the changed file on the running target; the store stays."""
    file = tree / "firmware/chargepoint/exchange.py"
    good = file.read_text()
    dev = Dev(tree, "unix")
    try:
        dev.until("watching", "store: new")
        dev.until("accepted by the back end")
        said = good.replace("accepted by the back end", "accepted, and in another way")
        assert said != good
        save(file, "def broken(:\n" + good)
        dev.until("exchange.py")
        dev.until("mpy-cross refuses it")
        dev.until("the station runs on as it was")
        save(file, said)
        dev.until("running after")
        dev.until("accepted, and in another way")
        assert "store: new" not in dev.said_since_first_start()
    finally:
        status = dev.end()
    assert status == 0


def test_saved_file_runs_on_the_microcontroller_and_one_that_does_not_compile_does_not(tree):
    """[issue 5]: the application is built, deployed over the serial line, and started."""
    if not QEMU.exists():
        pytest.skip("qemu is missing; run: make setup")
    file = tree / "firmware/chargepoint/exchange.py"
    good = file.read_text()
    dev = Dev(tree, on_qemu.BOARD)
    try:
        dev.until("watching")
        save(file, "def broken(:\n" + good)
        dev.until("mpy-cross refuses it")
        dev.until("the station runs on as it was")
        save(file, good.replace("accepted by the back end", "accepted, and in another way"))
        dev.until("running after")
        dev.until("accepted, and in another way")
    finally:
        status = dev.end()
    assert status == 0
