"""The CSE7766 driver on the emulated chip, in virtual time."""

import pytest

from chargepoint.drivers.kept_register import KeptRegister
from chargepoint.drivers.meter_cse7766 import LINE, Cse7766Meter
from host_tests.harness.devices import faults
from host_tests.harness.devices.cse7766 import POWER_COEFFICIENT, Cse7766
from host_tests.harness.store import MemoryStore
from host_tests.unit.drivers.cable import Cable
from host_tests.unit.drivers.meter_world import World


class Bench:
    """The chip on a serial line, and 7.36 kW through it."""

    def __init__(self, store=None, **changed):
        self.store = MemoryStore() if store is None else store
        changed = {"power_w": 7_360, "current_ma": [32_000, 0, 0], "import_wh": 0, **changed}
        self.world = World(**changed)
        self.chip = Cse7766(self.world)
        self.start()

    def start(self):
        """The interpreter begins anew; the chip goes on."""
        now_ms = self.cable.now_ms if hasattr(self, "cable") else 1000
        register = KeptRegister(self.store, "meter/cse")
        self.cable = Cable(lambda uart: Cse7766Meter(uart, register), self.chip)
        self.cable.now_ms = now_ms
        self.driver = self.cable.driver

    def run(self, duration_ms, step_ms=10):
        for _ in range(0, duration_ms, step_ms):
            self.world.import_wh += self.world.power_w * step_ms / 3_600_000
            self.cable.step(step_ms)


def test_reading_is_what_the_world_is():
    bench = Bench()
    bench.run(5000)
    reading = bench.driver.reading
    assert bench.driver.trouble is None
    assert reading.voltage_mv[0] == pytest.approx(230_000, rel=0.001)
    assert reading.current_ma[0] == pytest.approx(32_000, rel=0.002)
    assert reading.power_w == pytest.approx(7_360, rel=0.002)
    assert reading.voltage_mv[1:] == reading.current_ma[1:] == [None, None]
    assert bench.cable.now_ms - 1300 <= reading.taken_ms <= bench.cable.now_ms


def test_line_is_that_of_the_chip():
    """standards.md §6: 4800 baud, even parity, one stop bit."""
    assert LINE == (4800, 0, 1)


@pytest.mark.parametrize("power_w", [100, 3_680, 7_360])
def test_energy_is_counted_over_many_turns_of_the_chip_s_counter(power_w):
    """16 bits of 5.1 Ws turn every 45 s at 7.36 kW."""
    bench = Bench(power_w=power_w)
    bench.run(1_200_000, step_ms=50)
    assert bench.driver.reading.energy_wh == pytest.approx(power_w / 3, rel=0.003, abs=1)


def test_idle_chip_reads_nothing_and_counts_nothing():
    """F2: the power's period is out of range."""
    bench = Bench(power_w=0, current_ma=[0, 0, 0])
    bench.run(3000)
    reading = bench.driver.reading
    assert (reading.power_w, reading.current_ma[0], reading.energy_wh) == (0, 0, 0)
    assert reading.voltage_mv[0] == pytest.approx(230_000, rel=0.001)


def test_register_goes_on_after_a_power_cut_of_chip_and_station():
    bench = Bench()
    bench.run(300_000, step_ms=50)
    before_wh = bench.driver.reading.energy_wh
    bench.chip.restart()
    bench.start()
    bench.run(2000)
    assert before_wh - 101 <= bench.driver.reading.energy_wh <= before_wh + 5


@pytest.mark.parametrize("after_ms", [10_000, 44_000, 60_000, 171_000])
def test_chip_that_begins_anew_adds_nothing_that_did_not_flow(after_ms):
    bench = Bench()
    bench.run(after_ms)
    before_wh = bench.driver.reading.energy_wh
    bench.chip.restart()
    bench.run(3000)
    assert before_wh <= bench.driver.reading.energy_wh <= before_wh + 9


