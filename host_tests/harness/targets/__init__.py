"""The targets by name; each is imported only when it is asked for."""

import importlib

TARGETS = {
    "in_process": ("host_tests.harness.targets.in_process", "InProcess"),
    "unix": ("host_tests.harness.targets.unix", "Unix"),
    "qemu": ("host_tests.harness.targets.qemu", "Qemu"),
}

# Most connectors that the board of a target can have, where it is less than four.
CONNECTORS = {"qemu": 1}

# Parts that the board of a target does not have.
LACKS = {"qemu": ("interlock",)}


def make_target(name: str, folder, provisioning: dict, seed: int = 1, **options):
    """A target of that name; ValueError for another name, targets.base.Unavailable if it can't
    run here."""
    if name not in TARGETS:
        raise ValueError(f"no target is called {name!r}; there are {', '.join(TARGETS)}")
    module, maker = TARGETS[name]
    return getattr(importlib.import_module(module), maker)(folder, provisioning, seed, **options)
