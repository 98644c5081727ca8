"""pytest: stories over real sockets, on the targets that have them.

The emulated microcontroller has a UART in place of a network: no TLS and no UDP.
"""

from pathlib import Path

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    dropped = [item for item in items if _HERE in item.path.parents and "[qemu" in item.nodeid]
    if dropped:
        items[:] = [item for item in items if item not in dropped]
        config.hook.pytest_deselected(items=dropped)
