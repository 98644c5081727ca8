"""pytest: stories over real sockets, on the targets that have them.

The emulated microcontroller has a UART in place of a network: no TLS and no UDP.
"""

from pathlib import Path

from host_tests.targets_plugin import leave_out_qemu

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    leave_out_qemu(_HERE, config, items)
