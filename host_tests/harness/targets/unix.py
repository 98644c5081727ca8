"""Target unix: the 32-bit MicroPython interpreter in a process of its own, its heap capped.

The process carries its steps over a socket (emulated/unix_main.py); everything else it does is
real: files, TCP, TLS.
"""

import json
import os
import socket
import subprocess

from host_tests.harness import paths
from host_tests.harness.flash import CUT_STATUS
from host_tests.harness.targets.base import Target, Unavailable
from host_tests.harness.targets.images import image_of

paths.use_firmware()

from chargepoint.drivers.store_file import FileStore  # noqa: E402
from desk_slots import boot, chosen_of, image_in  # noqa: E402
from host_tests.harness.store import PowerCut  # noqa: E402

_PROGRAM = paths.EMULATED / "unix_main.py"
_FLASH_PROGRAM = paths.EMULATED / "flash_main.py"
INTERPRETER = paths.TOOLS / "bin" / "micropython"
HEAP_BYTES = 160 * 1024
# The emulated hardware and the hands, which a board does not have in its heap: 19 KB measured; a
# flash whose driver is Python, and what its names may cost the interpreter's table of names (17 KB
# in one piece). That the firmware fits 160 KB is shown by target qemu, which has no such extras.
_EMULATED_BYTES = 48 * 1024
# What the application takes more from a ROMFS than frozen: its names, tables and code objects.
_ROMFS_BYTES = 128 * 1024
# A reader on a bus and the part that runs beside it (desk_readers.py): up to 7 KB, and 17 KB where
# its names make the interpreter take another table for names.
_READER_BYTES = 32 * 1024
# A flash is mounted first, and lies about where the image needs a place in one piece.
_FLASH_BYTES = 64 * 1024
_PATIENCE_S = 60


class Unix(Target):
    """``heap_bytes`` caps the interpreter's heap: an ESP32 without PSRAM has about 160 KB.

    The application is a ROMFS image as on a board. There it lies in flash; here the interpreter
    must hold it in memory, so its size comes on top of the heap, and so does what plays the
    hardware. An image in a slot of the store (desk_slots.py) is really started in its place.
    ``flash`` (a FlashFile) holds the store, in place of a folder of the host; when its
    power goes, a step raises PowerCut. ``tty``, a file descriptor, is the process's own console,
    on which the station listens (board option "console": "stdio").
    """

    name = "unix"

    def __init__(self, folder, provisioning, seed=1, heap_bytes=HEAP_BYTES, flash=None, tty=None):
        super().__init__(folder, provisioning, seed)
        if not INTERPRETER.exists():
            raise Unavailable(f"unix: {INTERPRETER} is missing; run: make setup")
        if tty is not None:
            provisioning["board"]["console"] = "stdio"
        self._image = image_of("unix")
        self._heap_bytes = heap_bytes + _EMULATED_BYTES + _ROMFS_BYTES + self._image.stat().st_size
        if flash is not None:
            self._heap_bytes += _FLASH_BYTES
        if provisioning.get("board", {}).get("reader", "pn532") != "pn532":
            self._heap_bytes += _READER_BYTES
        self._store = self.folder / "store"
        self._flash = flash
        self._tty = tty
        self._process = None
        self._stream = None
        self._console = self.folder / "console.txt"

    def provision(self, name, data):
        path = self._store / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def files(self):
        """What lies in the store (a folder of the host): name -> bytes."""
        paths = [path for path in self._store.rglob("*") if path.is_file()]
        return {str(path.relative_to(self._store)): path.read_bytes() for path in paths}

    def power_on(self, cause, inputs):
        self._store.mkdir(parents=True, exist_ok=True)
        on_trial = self._boot()
        try:
            self._begin(cause, inputs)
        except (ValueError, RuntimeError):
            if not on_trial:
                raise
            # The watchdog of a board would reset it now, and the boot loader take the other image.
            self.power_off()
            self._boot()
            self._begin("WDT_RESET", inputs)

    def _boot(self):
        """Be the boot loader: choose the image; whether it is on trial."""
        self._running = self._image
        if self._flash is not None:
            return False
        store = FileStore(str(self._store))
        slot = boot(store)
        image = image_in(store, slot)
        if image is not None:
            self._running = self.folder / f"slot_{slot}.romfs"
            self._running.write_bytes(image)
        return chosen_of(store)[1]["state"] == "trial"

    def _begin(self, cause, inputs):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(_PATIENCE_S)
            self._process = self._start(listener.getsockname()[1])
            self._stream = listener.accept()[0].makefile("rwb")
        self.step({**inputs, "seed": self.seed, "cause": cause})

    def image(self, other):
        return image_of("unix", other).read_bytes()

    def power_off(self):
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._stream is not None:
            self._stream.close()
        self._process = self._stream = None

    def step(self, inputs):
        outputs = json.loads(self._exchange(json.dumps(inputs).encode() + b"\n"))
        if "error" in outputs:
            self.power_off()
            raise ValueError(outputs["error"])
        return outputs

    def _start(self, port):
        # The image's own modules come before the interpreter's frozen ones.
        environment = {**os.environ, "MICROPYPATH": "/rom:.frozen"}
        with self._console.open("ab") as console:
            return subprocess.Popen(
                self._command(port),
                cwd=self._store,
                env=environment,
                stdin=subprocess.DEVNULL if self._tty is None else self._tty,
                stdout=console if self._tty is None else self._tty,
                stderr=console,
                # Ctrl-C is for the harness, which then ends the interpreter itself.
                start_new_session=True,
            )

    def _command(self, port):
        program = _PROGRAM if self._flash is None else _FLASH_PROGRAM
        words = [INTERPRETER, "-X", f"heapsize={self._heap_bytes}", program]
        words += ["127.0.0.1", port, self._running]
        if self._flash is not None:
            words += self._flash.arguments()
        return [str(word) for word in words]

    def _exchange(self, line):
        try:
            self._stream.write(line)
            self._stream.flush()
            answer = self._stream.readline()
        except OSError:
            answer = b""
        if not answer:
            if self._flash is not None and self._process.wait() == CUT_STATUS:
                raise PowerCut
            raise RuntimeError(f"the interpreter ended; its last words:\n{self._last_words()}")
        return answer

    def _last_words(self):
        return self._console.read_text(errors="replace")[-2000:]
