"""drivers/thermometer_ds18b20 against an emulated DS18B20."""

import subprocess

import machine
import onewire
import pytest

from chargepoint.drivers.thermometer_ds18b20 import CONVERSION_MS, REST_MS, Ds18b20
from host_tests.harness import paths
from host_tests.harness.devices import ds18b20

# A whole reading: two commands of a reset and two bytes, a conversion, nine bytes, in steps.
READING_MS = CONVERSION_MS + 300
CYCLE_MS = READING_MS + REST_MS


class Bus:
    """A onewire.OneWire with ``parts`` on it. Counts its operations."""

    def __init__(self, *parts):
        self.parts = parts
        self.now_ms = 0
        self.operations = 0

    def reset(self):
        self.operations += 1
        return any([part.reset(self.now_ms) for part in self.parts])

    def writebyte(self, byte):
        assert 0 <= byte <= 255
        self.operations += 1
        for part in self.parts:
            part.write(byte, self.now_ms)

    def readbyte(self):
        self.operations += 1
        answer = 0xFF
        for part in self.parts:
            answer &= part.read(self.now_ms)
        return answer


class Life:
    def __init__(self, *parts, rom=None):
        self.part = parts[0]
        self.bus = Bus(*parts)
        self.thermometer = Ds18b20(self.bus, rom)

    def after(self, for_ms, every_ms=10):
        for _ in range(0, for_ms, every_ms):
            before = self.bus.operations
            self.thermometer.poll(self.bus.now_ms)
            assert self.bus.operations - before <= 1, "one operation a step"
            self.bus.now_ms += every_ms
        return self.thermometer.celsius_mc


@pytest.fixture
def life():
    return Life(ds18b20.Ds18b20())


@pytest.mark.parametrize("celsius_mc", [-55_000, -10_125, -62, 0, 25_063, 84_938, 85_063, 125_000])
def test_a_temperature_is_read_within_one_place(life, celsius_mc):
    life.part.celsius_mc = celsius_mc
    assert life.after(READING_MS) == pytest.approx(celsius_mc, abs=63)


def test_nothing_is_said_before_the_first_reading(life):
    assert life.thermometer.celsius_mc is None
    assert life.after(CONVERSION_MS) is None


def test_it_follows_every_three_seconds(life):
    for celsius_mc in (20_000, 50_000, 71_500):
        life.part.celsius_mc = celsius_mc
        assert life.after(CYCLE_MS) == celsius_mc
    assert life.part.conversions == 3


