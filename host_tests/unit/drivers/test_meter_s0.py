"""The S0 driver on the emulated counter, in virtual time."""

import machine
import pytest

from chargepoint.drivers.kept_register import KeptRegister
from chargepoint.drivers.meter_s0 import PinCounter, S0Meter
from host_tests.harness.devices.s0 import S0Output
from host_tests.harness.store import MemoryStore
from host_tests.unit.drivers.meter_world import World

KILOWATT_MS = 1 / 3600  # Wh that 1 kW gives in a millisecond


class Bench:
    """A meter whose S0 output is on counter 0, and the store under it."""

    def __init__(self, per_kwh=1000, store=None):
        self.store = MemoryStore() if store is None else store
        self.world = World(import_wh=1_234_500)
        self.output = S0Output(self.world, per_kwh)
        self.bench = machine.Bench()
        self.now_ms = 0
        self.start(per_kwh)

    def start(self, per_kwh):
        """The interpreter begins anew."""
        machine.use(self.bench)
        register = KeptRegister(self.store, "meter/s0")
        self.driver = S0Meter(machine.Counter(0, src=None), register, per_kwh)

    def run(self, duration_ms, kilowatts, step_ms=10):
        for _ in range(0, duration_ms, step_ms):
            self.now_ms += step_ms
            self.world.import_wh += kilowatts * KILOWATT_MS * step_ms
            self.bench.load({"k": [[0, self.output.count()]]})
            self.driver.poll(self.now_ms)


@pytest.mark.parametrize("per_kwh", [100, 800, 1000, 3200])
@pytest.mark.parametrize("kilowatts", [1.4, 7.4, 11])
def test_energy_is_what_the_meter_counted(per_kwh, kilowatts):
    bench = Bench(per_kwh)
    bench.run(3_600_000, kilowatts, step_ms=50)
    expected_wh = kilowatts * 1000
    assert abs(bench.driver.reading.energy_wh - expected_wh) <= 1000 / per_kwh + kilowatts
    assert bench.driver.trouble is None


def test_reading_is_of_now_and_only_of_energy_and_power():
    bench = Bench()
    bench.run(10_000, 3.6)
    reading = bench.driver.reading
    assert bench.now_ms - 1000 <= reading.taken_ms <= bench.now_ms
    assert reading.voltage_mv == reading.current_ma == [None, None, None]
    assert (reading.frequency_mhz, reading.export_wh) == (None, None)


@pytest.mark.parametrize("kilowatts", [1.4, 3.7, 7.4, 11, 22])
def test_power_is_that_of_the_last_seconds(kilowatts):
    bench = Bench()
    bench.run(30_000, kilowatts)
    assert bench.driver.reading.power_w == pytest.approx(kilowatts * 1000, rel=0.02)


def test_power_falls_when_no_pulse_comes():
    bench = Bench()
    bench.run(30_000, 7.2)
    bench.run(10_000, 0)
    assert bench.driver.reading.power_w <= 400
    bench.run(3_600_000, 0, step_ms=1000)
    assert bench.driver.reading.power_w <= 1


def test_register_goes_on_after_a_power_cut():
    bench = Bench()
    bench.run(600_000, 7.2, step_ms=50)
    before_wh = bench.driver.reading.energy_wh
    bench.start(1000)
    bench.run(2000, 0)
    assert before_wh - 101 <= bench.driver.reading.energy_wh <= before_wh


def test_session_that_ended_is_saved_whole():
    bench = Bench()
    bench.run(60_000, 3.6)
    bench.run(310_000, 0, step_ms=1000)
    before_wh = bench.driver.reading.energy_wh
    bench.start(1000)
    bench.run(2000, 0)
    assert bench.driver.reading.energy_wh == before_wh


def test_bounces_are_noise_that_no_one_pays():
    """IEC 62053-31: a pulse and its pause take 60 ms at least."""
    bench = Bench()
    bench.run(20_000, 7.2)
    before_wh = bench.driver.reading.energy_wh
    bench.output.bounces = 40
    bench.run(20_000, 7.2)
    assert bench.driver.trouble == "rubbish"
    assert bench.driver.reading.energy_wh <= before_wh + 2
    bench.output.bounces = 0
    bench.run(3000, 7.2)
    assert bench.driver.trouble is None
    assert bench.driver.reading.energy_wh > before_wh


def test_fastest_pulses_that_the_standard_allows_are_counted():
    bench = Bench(per_kwh=3200)
    bench.run(60_000, 18)  # 16 a second
    assert bench.driver.trouble is None
    assert bench.driver.reading.energy_wh == pytest.approx(300, abs=6)


def test_late_step_loses_nothing():
    """The harness, or a TLS handshake, may hold a step up for seconds: the hardware counts."""
    bench = Bench()
    bench.run(60_000, 11, step_ms=2500)
    assert bench.driver.trouble is None
    assert bench.driver.reading.energy_wh == pytest.approx(183, abs=9)


def test_wire_that_is_cut_reads_as_no_energy():
    bench = Bench()
    bench.output.broken = True
    bench.run(5000, 7.2)
    assert (bench.driver.trouble, bench.driver.reading.energy_wh) == (None, 0)


def test_lost_register_is_rubbish_and_no_reading_until_a_person_says_where_it_begins():
    store = MemoryStore()
    store.files["meter/s0a"] = store.files["meter/s0b"] = b"torn"
    bench = Bench(store=store)
    bench.run(3000, 7.2)
    assert (bench.driver.trouble, bench.driver.reading) == ("rubbish", None)
    bench.run(1000, 0)
    bench.driver._register.begin_at(5000)
    bench.run(3000, 0)
    assert (bench.driver.trouble, bench.driver.reading.energy_wh) == (None, 5000)


def test_counter_that_is_set_back_does_not_set_the_register_back():
    bench = Bench()
    bench.run(60_000, 7.2)
    bench.run(1000, 0)
    before_wh = bench.driver.reading.energy_wh
    bench.output._edges = 0
    bench.run(2000, 0)
    assert bench.driver.reading.energy_wh == before_wh


@pytest.mark.parametrize("per_kwh", [0, -1000, 1000.0, None, 100_001])
def test_pulses_that_no_meter_gives_are_refused(per_kwh):
    with pytest.raises(ValueError, match="expected 1 to 100000"):
        S0Meter(machine.Counter(0), KeptRegister(MemoryStore(), "meter/s0"), per_kwh)


class Pin:
    IRQ_FALLING = 2

    def irq(self, handler, trigger):
        self.handler = handler
        assert trigger == self.IRQ_FALLING


def test_pin_counter_counts_edges_where_there_is_no_hardware_counter():
    pin = Pin()
    counter = PinCounter(pin)
    for _ in range(3):
        pin.handler(pin)
    assert counter.value() == 3
