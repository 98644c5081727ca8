"""The SDM630 driver on the emulated meter, in virtual time."""

import pytest

from chargepoint.drivers.meter_sdm630 import Sdm630Meter
from host_tests.harness.devices import faults
from host_tests.harness.devices.sdm630 import SERIAL, Sdm630
from host_tests.unit.drivers.cable import Cable


class World:
    def __init__(self):
        self.import_wh = 1_234_567
        self.power_w = 11_040
        self.voltage_mv = [230_000, 231_500, 229_900]
        self.current_ma = [16_000, 15_990, 0]
        self.frequency_mhz = 50_010


@pytest.fixture
def cable():
    return Cable(Sdm630Meter, Sdm630(World()))


def world(cable):
    return cable.device._world


def test_reading_is_what_the_world_is(cable):
    cable.run(1000)
    reading = cable.driver.reading
    assert reading.energy_wh == 1_234_567
    assert reading.export_wh == 0
    assert reading.power_w == 11_040
    assert reading.voltage_mv == [230_000, 231_500, 229_900]
    assert reading.current_ma == [16_000, 15_990, 0]
    assert reading.frequency_mhz == 50_010
    assert cable.now_ms - 1000 <= reading.taken_ms <= cable.now_ms
    assert cable.driver.trouble is None


def test_meter_is_read_every_second(cable):
    taken = set()
    for _ in range(1000):
        cable.step(10)
        if cable.driver.reading is not None:
            taken.add(cable.driver.reading.taken_ms)
    assert 9 <= len(taken) <= 11


def test_meter_tells_what_it_is_once(cable):
    cable.run(3000)
    assert (cable.driver.make, cable.driver.serial) == ("Eastron SDM630", str(SERIAL))
    cable.take_sent()
    cable.run(3000)
    assert b"\x01\x03\xfc\x00" not in cable.take_sent()


def test_meter_that_does_not_tell_what_it_is_is_as_good(cable, monkeypatch):
    """An SDM72 of the first series answers such a request with an exception."""
    monkeypatch.setattr(cable.device, "_holding", lambda register, count: 2)
    cable.run(6000)
    assert cable.driver.make is None
    assert cable.driver.trouble is None
    assert cable.take_sent().count(b"\x01\x03\xfc\x00") == 3
    assert cable.now_ms - cable.driver.reading.taken_ms <= 1200


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (faults.SILENT, "silent"),
        (faults.DISAPPEARS, "silent"),
        (faults.RUBBISH, "rubbish"),
        (faults.TRUNCATED, "rubbish"),
        (faults.FOREIGN, "foreign"),
    ],
)
def test_fault_is_trouble_keeps_the_reading_and_passes(cable, fault, trouble):
    cable.run(1000)
    before = cable.driver.reading
    cable.device.fault = fault
    world(cable).import_wh += 10
    cable.run(3500)
    assert cable.driver.trouble == trouble
    assert cable.driver.reading is before
    cable.device.fault = None
    cable.run(2000)
    assert cable.driver.trouble is None
    assert cable.driver.reading.energy_wh == 1_234_577


def test_one_lost_answer_is_no_trouble(cable):
    cable.run(1500)
    cable.device.fault = faults.SILENT
    cable.run(800)
    assert cable.driver.trouble is None
    cable.device.fault = None
    cable.run(1000)
    assert cable.driver.trouble is None
    assert cable.now_ms - cable.driver.reading.taken_ms <= 1000


def test_register_that_runs_backwards_is_refused_until_it_has_grown_again(cable):
    cable.run(1000)
    world(cable).import_wh -= 1
    cable.run(2000)
    assert cable.driver.trouble == "backwards"
    assert cable.driver.reading.energy_wh == 1_234_567
    world(cable).import_wh += 2
    cable.run(2000)
    assert cable.driver.trouble is None
    assert cable.driver.reading.energy_wh == 1_234_568


@pytest.mark.parametrize("energy_wh", [float("nan"), float("inf"), -5])
def test_register_that_is_no_count_is_rubbish(cable, energy_wh):
    world(cable).import_wh = energy_wh
    cable.run(3000)
    assert cable.driver.trouble == "rubbish"
    assert cable.driver.reading is None


def test_reading_is_published_whole_or_not_at_all(cable, monkeypatch):
    """Power answers, energy does not: there is no half reading."""
    answer = cable.device._input

    def without_energy(register, count):
        return 2 if register == 0x0046 else answer(register, count)

    monkeypatch.setattr(cable.device, "_input", without_energy)
    cable.run(3000)
    assert cable.driver.reading is None
    assert cable.driver.trouble == "rubbish"


def test_answer_that_came_is_read_before_the_time_out_is_judged(cable):
    """The harness (or a held-up step) may be a second late."""
    for _ in range(12):
        cable.step(1000)
    assert cable.driver.reading is not None
    assert cable.driver.trouble is None


def test_another_master_s_noise_between_cycles_does_not_hinder(cable):
    for _ in range(300):
        if cable.device.due_ms() is None:
            cable.inject(b"\x01\x04\x04")
        cable.step(10)
    assert cable.driver.reading is not None
    assert cable.driver.trouble is None


def test_open_line_is_silent_and_never_ends_the_asking():
    cable = Cable(Sdm630Meter)
    cable.run(5000)
    assert cable.driver.trouble == "silent"
    cable.take_sent()
    cable.run(2000)
    assert cable.take_sent()


def test_unit_number_is_that_of_the_board():
    meter = Sdm630(World(), unit=7)
    cable = Cable(lambda uart: Sdm630Meter(uart, 7), meter)
    cable.run(1000)
    request = cable.take_sent()[:6]
    assert request == bytes.fromhex("07040000000c")
    assert cable.driver.reading is not None
