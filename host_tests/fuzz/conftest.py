"""pytest: fuzzing runs where there is time for it, on in_process and unix."""

from pathlib import Path

from host_tests.targets_plugin import leave_out_qemu

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    leave_out_qemu(_HERE, config, items)
