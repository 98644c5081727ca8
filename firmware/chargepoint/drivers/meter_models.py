"""Modbus meters by name: one table of register maps, and maps that an installer writes himself.

`find("SDM630")` (or `find({...})`, an installer's own) gives a ``Model``; its ``line`` is how the
board opens the UART, and the model goes to ``ModbusMeter``. boards/METERS.md has the sources, the
wiring, what is unverified, and the form of an installer's own map.

The table is text, so that only the map that is used becomes objects in RAM.
"""

from micropython import const

# Our unit of each quantity is that of ports.Reading; a register times its scale gives it.
_QUANTITIES = (
    ("U", "voltage_mv"),
    ("I", "current_ma"),
    ("P", "power_w"),
    ("L", "phase_w"),
    ("Q", "reactive_var"),
    ("C", "factor_milli"),
    ("F", "frequency_mhz"),
    ("E", "energy_wh"),
    ("X", "export_wh"),
    ("-", None),  # read over it: what lies on both sides comes in one answer
)
_BY_PHASE = ("voltage_mv", "current_ma", "phase_w")

UNSIGNED = const(0)
SIGNED = const(1)
FLOAT = const(2)
# Type: registers, and how they are read.
_TYPES = {
    "u16": (1, UNSIGNED),
    "i16": (1, SIGNED),
    "u32": (2, UNSIGNED),
    "i32": (2, SIGNED),
    "u64": (4, UNSIGNED),
    "i64": (4, SIGNED),
    "f32": (2, FLOAT),
}
_MOST_REGISTERS = const(40)  # in one answer: 85 bytes, below every meter's limit
_CUSTOM = ("make", "line", "function", "words", "registers")
_PARITIES = {"N": None, "E": 0, "O": 1}

# How a maker's meters tell who they are: where the serial number lies, where the code.
_MAKERS = {
    "eastron": ((3, 0xFC00, 2), (3, 0xFC02, 1)),
    "abb": ((3, 0x8900, 2), (3, 0x8960, 2)),
    "gavazzi": ((4, 0x5000, 7), (4, 0x000B, 1)),
    "inepro": ((3, 0x4000, 2),),
}
# name | make | line | maker, codes | function, order of words | quantity, registers, type, scale
# A map that starts with "=" is that of another name.
_TABLE = (
    "SDM120|Eastron SDM120|2400 8N1|eastron 0020|4 high|U 0000 f32 x1000|I 0006 f32 x1000"
    "|P 000C f32|Q 0018 f32|C 001E f32 x1000|F 0046 f32 x1000|E 0048 f32 x1000"
    "|X 004A f32 x1000\n"
    "SDM230|Eastron SDM230|2400 8N1|eastron 002B|4 high|=SDM120\n"
    "SDM630|Eastron SDM630|9600 8N1|eastron 0070|4 high|U 0000 0002 0004 f32 x1000"
    "|I 0006 0008 000A f32 x1000|L 000C 000E 0010 f32"
    "|P 0034 f32|F 0046 f32 x1000|E 0048 f32 x1000|X 004A f32 x1000\n"
    "SDM72V2|Eastron SDM72D-M-2|9600 8N1|eastron 0089 0087|4 high|=SDM630\n"
    "SDM72|Eastron SDM72D-M|9600 8N1|eastron 0084|4 high|P 0034 f32|E 0048 f32 x1000"
    "|X 004A f32 x1000\n"
    "B21|ABB B21|9600 8N1|abb 42323120|3 high|U 5B00 u32 x100|I 5B0C u32 x10|P 5B14 i32 /100"
    "|F 5B2C u16 x10|C 5B3A i16|E 5000 u64 x10|X 5004 u64 x10\n"
    "B23|ABB B23|9600 8N1|abb 42323320 42323420|3 high|U 5B00 5B02 5B04 u32 x100"
    "|I 5B0C 5B0E 5B10 u32 x10|P 5B14 i32 /100|L 5B16 5B18 5B1A i32 /100|F 5B2C u16 x10"
    "|C 5B3A i16|E 5000 u64 x10|X 5004 u64 x10\n"
    "EM330|Carlo Gavazzi EM330|9600 8N1|gavazzi 014B 014C|4 low|=EM340\n"
    "EM340|Carlo Gavazzi EM340|9600 8N1|gavazzi 0155|4 low|U 0000 0002 0004 i32 x100"
    "|I 000C 000E 0010 i32|L 0012 0014 0016 i32 /10|P 0028 i32 /10|C 0031 i16"
    "|F 0033 i16 x100|E 0034 i32 x100|X 004E i32 x100\n"
    "IEM3155|Schneider iEM3155|19200 8E1||3 high|U 0BD3 0BD5 0BD7 f32 x1000"
    "|I 0BB7 0BB9 0BBB f32 x1000|L 0BED 0BEF 0BF1 f32 x1000"
    "|P 0BF3 f32 x1000|F 0C25 f32 x1000|E 0C83 i64|X 0C87 i64\n"
    "WE514|Orno WE-514|9600 8E1||3 high|F 0130 u16 x10|U 0131 u16 x10|I 0139 u32|P 0140 u32"
    "|C 0158 u16|E A000 u32 x10\n"
    "WE515|Orno WE-515|9600 8E1||3 high|=WE514\n"
    "WE516|Orno WE-516|9600 8E1||3 high|U 000E 0010 0012 f32 x1000|F 0014 f32 x1000"
    "|I 0016 0018 001A f32 x1000|P 001C f32 x1000|L 001E 0020 0022 f32 x1000"
    "|E 0108 f32 x1000|X 0110 f32 x1000\n"
    "WE517|Orno WE-517|9600 8E1||3 high|=WE516\n"
    "DTSU666|Chint DTSU666|9600 8N1||3 high|U 2006 2008 200A f32 x100|I 200C 200E 2010 f32"
    "|P 2012 f32 /10|F 2044 f32 x10|E 101E f32 x1000|X 1028 f32 x1000\n"
    "PRO380|Inepro PRO380|9600 8N1|inepro|3 high|U 5002 5004 5006 f32 x1000|F 5008 f32 x1000"
    "|I 500C 500E 5010 f32 x1000|P 5012 f32 x1000|E 600C f32 x1000|X 6018 f32 x1000\n"
    "PZEM004T|Peacefair PZEM-004T|9600 8N1||4 low|U 0000 u16 x100|I 0001 u32|P 0003 u32 /10"
    "|E 0005 u32|F 0007 u16 x100|C 0008 u16 x10|- 0009 u16"
)


