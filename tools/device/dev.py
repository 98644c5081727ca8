"""`pilotlight dev`: whenever a file of the firmware is saved, the running station gets it.

On the 32-bit interpreter (`unix`) the sim starts anew with its state; on the emulated
microcontroller, and on a board, the application is built, deployed and started, and the lines of
the station are shown meanwhile.
"""

import subprocess
import sys
import tempfile
import threading
import time

from rich.progress import Progress

from tools.build import image
from tools.device import deploy, monitor, on_qemu, trouble

UNIX = "unix"
_LOOK_S = 0.3


def watched(board: str) -> dict:
    """path -> when it was written, of all sources of a board's application."""
    return {path: path.stat().st_mtime_ns for path in image.source_files(board).values()}


def changed(before: dict, after: dict) -> list:
    """What was saved, made or taken away."""
    names = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return sorted(names)


def run(board: str, port: str, console, rounds: int = None) -> None:
    """Until a Ctrl-C (or so many ``rounds``)."""
    if board == UNIX:
        return _on_unix(console, rounds)
    with _bench(board, port) as at:
        _show(at, console)
        _watch(board, console, lambda: _deploy(at, board, console), rounds)


def _watch(board, console, reload, rounds):
    before = watched(board)
    console.print(f"[dim]watching {len(before)} files of {board}; Ctrl-C ends[/dim]")
    while rounds is None or rounds > 0:
        time.sleep(_LOOK_S)
        after = watched(board)
        files = changed(before, after)
        before = after
        if not files:
            continue
        console.print(f"[bold]{', '.join(path.name for path in files)}[/bold]")
        began_s = time.monotonic()
        if reload():
            console.print(f"[green]running after {time.monotonic() - began_s:.1f} s[/green]")
        rounds = rounds and rounds - 1


def _deploy(port, board, console) -> bool:
    """False, with the reason shown, for what does not compile or could not be written."""
    _Shower.pause()
    try:
        with Progress(console=console, transient=True) as progress:
            deploy.run(port, board, progress)
        return True
    except (ValueError, trouble.Trouble) as error:
        console.print(f"[bold red]{error}[/bold red]", highlight=False)
        return False
    finally:
        _Shower.resume()


class _Shower:
    """The monitor beside the watching; it lets go of the port while something is deployed."""

    _may = threading.Event()
    _line = None

    @classmethod
    def pause(cls):
        cls._may.clear()
        time.sleep(2 * monitor.READ_S)

    @classmethod
    def resume(cls):
        cls._may.set()

    @classmethod
    def show(cls, port, console):
        cls._may.set()
        while True:
            cls._may.wait()
            monitor.show_while(port, console, cls._may.is_set)


def _show(port, console):
    threading.Thread(target=_Shower.show, args=(port, console), daemon=True).start()


class _bench:  # noqa: N801 (a context, as contextlib's are)
    """The given port; without one, the emulated microcontroller in a process of its own."""

    def __init__(self, board, port):
        if not port and board != on_qemu.BOARD:
            raise ValueError(f"PORT= is missing: where is the board? {trouble.ports()}")
        self._port, self._process = port, None

    def __enter__(self):
        if self._port:
            return self._port
        self._process, port = on_qemu.started()
        return port

    def __exit__(self, *error):
        if self._process:
            self._process.terminate()
            self._process.wait()


def _on_unix(console, rounds):
    with tempfile.TemporaryDirectory() as state:
        sim = _Sim(state)
        sim.start()
        try:
            _watch(UNIX, console, sim.restart, rounds)
        finally:
            sim.stop()


class _Sim:
    def __init__(self, state):
        self._words = ["-m", "tools.pilotlight", "sim", "--target", UNIX, "--state", state]
        self._process = None

    def start(self):
        self._process = subprocess.Popen([sys.executable, *self._words, "--headless"])

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def restart(self) -> bool:
        self.stop()
        self.start()
        return True
