"""Pseudo terminals as serial ports: one on which no one answers, and what is at its other end."""

import os
import pty
import threading
import tty


class Port:
    """A serial port ``name``; ``vanish()`` pulls the cable out."""

    def __init__(self):
        self.end, self._near = pty.openpty()
        for end in (self.end, self._near):
            tty.setraw(end)
        self.name = os.ttyname(self._near)

    def say(self, data: bytes) -> None:
        """What the device sends."""
        os.write(self.end, data)

    def vanish(self) -> None:
        """The device is gone; once only."""
        for end in (self.end, self._near):
            if end is not None:
                os.close(end)
        self.end = self._near = None

    def answer(self, to) -> None:
        """In a thread of its own: ``to(bytes that came) -> bytes`` that are said."""
        threading.Thread(target=self._answer, args=(to,), daemon=True).start()

    def _answer(self, to):
        end = self.end
        while True:
            try:
                os.write(end, to(os.read(end, 4096)))
            except OSError:
                return
