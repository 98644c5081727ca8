"""`pilotlight flash`: an empty board becomes a charge point, by esptool.

In order: the images are made and checked against the board, the chip is asked who it is, the
flash is erased, interpreter, partition table and application are written and verified; then the
new interpreter starts, and gets its unit record and, with an order, its settings. A unit that was
flashed before keeps its record, for its label is on the box.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from rich.progress import Progress

from tools.boards import description, partitions
from tools.build import image
from tools.device import interpreter_image, serial_board, store, trouble, unit
from tools.paths import BUILD
from tools.repl.board import Unreachable

_BAUD = 460800
_STORE = "/store"
_STARTED_S = 40


class Parts:
    """What is written: (place in the flash, file) of the interpreter with the board's partition
    table, and of the application. Raises Trouble for an interpreter that is not the board's."""

    def __init__(self, board: str, given: str, with_rom: bool):
        self.board = board
        self.about = json.loads((image.folder_of(board) / "board.json").read_text())
        self.chip = self.about["mcu"]
        interpreter = interpreter_image.find(board, given)
        interpreter_image.check(interpreter, self.chip)
        whole = description.whole_name(board, image.BOARDS)
        interpreter_image.check_board(interpreter, whole)
        folder = BUILD / board
        folder.mkdir(parents=True, exist_ok=True)
        table = (image.folder_of(board) / "partitions.csv").read_text()
        written = folder / "interpreter.bin"
        written.write_bytes(interpreter_image.with_table(interpreter, self.chip, table))
        self.places = [(interpreter_image.PLACES[self.chip], written)]
        if with_rom or self.about.get("psram"):
            self.places.append((_rom(table), image.build_image(board)))

    def words(self) -> list:
        """As esptool wants them."""
        return [str(word) for at, file in self.places for word in (hex(at), file)]


def _rom(table):
    return next(part.offset for part in partitions.parse(table) if part.name == "romfs")


def merge(parts: Parts) -> Path:
    """build/<board>/flash.bin, all in one, for a factory's own writer."""
    path = BUILD / parts.board / "flash.bin"
    size = f"{parts.about['flash_mb']}MB"
    _esptool(
        "",
        ["--chip", parts.chip, "merge-bin", "-o", str(path), "--flash-size", size, *parts.words()],
    )
    return path


def run(port: str, parts: Parts, record: bytes, files: dict, progress: Progress) -> bytes:
    """Write everything; the unit's record. ``record`` None: the board's own, or a new one;
    ``files``: store name -> bytes, of an order. Its label is written before anything is erased.
    Raises Trouble."""
    serial_board.look(port)
    record = record or _own_unit(port) or unit.made()
    unit.write_label(record)
    try:
        _write(port, parts, {**files, unit.unit.RECORD: record}, progress)
    except trouble.Trouble as failed:
        serial, _ = unit.unit.read(record)
        raise trouble.Trouble(
            failed.seen, f"{failed.attempt}\n  then: --serial {serial}, and its label stays right"
        ) from failed
    return record


def _write(port, parts, files, progress):
    task = progress.add_task("flashing", total=4)
    of_chip = ["--chip", parts.chip, "--port", port, "--baud", str(_BAUD)]
    for words in (
        [*of_chip, "flash-id"],
        [*of_chip, "erase-flash"],
        [*of_chip, "write-flash", *parts.words()],
    ):
        _esptool(port, words)
        progress.advance(task)
    _provision(port, files)
    progress.advance(task)


def _own_unit(port):
    """The record of a unit that was flashed before, if its interpreter still answers."""
    try:
        board = serial_board.Board(port)
    except Unreachable:
        return None
    try:
        found = store.read_record(board, _STORE, unit.unit.RECORD)
    except Unreachable:
        found = None
    finally:
        board.close(restart=False)
    return found if found and unit.unit.read(found) else None


def _provision(port, files):
    board = _started(port)
    try:
        board.run(f"import os\nif 'store' not in os.listdir('/'):\n    os.mkdir({_STORE!r})")
        for name, data in files.items():
            store.write_file(board, f"{_STORE}/{name}", data)
    except Unreachable as error:
        raise trouble.Trouble(
            f"the interpreter was written, but {error}", "the same command again"
        ) from error
    finally:
        board.close(restart=True)


def _started(port):
    until_s = time.monotonic() + _STARTED_S
    while True:
        try:
            return serial_board.Board(port)
        except Unreachable as error:
            if time.monotonic() > until_s:
                raise trouble.Trouble(
                    f"the interpreter was written and does not answer: {error}",
                    "press EN; is the interpreter one for this chip and its flash (board.md)?",
                ) from error


def _esptool(port, words):
    """Its own progress is shown as it comes; what it said tells why it failed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "esptool", *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said = []
    for line in process.stdout:
        said.append(line)
        sys.stdout.write(line)
    if process.wait():
        raise trouble.of_esptool(port, "".join(said))


def files_of(order) -> dict:
    """What an order puts into an empty store: its settings as the factory's, and its files."""
    return {"factory": json.dumps(order.settings).encode(), **order.files}


def has_psram(board: str) -> bool:
    """Whether there is heap enough for an application that is not frozen."""
    return bool(json.loads((image.folder_of(board) / "board.json").read_text()).get("psram"))


def boards() -> list:
    """The boards that can be flashed."""
    return description.names(image.BOARDS)
