"""What a target is: somewhere for the firmware to run, stepped from outside."""

import json
from pathlib import Path


class Unavailable(Exception):
    """The target can't run on this machine; the text says why and what would mend it."""


class Target:
    """``folder`` is the target's own on the host; ``provisioning`` maps store names to objects.

    Inputs and outputs of a step are those that host_tests/harness/emulated/machine.py and hands.py
    describe, whatever the target is.
    """

    name = ""

    def __init__(self, folder: Path, provisioning: dict, seed: int = 1):
        self.folder = Path(folder)
        self.seed = seed
        self._provisioning = provisioning

    def prepare(self) -> None:
        """Make the store and what provisioning puts there, once, before the first power_on."""
        for name, value in self._provisioning.items():
            self.provision(name, json.dumps(value).encode())

    def provision_settings(self, settings: dict) -> None:
        """Give a station that is off more factory settings (name -> text)."""
        self._provisioning["factory"].update(settings)
        self.provision("factory", json.dumps(self._provisioning["factory"]).encode())

    def provision(self, name: str, data: bytes) -> None:
        """Put ``data`` under ``name`` into the store of a station that is off."""
        raise NotImplementedError

    def power_on(self, cause: str, inputs: dict) -> None:
        """Start the firmware; ``cause`` names a constant of machine.reset_cause()."""
        raise NotImplementedError

    def power_off(self) -> None:
        """Cut the power: nothing more happens, the store stays as it is. Harmless when off."""
        raise NotImplementedError

    def step(self, inputs: dict) -> dict:
        """One step of the firmware."""
        raise NotImplementedError

    def unanswered(self, for_ms: int) -> dict:
        """What the hardware does by itself when the firmware made no step for so long: outputs."""
        return {}

    def update(self, other: str, board: str = "unix", more: bytes = b"") -> bytes:
        """The file of an update to other firmware: "next" (says 0.6.0), "crashing" or "dead".

        ``board`` is for whom it says it is, ``more`` lengthens its head (tools/build/update.py).
        """
        from tools.build.update import wrap

        return wrap(self.image(other), board, "0.6.0", more)

    def image(self, other: str) -> bytes:
        """The image that such an update has in it."""
        raise Unavailable(f"{self.name}: no slots for a firmware; use --target unix")

    def close(self) -> None:
        """Give everything back."""
        self.power_off()
