"""Whatever comes in over a bus, a reader neither raises nor tells what no card could be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.harness.devices.part import Part
from host_tests.unit.drivers.bus_cable import BusCable
from host_tests.unit.drivers.test_readers import READERS

# Bytes that mean something to one of the parts more often than chance would have it.
telling = st.sampled_from([0x00, 0xFF, 0x01, 0x20, 0x30, 0x08, 0x92, 0x3D, 0x83, 0xD5, 0x4B, 0x88])
stream = st.lists(st.one_of(telling, st.integers(0, 255)), min_size=1, max_size=400)


class Parrot(Part):
    """Says the same bytes over and over, whatever it is asked."""

    name = "parrot"
    address = 0x24

    def __init__(self, said):
        self._said = said
        self._place = 0
        super().__init__()

    def _byte(self):
        self._place = (self._place + 1) % len(self._said)
        return self._said[self._place]

    def select(self, selected, now_ms):
        """It does not care."""

    def transfer(self, byte, now_ms):
        """SPI."""
        return self._byte()

    def write(self, data, now_ms):
        """I2C and 1-Wire; it acknowledges at whim."""
        return self._byte() != 0xFF

    def read(self, *of):
        """I2C: (count, now_ms); 1-Wire: (now_ms,)."""
        if len(of) == 1:
            return self._byte()
        return None if self._byte() == 0xFF else bytes(self._byte() for _ in range(of[0]))

    def reset(self, now_ms):
        """1-Wire."""
        return self._byte() > 64


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(said=stream)
def test_any_bytes_are_borne(name, said):
    kind, build, _ = READERS[name]
    cable = BusCable(kind, build, Parrot(said))
    cable.run(4000)
    assert cable.driver.trouble in (None, "silent", "rubbish")
    assert all(len(uid) in (4, 6, 7, 10) for uid in cable.polled)