@pytest.mark.parametrize("bits, place_mc", [(9, 500), (10, 250), (11, 125), (12, 62.5)])
def test_places_below_the_resolution_are_not_believed(bits, place_mc):
    life = Life(ds18b20.Ds18b20(bits=bits))
    life.part.celsius_mc = 30_999
    assert life.after(READING_MS) == int(30_999 // place_mc * place_mc)


def test_a_step_that_comes_once_a_second_reads_as_well(life):
    assert life.after(30_000, every_ms=1000) == 25_000


def test_one_of_several_on_a_bus_is_read_by_its_rom():
    near, far = ds18b20.Ds18b20(), ds18b20.Ds18b20(serial=b"\x09\x08\x07\x06\x05\x04")
    near.celsius_mc, far.celsius_mc = 30_000, 60_000
    assert Life(near, far, rom=far.rom).after(READING_MS + 400) == 60_000
    assert Life(near, far, rom=near.rom).after(READING_MS + 400) == 30_000


def test_two_that_answer_at_once_are_not_believed():
    near, far = ds18b20.Ds18b20(), ds18b20.Ds18b20(serial=b"\x09\x08\x07\x06\x05\x04")
    near.celsius_mc, far.celsius_mc = 30_000, 61_312
    assert Life(near, far).after(10_000) is None


@pytest.mark.parametrize("fault", ds18b20.FAULTS)
def test_a_part_that_is_out_of_order_at_boot_says_nothing_until_it_is_mended(life, fault):
    life.part.fail(fault)
    assert life.after(20_000) is None
    life.part.fail(None)
    assert life.after(2 * CYCLE_MS) == 25_000


@pytest.mark.parametrize("fault", ds18b20.FAULTS)
def test_a_part_that_is_lost_is_none_after_three_failures_and_comes_back(life, fault):
    life.after(CYCLE_MS)
    life.part.fail(fault)
    assert life.after(REST_MS) == 25_000, "one failure is not enough"
    assert life.after(3 * CYCLE_MS) is None
    life.part.fail(None)
    assert life.after(2 * CYCLE_MS) == 25_000


def test_spoiled_readings_apart_from_each_other_keep_the_last(life):
    life.after(CYCLE_MS)
    for _ in range(4):
        # The line is disturbed; the part keeps its power.
        life.part.fault = ds18b20.NOISY
        assert life.after(CYCLE_MS) == 25_000
        life.part.fault = None
        assert life.after(CYCLE_MS) == 25_000


@pytest.mark.parametrize("celsius_mc", [-55_063, 125_063, 200_000])
def test_a_temperature_that_it_can_not_measure_is_not_believed(life, celsius_mc):
    life.part.celsius_mc = celsius_mc
    assert life.after(10_000) is None


def test_it_is_read_on_the_line_of_the_emulated_processor():
    bench, part = machine.Bench(), ds18b20.Ds18b20()
    machine.use(bench)
    bench.attach("onewire", 16, part)
    thermometer = Ds18b20(onewire.OneWire(machine.Pin(16)))
    for now_ms in range(0, READING_MS, 10):
        bench.load({"t": now_ms})
        thermometer.poll(now_ms)
    assert thermometer.celsius_mc == 25_000


class Foreign(ds18b20.Ds18b20):
    """A DS18S20: the same commands, other places, FF where the configuration would be."""

    def _keep(self, celsius_mc):
        self._scratchpad[:] = bytes((celsius_mc // 500, 0, 0x4B, 0x46, 0xFF, 0xFF, 0x0C, 0x10))


def test_another_part_of_the_family_is_not_believed():
    assert Life(Foreign()).after(10_000) is None


@pytest.mark.parametrize("rom", [b"", b"\x28" + bytes(7), bytes(9)])
def test_a_rom_that_is_none_is_refused(rom):
    with pytest.raises(ValueError, match="not 8 bytes with a checksum"):
        Ds18b20(Bus(), rom)


def test_a_known_rom_has_the_checksum_of_the_application_note():
    """Maxim AN27: 02 1C B8 01 00 00 00 has the checksum A2."""
    assert ds18b20.checksum(bytes.fromhex("021cb801000000")) == 0xA2
    Ds18b20(Bus(), bytes.fromhex("021cb801000000a2"))


SCRIPT = """
import gc, sys
sys.path[:0] = ["firmware", "host_tests/harness/devices"]
import ds18b20
from chargepoint.drivers.thermometer_ds18b20 import Ds18b20

class Bus:
    def reset(self):
        return part.reset(now_ms)
    def writebyte(self, byte):
        part.write(byte, now_ms)
    def readbyte(self):
        return part.read(now_ms)

part, now_ms, before = ds18b20.Ds18b20(), 0, 0
part.celsius_mc = -12250
thermometer = Ds18b20(Bus())
for now_ms in range(0, 1200, 10):
    thermometer.poll(now_ms)
print(thermometer.celsius_mc)
gc.collect()
before = gc.mem_alloc()
for now_ms in range(1200, 2900, 10):
    thermometer.poll(now_ms)
print(gc.mem_alloc() - before)
"""


@pytest.mark.skipif(not (paths.TOOLS / "bin/micropython").exists(), reason="run `make setup`")
def test_driver_and_part_on_micropython_and_no_garbage_at_rest():
    told = subprocess.run(
        [paths.TOOLS / "bin/micropython", "-c", SCRIPT],
        capture_output=True,
        text=True,
        cwd=paths.ROOT,
        timeout=60,
    )
    assert told.stderr == ""
    assert told.stdout.split() == ["-12250", "0"]
