"""The words of the coprocessor's instructions, against words put together by hand.

Field by field from the table of ulp.md §1 (esp-idf's ulp_instruction_set.rst): the numbers here
owe nothing to tools/ulp/encoding.py.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.ulp.encoding import ALU, FORMS, KINDS, PERIPHERALS, TESTS, decode, encode

_OP = 28  # of every word


def word(*parts):
    """(value, lowest bit) of each field."""
    return sum(value << low for value, low in parts)


VECTORS = [
    # REG_WR of RTC_IO + 4 * 1, bits 23 to 23, data 1; of RTC_CNTL + 4 * 0x28, bits 31 to 31.
    ("reg_wr", {"high": 23, "low": 23, "data": 1, "peripheral": 1, "word": 1},
     word((1, _OP), (23, 23), (23, 18), (1, 10), (1, 8), (1, 0))),
    ("reg_wr", {"high": 31, "low": 31, "data": 1, "peripheral": 0, "word": 0x28}, 0x1FFC0428),
    ("reg_rd", {"high": 28, "low": 13, "peripheral": 1, "word": 9},
     word((2, _OP), (28, 23), (13, 18), (1, 8), (9, 0))),
    ("wait", {"value": 65535}, 0x4000FFFF),
    ("adc", {"first": 0, "sar": 0, "mux": 4}, 0x50000010),
    ("adc", {"first": 3, "sar": 1, "mux": 9}, word((5, _OP), (1, 6), (9, 2), (3, 0))),
    ("st", {"first": 1, "second": 3, "offset": 11}, 0x68002C0D),
    ("st", {"first": 2, "second": 0, "offset": 2047}, word((6, _OP), (4, 25), (2047, 10), (2, 0))),
    ("ld", {"first": 0, "second": 3, "offset": 8}, 0xD000200C),
    ("alu_reg", {"select": 0, "first": 1, "second": 2, "third": 3}, 0x70000039),
    ("alu_reg", {"select": 1, "first": 3, "second": 1, "third": 0}, 0x70200007),
    ("alu_imm", {"select": 4, "first": 3, "value": 0}, 0x72800003),
    ("alu_imm", {"select": 6, "first": 0, "second": 1, "value": 65535}, 0x72CFFFF4),
    ("stage_inc", {"value": 1}, 0x74000010),
    ("stage_dec", {"value": 255}, 0x74200FF0),
    ("stage_rst", {}, 0x74400000),
    ("jump", {"kind": 0, "target": 132}, 0x80000210),
    ("jump", {"kind": 1, "target": 1}, 0x80400004),
    ("jump", {"kind": 2, "target": 2047}, 0x80801FFC),
    ("jumpr", {"back": 0, "step": 2, "test": 0, "value": 1}, 0x82040001),
    ("jumpr", {"back": 1, "step": 127, "test": 1, "value": 65535}, 0x83FFFFFF),
    ("jumps", {"back": 1, "step": 9, "test": 0, "value": 200}, 0x851200C8),
    ("jumps", {"back": 0, "step": 1, "test": 2, "value": 3},
     word((8, _OP), (2, 25), (1, 17), (2, 15), (3, 0))),
    ("halt", {}, 0xB0000000),
]  # fmt: skip
# Widths of the fields, in bits, from the same table.
WIDTHS = {
    "reg_wr": {"high": 5, "low": 5, "data": 8, "peripheral": 2, "word": 8},
    # REG_RD has the field, and leaves it 0.
    "reg_rd": {"high": 5, "low": 5, "data": 8, "peripheral": 2, "word": 8},
    "wait": {"value": 16},
    "adc": {"first": 2, "mux": 4, "sar": 1},
    "st": {"first": 2, "second": 2, "offset": 11},
    "ld": {"first": 2, "second": 2, "offset": 11},
    "alu_reg": {"select": 4, "first": 2, "second": 2, "third": 2},
    "alu_imm": {"select": 4, "first": 2, "second": 2, "value": 16},
    "stage_inc": {"value": 8},
    "stage_dec": {"value": 8},
    "stage_rst": {},
    "jump": {"kind": 3, "target": 11},
    "jumpr": {"back": 1, "step": 7, "test": 1, "value": 16},
    "jumps": {"back": 1, "step": 7, "test": 2, "value": 8},
    "halt": {},
}
# Execution and fetch; without the conversion that ADC starts.
CYCLES = {
    "reg_wr": 12, "reg_rd": 8, "wait": 6, "adc": 27, "st": 8, "ld": 8, "alu_reg": 6, "alu_imm": 6,
    "stage_inc": 6, "stage_dec": 6, "stage_rst": 6, "jump": 4, "jumpr": 4, "jumps": 4, "halt": 2,
}  # fmt: skip
FIELDS = [(name, field, bits) for name, fields in WIDTHS.items() for field, bits in fields.items()]


@pytest.mark.parametrize("name, values, expected", VECTORS)
def test_form_is_the_documented_word(name, values, expected):
    assert f"{encode(name, **values):08x}" == f"{expected:08x}"


def test_vectors_have_every_form():
    assert {name for name, _, _ in VECTORS} == set(FORMS) == set(WIDTHS) == set(CYCLES)


@pytest.mark.parametrize("name, field, bits", FIELDS)
def test_field_takes_what_fits_and_no_more(name, field, bits):
    most = (1 << bits) - 1
    form, values = decode(encode(name, **{field: most}))
    assert values.pop(field) == most and not any(values.values())
    for wrong in (-1, most + 1):
        with pytest.raises(ValueError, match=f"{name}: {field} {wrong}: expected 0 to {most}"):
            encode(name, **{field: wrong})


@pytest.mark.parametrize("name", FORMS)
def test_field_that_a_form_lacks_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} has no field colour"):
        encode(name, colour=1)


@pytest.mark.parametrize("name", FORMS)
def test_form_takes_the_documented_cycles(name):
    assert FORMS[name].cycles + FORMS[name].fetch == CYCLES[name]


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_what_was_encoded_is_decoded(name, data):
    values = {
        field: data.draw(st.integers(0, (1 << bits) - 1)) for field, bits in WIDTHS[name].items()
    }
    form, told = decode(encode(name, **values))
    assert (form.name, told) == (name, values)


@given(st.integers(0, 0xFFFFFFFF))
def test_any_word_is_decoded_or_refused(value):
    """ValueError and nothing else; an emulated program may run into data."""
    try:
        form, values = decode(value)
    except ValueError:
        return
    # What lies outside of the fields is not looked at; what lies within is kept.
    assert encode(form.name, **values) & ~value == 0


@pytest.mark.parametrize("value", [0, 0x30000000, 0x74600000, 0x86000000, 0x90000001, 0xA0000000])
def test_word_that_is_not_used_here_is_refused(value):
    with pytest.raises(ValueError, match=f"0x{value:08x} is no instruction"):
        decode(value)


def test_numbers_of_operations_and_tests_are_the_documented_ones():
    assert ALU == ("add", "sub", "and", "or", "move", "lsh", "rsh")
    assert KINDS == {"": 0, "eq": 1, "ov": 2}
    assert TESTS == {"lt": 0, "ge": 1, "le": 2}
    names = {0x3FF48000: 0, 0x3FF48400: 1, 0x3FF48800: 2, 0x3FF48C00: 3}
    assert PERIPHERALS == names
