"""A technician's computer at the station's console: an instrument on a line as any other."""

import fcntl
import os
import struct
import termios
import tty

from tools.service.protocol import Asking

# Of a step: what comes in 10 ms at 115200 baud.
_STEP_BYTES = 115


class Console:
    """``asking`` holds the answer; ``send`` puts bytes on the line as a person's terminal does."""

    fault = None

    def __init__(self):
        self.asking = Asking()
        self._out = b""
        self._ends = ()

    def open_pty(self) -> str:
        """From now on the line is a pseudo terminal, as a serial port is a device: its path."""
        self._ends = os.openpty()
        for end in self._ends:
            tty.setraw(end)
        os.set_blocking(self._ends[0], False)
        return os.ttyname(self._ends[1])

    def close(self) -> None:
        """Give the pseudo terminal back."""
        for end in self._ends:
            os.close(end)
        self._ends = ()

    @property
    def unread(self) -> int:
        """Bytes of the station that the pseudo terminal holds for whoever is at its other end."""
        if not self._ends:
            return 0
        return struct.unpack("i", fcntl.ioctl(self._ends[1], termios.TIOCINQ, bytes(4)))[0]

    def ask(self, request: dict) -> None:
        """Begin to ask."""
        self.send(self.asking.begin(request))

    def send(self, data: bytes) -> None:
        """Whatever it is."""
        self._out += data

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes of the station."""
        if self._ends:
            self._write(data)
            return
        self._out += self.asking.receive(data)

    def take(self, now_ms: int) -> bytes:
        """Bytes for the station, as many as a step's time carries."""
        if self._ends:
            return self._read()
        data, self._out = self._out[:_STEP_BYTES], self._out[_STEP_BYTES:]
        return data

    def due_ms(self) -> None:
        """Whoever asks makes fine steps (stage.console)."""
        return None

    def _read(self):
        try:
            return os.read(self._ends[0], _STEP_BYTES)
        except BlockingIOError:
            return b""

    def _write(self, data):
        try:
            os.write(self._ends[0], data)
        except BlockingIOError:
            pass  # no one reads: a serial line loses it, too
