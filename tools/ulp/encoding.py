"""The instructions of the ESP32's ULP coprocessor: their words and their cycles.

From Espressif's description of the instruction set (esp-idf, ulp_instruction_set.rst), the ESP32
only; other chips differ. ``FIELDS`` is the table that the tests compare with: for each form of an
instruction the constant bits, then its fields as (name, highest bit, lowest bit).
"""

from dataclasses import dataclass

# Where a peripheral's registers begin, and its number in REG_RD and REG_WR.
PERIPHERALS = {0x3FF48000: 0, 0x3FF48400: 1, 0x3FF48800: 2, 0x3FF48C00: 3}
ALU = ("add", "sub", "and", "or", "move", "lsh", "rsh")
FETCH = 4  # the entries of the description; its head says 2 after some: the slower one counts


@dataclass(frozen=True)
class Form:
    """One form of an instruction; ``cycles`` without the fetch."""

    name: str
    constant: int
    fields: tuple
    cycles: int
    fetch: int = FETCH


_REG = (("high", 27, 23), ("low", 22, 18), ("data", 17, 10), ("peripheral", 9, 8), ("word", 7, 0))
_ALU_REG = (("select", 24, 21), ("third", 5, 4), ("second", 3, 2), ("first", 1, 0))
_ALU_IMM = (("select", 24, 21), ("value", 19, 4), ("second", 3, 2), ("first", 1, 0))
_STEP = (("back", 24, 24), ("step", 23, 17))

FORMS = {
    form.name: form
    for form in (
        Form("reg_wr", 1 << 28, _REG, 8),
        Form("reg_rd", 2 << 28, _REG, 4),
        Form("wait", 4 << 28, (("value", 15, 0),), 2),
        # The conversion itself is the emulator's to add: it hangs on the ADC's settings.
        Form("adc", 5 << 28, (("sar", 6, 6), ("mux", 5, 2), ("first", 1, 0)), 23),
        Form("st", 6 << 28 | 4 << 25, (("offset", 20, 10), ("second", 3, 2), ("first", 1, 0)), 4),
        Form("alu_reg", 7 << 28, _ALU_REG, 2),
        Form("alu_imm", 7 << 28 | 1 << 25, _ALU_IMM, 2),
        Form("stage_inc", 7 << 28 | 2 << 25, (("value", 11, 4),), 2),
        Form("stage_dec", 7 << 28 | 2 << 25 | 1 << 21, (("value", 11, 4),), 2),
        Form("stage_rst", 7 << 28 | 2 << 25 | 2 << 21, (), 2),
        Form("jump", 8 << 28, (("kind", 24, 22), ("target", 12, 2)), 2, 2),
        Form("jumpr", 8 << 28 | 1 << 25, (*_STEP, ("test", 16, 16), ("value", 15, 0)), 2, 2),
        Form("jumps", 8 << 28 | 2 << 25, (*_STEP, ("test", 16, 15), ("value", 7, 0)), 2, 2),
        Form("halt", 11 << 28, (), 2, 0),
        Form("ld", 13 << 28, (("offset", 20, 10), ("second", 3, 2), ("first", 1, 0)), 4),
    )
}
KINDS = {"": 0, "eq": 1, "ov": 2}
TESTS = {"lt": 0, "ge": 1, "le": 2}
# Bits that tell the form of a word: operation, and below it where operations share one.
_SUB = 7 << 25
_SELECT = 15 << 21


def encode(name: str, **values: int) -> int:
    """The word of a form. Raises ValueError for a value that does not fit its field."""
    form = FORMS[name]
    word = form.constant
    known = {field for field, _, _ in form.fields}
    for field in values:
        if field not in known:
            raise ValueError(f"{name} has no field {field}; it has {', '.join(sorted(known))}")
    for field, high, low in form.fields:
        value = values.get(field, 0)
        if not 0 <= value < 1 << (high - low + 1):
            raise ValueError(f"{name}: {field} {value}: expected 0 to {(1 << high - low + 1) - 1}")
        word |= value << low
    return word


def decode(word: int) -> tuple:
    """(form, {field: value}) of a word. Raises ValueError for a word that is none of them."""
    for form in FORMS.values():
        if word & _mask(form) == form.constant:
            return form, {
                field: word >> low & (1 << high - low + 1) - 1 for field, high, low in form.fields
            }
    raise ValueError(f"0x{word:08x} is no instruction that is used here")


def _mask(form: Form) -> int:
    mask = 15 << 28
    if form.constant >> 28 in (6, 7, 8):
        mask |= _SUB
    if form.name.startswith("stage"):
        mask |= _SELECT
    return mask
