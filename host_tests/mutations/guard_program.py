"""The guard's program with one word changed: what the suite of the guard must notice.

Every instruction is left out in turn; each compare, jump, load and store, and each constant, is
also made wrong. ``EQUIVALENT`` lists the changes that change nothing, each with the reason.
"""

from dataclasses import replace
from typing import NamedTuple

from tools.ulp.assembler import Program
from tools.ulp.encoding import ALU, KINDS, decode, encode

_NOTHING = encode("wait", value=0)
_SUB, _MOVE = ALU.index("sub"), ALU.index("move")
_PAD_SET, _PAD_CLEAR = 1, 2  # words of RTC_IO


class Mutant(NamedTuple):
    """``line`` is the source line, without blanks and comment; ``change`` what was done to it.
    ``nth``: which one of the lines that read the same."""

    line: str
    nth: int
    change: str
    program: Program


def mutants(text: str, program: Program) -> list:
    """All of them, in the order of the program."""
    source = [line.split("#")[0].strip() for line in text.splitlines()]
    found, seen = [], {}
    for at in range(program.entry, len(program.words)):
        line = " ".join(source[program.lines[at] - 1].rpartition(":")[2].split())
        nth = seen[line] = seen.get(line, 0) + 1
        for change, word in _changes(program.words[at]):
            words = [*program.words[:at], word, *program.words[at + 1 :]]
            found.append(Mutant(line, nth, change, replace(program, words=words)))
    return found


def _changes(word):
    """(what is changed, the word then)."""
    form, values = decode(word)
    yield "left out", _NOTHING
    made = _CHANGES.get(form.name, lambda values: ())
    for change, altered in made(values):
        yield change, encode(form.name, **(values | altered))


def _jump(values):
    kind = values["kind"]
    yield "goes a word further", {"target": values["target"] + 1}
    if kind:
        yield "always", {"kind": 0}
        yield "on the other flag", {"kind": KINDS["eq"] + KINDS["ov"] - kind}


def _relative(values):
    yield "the other way round", {"test": 1 - values["test"]}
    yield "limit one more", {"value": values["value"] + 1}
    yield "limit one less", {"value": values["value"] - 1}
    step = -1 if values["back"] else 1
    yield "goes a word further", {"step": values["step"] + step}


def _place(values):
    """Of a load or a store: another word of the mailbox, another register."""
    yield "another word", {"offset": values["offset"] + 1}
    yield "another register", {"first": (values["first"] + 1) % 3}


def _alu_reg(values):
    if values["select"] == _SUB:
        yield "the other way round", {"second": values["third"], "third": values["second"]}
    yield "another result", {"first": (values["first"] + 1) % 3}


def _alu_imm(values):
    yield "one more", {"value": values["value"] + 1}
    if values["value"]:
        yield "one less", {"value": values["value"] - 1}


def _reg_wr(values):
    yield "writes 0", {"data": 0} if values["data"] else {"data": 1}
    if values["peripheral"] == 1:
        yield "sets for clears", {"word": _PAD_SET + _PAD_CLEAR - values["word"]}


def _reg_rd(values):
    yield "another pad", {"high": values["high"] - 1, "low": values["low"] - 1}


def _adc(values):
    yield "another channel", {"mux": values["mux"] + 1}


def _count(values):
    yield "counts two", {"value": 2}


_CHANGES = {
    "jump": _jump,
    "jumpr": _relative,
    "jumps": _relative,
    "ld": _place,
    "st": _place,
    "alu_reg": _alu_reg,
    "alu_imm": _alu_imm,
    "reg_wr": _reg_wr,
    "reg_rd": _reg_rd,
    "adc": _adc,
    "stage_inc": _count,
}

_SYMMETRIC = "only whether both are equal counts"
_UNUSED = "nobody reads the result, only the flag counts"
# (line, which of them, change): why the program then does the same.
EQUIVALENT = {
    ("move r2, LOWEST", 1, "one more"): "the first sample is lower in any case",
    ("sub r2, r0, r1", 1, "the other way round"): _SYMMETRIC,
    ("sub r2, r0, r1", 3, "the other way round"): _SYMMETRIC,
    ("sub r0, r0, r1", 1, "the other way round"): _SYMMETRIC,
    ("sub r0, r0, r1", 1, "another result"): _UNUSED,
    ("sub r2, r0, r2", 1, "another result"): _UNUSED,
    ("jump fresh", 1, "goes a word further"): "r0, which is set to 0 there, is 0 already",
    **{
        ("jump entry", nth, "goes a word further"): "r3, which is set to 0 there, is 0 already"
        for nth in range(1, 7)
    },
}
