"""A script for both interpreters: the same drivers, the same parts, the same story.

Prints a line for each thing that a reader told. MicroPython's subset.
"""

import sys
from binascii import hexlify

sys.path[:0] = ["firmware", "host_tests/harness/emulated", "."]

import machine  # noqa: E402
import onewire  # noqa: E402

from chargepoint.drivers.pn532_i2c import Pn532I2c  # noqa: E402
from chargepoint.drivers.pn532_spi import Pn532Spi  # noqa: E402
from chargepoint.drivers.reader_mfrc522 import Mfrc522Reader  # noqa: E402
from chargepoint.drivers.reader_onewire import OneWireReader  # noqa: E402
from chargepoint.drivers.reader_pn532 import Pn532Reader  # noqa: E402
from host_tests.harness.devices.mfrc522 import Mfrc522  # noqa: E402
from host_tests.harness.devices.onewire_key import OneWireKey  # noqa: E402
from host_tests.harness.devices.pn532_bus import Pn532OnI2c, Pn532OnSpi  # noqa: E402

SELECT = 5
# In the steps from that one on: what lies before the reader, and what is wrong with it.
STORY = {
    100: (["04a1b2c3"], None),
    200: ([], None),
    400: (["04112233445566"], None),
    500: ([], None),
    700: (["04112233445566778899"], None),
    800: ([], None),
    1000: (["04112233445567", "04112233445566", "08010203"], None),
    1200: ([], "disappears"),
    2000: ([], None),
    3200: (["0a0b0c0d0e0f"[:8]], "rubbish"),
    3600: ([], None),
    5200: (["04aabbccddeeff"], None),
}
KEYS = {
    100: (["0a0b0c0d0e0f"], None),
    300: ([], None),
    600: (["04aabbccddeeff"], None),
    900: ([], "low"),
    2000: ([], None),
}
STEPS = 5400


def pin():
    return machine.Pin(SELECT, machine.Pin.OUT, value=1)


def spi_reader():
    return Mfrc522Reader(machine.SPI(1), pin())


READERS = (
    ("mfrc522", "spi", Mfrc522, spi_reader, STORY),
    ("pn532-i2c", "i2c", Pn532OnI2c, lambda: Pn532Reader(Pn532I2c(machine.I2C(1))), STORY),
    ("pn532-spi", "spi", Pn532OnSpi, lambda: Pn532Reader(Pn532Spi(machine.SPI(1), pin())), STORY),
    ("onewire", "onewire", OneWireKey, lambda: OneWireReader(onewire.OneWire(Line)), KEYS),
)


class Line:
    """Pin 1."""

    id = 1


def tell(name, bus, part, build, story):
    """Step through ``story``."""
    bench = machine.Bench()
    machine.use(bench)
    bench.attach(bus, 1, part, SELECT if bus == "spi" else None)
    reader = build()
    trouble = None
    for step in range(STEPS):
        inputs = {"t": step * 10}
        if step in story:
            uids, fault = story[step]
            inputs["c"] = [[part.name, uids, fault]]
        bench.load(inputs)
        uid = reader.poll(bench.now_ms)
        if uid is not None:
            print(name, step, hexlify(uid).decode())
        if reader.trouble != trouble:
            trouble = reader.trouble
            print(name, step, trouble)


def garbage(name, bus, part, build):
    """Print how many of 100 steps without a card made no garbage, the part's included."""
    import gc

    bench = machine.Bench()
    machine.use(bench)
    bench.attach(bus, 1, part, SELECT if bus == "spi" else None)
    reader = build()
    used = []
    for step in range(300):
        bench.now_ms = step * 10
        if step == 200:
            gc.collect()
            gc.disable()
        before = gc.mem_alloc()
        reader.poll(bench.now_ms)
        if step >= 200:
            used.append(gc.mem_alloc() - before)
    gc.enable()
    print(name, used.count(0))


for row in READERS:
    if "garbage" in sys.argv:
        garbage(row[0], row[1], row[2](), row[3])
    else:
        tell(row[0], row[1], row[2](), row[3], row[4])
