"""The Modbus meter driver on every emulated instrument, in virtual time."""

import struct

import pytest

from chargepoint.drivers import meter_models
from chargepoint.drivers.meter_modbus import ModbusMeter
from host_tests.harness.devices import faults
from host_tests.harness.devices.instruments import INSTRUMENTS
from host_tests.harness.devices.modbus_meter import SERIAL, ModbusInstrument, crc
from host_tests.harness.devices.sdm630 import Sdm630
from host_tests.unit.drivers.cable import Cable
from host_tests.unit.drivers.meter_world import World

ONE_PHASE = ("SDM120", "SDM230", "B21", "WE514", "WE515", "PZEM004T")
NO_EXPORT = ("WE514", "WE515", "PZEM004T")
NO_MAINS_VALUES = ("SDM72",)  # energy and power only
EASTRON = ("SDM120", "SDM230", "SDM630", "SDM72V2", "SDM72")
SETTLED_MS = 3000  # 2400 baud, the identity, and the reading


def metered(name, world=None, as_model=None, unit=1):
    """The instrument ``name`` with the driver for ``as_model`` (None: the right one)."""
    model = meter_models.find(as_model or name)
    device = ModbusInstrument(world or World(), name, unit)
    return Cable(lambda uart: ModbusMeter(uart, model, unit), device)


def world(cable):
    return cable.device._world


@pytest.fixture
def cable():
    model = meter_models.find("SDM630")
    return Cable(lambda uart: ModbusMeter(uart, model), Sdm630(World()))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_reading_is_what_the_world_is(name):
    cable = metered(name)
    cable.run(SETTLED_MS)
    reading, phases = cable.driver.reading, 1 if name in ONE_PHASE else 3
    assert cable.driver.trouble is None
    assert (reading.energy_wh, reading.power_w) == (1_234_500, 11_040)
    assert reading.export_wh == (None if name in NO_EXPORT else 5_600)
    if name not in NO_MAINS_VALUES:
        none = [None] * (3 - phases)
        assert reading.voltage_mv == world(cable).voltage_mv[:phases] + none
        assert reading.current_ma == world(cable).current_ma[:phases] + none
        assert reading.frequency_mhz == 50_000
    assert cable.now_ms - 1500 <= reading.taken_ms <= cable.now_ms


BY_PHASE_W = ("SDM630", "SDM72V2", "B23", "EM330", "EM340", "IEM3155", "WE516", "WE517")
WITH_FACTOR = ("SDM120", "SDM230", "B21", "B23", "EM330", "EM340", "WE514", "WE515", "PZEM004T")
WITH_REACTIVE = ("SDM120", "SDM230")


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_reading_tells_what_else_the_meter_has(name):
    """And `gives` names no more and no less, for the lists of measurands."""
    more = World(factor_milli=960, reactive_var=-250)
    cable = metered(name, more)
    cable.run(SETTLED_MS)
    reading = cable.driver.reading
    watts = [3_680, 3_702, 0] if name in BY_PHASE_W else None
    told = reading.phase_w and [round(each, -1) for each in reading.phase_w]
    assert told == (watts and [round(each, -1) for each in watts])
    assert reading.factor_milli == (960 if name in WITH_FACTOR else None)
    assert reading.reactive_var == (-250 if name in WITH_REACTIVE else None)
    wanted = ("voltage_mv", "current_ma", "phase_w")
    for quantity in (*wanted, "energy_wh", "export_wh", "power_w", "factor_milli", "reactive_var"):
        value = getattr(reading, quantity)
        there = any(each is not None for each in value) if quantity in wanted and value else value
        assert (quantity in cable.driver.gives.split()) == (there not in (None, False)), quantity


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_meter_without_load_and_with_a_new_register_reads_zero(name):
    cable = metered(name, World(import_wh=0, export_wh=0, power_w=0, current_ma=[0, 0, 0]))
    cable.run(SETTLED_MS)
    assert cable.driver.trouble is None
    assert (cable.driver.reading.energy_wh, cable.driver.reading.power_w) == (0, 0)
    assert not any(cable.driver.reading.current_ma)


# The largest that the register of each make shows exactly: a single has steps below 1 Wh up to
# 16384 kWh; all ones, and the ends of the signed range, mean "not measured".
LARGEST_WH = {
    "SDM120": 16_384_000,
    "SDM630": 16_384_000,
    "WE516": 16_384_000,
    "DTSU666": 16_384_000,
    "PRO380": 16_384_000,
    "B21": 2**64 - 2 - (2**64 - 2) % 10,
    "B23": 99_999_999_990,
    "EM340": (2**31 - 2) * 100,
    "IEM3155": 2**63 - 2,
    "WE514": (2**32 - 2) * 10,
    "PZEM004T": 9_999_999,
}


