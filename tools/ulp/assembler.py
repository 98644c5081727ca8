"""A small assembler for the ULP coprocessor, for the instructions that encoding.py lists.

A line is ``label: instruction operand, operand  # comment``, each part of it optional.

- ``.set NAME, value``: a name for a number. Values are numbers, names, and sums of them with
  + - * << | ( ).
- ``.mail NAME, value``: a word of the mailbox, before the first instruction; NAME is its place.
- ``.if value`` ... ``.endif``: left out where the value is 0. ``.if`` does not nest.
- Places are in words. ``entry`` is where the program begins.

A jump goes to a label, never to another name: `stop` is a word of the mailbox, and data.

Instructions: ``move add sub and or lsh rsh`` (the last operand a register or a number), ``ld``
and ``st`` (register, base register, offset in words), ``adc`` (register, 0, channel),
``reg_wr`` and ``reg_rd`` (address, highest bit, lowest bit[, value]), ``jump`` (label[, eq or
ov]), ``jumpr`` and ``jumps`` (label, number, lt or ge[, le for jumps]), ``stage_rst``,
``stage_inc``, ``stage_dec``, ``wait``, ``halt``.
"""

import ast
import operator
import re
import struct
from dataclasses import dataclass, field

from tools.ulp.encoding import ALU, KINDS, PERIPHERALS, TESTS, encode

_LINE = re.compile(r"^\s*(?:(?P<label>[a-z_]\w*):)?\s*(?P<word>[.\w]+)?\s*(?P<rest>[^#]*)")
_REGISTER = re.compile(r"^r[0-3]$")
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
    ast.BitOr: operator.or_,
}
_STEP_MAX = 127
_WORD_MAX = 0xFFFF  # of the mailbox: the coprocessor sees the lower half
_CHANNEL_MAX = 7  # of ADC1
# "ulp" and a zero.
MAGIC = 0x00706C75
HEADER = struct.Struct("<I4H")
_DATA_BITS, _READ_BITS = 8, 16  # of a register, at once


class Fault(ValueError):
    """What is wrong with a program, and in which line."""


@dataclass
class Program:
    """``words`` from place 0 on: the mailbox, then the instructions.

    ``lines`` tells the number of the source line behind each; ``names`` are the labels, the
    mailbox's words (also listed in ``mail``), and what was set.
    """

    words: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    names: dict = field(default_factory=dict)
    labels: set = field(default_factory=set)
    mail: list = field(default_factory=list)

    @property
    def entry(self) -> int:
        """Where the program begins, in words."""
        return self.names["entry"]

    @property
    def blob(self) -> bytes:
        """What lies in memory: little-endian words."""
        return b"".join(word.to_bytes(4, "little") for word in self.words)

    @property
    def header(self) -> bytes:
        """What esp32.ULP.load_binary wants before the words and does not load: a magic word,
        where the words begin, and the bytes of text, data and bss (esp-idf, ulp_fsm/ulp.c)."""
        return HEADER.pack(MAGIC, HEADER.size, 4 * len(self.words), 0, 0)

    @property
    def image(self) -> bytes:
        """As esp32.ULP.load_binary takes it."""
        return self.header + self.blob


def assemble(text: str, given: dict) -> Program:
    """The program in ``text``; ``given`` are names that it may use beside its own.

    Raises Fault, which names the line.
    """
    program = Program(names=dict(given))
    steps = []
    for number, line in _lines(text, program.names):
        label, word, operands = line
        try:
            _place(program, steps, number, label, word, operands)
        except ValueError as error:
            raise Fault(f"line {number}: {error}") from error
    if "entry" not in program.names:
        raise Fault("the program has no label entry")
    for at, number, word, operands in steps:
        try:
            _check_jump(word, operands, program)
            program.words[at] = _instruction(word, operands, at, program.names)
        except ValueError as error:
            raise Fault(f"line {number}: {error}") from error
    return program


def _lines(text: str, names: dict):
    """(number, (label, word, operands)) of each line that counts, with .if carried out."""
    inside, kept = 0, True
    for number, line in enumerate(text.splitlines(), 1):
        label, word, rest = _LINE.match(line).group("label", "word", "rest")
        operands = [part.strip() for part in rest.split(",")] if rest.strip() else []
        if word in (".if", ".endif") and label:
            raise Fault(f"line {number}: {word} takes no label")
        if operands and not word:
            raise Fault(f"line {number}: {rest.strip()}: expected an instruction")
        if word == ".if":
            if inside:
                raise Fault(f"line {number}: .if inside the .if of line {inside}")
            inside, kept = number, _condition(number, rest.strip(), names)
        elif word == ".endif":
            if not inside:
                raise Fault(f"line {number}: .endif without .if")
            inside, kept = 0, True
        elif kept:
            yield number, (label, word, operands)
    if inside:
        raise Fault(f"line {inside}: .if without .endif")


def _condition(number, text, names) -> bool:
    try:
        return bool(_value(text, names))
    except ValueError as error:
        raise Fault(f"line {number}: {error}") from error


