"""The interpreter of a board as MicroPython's build makes it: boot loader, table, application.

It needs ESP-IDF, so it is given (IMAGE=) or found where that build leaves it. It begins where the
chip's boot loader does, with the header of ESP-IDF's images: 0xE9, and the chip's number in bytes
12 and 13 (esptool, firmware image format). The board's own partition table is laid over the one in
it, which may be of another build; esptool refuses two files at one place.
"""

import os
from pathlib import Path

from tools.boards.partitions import parse
from tools.device import partition_table
from tools.device.trouble import Trouble
from tools.paths import BUILD, ROOT

# Where in the flash it begins, and the chip's number in the header.
PLACES = {"esp32": 0x1000, "esp32s2": 0x1000, "esp32s3": 0x0}
_CHIPS = {"esp32": 0, "esp32s2": 2, "esp32s3": 9}
_MAGIC = b"\xe9"
# The application after the boot loader, in every table of ours.
_APPLICATION = 0x10000


def find(board: str, given: str = None) -> Path:
    """The image that was ``given``, else build/<board>/firmware.bin, else what a build of
    MicroPython beside this tree (or at $MICROPYTHON) left. Raises Trouble."""
    name = board.partition("@")[0]
    if given:
        places = [Path(given)]
    else:
        trees = [os.environ.get("MICROPYTHON"), ROOT.parent / "micropython"]
        places = [BUILD / name / "firmware.bin"]
        places += [Path(tree) / f"ports/esp32/build-{name}/firmware.bin" for tree in trees if tree]
    for place in places:
        if place.is_file():
            return place
    raise Trouble(
        f"no interpreter for {name}: looked for {', '.join(map(str, places))}",
        f"build it with ESP-IDF (boards/{name}/board.md, Flash), then IMAGE=path",
    )


def check(path: Path, chip: str) -> None:
    """Whether ``path`` is an image for ``chip``; raises Trouble."""
    data = path.read_bytes()
    if data[:1] == _MAGIC and len(data) >= 16:
        _check_chip(path, int.from_bytes(data[12:14], "little"), chip)
    application = _APPLICATION - PLACES[chip]
    if data[:1] != _MAGIC or data[application : application + 1] != _MAGIC:
        raise Trouble(
            f"{path} is no whole interpreter: expected boot loader, table and application in one",
            "firmware.bin of MicroPython's build, not micropython.bin",
        )


def _check_chip(path, number, chip):
    if number != _CHIPS[chip]:
        known = {other: name for name, other in _CHIPS.items()}
        raise Trouble(
            f"{path} is for {known.get(number, f'chip {number}')}, the board has {chip}",
            "another IMAGE=, or another BOARD=",
        )


def check_board(path: Path, board: str) -> None:
    """Whether the application that is frozen in it is of ``board``, a name with its revision: it
    knows itself by that name (described.py). Another's pins could close a contactor, so raises
    Trouble."""
    if board.encode() + b"\0" not in path.read_bytes():
        raise Trouble(
            f"{path} was not built for {board}: that name is not in it",
            f"make build BOARD={board}, then the interpreter anew (board.md, Flash)",
        )


def with_table(path: Path, chip: str, text: str) -> bytes:
    """The image with the partition table of a board's CSV; raises Trouble where its application
    is larger than the table's room for it."""
    data, begins = path.read_bytes(), PLACES[chip]
    room = next(part for part in parse(text) if part.kind == "app")
    if room.offset != _APPLICATION or begins + len(data) > room.end:
        raise Trouble(
            f"{path} ends at {begins + len(data):#x}; {room.name} is {room.offset:#x} to "
            f"{room.end:#x}, and an application begins at {_APPLICATION:#x}",
            "build the interpreter with the board's partitions.csv (board.md, Flash)",
        )
    at, table = partition_table.AT - begins, partition_table.binary(text)
    return data[:at] + table + data[at + len(table) :]
