"""Which board a command is for: as it was typed, or said to be none."""

import os
import subprocess

import pytest

from tools import pilotlight
from tools.paths import ROOT


@pytest.mark.parametrize(
    "words, board",
    [
        ([], "unix"),
        (["BOARD=esp32_devkit", "PORT=/dev/x"], "esp32_devkit"),
        (["BOARD=qemu_mps2"], "qemu_mps2"),
    ],
)
def test_make_dev_is_for_the_board_that_was_typed(words, board):
    """Without one it needs no hardware, whatever `make flash` takes then."""
    ours = ("BOARD", "PORT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    free = {name: value for name, value in os.environ.items() if name not in ours}
    told = subprocess.run(
        ["make", "-n", "dev", *words], cwd=ROOT, env=free, capture_output=True, text=True
    )
    assert f" dev --board {board}" in told.stdout.splitlines()[-1], told.stdout + told.stderr


def test_dev_of_a_board_that_is_not_there_is_told(capsys):
    assert pilotlight.main(["dev", "--board", "toaster"]) == 2
    assert "there is no board 'toaster'" in capsys.readouterr().err