class Model:
    """One kind of meter.

    ``line`` is (baud, parity, stop) as machine.UART takes them. A block is (function, register,
    count, fields), a field (offset, registers, kind, quantity, phase, multiply, divide).
    ``identity`` are up to two questions (function, register, count): serial number, code;
    ``strangers`` are those for the code of a meter that has not the map that it should.
    """

    strangers = tuple([_MAKERS[maker][1] for maker in ("eastron", "abb", "gavazzi")])

    def __init__(self, make: str, line: str, function: int, low_first: bool, fields: list):
        self.make = make
        self.line = _line(line)
        self.low_first = low_first
        self.blocks = _blocks(function, fields)
        self.gives = " ".join([field[3] for field in fields if field[3] and not field[4]])
        self.identity = ()

    def named(self, code: int) -> tuple:
        """(make, whether its map is ours) of the meter that has ``code``, or None."""
        word = "%04X" % code
        for row in _rows():
            if word in row[3].split(" ")[1:]:
                return row[1], find(row[0]).blocks == self.blocks
        return None


def find(model) -> Model:
    """The model of that name (case and hyphens don't count), or a ``custom`` one.

    ValueError: there is none, or what is wrong with the description.
    """
    if type(model) is not str:
        return custom(model)
    wanted = model.upper().replace("-", "")
    for row in _rows():
        if row[0] == wanted:
            return _of_row(row)
    known = ", ".join([row[0] for row in _rows()])
    raise ValueError("meter model %r: expected one of %s" % (model, known))


def custom(described: dict) -> Model:
    """The model that an installer describes (JSON; boards/METERS.md). ValueError: what is wrong.

    Keys: make, line ("9600 8N1"), function (3 or 4), words ("high" or "low": which word of a
    number comes first), registers (quantity -> "0048 f32 x1000").
    """
    if type(described) is not dict:
        raise ValueError("meter: %r, expected an object" % (described,))
    for key in _CUSTOM:
        if key not in described:
            raise ValueError("meter: %s is missing" % key)
    for key in described:
        if key not in _CUSTOM:
            raise ValueError("meter: unknown key %r" % key)
    function, words, registers = described["function"], described["words"], described["registers"]
    if function not in (3, 4):
        raise ValueError("meter function %r: expected 3 or 4" % (function,))
    if words not in ("high", "low"):
        raise ValueError("meter words %r: expected high or low" % (words,))
    if type(registers) is not dict or "energy_wh" not in registers:
        raise ValueError("meter registers: expected an object with energy_wh")
    fields = []
    for quantity in registers:
        _add(fields, quantity, registers[quantity])
    return Model(str(described["make"]), described["line"], function, words == "low", fields)


