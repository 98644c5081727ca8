"""Modbus RTU as a master speaks it, against a manual's examples, pymodbus and noise."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
)

from chargepoint.wire import modbus

registers = st.integers(0, 0xFFFF)
units = st.integers(1, 247)
words_lists = st.lists(registers, min_size=1, max_size=125)


def answer_frame(unit, words):
    """What pymodbus, as an independent witness, says a slave answers."""
    pdu = ReadInputRegistersResponse(dev_id=unit, registers=list(words))
    return FramerRTU(DecodePDU(False)).buildFrame(pdu)


def asked(unit, count, function=modbus.READ_INPUT):
    answer = modbus.Answer()
    answer.expect(unit, function, count)
    return answer


def test_request_equals_the_maker_s_example():
    """Eastron SDM user manual, "read total active power"."""
    request = modbus.read_request(1, modbus.READ_INPUT, 0x0156, 2)
    assert request == bytes.fromhex("0104015600029027")


def test_answer_reads_the_maker_s_example():
    """Eastron SDM user manual: 230.2, 43 66 33 34."""
    answer = asked(1, 2)
    assert answer.receive(bytes.fromhex("010404436633341b38"))
    assert modbus.float32_to_milli(*answer.words) == 230200


@given(units, registers, st.integers(1, 125), st.booleans())
def test_request_equals_pymodbus(unit, register, count, holding):
    kind = ReadHoldingRegistersRequest if holding else ReadInputRegistersRequest
    pdu = kind(dev_id=unit, address=register, count=count)
    function = modbus.READ_HOLDING if holding else modbus.READ_INPUT
    ours = modbus.read_request(unit, function, register, count)
    assert ours == FramerRTU(DecodePDU(True)).buildFrame(pdu)


@given(units, words_lists, st.data())
def test_answer_is_found_in_any_split(unit, words, data):
    frame = answer_frame(unit, words)
    answer = asked(unit, len(words))
    cut = data.draw(st.integers(0, len(frame)))
    assert answer.receive(frame[:cut]) == (cut == len(frame))
    assert answer.receive(frame[cut:])
    assert answer.words == tuple(words)


@given(st.binary(max_size=40), words_lists)
def test_answer_is_found_behind_noise(noise, words):
    answer = asked(17, len(words))
    answer.receive(noise)
    assert answer.receive(answer_frame(17, words))
    assert answer.words == tuple(words)


def test_answer_is_found_behind_the_echo_of_the_request():
    """Two-wire RS-485: a receiver that is always on hears us as well."""
    answer = asked(1, 2)
    echo = modbus.read_request(1, modbus.READ_INPUT, 0x0034, 2)
    assert answer.receive(echo + answer_frame(1, [7, 8]))
    assert answer.words == (7, 8)


def test_exception_is_decided_at_once():
    answer = asked(1, 2)
    assert answer.receive(modbus.with_crc(b"\x01\x84\x02"))
    assert answer.error == "exception 2"


@pytest.mark.parametrize(
    ("came", "verdict"),
    [
        (b"", "silent"),
        (answer_frame(9, [1, 2]), "foreign unit"),
        (answer_frame(1, [1, 2])[:-1], "length"),
        (answer_frame(1, [1, 2, 3]), "length"),
        (answer_frame(1, [1, 2])[:-1] + b"\x00", "crc"),
        (b"\xff\xfe\xfd", "crc"),
    ],
)
def test_giving_up_tells_what_was_wrong(came, verdict):
    answer = asked(1, 2)
    assert not answer.receive(came)
    assert answer.give_up() == verdict


@given(registers, registers)
def test_float_is_decoded_exactly(high, low):
    """Against exact arithmetic on the double that holds any single."""
    value = struct.unpack(">f", struct.pack(">HH", high, low))[0]
    milli = modbus.float32_to_milli(high, low)
    if math.isnan(value) or math.isinf(value):
        assert milli is None
        return
    numerator, denominator = abs(value).as_integer_ratio()
    nearest = (2000 * numerator + denominator) // (2 * denominator)
    assert milli == (-nearest if value < 0 else nearest)


@given(st.integers(0, 16_384_000))
def test_kilowatt_hours_of_a_single_are_exact_watt_hours(energy_wh):
    """Up to 16384 kWh a single has steps below 1 Wh; beyond, the meter itself is coarser."""
    words = struct.unpack(">HH", struct.pack(">f", energy_wh / 1000))
    assert modbus.float32_to_milli(*words) == energy_wh


@pytest.mark.parametrize(
    ("words", "signed", "low_first", "value"),
    [
        ((0x0001, 0x0002), False, False, 0x10002),
        ((0x0001, 0x0002), False, True, 0x20001),
        ((0xFFFF, 0xFFFE), True, False, -2),
        ((0xFFFF, 0xFFFE), False, False, 0xFFFFFFFE),
        ((0x8000, 0, 0, 0), True, False, -(1 << 63)),
    ],
)
def test_integers_in_either_word_order(words, signed, low_first, value):
    assert modbus.to_integer(words, signed, low_first) == value
