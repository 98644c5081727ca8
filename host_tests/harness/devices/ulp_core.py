"""The processor within the emulated ULP coprocessor: it executes words, and counts cycles.

Every word is what `tools.ulp.encoding` says; a word with bits outside of its fields is illegal
here, for the real one might do anything. Flags, from the ESP32's reference manual: every ALU
operation sets the zero flag, `move` too; only `add` and `sub` set the overflow flag.
"""

from functools import partial

from tools.ulp.encoding import ALU, FORMS, KINDS, TESTS, decode, encode

WORDS = 2048
_MASK = 0xFFFF
_UNKNOWN = (1, 1, 1, 1)  # a program that takes them for 0 is found out
_PERIPHERALS = (0x3FF48000, 0x3FF48400, 0x3FF48800, 0x3FF48C00)
_KIND = {number: name for name, number in KINDS.items()}
_TEST = {number: name for name, number in TESTS.items()}


class Core:
    """``bus`` has read32 and write32 of registers; ``sar`` has cycles and convert(channel).

    ``stopped`` is why it does not run: empty while it does. ``cycles`` counts the clock, which
    goes on when the processor stands. This is the plain reference: ulp_fast.py has one that is
    quick, and the same.
    """

    def __init__(self, bus, sar):
        self.bus, self.sar = bus, sar
        self.registers = [0] * 4
        self.stage, self.zero, self.overflow = 0, False, False
        self.cycles, self.place, self.stopped = 0, 0, "not started"
        self.memory = [0] * WORDS
        self._fresh = [(0, partial(self._decode, at)) for at in range(WORDS)]
        # One more: to run off the end of the memory.
        self._code = [*self._fresh, (0, partial(self._stop, WORDS, "ran off the memory"))]

    def start(self, place: int) -> None:
        """Run from ``place``, in words. What the registers then hold is not documented."""
        self.place, self.stopped = place, ""
        self.registers[:] = _UNKNOWN
        self.stage = 1

    def store(self, at: int, word: int) -> None:
        """A word of the memory, which may be an instruction."""
        self.memory[at] = word
        self._code[at] = self._fresh[at]

    def run_until(self, cycles: int, clock: tuple = None) -> None:
        """Whole instructions until so many cycles have passed since power-on."""
        code, place = self._code, self.place
        while self.cycles < cycles and not self.stopped:
            cost, execute = code[place]
            self.cycles += cost
            place = execute()
        self.place = place
        if self.stopped and self.cycles < cycles:
            self.cycles = cycles

    def _decode(self, at):
        try:
            self._code[at] = self.made(at)[:2]
        except ValueError as error:
            return self._stop(at, str(error))
        return at

    def made(self, at) -> tuple:
        """The word at a place as (cycles, function that executes it, form, values).

        ValueError for one that is no instruction.
        """
        word = int(self.memory[at])
        form, values = decode(word)
        if encode(form.name, **values) != word:
            raise ValueError(f"0x{word:08x} has bits that mean nothing")
        return form.cycles + form.fetch, _MAKERS[form.name](self, at, **values), form, values

    def _stop(self, at, why):
        self.stopped = f"{why} (word {at})"
        return at

    def _flags(self, result) -> int:
        """As add and sub leave them; the 16 bits of the result."""
        self.overflow = not 0 <= result <= _MASK
        result &= _MASK
        self.zero = not result
        return result


def _alu_imm(core, at, select, first, second, value):
    return _alu(core, at, select, first, second, lambda: value)


def _alu_reg(core, at, select, first, second, third):
    registers = core.registers
    if ALU[select : select + 1] == ("move",):
        return _alu(core, at, select, first, 0, lambda: registers[second])
    if ALU[select : select + 1] == ("sub",):
        return _sub(core, at, first, second, third)
    return _alu(core, at, select, first, second, lambda: registers[third])


def _alu(core, at, select, first, second, last):
    if select >= len(ALU):
        raise ValueError(f"there is no ALU operation {select}")
    registers, after = core.registers, at + 1
    if ALU[select] in _COUNTING:
        count = _COUNTING[ALU[select]]

        def execute():
            registers[first] = core._flags(count(registers[second], last()))
            return after

        return execute
    join = _JOINING[ALU[select]]

    def execute_joining():
        registers[first] = result = join(registers[second], last()) & _MASK
        core.zero = not result
        return after

    return execute_joining


