"""The console's line on stdin and stdout: the REPL's serial line or USB, on any port."""

import select
import sys


class Stdio:
    """As much of machine.UART as console_line.py needs."""

    def __init__(self):
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._input = sys.stdin.buffer
        self._output = sys.stdout.buffer

    def any(self) -> int:
        """1 when a byte waits; nothing is allocated."""
        for each in self._poll.ipoll(0):
            return each[1] & select.POLLIN
        return 0

    def read(self, count: int) -> bytes:
        """Up to ``count`` bytes, those that wait; an input that ended gives none."""
        came = bytearray()
        while len(came) < count and self.any():
            try:
                byte = self._input.read(1)
            except OSError:
                break
            if not byte:
                break
            came.extend(byte)
        return bytes(came)

    def write(self, data: bytes) -> None:
        """Say ``data``; a terminal that went away hears nothing."""
        try:
            self._output.write(data)
        except OSError:
            pass