def _rows():
    for line in _TABLE.split("\n"):
        yield line.split("|")


def _of_row(row: list) -> Model:
    fields = []
    for spec in _specs(row):
        letter, _, rest = spec.partition(" ")
        for known, quantity in _QUANTITIES:
            if known == letter:
                _add(fields, quantity, rest)
    function, words = row[4].split(" ")
    model = Model(row[1], row[2], int(function), words == "low", fields)
    model.identity = _MAKERS.get(row[3].split(" ")[0], ())
    return model


def _specs(row: list) -> list:
    if not row[5].startswith("="):
        return row[5:]
    for other in _rows():
        if other[0] == row[5][1:]:
            return other[5:]
    raise ValueError("meter table: no row %s" % row[5])


def _add(fields: list, quantity: str, spec: str) -> None:
    """Append (register, count, kind, quantity, phase, multiply, divide) for each register."""
    if type(spec) is not str:
        raise ValueError("meter %s: %r, expected text such as 0048 f32 x1000" % (quantity, spec))
    if quantity is not None and quantity not in [name for _, name in _QUANTITIES]:
        names = ", ".join([name for _, name in _QUANTITIES if name])
        raise ValueError("meter quantity %r: expected one of %s" % (quantity, names))
    registers, kind, multiply, divide = _parsed(quantity, spec)
    by_phase = quantity in _BY_PHASE
    if len(registers) not in ((1, 3) if by_phase else (1,)):
        wanted = "1 or 3" if by_phase else "1"
        raise ValueError(
            "meter %s: %d registers, expected %s" % (quantity, len(registers), wanted)
        )
    count, how = _TYPES[kind]
    for phase, register in enumerate(registers):
        place = phase if by_phase else None
        fields.append((register, count, how, quantity, place, multiply, divide))


def _parsed(quantity: str, spec: str) -> tuple:
    """(registers, type, multiply, divide) of a text such as "0000 0002 0004 f32 x1000"."""
    registers, kind, scale = [], None, [1, 1]
    for word in spec.split():
        if word in _TYPES and kind is None:
            kind = word
        elif kind is None:
            registers.append(_number(quantity, word, 16, 0, 0xFFFF, "a register (hexadecimal)"))
        elif word[0] in "x/":
            expected = "a scale such as x1000 or /10"
            scale["x/".find(word[0])] = _number(quantity, word[1:], 10, 1, 10**9, expected)
        else:
            raise ValueError("meter %s: %r, expected a scale such as x1000" % (quantity, word))
    if kind is None:
        types = ", ".join(sorted(_TYPES))
        raise ValueError("meter %s: %r has no type, expected one of %s" % (quantity, spec, types))
    return registers, kind, scale[0], scale[1]


def _number(quantity, word, base, least, most, expected):
    try:
        number = int(word, base)
    except ValueError:
        number = -1
    if not least <= number <= most:
        raise ValueError("meter %s: %r, expected %s" % (quantity, word, expected))
    return number


def _line(text: str) -> tuple:
    """(baud, parity, stop) of "9600 8N1"."""
    baud, _, frame = str(text).partition(" ")
    if baud.isdigit() and 1200 <= int(baud) <= 115200 and len(frame) == 3 and frame[0] == "8":
        if frame[1] in _PARITIES and frame[2] in "12":
            return int(baud), _PARITIES[frame[1]], int(frame[2])
    raise ValueError("meter line %r: expected such as 9600 8N1 (1200 to 115200 baud)" % (text,))


def _blocks(function: int, fields: list) -> tuple:
    """What to ask: registers that follow each other come in one answer."""
    blocks = []
    for field in sorted(fields, key=lambda field: field[0]):
        register, count = field[:2]
        if (
            blocks
            and blocks[-1][0] + blocks[-1][1] == register
            and blocks[-1][1] < _MOST_REGISTERS
        ):
            block = blocks[-1]
        else:
            block = [register, 0, []]
            blocks.append(block)
        if field[3] is not None:
            block[2].append((block[1], count) + field[2:])
        block[1] += count
    return tuple([(function, block[0], block[1], tuple(block[2])) for block in blocks])