@pytest.mark.parametrize("state", [0xAA, 0xF1, 0xF4, 0xF8])
def test_chip_that_is_not_calibrated_or_broken_is_rubbish(state):
    bench = Bench()
    bench.run(2000)
    before = bench.driver.reading
    bench.chip.state = state
    bench.run(4000)
    assert bench.driver.trouble == "rubbish"
    assert bench.driver.reading is before
    bench.chip.state = None
    bench.run(1000)
    assert bench.driver.trouble is None


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (faults.SILENT, "silent"),
        (faults.DISAPPEARS, "silent"),
        (faults.RUBBISH, "rubbish"),
        (faults.TRUNCATED, "rubbish"),
    ],
)
def test_fault_is_trouble_keeps_the_reading_and_passes(fault, trouble):
    bench = Bench()
    bench.run(2000)
    before = bench.driver.reading
    bench.chip.fault = fault
    bench.run(5000)
    assert bench.driver.trouble == trouble
    assert bench.driver.reading is before
    bench.chip.fault = None
    bench.run(3000)
    assert bench.driver.trouble is None
    # Of the silence nothing is known, so nothing is billed.
    assert before.energy_wh <= bench.driver.reading.energy_wh <= before.energy_wh + 20


def test_part_that_is_absent_at_boot_is_silent_and_found_when_it_comes():
    bench = Bench()
    bench.cable.device = None
    bench.run(4000)
    assert (bench.driver.trouble, bench.driver.reading) == ("silent", None)
    bench.cable.device = bench.chip
    bench.run(2000)
    assert bench.driver.trouble is None
    assert bench.driver.reading.energy_wh <= 5


@pytest.mark.parametrize("stuck", [b"\0", b"\xff", b"\x55", b"\x55\x5a", b"\xf0"])
def test_line_that_is_stuck_or_says_half_of_it_is_rubbish(stuck):
    bench = Bench()
    bench.cable.device = None
    for _ in range(400):
        bench.cable.inject(stuck)
        bench.run(10)
    assert (bench.driver.trouble, bench.driver.reading) == ("rubbish", None)


def test_frame_is_found_behind_any_part_of_another():
    frame = Bench().chip.frame()
    for cut in range(24):
        bench = Bench()
        bench.cable.device = None
        bench.cable.inject(frame[cut:] + frame + frame)
        bench.run(20)
        assert bench.driver.reading is not None, cut


@pytest.mark.parametrize("at", range(2, 24))
def test_frame_with_a_flipped_bit_is_not_believed(at):
    bench = Bench()
    frame = bytearray(bench.chip.frame())
    frame[at] ^= 0x10
    bench.cable.device = None
    bench.cable.inject(bytes(frame))
    bench.run(50)
    assert bench.driver.reading is None


def test_lost_register_is_rubbish_and_no_reading():
    store = MemoryStore()
    store.files["meter/csea"] = store.files["meter/cseb"] = b"torn"
    bench = Bench(store)
    bench.run(3000)
    assert (bench.driver.trouble, bench.driver.reading) == ("rubbish", None)


def test_period_of_zero_is_no_value():
    bench = Bench()
    frame = bytearray(bench.chip.frame())
    frame[5:8] = bytes(3)
    frame[23] = sum(frame[2:23]) % 256
    bench.cable.device = None
    bench.cable.inject(bytes(frame))
    bench.run(20)
    assert bench.driver.reading.voltage_mv[0] is None
    assert POWER_COEFFICIENT > 0


class Backlog:
    """A line that holds ``data`` before the first look, however long that took to come."""

    def __init__(self, data):
        self.data = data

    def any(self):
        return len(self.data)

    def read(self, count):
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def readinto(self, target):
        taken = self.read(len(target))
        target[: len(taken)] = taken
        return len(taken)


@pytest.mark.parametrize("count", range(151, 600, 37))
def test_newest_frame_is_found_after_a_step_that_was_held_up(count):
    """A TLS handshake: what came meanwhile is more than is looked at, by any number of bytes."""
    bench = Bench()
    bench.run(3000)
    chip = Cse7766(bench.world)
    said = b"".join(chip.take(at_ms) for at_ms in range(0, 3000, 10))[:count]
    driver = Cse7766Meter(Backlog(said), KeptRegister(MemoryStore(), "meter/cse"))
    driver.poll(3000)
    assert driver.trouble is None and driver.reading.voltage_mv[0] is not None
