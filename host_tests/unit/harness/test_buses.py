"""The emulated buses: what a driver finds on them, with parts and without."""

import pytest

from host_tests.harness import paths

paths.use_firmware()

import machine  # noqa: E402
import onewire  # noqa: E402


class Echo:
    """Says in each transfer what it heard in the one before."""

    name = "echo"
    address = 0x42

    def __init__(self, mask=0xFF):
        self._heard = 0
        self._mask = mask
        self.edges = []
        self.laid = None
        self.failed = "not told"

    def select(self, selected, now_ms):
        self.edges.append((now_ms, selected))

    def transfer(self, byte, now_ms):
        self._heard, before = byte, self._heard
        return before

    def write(self, data, now_ms):
        self._heard = data
        return True

    def read(self, *of):
        return self._mask if len(of) == 1 else bytes(of[0])

    def reset(self, now_ms):
        return True

    def lay(self, uids):
        self.laid = uids

    def fail(self, fault):
        self.failed = fault


@pytest.fixture
def bench():
    bench = machine.Bench()
    machine.use(bench)
    return bench


def test_only_the_selected_part_is_on_the_spi_bus(bench):
    part = Echo()
    bench.attach("spi", 1, part, select=5)
    spi, select = machine.SPI(1), machine.Pin(5, machine.Pin.OUT, value=1)
    came = bytearray(2)
    spi.write_readinto(b"\x01\x02", came)
    assert came == b"\xff\xff"
    bench.load({"t": 70})
    select.value(0)
    spi.write_readinto(b"\x01\x02", came)
    select.value(1)
    assert came == b"\x00\x01"
    assert part.edges == [(0, False), (70, True), (70, False)]


def test_spi_refuses_buffers_of_two_lengths(bench):
    with pytest.raises(ValueError, match="same length"):
        machine.SPI(1).write_readinto(b"\x01\x02", bytearray(3))


def test_address_that_nobody_has_is_not_acknowledged(bench):
    bench.attach("i2c", 1, Echo())
    i2c = machine.I2C(1)
    assert i2c.writeto(0x42, b"abc") == 3
    for reach in (lambda: i2c.writeto(0x43, b""), lambda: i2c.readfrom_into(0x43, bytearray(1))):
        with pytest.raises(OSError, match="19"):
            reach()


def test_parts_on_a_wire_pull_it_down_together(bench):
    bench.attach("onewire", 7, Echo(mask=0xF3))
    bench.attach("onewire", 7, Echo(mask=0x3F))
    line = onewire.OneWire(machine.Pin(7))
    assert line.reset()
    assert line.readbyte() == 0x33
    assert onewire.OneWire(machine.Pin(8)).reset() is False
    with pytest.raises(onewire.OneWireError):
        onewire.OneWire(machine.Pin(8)).reset(True)


def test_what_lies_before_a_part_may_be_told_before_it_is_there(bench):
    bench.load({"c": [["echo", ["0102"], "low"]]})
    part = Echo()
    bench.attach("spi", 1, part, select=5)
    assert (part.laid, part.failed) == ([b"\x01\x02"], "low")
    bench.load({"c": [["echo", []]]})
    assert (part.laid, part.failed) == ([], "low")


def test_unknown_bus_is_refused(bench):
    with pytest.raises(ValueError, match="spi, i2c or onewire"):
        bench.attach("can", 1, Echo())
