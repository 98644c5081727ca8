"""`pilotlight dev`: whenever a file of the firmware is saved, the running station gets it.

On the 32-bit interpreter (`unix`) the sim starts anew with its state; on the emulated
microcontroller, and on a board, the application is built, deployed and started, and the lines of
the station are shown meanwhile. What does not compile is told, and the station runs on.
"""

import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

from rich.progress import Progress

from tools.build import image
from tools.device import deploy, monitor, on_qemu, trouble
from tools.paths import ROOT

UNIX = "unix"
_LOOK_S = 0.3
_ENDS_S = 10


def run(board: str, port: str, console) -> None:
    """Until a Ctrl-C or SIGTERM; then what was started here ends, too.

    ValueError: no such board, or a board and no port where it is.
    """
    image.folder_of(board)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.ExitStack() as ends:
        running = _on_unix(ends) if board == UNIX else _at_port(board, port, console, ends)
        watch(board, console, running.reload)


def watched(board: str) -> dict:
    """path -> when it was written, of all sources of a board's application."""
    written = {}
    for path in image.source_files(board).values():
        # An editor may put a new file in place of the old one just now.
        with contextlib.suppress(FileNotFoundError):
            written[path] = path.stat().st_mtime_ns
    return written


def changed(before: dict, after: dict) -> list:
    """What was saved, made or taken away."""
    names = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return sorted(names)


def watch(board: str, console, reload) -> None:
    """``reload()`` after each change; what it raises as ValueError or Trouble is told."""
    before = watched(board)
    console.print(f"[dim]watching {len(before)} files of {board}; Ctrl-C ends[/dim]")
    while True:
        time.sleep(_LOOK_S)
        after = watched(board)
        files = changed(before, after)
        before = after
        if files:
            console.print(f"[bold]{', '.join(path.name for path in files)}[/bold]")
            _reload(console, reload)


def _reload(console, reload):
    began_s = time.monotonic()
    try:
        reload()
    except (ValueError, trouble.Trouble) as error:
        console.print(f"{error}\nthe station runs on as it was", style="bold red", markup=False)
    else:
        console.print(f"[green]running after {time.monotonic() - began_s:.1f} s[/green]")


class Sim:
    """The sim on unix, in a process of its own; its store is kept in the folder ``state``."""

    def __init__(self, state: str):
        self._words = ["sim", "--target", UNIX, "--state", state, "--headless"]
        self._start()

    def reload(self) -> None:
        """Start it anew; ValueError, and it goes on, when a file does not compile."""
        image.compiled_files(UNIX)
        self.stop()
        self._start()

    def stop(self) -> None:
        """It ends in good order; one that hangs is ended."""
        self._process.terminate()
        try:
            self._process.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.pilotlight", *self._words], cwd=ROOT
        )


def _on_unix(ends):
    sim = Sim(ends.enter_context(tempfile.TemporaryDirectory()))
    ends.callback(sim.stop)
    return sim


class AtPort:
    """A board at a serial port: its lines are shown, but while something is deployed."""

    def __init__(self, board: str, port: str, console):
        self._board, self._port, self._console = board, port, console
        self._free = threading.Lock()
        self._wanted = threading.Event()
        threading.Thread(target=self._show, daemon=True).start()

    def reload(self) -> None:
        """Build, write, start anew. ValueError: it does not compile; Trouble: not written."""
        self._wanted.set()
        try:
            with self._free, Progress(console=self._console, transient=True) as progress:
                deploy.run(self._port, self._board, progress)
        finally:
            self._wanted.clear()

    def _show(self):
        while True:
            with self._free:
                monitor.show_while(self._port, self._console, lambda: not self._wanted.is_set())
            # A lock is no queue: whoever waits for it gets it now.
            time.sleep(_LOOK_S)


def _at_port(board, port, console, ends):
    if port is None and board != on_qemu.BOARD:
        raise ValueError(f"PORT= (--port) is missing: where is the board? {trouble.ports()}")
    if port is None:
        process, port = on_qemu.started()
        ends.callback(process.wait)
        ends.callback(process.terminate)
    return AtPort(board, port, console)
