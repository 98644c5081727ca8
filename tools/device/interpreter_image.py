"""The interpreter of a board as MicroPython's build makes it: boot loader, table, application.

It needs ESP-IDF, so it is given (IMAGE=) or found where that build leaves it. It begins where the
chip's boot loader does, with the header of ESP-IDF's images: 0xE9, and the chip's number in bytes
12 and 13 (esptool, firmware image format).
"""

import os
from pathlib import Path

from tools.device.trouble import Trouble
from tools.paths import BUILD, ROOT

# Where in the flash it begins, and the chip's number in the header.
PLACES = {"esp32": 0x1000, "esp32s2": 0x1000, "esp32s3": 0x0}
_CHIPS = {"esp32": 0, "esp32s2": 2, "esp32s3": 9}
_MAGIC = 0xE9
# The boot loader of an interpreter and the application after it.
_LEAST = 0x10000


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
    head = path.read_bytes()[:16]
    if len(head) < 16 or head[0] != _MAGIC or path.stat().st_size < _LEAST:
        raise Trouble(
            f"{path} is no whole interpreter: expected boot loader, table and application in one",
            "firmware.bin of MicroPython's build, not micropython.bin",
        )
    number = int.from_bytes(head[12:14], "little")
    if number != _CHIPS[chip]:
        known = {other: name for name, other in _CHIPS.items()}
        raise Trouble(
            f"{path} is for {known.get(number, f'chip {number}')}, the board has {chip}",
            "another IMAGE=, or another BOARD=",
        )
