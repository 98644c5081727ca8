"""`pilotlight deploy`, as far as a board is not needed; over a line: host_tests/device."""

import pytest
from rich.progress import Progress

from tools import pilotlight
from tools.build import image
from tools.device import deploy, serial_board
from tools.device.trouble import Trouble


class Board:
    """A board that says which it is, and no more; ``asked`` is what it was asked."""

    def __init__(self, name):
        self.asked, self.closed = [], None
        self._name = name

    def run(self, text, patience_s=0):
        self.asked.append(text)
        return f"{self._name}\n" if "BOARD" in text else "False\n"

    def close(self, restart):
        self.closed = restart


@pytest.fixture
def there(monkeypatch, tmp_path):
    """Puts a board of a name at the port."""
    monkeypatch.setattr(image, "BUILD", tmp_path)
    monkeypatch.setattr(image, "compiled_files", lambda board: {"main.mpy": b"M"})

    def there(name):
        board = Board(name)
        monkeypatch.setattr(serial_board, "opened", lambda port: board)
        return board

    return there


def deployed(board, force=False):
    with Progress(disable=True) as progress:
        return deploy.run("port", board, progress, force)


@pytest.mark.parametrize("name", ["esp32_devkit", "smartevse_v3@v3.0"])
def test_application_of_another_board_is_refused_and_the_station_starts_again(there, name):
    """Of the same chip, with other pins: a relay's among them."""
    board = there(name)
    with pytest.raises(Trouble, match=f"is {name}, not smartevse_v3@v3.1\n.*BOARD={name}"):
        deployed("smartevse_v3@v3.1")
    assert len(board.asked) == 1 and board.closed is True


@pytest.mark.parametrize(
    ("name", "force"), [("smartevse_v3@v3.0", False), ("", False), ("esp32_devkit", True)]
)
def test_board_that_is_meant_or_does_not_know_goes_on(there, name, force):
    """To the next question, which this one answers with no."""
    there(name)
    with pytest.raises(Trouble, match="has no ROMFS"):
        deployed("smartevse_v3", force)


def test_board_with_a_small_heap_is_refused_before_the_port_is_opened(capsys):
    """[DESIGN 8] from ROMFS the application needs twice the heap."""
    words = ["deploy", "--board", "esp32_devkit", "--port", "/dev/ttyNONE"]
    assert pilotlight.main(words) == 1
    assert "too little memory" in capsys.readouterr().err
    assert pilotlight.main([*words, "--force"]) == 1
    assert "there is no such port" in capsys.readouterr().err


def test_source_that_does_not_compile_is_told_before_the_port_is_opened(capsys, monkeypatch):
    def refuse(board):
        raise ValueError("exchange.py: mpy-cross refuses it: line 3")

    monkeypatch.setattr(image, "compiled_files", refuse)
    words = ["deploy", "--board", "esp32s3_devkit", "--port", "/dev/ttyNONE"]
    assert pilotlight.main(words) == 2
    assert "mpy-cross refuses it: line 3" in capsys.readouterr().err