@pytest.mark.parametrize("name", LARGEST_WH)
def test_register_is_exact_up_to_its_end(name):
    cable = metered(name, World(import_wh=LARGEST_WH[name]))
    cable.run(SETTLED_MS)
    assert cable.driver.reading.energy_wh == LARGEST_WH[name]


@pytest.mark.parametrize("name", [name for name in INSTRUMENTS if name not in ONE_PHASE])
def test_power_that_flows_back_is_negative(name):
    cable = metered(name, World(power_w=-3_000))
    cable.run(SETTLED_MS)
    assert cable.driver.reading.power_w == -3_000


def test_register_that_begins_anew_is_never_believed():
    """A PZEM-004T goes from 9999999 Wh to 0; the bill does not."""
    cable = metered("PZEM004T", World(import_wh=9_999_999))
    cable.run(SETTLED_MS)
    world(cable).import_wh += 5
    cable.run(2000)
    assert cable.driver.trouble == "backwards"
    assert cable.driver.reading.energy_wh == 9_999_999


@pytest.mark.parametrize("name", ["SDM120", "SDM630", "IEM3155"])
def test_meter_is_read_every_second(name):
    cable = metered(name)
    cable.run(SETTLED_MS)
    taken = set()
    for _ in range(1000):
        cable.step(10)
        taken.add(cable.driver.reading.taken_ms)
    assert 9 <= len(taken) <= 11


@pytest.mark.parametrize(
    ("name", "make", "serial"),
    [
        ("SDM630", "Eastron SDM630", str(SERIAL)),
        ("SDM72", "Eastron SDM72D-M", str(SERIAL)),
        ("B23", "ABB B23", str(SERIAL)),
        ("EM340", "Carlo Gavazzi EM340", "0511234"),
        ("PRO380", "Inepro PRO380", str(SERIAL)),
        ("WE516", "Orno WE-516", None),
    ],
)
def test_meter_tells_what_it_is_once(name, make, serial):
    cable = metered(name)
    cable.run(SETTLED_MS)
    assert (cable.driver.make, cable.driver.serial) == (make, serial)
    cable.take_sent()
    cable.run(3000)
    asked = cable.take_sent()
    for question in cable.driver.model.identity:
        assert struct.pack(">BBHH", 1, *question) not in asked


@pytest.mark.parametrize(
    ("as_model", "name"),
    [("SDM630", "SDM72V2"), ("SDM72V2", "SDM630"), ("SDM120", "SDM230"), ("EM330", "EM340")],
)
def test_sister_with_the_same_map_is_welcome_and_named(as_model, name):
    cable = metered(name, as_model=as_model)
    cable.run(SETTLED_MS)
    assert cable.driver.trouble is None
    assert cable.driver.make == meter_models.find(name).make
    assert cable.driver.reading.energy_wh == 1_234_500


def test_sister_that_no_one_knows_is_welcome_and_her_code_told():
    cable = metered("SDM630")
    cable.device.patches[3, 0xFC02] = b"\x12\x34"
    cable.run(SETTLED_MS)
    assert (cable.driver.trouble, cable.driver.make) == (None, "Eastron 1234")


@pytest.mark.parametrize(
    ("as_model", "name"),
    [
        ("SDM630", "SDM120"),
        ("SDM120", "SDM630"),
        ("SDM630", "SDM72"),
        ("SDM630", "B23"),
        ("SDM630", "EM340"),
        ("B21", "B23"),
        ("B23", "B21"),
        ("B23", "EM340"),
        ("WE516", "SDM630"),
        ("PZEM004T", "EM340"),
        ("DTSU666", "B23"),
    ],
)
def test_wrong_model_is_foreign_and_named(as_model, name):
    cable = metered(name, as_model=as_model)
    cable.run(15_000)
    assert cable.driver.trouble == "foreign"
    assert cable.driver.make == meter_models.find(name).make
    assert cable.driver.reading is None


@pytest.mark.parametrize("as_model", ["SDM630", "B23", "EM340", "IEM3155", "WE514", "DTSU666"])
@pytest.mark.parametrize("name", ["WE516", "PRO380", "IEM3155", "DTSU666", "PZEM004T"])
def test_wrong_model_gives_no_reading_at_all(as_model, name):
    if as_model == name:
        pytest.skip("the right one")
    cable = metered(name, as_model=as_model)
    cable.run(15_000)
    assert cable.driver.trouble == "foreign"
    assert cable.driver.reading is None


