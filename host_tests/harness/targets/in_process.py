"""Target in_process: the firmware imported by CPython, on the emulated ``machine`` in memory."""

import json

from host_tests.harness import paths
from host_tests.harness.targets.base import Target

paths.use_firmware()

import machine  # noqa: E402

import desk_slots  # noqa: E402
import hands  # noqa: E402
from host_tests.harness.store import MemoryStore  # noqa: E402


def _crash(now_ms):
    raise RuntimeError("this image is no good")


class InProcess(Target):
    """One station in this process. ``store`` may be any ports.Store; it outlives power cuts.

    Code is not exchanged here: an image in a slot is a line of JSON, ``version`` that the station
    then says it has, and ``crash_at``, the step in which it fails; what follows is only bytes.
    """

    name = "in_process"

    def __init__(self, folder, provisioning, seed=1, store=None):
        super().__init__(folder, provisioning, seed)
        self.store = MemoryStore() if store is None else store
        self._hands = None

    @property
    def device(self):
        """The firmware's Device, for tests that look inside; None when the power is off."""
        return self._hands and self._hands.device

    def provision(self, name, data):
        self.store.write(name, data)

    def files(self):
        """What lies in the store: name -> bytes."""
        return dict(self.store.files)

    def power_on(self, cause, inputs):
        import board

        image = desk_slots.image_in(self.store, desk_slots.boot(self.store)) or b"{}"
        self._image = json.loads(image.partition(b"\n")[0])
        bench = machine.Bench(self.seed, getattr(machine, cause))
        bench.version = self._image.get("version")
        machine.use(bench)
        bench.load(inputs)
        self._hands = hands.Hands(lambda log: board.build(log, self.store))
        self._steps = 0

    def image(self, other):
        told = {"next": {}, "crashing": {"crash_at": 5}, "dead": {"crash_at": 1}}[other]
        line = json.dumps({"version": "0.6.0", **told}).encode()
        return line + b"\n" + bytes(range(256)) * 48

    def power_off(self):
        if self._hands is not None:
            station = self._hands.device.station
            station.ports.link.close("power cut")
            station.doorway.shut()
            self._hands = None

    def step(self, inputs):
        self._steps += 1
        if self._steps == self._image.get("crash_at"):
            self.device.station.step = _crash
        return self._hands.step(inputs)
