"""The emulated SDM630 against the maker's examples and pymodbus."""

import struct

import pytest
from pymodbus.client import ModbusSerialClient
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from host_tests.harness.devices import faults, serve
from host_tests.harness.devices.sdm630 import METER_CODE, SERIAL, Sdm630, crc


class World:
    import_wh = 1_234_567
    power_w = 4600
    voltage_mv = (230_250, 231_000, 229_000)
    current_ma = (20_000, 0, 0)
    frequency_mhz = 49_980


def request(function, register, count, unit=1):
    kinds = {3: ReadHoldingRegistersRequest, 4: ReadInputRegistersRequest}
    pdu = kinds[function](dev_id=unit, address=register, count=count)
    return FramerRTU(DecodePDU(True)).buildFrame(pdu)


def asked(meter, data, now_ms=None):
    """Its answer to ``data`` at ``now_ms``; None: when the line was silent for long enough."""
    now_ms = meter.quiet_ms() if now_ms is None else now_ms
    meter.receive(data, now_ms)
    return meter.take(now_ms + 1000)


def decoded(data):
    """The registers in an answer, as pymodbus reads it; or the exception's code."""
    used, _, _, payload = FramerRTU(DecodePDU(False)).decode(data)
    assert used == len(data)
    pdu = DecodePDU(False).decode(payload)
    return pdu.exception_code if pdu.isError() else pdu.registers


def floats(registers):
    data = struct.pack(f">{len(registers)}H", *registers)
    return list(struct.unpack(f">{len(registers) // 2}f", data))


def test_answer_is_built_as_in_the_maker_s_example():
    """Eastron SDM user manual: "01 04 04 43 66 33 34 1B 38"; only the volts are ours."""
    example = bytes.fromhex("010404436633341b38")
    assert crc(example[:-2]) == example[-2:]
    answer = asked(Sdm630(World()), bytes.fromhex("01040000000271cb"))
    assert answer[:5] == example[:5]
    assert answer[5:] == b"\x40\x00" + crc(answer[:-2])


def test_pymodbus_reads_what_the_world_is():
    meter = Sdm630(World())
    first = floats(decoded(asked(meter, request(4, 0x0000, 12))))
    assert first == pytest.approx([230.25, 231.0, 229.0, 20.0, 0.0, 0.0])
    assert floats(decoded(asked(meter, request(4, 0x0034, 2)))) == [4600.0]
    energy = floats(decoded(asked(meter, request(4, 0x0046, 6))))
    assert energy == pytest.approx([49.98, 1234.567, 0.0])


def test_holding_registers_tell_what_it_is():
    meter = Sdm630(World())
    high, low = decoded(asked(meter, request(3, 0xFC00, 2)))
    assert high << 16 | low == SERIAL
    assert decoded(asked(meter, request(3, 0xFC02, 1))) == [METER_CODE]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (request(4, 0x0001, 2), 2),
        (request(4, 0x0180, 4), 2),
        (request(4, 0x0000, 3), 3),
        (request(4, 0x0000, 82), 3),
        (request(3, 0x1234, 2), 2),
        (b"\x01\x06\x00\x00\x00\x01" + crc(b"\x01\x06\x00\x00\x00\x01"), 1),
    ],
)
def test_wrong_request_is_answered_with_an_exception(data, code):
    """Modbus application protocol 7: illegal function, address, value."""
    answer = asked(Sdm630(World()), data)
    assert answer[1] == data[1] | 0x80
    assert answer[2] == code
    assert answer[3:] == crc(answer[:3])


def test_other_units_and_wrong_checksums_are_not_answered():
    meter = Sdm630(World())
    assert asked(meter, request(4, 0, 2, unit=2)) == b""
    assert asked(meter, request(4, 0, 2)[:-1] + b"\x00", 2000) == b""
    assert asked(meter, request(4, 0, 2), 4000) != b""


def test_silence_ends_half_a_request():
    """Modbus over serial line 2.5.1.1: a gap of 3.5 characters."""
    meter = Sdm630(World())
    meter.receive(request(4, 0, 2)[:5], 0)
    meter.receive(request(4, 0, 2), 200)
    assert decoded(meter.take(400)) == [0x4366, 0x4000]


def test_answer_takes_its_time():
    meter = Sdm630(World())
    meter.receive(request(4, 0, 12), 0)
    assert meter.take(20) == b""
    assert meter.due_ms() == 25 + 31
    assert len(meter.take(56)) == 29


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (faults.SILENT, lambda answer: answer == b""),
        (faults.DISAPPEARS, lambda answer: answer == b""),
        (faults.RUBBISH, lambda answer: len(answer) == 9 and crc(answer[:-2]) != answer[-2:]),
        (faults.TRUNCATED, lambda answer: len(answer) == 6),
        (faults.FOREIGN, lambda answer: answer[0] == 2 and crc(answer[:-2]) == answer[-2:]),
    ],
)
def test_fault_shows_on_the_bus_and_goes(fault, check):
    meter = Sdm630(World())
    meter.fault = fault
    assert check(asked(meter, request(4, 0, 2)))
    meter.fault = None
    assert decoded(asked(meter, request(4, 0, 2), 2000)) == [0x4366, 0x4000]


def test_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="fault 'tired'"):
        Sdm630(World()).fault = "tired"


def test_pymodbus_client_reads_it_on_a_terminal():
    """Real time, a real serial line (pty), a master that is not ours."""
    served, path = serve.on_pty(Sdm630(World()))
    with served:
        client = ModbusSerialClient(path, baudrate=9600, timeout=2)
        assert client.connect()
        answer = client.read_input_registers(0x0046, count=6, device_id=1)
        client.close()
    assert floats(answer.registers) == pytest.approx([49.98, 1234.567, 0.0])