def test_right_meter_in_the_place_of_a_wrong_one_ends_the_trouble():
    cable = metered("SDM120", as_model="SDM630")
    cable.run(15_000)
    cable.device = Sdm630(World())
    cable.run(5000)
    assert (cable.driver.trouble, cable.driver.make) == (None, "Eastron SDM630")
    assert cable.driver.reading.energy_wh == 1_234_500


def test_meter_that_was_exchanged_while_we_watched_is_foreign():
    """Its register has nothing to do with the one that the transaction began with."""
    cable = metered("SDM630")
    cable.run(SETTLED_MS)
    cable.device.fault = faults.SILENT
    cable.run(5000)
    cable.device = ModbusInstrument(World(import_wh=9_000_000), "SDM630", serial=4711)
    cable.run(5000)
    assert cable.driver.trouble == "foreign"
    assert cable.driver.reading.energy_wh == 1_234_500


def test_word_order_of_the_map_is_a_mistake_that_shows():
    """An EM340 read with the high word first: 230.0 V become 150 MV."""
    described = {
        "make": "Acme 3",
        "line": "9600 8N1",
        "function": 4,
        "words": "high",
        "registers": {"voltage_mv": "0000 0002 0004 i32 x100", "energy_wh": "0034 i32 x100"},
    }
    for words, trouble in (("high", "foreign"), ("low", None)):
        model = meter_models.custom(dict(described, words=words))
        device = ModbusInstrument(World(), "EM340")
        cable = Cable(lambda uart, model=model: ModbusMeter(uart, model), device)
        cable.run(4000)
        assert cable.driver.trouble == trouble
    assert (cable.driver.make, cable.driver.reading.energy_wh) == ("Acme 3", 1_234_500)
    assert cable.driver.reading.power_w is None


@pytest.mark.parametrize(
    ("name", "function", "register", "data"),
    [
        ("SDM630", 4, 0x0048, struct.pack(">f", float("nan"))),
        ("SDM630", 4, 0x0048, struct.pack(">f", float("inf"))),
        ("SDM630", 4, 0x0048, struct.pack(">f", -5.0)),
        ("SDM630", 4, 0x0000, struct.pack(">f", 2300.0)),
        ("SDM630", 4, 0x0006, struct.pack(">f", 16000.0)),
        ("SDM630", 4, 0x0034, struct.pack(">f", 11.04e6)),
        ("SDM630", 4, 0x0046, struct.pack(">f", 500.0)),
        ("B23", 3, 0x5000, b"\xff" * 8),
        ("IEM3155", 3, 0x0C83, b"\x80" + b"\0" * 7),
        ("IEM3155", 3, 0x0C83, b"\x7f" + b"\xff" * 7),
        ("EM340", 4, 0x0034, b"\xff\xff\xff\xfe"),
        ("WE514", 3, 0xA000, b"\xff" * 4),
    ],
)
def test_value_that_no_mains_has_is_foreign(name, function, register, data):
    cable = metered(name)
    cable.device.patches[function, register] = data
    cable.run(5000)
    assert cable.driver.trouble == "foreign"
    assert cable.driver.reading is None


@pytest.mark.parametrize(
    ("register", "data", "quantity"),
    [(0x5B14, b"\x7f\xff\xff\xff", "power_w"), (0x5B2C, b"\xff\xff", "frequency_mhz")],
)
def test_quantity_that_is_not_measured_is_none(register, data, quantity):
    """ABB: all ones, and 7FFF.. where the number is signed, mean "not measured"."""
    cable = metered("B23")
    cable.device.patches[3, register] = data
    cable.run(3000)
    assert cable.driver.trouble is None
    assert getattr(cable.driver.reading, quantity) is None
    assert cable.driver.reading.energy_wh == 1_234_500


def test_mains_that_is_gone_is_no_foreign_meter():
    cable = metered("SDM630", World(voltage_mv=[0, 0, 0], current_ma=[0, 0, 0], frequency_mhz=0))
    cable.run(3000)
    assert cable.driver.trouble is None
    assert cable.driver.reading.voltage_mv == [0, 0, 0]


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
@pytest.mark.parametrize("name", ["SDM630", "B23", "PZEM004T"])
def test_fault_is_trouble_keeps_the_reading_and_passes(name, fault, trouble):
    cable = metered(name)
    cable.run(2000)
    before = cable.driver.reading
    cable.device.fault = fault
    world(cable).import_wh += 100
    cable.run(3500)
    assert cable.driver.trouble == trouble
    assert cable.driver.reading is before
    cable.device.fault = None
    cable.run(3000)
    assert cable.driver.trouble is None
    assert cable.driver.reading.energy_wh == 1_234_600


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
    assert cable.driver.reading.energy_wh == 1_234_500
    world(cable).import_wh += 2
    cable.run(2000)
    assert cable.driver.trouble is None
    assert cable.driver.reading.energy_wh == 1_234_501


