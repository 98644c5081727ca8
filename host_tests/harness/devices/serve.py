"""A device in real time, on a pseudo-terminal or a socket: for tools that are not ours."""

import os
import pty
import select
import threading
import time
import tty

_WAIT_S = 0.002
_READ_BYTES = 512


class Served:
    """Moves bytes between ``device`` and a file descriptor until ``stop``; a context manager."""

    def __init__(self, device, descriptor: int):
        self._device = device
        self._descriptor = descriptor
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; the descriptor stays open."""
        self._stopping.set()
        self._thread.join()

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            readable, _, _ = select.select([self._descriptor], [], [], _WAIT_S)
            now_ms = time.monotonic_ns() // 1_000_000
            if readable:
                data = os.read(self._descriptor, _READ_BYTES)
                if not data:
                    return
                self._device.receive(data, now_ms)
            out = self._device.take(now_ms)
            if out:
                os.write(self._descriptor, out)


def on_pty(device) -> tuple[Served, str]:
    """Serve ``device`` on a new pseudo-terminal: what serves it, and the terminal's path."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    return Served(device, ours), os.ttyname(theirs)
