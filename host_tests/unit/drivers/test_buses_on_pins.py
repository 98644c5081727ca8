"""drivers/onewire_pin and drivers/pixels_pin: the interpreter's C functions as small objects."""

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.drivers.onewire_pin import OneWirePin  # noqa: E402
from chargepoint.drivers.pixels_pin import PixelsPin  # noqa: E402


class Wire:
    """The C module ``_onewire``, with one part that says what it is told to."""

    def __init__(self):
        self.written = []

    def reset(self, pin):
        return 1 if pin == "there" else 0

    def readbyte(self, pin):
        return 0x28

    def writebyte(self, pin, value):
        self.written.append((pin, value))


class Machine:
    def __init__(self):
        self.shown = []

    def bitstream(self, pin, encoding, timing_ns, data):
        self.shown.append((pin, encoding, timing_ns, bytes(data)))


def test_a_bus_tells_whether_something_answers():
    assert OneWirePin(Wire(), "there").reset() is True
    assert OneWirePin(Wire(), "gone").reset() is False


def test_bytes_go_both_ways():
    module = Wire()
    bus = OneWirePin(module, "there")
    bus.writebyte(0xCC)
    assert module.written == [("there", 0xCC)] and bus.readbyte() == 0x28


def test_pixels_are_shown_in_the_order_of_the_wire_and_only_when_told():
    """WS2812: green, red, blue."""
    machine = Machine()
    pixels = PixelsPin(machine, 5, 2)
    pixels[0] = (1, 2, 3)
    pixels[1] = (4, 5, 6)
    assert len(pixels) == 2 and machine.shown == []
    pixels.write()
    assert machine.shown == [(5, 0, (400, 850, 800, 450), bytes((2, 1, 3, 5, 4, 6)))]
