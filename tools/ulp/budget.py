"""How many cycles a window of the guard's program takes, by the table of the instructions.

The loop of samples (the one `jumps` that goes back) is walked once and counted as often as it
runs; everything else is a path without a circle from `entry` back to it.
"""

from typing import NamedTuple

from tools.ulp.assembler import Program
from tools.ulp.encoding import KINDS, decode

# What a conversion takes beside the instruction itself, with ADC1 as machine.ADC leaves it: three
# waits of 1, SAMPLE_CYCLE 9, SAMPLE_BIT 3 (ulp.md 2).
CONVERSION_CYCLES = 15


class Window(NamedTuple):
    """``least``: no sample is a new extreme after the first; ``most``: each one is."""

    least: int
    most: int


def window(program: Program) -> Window:
    """The shortest and the longest way through a window. ValueError for another shape."""
    return Window(*(_way(program, choose) for choose in (min, max)))


def _way(program: Program, choose) -> int:
    tail = _loop(program)
    _, values = decode(program.words[tail])
    head, rounds = tail - values["step"], values["value"]
    around = _longest(program, head, tail, choose, {}) + _cost(program, tail)
    once = _longest(program, program.entry, program.entry, choose, {}, cut=tail)
    return once + (rounds - 1) * around


def _loop(program: Program) -> int:
    """Where the one `jumps` is that goes back."""
    found = [
        at for at in range(program.entry, len(program.words))
        if decode(program.words[at])[0].name == "jumps" and decode(program.words[at])[1]["back"]
    ]  # fmt: skip
    if len(found) != 1:
        raise ValueError(f"loops at {found}, expected one")
    return found[0]


def _longest(program, at, end, choose, known, cut=None) -> int:
    """Cycles from ``at`` until ``end`` begins; None for a way that never comes there."""
    if at in known:
        if known[at] == "open":
            raise ValueError(f"a circle through word {at}, beside the loop of samples")
        return known[at]
    known[at] = "open"
    ways = []
    for to in _after(program, at, loops=at != cut):
        rest = 0 if to == end else _longest(program, to, end, choose, known, cut)
        if rest is not None:
            ways.append(rest + _cost(program, at))
    known[at] = choose(ways) if ways else None
    return known[at]


def _after(program, at, loops) -> list:
    """The words that may be executed next."""
    form, values = decode(program.words[at])
    if form.name == "halt":
        return []
    if form.name == "jump":
        return [values["target"]] + [at + 1] * (values["kind"] != KINDS[""])
    if form.name in ("jumpr", "jumps"):
        to = at - values["step"] if values["back"] else at + values["step"]
        return [at + 1] + [to] * loops
    return [at + 1]


def _cost(program, at) -> int:
    form, _ = decode(program.words[at])
    return form.cycles + form.fetch + CONVERSION_CYCLES * (form.name == "adc")
