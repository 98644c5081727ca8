"""The processor within the emulated ULP coprocessor, quick: compiled by numba.

What the program does between two accesses of registers runs in ``_sprint``; a register, a fault of
the converter, an illegal word or a halt is left to the plain reference (ulp_core.py), one
instruction at a time. That both are the same is a property (unit/devices/test_ulp_fast.py).
"""

import numpy
from numba import njit

from host_tests.harness.devices.ulp_core import WORDS, Core
from host_tests.harness.devices.ulp_signals import CHANNELS, MOST, sample
from tools.ulp.encoding import ALU, KINDS, TESTS

_MASK = 0xFFFF
# Places of the state, of a decoded instruction, of what is told of converter and clock.
_CYCLES, _PLACE, _STAGE, _ZERO, _OVERFLOW = range(5)
_OP, _COST, _A, _B, _C, _D = range(6)
_PLAIN, _CONVERSION, _INVERTED, _SHORT, _FROZEN = range(5)
_NOW_US, _FROM_US, _FROM_CYCLES, _HZ, _SEIZED_UNTIL_US = range(5)
# What is executed here; the rest is OUTSIDE.
_OUTSIDE, _WAIT, _ADC, _ST, _LD, _ALU_REG, _ALU_IMM = range(7)
_INC, _DEC, _RST, _JUMP, _JUMPR, _JUMPS = range(7, 13)
_ADD, _SUB, _AND, _OR, _MOVE, _LSH, _RSH = range(len(ALU))
_LT, _GE, _LE = TESTS["lt"], TESTS["ge"], TESTS["le"]
_EQ, _OV = KINDS["eq"], KINDS["ov"]


def _relative(op):
    def row(at, back, step, test, value):
        return op, at - step if back else at + step, test, value

    return row


_ROWS = {
    "wait": lambda at, value: (_WAIT, value),
    "adc": lambda at, sar, mux, first: (_ADC, mux - 1, first),
    "st": lambda at, offset, second, first: (_ST, offset, second, first, at << 21 | second << 16),
    "ld": lambda at, offset, second, first: (_LD, offset, second, first),
    "alu_reg": lambda at, select, third, second, first: (_ALU_REG, select, first, second, third),
    "alu_imm": lambda at, select, value, second, first: (_ALU_IMM, select, first, second, value),
    "stage_inc": lambda at, value: (_INC, value),
    "stage_dec": lambda at, value: (_DEC, value),
    "stage_rst": lambda at: (_RST,),
    "jump": lambda at, kind, target: (_JUMP, kind, target),
    "jumpr": _relative(_JUMPR),
    "jumps": _relative(_JUMPS),
}


class FastCore(Core):
    """As Core. ``run_until`` wants ``clock``: (now, and a moment with the cycles then, Hz)."""

    def __init__(self, bus, sar):
        self._state = numpy.zeros(5, numpy.int64)
        super().__init__(bus, sar)
        self.registers = numpy.zeros(4, numpy.int64)
        self.memory = numpy.zeros(WORDS, numpy.int64)
        # One more: to run off the end of the memory.
        self._ops = numpy.zeros((WORDS + 1, 6), numpy.int64)
        self._known = {}

    def store(self, at: int, word: int) -> None:
        self.memory[at] = word
        self._ops[at] = _OUTSIDE

    def run_until(self, cycles: int, clock: tuple = None) -> None:
        sar, signals = self.sar, self.sar.signals
        while self.cycles < cycles and not self.stopped:
            _sprint(
                *(self._ops, self.memory, self.registers, self._state, cycles),
                *(signals.rows, signals.disturbances, signals.noise),
                (sar.plain, sar.cycles, sar.inverted, sar.short, _frozen(sar)),
                (*map(float, clock), float(sar.seized_until_us)),
            )
            if self.cycles < cycles:
                self._one()
        if self.stopped and self.cycles < cycles:
            self.cycles = cycles

    def _one(self):
        """An instruction as the reference has it; from now on it is known, if it can be."""
        at = self.place
        if at >= WORDS:
            self._stop(WORDS, "ran off the memory")
            return
        key = at, int(self.memory[at])
        try:
            known = self._known.get(key) or self._learn(*key)
        except ValueError as error:
            self._stop(at, str(error))
            return
        cost, execute, row = known
        self._ops[at] = row
        self.cycles += cost
        self.place = execute()

    def _learn(self, at, word):
        cost, execute, form, values = self.made(at)
        op, *rest = _ROWS[form.name](at, **values) if form.name in _ROWS else (_OUTSIDE,)
        if op == _JUMP and values["target"] > WORDS:
            op = _OUTSIDE
        row = [op, cost, *rest, 0, 0, 0, 0][:6]
        return self._known.setdefault((at, word), (cost, execute, row))


