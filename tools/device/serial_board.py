"""A board at its serial port for the tools of this folder: files, and texts to carry out."""

import contextlib
import io

import serial

from tools.device import trouble
from tools.repl.board import Board, Unreachable

# Where boards keep their store: the ESP32 family, the emulated board.
STORES = ("/store", "/flash")
# The first Ctrl-C may come while the station starts.
_TRIES = 4
_SILENT = (
    "is an interpreter on it (make flash), and is the right board at this port? {}; a board that "
    "starts again and again: press EN and run the command at once"
)


def opened(port: str) -> Board:
    """The board at ``port``, its station interrupted. Raises Trouble."""
    look(port)
    for tries_left in reversed(range(_TRIES)):
        try:
            # mpremote prints what came before a prompt: of a station, its last trace.
            with contextlib.redirect_stdout(io.StringIO()):
                return Board(port)
        except Unreachable as error:
            if not tries_left:
                raise trouble.Trouble(str(error), _SILENT.format(trouble.ports())) from error


def look(port: str) -> None:
    """Whether the port can be opened; raises Trouble that tells why not."""
    line = serial.Serial()
    # Neither may be asserted: they hold an ESP32 in reset or in its boot loader.
    line.port, line.dtr, line.rts, line.exclusive = port, False, False, True
    try:
        line.open()
    except (OSError, ValueError) as error:
        raise trouble.of_port(port, error) from error
    line.close()


def store_of(board: Board) -> str:
    """The folder of the board's store; raises Trouble for a board without one."""
    said = board.run(
        "import os\n"
        f"for folder in {STORES}:\n"
        "    try:\n        os.stat(folder)\n        print(folder)\n        break\n"
        "    except OSError:\n        pass\n"
    ).strip()
    if said not in STORES:
        raise trouble.Trouble(
            "the board has no store yet", "start the application once: make deploy, make monitor"
        )
    return said
