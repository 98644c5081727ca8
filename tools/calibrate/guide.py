"""Leads through the levels, one after the other, and keeps what was measured."""

import contextlib
import json
from typing import NamedTuple

from tools.calibrate import levels, snippet
from tools.calibrate.levels import Level, Refused
from tools.repl.said import done

# What a person connects for each level, and where the pilot's amplifier is meanwhile.
HOW = {
    12000: "nothing on the pilot",
    9000: "a vehicle that is plugged in: 2.74 kohm behind a diode to PE",
    6000: "a vehicle that asks for energy: 1.3 kohm more beside it (882 ohm)",
    3000: "a vehicle that asks for air: 270 ohm more beside it (246 ohm)",
    0: "the pilot wired to PE",
    -12000: "nothing on the pilot: the board gives -12 V",
}
_READS = 64
_TRIES = 3


class Result(NamedTuple):
    fit: levels.Fit
    measured: list


class Person(NamedTuple):
    """Who stands at the board. ``connect(nominal_mv, how)`` returns what the voltmeter shows, in
    mV, once the level is there; ``tell(text)`` shows a line; ``busy()`` lasts while it measures.
    """

    connect: object
    tell: object
    busy: object = contextlib.nullcontext


def go_through(setup, interpreter, person: Person, bursts: int = 8) -> Result:
    """A level that is refused is asked for again, three times at most. Raises Refused."""
    done(interpreter.run(snippet.prepare(setup)))
    measured: list = []
    for nominal_mv in levels.NOMINAL_MV:
        measured.append(_level(setup, interpreter, person, measured, nominal_mv, bursts))
        person.tell(_line(setup, measured[-1]))
    return Result(levels.fit(setup, measured), measured)


def _level(setup, interpreter, person, before, nominal_mv, bursts) -> Level:
    for left in reversed(range(_TRIES)):
        pilot_mv = person.connect(nominal_mv, HOW[nominal_mv])
        with person.busy():
            said = interpreter.run(snippet.measure(nominal_mv >= 0, bursts, _READS))
        level = Level(nominal_mv, pilot_mv, snippet.bursts_of(said))
        try:
            levels.judge(setup, [*before, level])
            return level
        except Refused as wrong:
            if not left:
                raise
            person.tell(f"{wrong}\nonce more:")


def _line(setup, level: Level) -> str:
    name = levels.volts(level.nominal_mv)
    return (
        f"{name:>6}: {levels.volts(level.pilot_mv)} on the pilot, {level.pad_mv} mV at the pad "
        f"(by the board's own divider {setup.pad_mv(level.pilot_mv)}), noise {level.spread_mv} mV"
    )


def record(setup, result: Result) -> bytes:
    """The store's record ``calibration``: what the station reads, and what people may want."""
    content = {
        "zero_mv": result.fit.zero_mv,
        "ratio_bp": result.fit.ratio_bp,
        "board": setup.board,
        "levels": [[level.pilot_mv, level.pad_mv] for level in result.measured],
    }
    return json.dumps(content).encode()