def _frozen(sar):
    return -1 if sar.frozen is None else sar.frozen


def _held(place):
    """A property of the core that lies in its state."""

    def get(core):
        return int(core._state[place])

    def put(core, value):
        core._state[place] = value

    return property(get, put)


FastCore.cycles, FastCore.place = _held(_CYCLES), _held(_PLACE)
FastCore.stage = _held(_STAGE)
FastCore.zero, FastCore.overflow = _held(_ZERO), _held(_OVERFLOW)


@njit(cache=True)
def _sprint(
    ops, memory, registers, state, until, rows, disturbances, noise, converter, clock
):  # pragma: no cover (compiled)
    """Run until so many cycles have passed, or to an instruction that is not for here."""
    place, cycles = state[_PLACE], state[_CYCLES]
    while cycles < until:
        word = ops[place]
        op, a, b, c, d = word[_OP], word[_A], word[_B], word[_C], word[_D]
        if op == _OUTSIDE:
            break
        following = place + 1
        if op == _ADC:
            if not converter[_PLAIN] or a >= CHANNELS:
                break
            cycles += word[_COST] + converter[_CONVERSION]
            registers[b] = _convert(rows[a], disturbances[a], noise, cycles, converter, clock)
        else:
            cycles += word[_COST]
            if op == _ALU_REG or op == _ALU_IMM:
                last = d if op == _ALU_IMM else registers[c] if a == _MOVE else registers[d]
                registers[b] = _reckon(a, registers[c], last, state)
            elif op == _JUMP:
                taken = a == 0 or (a == _EQ and state[_ZERO]) or (a == _OV and state[_OVERFLOW])
                following = b if taken else following
            elif op == _JUMPS or op == _JUMPR:
                seen = state[_STAGE] if op == _JUMPS else registers[0]
                following = a if _holds(b, seen, c) else following
            elif op == _ST:
                to = (registers[b] + a) % WORDS
                memory[to] = d | registers[c]
                ops[to, _OP] = _OUTSIDE
            elif op == _LD:
                registers[c] = memory[(registers[b] + a) % WORDS] & _MASK
            elif op == _WAIT:
                cycles += a
            else:
                moved = a if op == _INC else -a if op == _DEC else -state[_STAGE]
                state[_STAGE] = (state[_STAGE] + moved) & 0xFF
        place = following
    state[_PLACE], state[_CYCLES] = place, cycles


@njit(cache=True)
def _reckon(select, first, second, state):  # pragma: no cover (compiled)
    if select == _ADD or select == _SUB:
        result = first + second if select == _ADD else first - second
        state[_OVERFLOW] = result < 0 or result > _MASK
    elif select == _AND:
        result = first & second
    elif select == _OR:
        result = first | second
    elif select == _MOVE:
        result = second
    elif second >= 16:
        result = 0
    else:
        result = first << second if select == _LSH else first >> second
    result &= _MASK
    state[_ZERO] = result == 0
    return result


@njit(cache=True)
def _holds(test, seen, value):  # pragma: no cover (compiled)
    if test == _LT:
        return seen < value
    return seen >= value if test == _GE else seen <= value


@njit(cache=True)
def _convert(row, disturbances, noise, cycles, converter, clock):  # pragma: no cover (compiled)
    reached_us = clock[_FROM_US] + (cycles - clock[_FROM_CYCLES]) * 1e6 / clock[_HZ]
    now_us = max(clock[_NOW_US], reached_us)
    if now_us < clock[_SEIZED_UNTIL_US]:
        return MOST
    if converter[_FROZEN] >= 0:
        return converter[_FROZEN]
    counts = sample(row, disturbances, noise, now_us)
    if not converter[_INVERTED]:
        counts = MOST - counts
    return counts >> converter[_SHORT]
