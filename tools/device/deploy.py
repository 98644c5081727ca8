"""`pilotlight deploy`: a board's application into its ROMFS, by mpremote; then a new start."""

import argparse
import contextlib
import inspect
import io

from mpremote.commands import CommandError, do_romfs
from mpremote.main import State
from rich.progress import Progress

from tools.boards import description
from tools.build import image
from tools.device import serial_board
from tools.device.trouble import Trouble

_WHICH = """\
try:
    from described import BOARD
    print(BOARD)
except ImportError:
    pass
"""
_HAS_ROM = "import vfs\nprint(hasattr(vfs, 'rom_ioctl'))"


def run(port: str, board_name: str, progress: Progress, force: bool = False) -> int:
    """Build, write, start anew: the bytes of the image. Raises Trouble, and ValueError for source
    that does not compile. ``force``: whatever board it says to be."""
    built = image.build_image(board_name)
    board = serial_board.opened(port)
    try:
        if not force:
            _check_board(board, board_name)
        _give_rom(board)
        _write(board, built, progress)
    except (CommandError, SystemExit) as error:
        raise Trouble(
            f"the image was not taken: {error}",
            "make flash: the interpreter has no ROMFS, or its partition is too small",
        ) from error
    except serial_board.Unreachable as error:
        raise Trouble(
            str(error), "run the same command again: nothing starts until then"
        ) from error
    finally:
        board.close(restart=True)
    return built.stat().st_size


def _check_board(board, wanted):
    """Another board's pins could close a contactor. One that does not know is not asked twice."""
    there = board.run(_WHICH).strip()
    if there and there != description.whole_name(wanted, image.BOARDS):
        raise Trouble(
            f"the board at this port is {there}, not {wanted}",
            f"BOARD={there}, or the other port; --force where it does not know itself",
        )


def _give_rom(board):
    """The emulated board has its image in memory: it gets what mpremote asks for."""
    if board.run(_HAS_ROM).strip() == "True":
        return
    board.run(inspect.getsource(rom_of_qemu) + "\nrom_of_qemu()\n")
    if board.run(_HAS_ROM).strip() != "True":
        raise Trouble("this interpreter has no ROMFS", "make flash with the board's interpreter")


def rom_of_qemu():
    """On the emulated board: ``vfs`` with rom_ioctl, as ports with a ROMFS partition have it."""
    import sys

    import uctypes
    import vfs

    if sys.platform != "qemu":
        return
    window = memoryview(uctypes.bytearray_at(0x21100000, 0x100000))

    class Vfs:
        def __getattr__(self, name):
            return getattr(vfs, name)

        def rom_ioctl(self, operation, rom=0, at=0, data=b""):
            if operation == 1:
                return 1
            if operation == 2:
                return window
            if operation == 4:
                window[at : at + len(data)] = data
            return 4096 if operation in (3, 6) else 0

    sys.modules["vfs"] = Vfs()


def _write(board, built, progress):
    """mpremote tells its progress on standard output, of which the percentage is taken."""
    state = State()
    state.transport = board.transport
    state._auto_soft_reset = False
    words = argparse.Namespace(command=["deploy"], path=str(built), partition=0, output=None)
    task = progress.add_task("writing", total=built.stat().st_size)
    with contextlib.redirect_stdout(_Told(lambda at: progress.update(task, completed=at))) as told:
        do_romfs(state, words)
    if "deployed" not in told.all:
        raise Trouble(told.all.strip().splitlines()[-1], "make flash: see the partition table")
    progress.update(task, completed=built.stat().st_size)


class _Told(io.StringIO):
    """What mpremote prints; its "... at offset N" goes to ``on_offset``."""

    def __init__(self, on_offset):
        super().__init__()
        self.all = ""
        self._on_offset = on_offset

    def write(self, text):
        self.all += text
        last = text.rpartition("offset ")[2].strip()
        if "Writing" in text and last.isdigit():
            self._on_offset(int(last))
        return len(text)
