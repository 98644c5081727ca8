"""The emulated meters as pymodbus reads them, and frames that are known by heart."""

import struct

import pytest
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from host_tests.harness.devices import faults
from host_tests.harness.devices.cse7766 import Cse7766
from host_tests.harness.devices.instruments import INSTRUMENTS
from host_tests.harness.devices.modbus_meter import SERIAL, ModbusInstrument
from host_tests.harness.devices.s0 import S0Output
from host_tests.unit.drivers.meter_world import World


def asked(name, function, register, count, world=None):
    """The registers as pymodbus decodes them; or the exception's code."""
    kind = {3: ReadHoldingRegistersRequest, 4: ReadInputRegistersRequest}[function]
    pdu = kind(dev_id=1, address=register, count=count)
    meter = ModbusInstrument(world or World(), name)
    meter.receive(FramerRTU(DecodePDU(True)).buildFrame(pdu), 0)
    _, _, _, payload = FramerRTU(DecodePDU(False)).decode(meter.take(1000))
    answer = DecodePDU(False).decode(payload)
    return answer.exception_code if answer.isError() else answer.registers


def single(registers):
    return struct.unpack(">f", struct.pack(">HH", *registers))[0]


@pytest.mark.parametrize(
    ("name", "function", "register", "value"),
    [
        ("SDM120", 4, 0x0048, 1234.5),
        ("SDM120", 4, 0x000C, 11040),
        ("SDM72", 4, 0x0034, 11040),
        ("IEM3155", 3, 0x0BD5, 231.5),
        ("IEM3155", 3, 0x0BF3, 11.04),
        ("WE516", 3, 0x0010, 231.5),
        ("WE516", 3, 0x001C, 11.04),
        ("DTSU666", 3, 0x2008, 2315),
        ("DTSU666", 3, 0x200C, 16000),
        ("DTSU666", 3, 0x2044, 5000),
        ("PRO380", 3, 0x600C, 1234.5),
    ],
)
def test_singles_stand_where_the_maker_says(name, function, register, value):
    assert single(asked(name, function, register, 2)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "function", "register", "registers"),
    [
        ("B23", 3, 0x5000, [0, 0, 1, 0xE23A]),  # 1234.50 kWh
        ("B23", 3, 0x5B02, [0, 2315]),
        ("B23", 3, 0x5B14, [16, 0xD880]),  # 11040.00 W
        ("B21", 3, 0x5B02, [0xFFFF, 0xFFFF]),  # L2 is not measured
        ("B23", 3, 0x8900, [SERIAL >> 16, SERIAL & 0xFFFF]),
        ("EM340", 4, 0x0002, [2315, 0]),  # the low word first
        ("EM340", 3, 0x0028, [0xAF40, 1]),  # 11040.0 W
        ("EM340", 4, 0x0033, [500]),
        ("EM340", 4, 0x000B, [341]),
        ("EM330", 4, 0x000B, [331]),
        ("IEM3155", 3, 0x0C83, [0, 0, 18, 0xD644]),
        ("WE514", 3, 0x0131, [23000]),
        ("WE514", 3, 0xA000, [1, 0xE23A]),
        ("PZEM004T", 4, 0x0000, [2300, 16000, 0, 0xAF40, 1, 0xD644, 18, 500, 100, 0]),
    ],
)
def test_integers_stand_where_the_maker_says(name, function, register, registers):
    assert asked(name, function, register, len(registers)) == registers


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_register_that_is_not_there_is_refused(name):
    """Modbus application protocol 7: illegal data address."""
    assert asked(name, 3, 0x7777, 2) == 2
    assert asked(name, 4, 0x0000, 125) == 2


def test_negative_power_is_two_s_complement_in_either_order():
    world = World(power_w=-1)
    assert asked("EM340", 4, 0x0028, 2, world) == [0xFFF6, 0xFFFF]
    assert asked("B23", 3, 0x5B14, 2, world) == [0xFFFF, 0xFF9C]


def test_chip_s_frame_is_built_as_the_data_sheet_says():
    """standards.md §6: state, 5A, three pairs of 24 bits, what is valid, pulses, sum."""
    world = World(power_w=2300, current_ma=[10_000, 0, 0], import_wh=0)
    chip = Cse7766(world, pulses=65_535)
    frame = chip.frame()
    assert (len(frame), frame[:2], frame[20]) == (24, b"\x55\x5a", 0x70)
    assert frame[23] == sum(frame[2:23]) & 0xFF
    assert frame[21:23] == b"\xff\xff"
    volts = int.from_bytes(frame[2:5], "big") / int.from_bytes(frame[5:8], "big")
    assert volts == pytest.approx(230, rel=0.001)
    world.import_wh += 5_104_608 / 3_600_000_000
    assert chip.frame()[21:23] == b"\0\0"


def test_chip_talks_by_itself_and_without_power_it_does_not():
    chip = Cse7766(World())
    came = b"".join(chip.take(now_ms) for now_ms in range(0, 1000, 10))
    assert came.count(b"\x55\x5a") >= 15
    chip.fault = faults.DISAPPEARS
    assert chip.take(2000) == b""


def test_s0_output_gives_a_pulse_for_each_piece_of_energy():
    world = World(import_wh=0)
    output = S0Output(world, 800)
    world.import_wh = 1.24
    assert output.count() == 0
    world.import_wh = 10
    assert output.count() == 8
    output.bounces = 2
    world.import_wh = 12.5
    assert output.count() == 8 + 3 * 2


def test_request_that_follows_an_answer_too_closely_is_not_heard():
    """Modbus over serial line 2.5.1.1: 3.5 characters of silence; 4.01 ms at 9600 baud."""
    meter = ModbusInstrument(World(), "SDM630")
    pdu = ReadInputRegistersRequest(dev_id=1, address=0, count=2)
    request = FramerRTU(DecodePDU(True)).buildFrame(pdu)
    meter.receive(request, 0)
    ends_ms = meter.due_ms()
    assert len(meter.take(ends_ms)) == 9
    meter.receive(request, ends_ms + 4)
    assert meter.take(ends_ms + 1000) == b""
    meter.receive(request, ends_ms + 5)
    assert len(meter.take(ends_ms + 1000)) == 9
