"""Target unix: the 32-bit MicroPython interpreter in a process of its own, its heap capped.

The process carries its steps over a socket (emulated/unix_main.py); everything else it does is
real: files, TCP, TLS.
"""

import json
import os
import socket
import subprocess

from host_tests.harness import paths
from host_tests.harness.targets.base import Target, Unavailable

INTERPRETER = paths.TOOLS / "bin" / "micropython"
HEAP = "160K"
_PATIENCE_S = 60


class Unix(Target):
    """``heap`` caps the interpreter's heap: an ESP32 without PSRAM has about 160 KB."""

    name = "unix"

    def __init__(self, folder, provisioning, seed=1, heap=HEAP):
        super().__init__(folder, provisioning, seed)
        if not INTERPRETER.exists():
            raise Unavailable(f"unix: {INTERPRETER} is missing; run: make setup")
        self._heap = heap
        self._store = self.folder / "store"
        self._process = None
        self._stream = None
        self._console = self.folder / "console.txt"

    def provision(self, name, data):
        self._store.mkdir(parents=True, exist_ok=True)
        (self._store / name).write_bytes(data)

    def power_on(self, cause, inputs):
        self._store.mkdir(parents=True, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(_PATIENCE_S)
            self._process = self._start(listener.getsockname()[1])
            self._stream = listener.accept()[0].makefile("rwb")
        self.step({**inputs, "seed": self.seed, "cause": cause})

    def power_off(self):
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._stream.close()
        self._process = None

    def step(self, inputs):
        self._stream.write(json.dumps(inputs).encode() + b"\n")
        self._stream.flush()
        line = self._stream.readline()
        if not line:
            raise RuntimeError(f"the interpreter ended; its last words:\n{self._last_words()}")
        outputs = json.loads(line)
        if "error" in outputs:
            self.power_off()
            raise ValueError(outputs["error"])
        return outputs

    def _start(self, port):
        folders = (paths.EMULATED, paths.BOARDS / "unix", paths.FIRMWARE)
        environment = {**os.environ, "MICROPYPATH": ":".join(map(str, folders))}
        command = [INTERPRETER, "-X", f"heapsize={self._heap}", paths.EMULATED / "unix_main.py"]
        with self._console.open("ab") as console:
            return subprocess.Popen(
                [str(part) for part in (*command, "127.0.0.1", port)],
                cwd=self._store, env=environment, stdin=subprocess.DEVNULL,
                stdout=console, stderr=console,
                # Ctrl-C is for the harness, which then ends the interpreter itself.
                start_new_session=True,
            )

    def _last_words(self):
        return self._console.read_text(errors="replace")[-2000:]
