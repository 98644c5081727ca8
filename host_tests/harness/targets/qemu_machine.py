"""The emulated processor: a QEMU process, its memory in a file, its serial lines as sockets."""

import fcntl
import os
import select
import socket
import struct
import subprocess
import termios
import time
from pathlib import Path

from host_tests.harness import paths
from host_tests.harness.targets.base import Unavailable

QEMU = paths.TOOLS / "bin" / "qemu-system-arm"
INTERPRETER = paths.TOOLS / "qemu" / "firmware.elf"
# In the order of QEMU's -serial.
LINES = ("console", "meter", "reader", "front_end", "modem")
# More arguments for QEMU, for instance "-icount shift=6".
EXTRA = "PILOTLIGHT_QEMU"

_BYTES = 16 << 20
_IMAGE_AT = 0x100000
_PROVISIONING_AT = 0x200000
_PROVISIONING_BYTES = 0x10000
_MAGIC = b"PLPV"
_READ_BYTES = 65536
_NAP_S = 0.0001


class Silence(Exception):
    """Nothing came within the patience."""


class Machine:
    """``folder`` keeps the memory and the console between starts; ``more`` are QEMU's words."""

    def __init__(self, folder: Path, interpreter: Path = INTERPRETER, more: tuple = ()):
        for needed in (QEMU, interpreter):
            if not needed.exists():
                raise Unavailable(f"qemu: {needed} is missing; run: make setup")
        self._interpreter = interpreter
        self._more = more
        self.console = folder / "console.txt"
        self._memory = folder / "psram.bin"
        self._process = None
        self._lines = {}
        self._console_from = 0

    @property
    def on(self) -> bool:
        """Whether the processor has power."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process, for tests that stop it."""
        return self._process.pid

    def lay(self, records: dict) -> None:
        """Lay ``records`` (name -> bytes) where the board takes them over (its flash.py)."""
        area = _MAGIC
        for name, data in records.items():
            area += struct.pack("<BI", len(name), len(data)) + name.encode() + data
        if len(area) >= _PROVISIONING_BYTES:
            raise ValueError(f"{len(area)} bytes of provisioning, {_PROVISIONING_BYTES} fit")
        self._write(_PROVISIONING_AT, area + b"\0")

    def start(self, image: bytes) -> None:
        """Give it power, with this application image."""
        self._write(_IMAGE_AT, image)
        self.console.touch()
        self._console_from = self.console.stat().st_size
        pairs = {name: socket.socketpair() for name in LINES}
        self._lines = {name: ours for name, (ours, _) in pairs.items()}
        theirs = {name: other.fileno() for name, (_, other) in pairs.items()}
        with self.console.open("ab") as said:
            self._process = subprocess.Popen(
                self._command(theirs), pass_fds=theirs.values(), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        for _, other in pairs.values():
            other.close()

    def stop(self) -> None:
        """Take the power away at once. What was written to memory is in the file."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None
        for line in self._lines.values():
            line.close()

    def send(self, line: str, data: bytes) -> None:
        """Put bytes on a line. Raises RuntimeError when the process has ended."""
        try:
            self._lines[line].sendall(data)
        except ConnectionError:
            raise self._ended()

    def drained(self, line: str) -> bool:
        """Whether the processor's UART has had every byte that was sent."""
        return _unread(self._lines[line]) == 0

    def drain(self, line: str, patience_s: float) -> bool:
        """Wait until it has; False when patience ended before."""
        until_s = time.monotonic() + patience_s
        while not self.drained(line):
            if time.monotonic() > until_s:
                return False
            time.sleep(_NAP_S)
        return True

    def receive(self, patience_s: float) -> dict:
        """What came, by line: at least one byte. Raises Silence, and RuntimeError at its end."""
        names = {line.fileno(): name for name, line in self._lines.items()}
        ready, _, _ = select.select(list(names), (), (), patience_s)
        if not ready:
            raise Silence
        try:
            came = {names[number]: os.read(number, _READ_BYTES) for number in ready}
        except ConnectionError:
            raise self._ended()
        if b"" in came.values():
            raise self._ended()
        return came

    def last_words(self) -> str:
        """What this start said on the console."""
        with self.console.open("rb") as console:
            console.seek(self._console_from)
            return console.read()[-3000:].decode(errors="replace")

    def _ended(self):
        return RuntimeError(f"qemu ended; its last words:\n{self.last_words()}")

    def _command(self, lines):
        memory = f"memory-backend-file,id=ram,size={_BYTES},mem-path={self._memory},share=on"
        command = [
            # An emulator whose harness was killed must not run on by itself.
            "setpriv", "--pdeathsig", "KILL",
            QEMU, "-machine", "mps2-an385,memory-backend=ram", "-object", memory,
            "-nodefaults", "-display", "none",
            # Without it the interpreter does not start.
            "-semihosting", "-kernel", self._interpreter,
        ]  # fmt: skip
        for name, number in lines.items():
            # What the console says is kept, whether someone listens or not.
            kept = f",logfile={self.console},logappend=on" if name == "console" else ""
            device = f"socket,id={name},fd={number}{kept}"
            command += ["-chardev", device, "-serial", f"chardev:{name}"]
        return [str(word) for word in command + [*self._more, *os.environ.get(EXTRA, "").split()]]

    def _write(self, at, data):
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        self._memory.touch()
        with self._memory.open("r+b") as memory:
            # Sparse: only what is written takes room.
            memory.truncate(_BYTES)
            memory.seek(at)
            memory.write(data)


def _unread(line: socket.socket) -> int:
    """Bytes that the other end of a unix socket has not taken yet (SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(line, termios.TIOCOUTQ, bytes(4)))[0]