def test_reading_is_published_whole_or_not_at_all(cable, monkeypatch):
    """Power answers, energy does not: there is no half reading."""
    answer = cable.device.registers

    def without_energy(function, register, count):
        return 2 if register == 0x0046 else answer(function, register, count)

    monkeypatch.setattr(cable.device, "registers", without_energy)
    cable.run(3000)
    assert cable.driver.reading is None
    assert cable.driver.trouble == "foreign"


def test_meter_that_is_busy_is_rubbish_not_foreign(cable, monkeypatch):
    """Modbus application protocol 7: exception 6, slave device busy."""
    monkeypatch.setattr(cable.device, "registers", lambda *question: 6)
    cable.run(3000)
    assert cable.driver.trouble == "rubbish"


@pytest.mark.parametrize("name", EASTRON)
def test_meter_that_does_not_tell_who_it_is_is_as_good(name):
    """The first series answer such a request with an exception."""
    cable = metered(name)
    shown = cable.device._layout
    cable.device._layout = lambda world, serial: {
        place: data for place, data in shown(world, serial).items() if place[0] == 4
    }
    cable.run(SETTLED_MS)
    assert cable.driver.make is None
    assert cable.driver.trouble is None
    assert cable.take_sent().count(b"\x01\x03\xfc\x00") == 1
    assert cable.now_ms - cable.driver.reading.taken_ms <= 2000


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


class Mirror:
    """A bus on which we hear ourselves: a receiver that is always on, or both wires shorted."""

    def __init__(self, device=None):
        self._device = device
        self._heard = b""

    def receive(self, data, now_ms):
        self._heard += data
        if self._device is not None:
            self._device.receive(data, now_ms)

    def take(self, now_ms):
        heard, self._heard = self._heard, b""
        return heard + (b"" if self._device is None else self._device.take(now_ms))


class StuckLow(Mirror):
    """A bus that is held low: the receiver sees breaks, bytes of zeros."""

    def take(self, now_ms):
        return b"\0" * 12


@pytest.mark.parametrize("name", ["SDM630", "IEM3155", "EM340"])
def test_echo_of_ourselves_is_no_answer_and_does_not_hinder_one(name):
    cable = metered(name)
    cable.device = Mirror(cable.device)
    cable.run(SETTLED_MS)
    assert (cable.driver.trouble, cable.driver.reading.energy_wh) == (None, 1_234_500)
    cable.device = Mirror()
    cable.run(5000)
    assert cable.driver.trouble == "silent"


@pytest.mark.parametrize("name", ["SDM630", "B23", "WE514", "PZEM004T"])
def test_bus_that_is_shorted_is_rubbish_and_its_repair_ends_it(name):
    cable = metered(name)
    device, cable.device = cable.device, StuckLow()
    cable.run(5000)
    assert (cable.driver.trouble, cable.driver.reading) == ("rubbish", None)
    cable.device = device
    cable.run(5000)
    assert (cable.driver.trouble, cable.driver.reading.energy_wh) == (None, 1_234_500)


@pytest.mark.parametrize("name", ["SDM120", "B21", "WE516"])
def test_meter_that_is_absent_at_boot_is_found_when_it_comes(name):
    cable = metered(name)
    device, cable.device = cable.device, None
    cable.run(5000)
    assert (cable.driver.trouble, cable.driver.make) == ("silent", None)
    cable.device = device
    cable.run(5000)
    assert (cable.driver.trouble, cable.driver.reading.energy_wh) == (None, 1_234_500)
    assert cable.driver.make == meter_models.find(name).make


def test_unit_number_is_that_of_the_board():
    cable = metered("SDM630", unit=7)
    cable.run(1500)
    request = cable.take_sent()[:6]
    assert request == bytes.fromhex("070400000012")
    assert cable.driver.reading is not None


@pytest.mark.parametrize("unit", [0, 248, -1])
def test_unit_number_that_no_meter_has_is_refused(unit):
    """Modbus over serial line 2.2: 1 to 247; 0 is everyone."""
    with pytest.raises(ValueError, match="expected 1 to 247"):
        ModbusMeter(None, meter_models.find("SDM630"), unit)


def test_answer_of_another_question_is_not_taken(cable):
    """A whole frame of our unit, but of other registers: its length tells."""
    frame = b"\x01\x04\x04" + struct.pack(">f", 7.0)
    for _ in range(50):
        cable.inject(frame + crc(frame))
        cable.step(10)
    cable.run(3000)
    assert cable.driver.reading.voltage_mv == [230_000, 231_500, 229_900]
