"""Target in_process: the firmware imported by CPython, on the emulated ``machine`` in memory."""

from host_tests.harness import paths
from host_tests.harness.targets.base import Target

paths.use_firmware()

import machine  # noqa: E402

import hands  # noqa: E402
from host_tests.harness.store import MemoryStore  # noqa: E402


class InProcess(Target):
    """One station in this process. ``store`` may be any ports.Store; it outlives power cuts."""

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

    def power_on(self, cause, inputs):
        import board

        bench = machine.Bench(self.seed, getattr(machine, cause))
        machine.use(bench)
        bench.load(inputs)
        self._hands = hands.Hands(lambda log: board.build(log, self.store))

    def power_off(self):
        if self._hands is not None:
            self._hands.device.station.ports.link.close("power cut")
            self._hands = None

    def step(self, inputs):
        return self._hands.step(inputs)