def _place(program, steps, number, label, word, operands) -> None:
    if label:
        _name(program, label, len(program.words))
        program.labels.add(label)
    if word == ".set":
        _count(word, operands, 2)
        name, value = operands
        _name(program, name, _value(value, program.names))
    elif word == ".mail":
        if steps:
            raise ValueError("the mailbox comes before the instructions")
        _count(word, operands, 2)
        name, value = operands[0], _value(operands[1], program.names)
        if not 0 <= value <= _WORD_MAX:
            raise ValueError(f"{name} {value}: expected 0 to {_WORD_MAX}")
        _name(program, name, len(program.words))
        program.mail.append(name)
        program.words.append(value)
        program.lines.append(number)
    elif word:
        steps.append((len(program.words), number, word, operands))
        program.words.append(0)
        program.lines.append(number)


def _name(program, name, value) -> None:
    if name in program.names:
        raise ValueError(f"{name} is there already")
    program.names[name] = value


def _check_jump(word, operands, program) -> None:
    if word.startswith("jump") and operands and operands[0] not in program.labels:
        raise ValueError(f"{operands[0]}: unknown label")


def _instruction(word: str, operands: list, at: int, names: dict) -> int:
    if word in ALU:
        return _alu(word, operands, names)
    shapes = {
        "ld": _load, "st": _load, "adc": _adc, "reg_wr": _reg, "reg_rd": _reg, "jump": _jump,
        "jumpr": _relative, "jumps": _relative, "wait": _plain, "stage_inc": _plain,
        "stage_dec": _plain, "stage_rst": _plain, "halt": _plain,
    }  # fmt: skip
    if word not in shapes:
        raise ValueError(f"unknown instruction {word}")
    return shapes[word](word, operands, at, names)


def _alu(word, operands, names) -> int:
    _count(word, operands, 2 if word == "move" else 3)
    select, first = ALU.index(word), _register(operands[0])
    last = operands[-1]
    second = 0 if word == "move" else _register(operands[1])
    if not _REGISTER.match(last):
        value = _value(last, names)
        return encode("alu_imm", select=select, first=first, second=second, value=value)
    if word == "move":
        return encode("alu_reg", select=select, first=first, second=_register(last))
    return encode("alu_reg", select=select, first=first, second=second, third=_register(last))


def _load(word, operands, at, names) -> int:
    _count(word, operands, 3)
    first, second = _register(operands[0]), _register(operands[1])
    return encode(word, first=first, second=second, offset=_value(operands[2], names))


def _adc(word, operands, at, names) -> int:
    """The multiplexer counts from 1."""
    _count(word, operands, 3)
    channel = _value(operands[2], names)
    if not 0 <= channel <= _CHANNEL_MAX:
        raise ValueError(f"channel {channel}: expected 0 to {_CHANNEL_MAX}")
    return encode(
        word, first=_register(operands[0]), sar=_value(operands[1], names), mux=channel + 1
    )


def _reg(word, operands, at, names) -> int:
    _count(word, operands, 4 if word == "reg_wr" else 3)
    address, high, low, *data = [_value(operand, names) for operand in operands]
    base = address & ~0x3FF
    if base not in PERIPHERALS or address % 4:
        raise ValueError(f"0x{address:08x} is no register that the coprocessor reaches")
    most = _DATA_BITS if word == "reg_wr" else _READ_BITS
    if not 0 < high - low + 1 <= most:
        raise ValueError(f"bits {high} to {low}: expected 1 to {most} of them, the highest first")
    if data and data[0] >> high - low + 1:
        raise ValueError(f"{data[0]} does not fit bits {high} to {low}")
    return encode(
        word, high=high, low=low, peripheral=PERIPHERALS[base], word=(address - base) // 4,
        data=data[0] if data else 0,
    )  # fmt: skip


def _jump(word, operands, at, names) -> int:
    """To a label, which _check_jump knows."""
    _count(word, operands, 2 if len(operands) > 1 else 1)
    kind = operands[1] if len(operands) > 1 else ""
    if kind not in KINDS:
        raise ValueError(f"{kind}: expected eq or ov")
    return encode(word, kind=KINDS[kind], target=names[operands[0]])


def _relative(word, operands, at, names) -> int:
    _count(word, operands, 3)
    step = names[operands[0]] - at
    if abs(step) > _STEP_MAX:
        raise ValueError(f"{operands[0]} is {step} words away: at most {_STEP_MAX}")
    test = TESTS.get(operands[2])
    if test is None or (word == "jumpr" and test > 1):
        raise ValueError(f"{operands[2]}: expected lt or ge" + (" or le" * (word == "jumps")))
    value = _value(operands[1], names)
    return encode(word, step=abs(step), back=int(step < 0), test=test, value=value)


def _plain(word, operands, at, names) -> int:
    _count(word, operands, 0 if word in ("stage_rst", "halt") else 1)
    values = {"value": _value(operands[0], names)} if operands else {}
    return encode(word, **values)


def _count(word, operands, wanted) -> None:
    if len(operands) != wanted:
        raise ValueError(f"{word}: {len(operands)} operands, expected {wanted}")


def _register(text) -> int:
    if not _REGISTER.match(text):
        raise ValueError(f"{text}: expected r0 to r3")
    return int(text[1])


def _value(text: str, names: dict) -> int:
    try:
        return _reckoned(ast.parse(text, mode="eval").body, names)
    except SyntaxError:
        raise ValueError(f"{text!r}: expected a number or a name") from None


def _reckoned(node, names) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise ValueError(f"{node.id}: unknown name")
        return names[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _reckoned(node.left, names), _reckoned(node.right, names)
        return _OPERATORS[type(node.op)](left, right)
    raise ValueError(f"{ast.unparse(node)}: expected a number or a name")