def _sub(core, at, first, second, third):
    """As _alu does it, in one go: every sample of a window goes through two of these."""
    registers, after = core.registers, at + 1

    def execute():
        result = registers[second] - registers[third]
        core.overflow = result < 0
        registers[first] = result = result & _MASK
        core.zero = not result
        return after

    return execute


_COUNTING = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b}
_JOINING = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "move": lambda a, b: b,
    "lsh": lambda a, b: a << b if b < 16 else 0,
    "rsh": lambda a, b: a >> b if b < 16 else 0,
}


def _stage(core, at, reckon):
    def execute():
        core.stage = reckon(core.stage) & 0xFF
        return at + 1

    return execute


def _stage_inc(core, at, value):
    return _stage(core, at, lambda stage: stage + value)


def _stage_dec(core, at, value):
    return _stage(core, at, lambda stage: stage - value)


def _stage_rst(core, at):
    return _stage(core, at, lambda stage: 0)


def _jump(core, at, kind, target):
    after = at + 1
    if kind not in _KIND:
        raise ValueError(f"there is no jump of kind {kind}")
    return {
        "": lambda: target,
        "eq": lambda: target if core.zero else after,
        "ov": lambda: target if core.overflow else after,
    }[_KIND[kind]]


def _jumpr(core, at, back, step, test, value):
    return _relative(at, back, step, test, value, lambda: core.registers[0])


def _jumps(core, at, back, step, test, value):
    return _relative(at, back, step, test, value, lambda: core.stage)


def _relative(at, back, step, test, value, look):
    target, after = at - step if back else at + step, at + 1
    if not 0 <= target < WORDS:
        raise ValueError(f"a jump to word {target}")
    if test not in _TEST:
        raise ValueError(f"there is no test {test}")
    return {
        "lt": lambda: target if look() < value else after,
        "ge": lambda: target if look() >= value else after,
        "le": lambda: target if look() <= value else after,
    }[_TEST[test]]


def _load(core, at, offset, second, first):
    registers, memory = core.registers, core.memory

    def execute():
        registers[first] = memory[(registers[second] + offset) % WORDS] & _MASK
        return at + 1

    return execute


def _store(core, at, offset, second, first):
    """The upper half tells where the program was, and the number of the base register."""
    registers, mark = core.registers, at << 21 | second << 16

    def execute():
        core.store((registers[second] + offset) % WORDS, mark | registers[first])
        return at + 1

    return execute


def _reg_wr(core, at, high, low, data, peripheral, word):
    address, mask = _PERIPHERALS[peripheral] + 4 * word, _bits(high, low)

    def execute():
        kept = core.bus.read32(address) & ~mask
        core.bus.write32(address, kept | data << low & mask)
        return at + 1

    return execute


def _reg_rd(core, at, high, low, data, peripheral, word):
    address, mask = _PERIPHERALS[peripheral] + 4 * word, _bits(high, low)

    def execute():
        core.registers[0] = (core.bus.read32(address) & mask) >> low & _MASK
        return at + 1

    return execute


def _bits(high, low) -> int:
    if high < low:
        raise ValueError(f"bits {high} to {low}")
    return (1 << high + 1) - (1 << low)


def _adc(core, at, sar, mux, first):
    """The conversion takes its time; one that never ends leaves the program standing there."""
    if sar or not mux:
        raise ValueError(f"a conversion of ADC{sar + 1}, input {mux}: only ADC1 is emulated")

    def execute():
        core.cycles += core.sar.cycles
        counts = core.sar.convert(mux - 1)
        if counts is None:
            return core._stop(at, "the ADC hangs")
        core.registers[first] = counts
        return at + 1

    return execute


def _wait(core, at, value):
    def execute():
        core.cycles += value
        return at + 1

    return execute


def _halt(core, at):
    return lambda: core._stop(at, "halt")


_MAKERS = {
    "reg_wr": _reg_wr,
    "reg_rd": _reg_rd,
    "wait": _wait,
    "adc": _adc,
    "st": _store,
    "ld": _load,
    "alu_reg": _alu_reg,
    "alu_imm": _alu_imm,
    "stage_inc": _stage_inc,
    "stage_dec": _stage_dec,
    "stage_rst": _stage_rst,
    "jump": _jump,
    "jumpr": _jumpr,
    "jumps": _jumps,
    "halt": _halt,
}
assert set(_MAKERS) == set(FORMS)
