"""The name server of a captive portal: every name is here."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire.dns import answer

HERE = bytes((192, 168, 4, 1))


def question(name="captive.apple.com", kind=1, flags=0x0100, count=1):
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    head = struct.pack(">HHHHHH", 0xBEEF, flags, count, 0, 0, 0)
    return head + labels + b"\0" + struct.pack(">HH", kind, 1)


def test_question_for_an_address_gets_ours():
    """RFC 1035 4.1.1, 4.1.3: an answer to this question, with the name by a pointer."""
    asked = question()
    told = answer(asked, HERE)
    number, flags, questions, answers, others, more = struct.unpack(">HHHHHH", told[:12])
    assert (number, questions, answers, others, more) == (0xBEEF, 1, 1, 0, 0)
    assert flags == 0x8580  # an answer, authoritative, recursion desired and available, no error
    assert told[12 : len(asked)] == asked[12:]
    record = told[len(asked) :]
    assert record == b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 10, 4) + HERE


@pytest.mark.parametrize("kind", [28, 65, 16, 255])
def test_question_for_something_else_gets_an_empty_answer(kind):
    """AAAA, HTTPS, TXT: none, so that the phone goes on with what there is."""
    asked = question(kind=kind)
    told = answer(asked, HERE)
    assert struct.unpack(">HHHHHH", told[:12])[1:4] == (0x8580, 1, 0)
    assert told[12:] == asked[12:]


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        question()[:11],
        question()[:-1],
        question(flags=0x8100),  # an answer
        question(flags=0x2800),  # an update
        question(count=0),
        question(count=2),
        question("a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 63),
        question()[:12] + b"\xc0\x0c\0\1\0\1",  # a pointer where a name begins
    ],
)
def test_what_is_no_question_gets_nothing(asked):
    assert answer(asked, HERE) is None


@given(st.binary(max_size=80))
def test_noise_never_raises_and_never_grows_much(data):
    told = answer(data, HERE)
    assert told is None or len(told) <= len(data) + 16
