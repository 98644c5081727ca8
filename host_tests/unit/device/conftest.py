"""Serial ports that are none."""

import pytest

from host_tests.unit.device.ports import Port


@pytest.fixture
def port():
    port = Port()
    yield port
    port.vanish()
