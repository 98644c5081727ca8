"""Goes through the measurements, one after the other, and keeps the figures.

What fails to be measured leaves its figure out, with the reason told, and the rest goes on: a
board whose watchdog does not work still has a clock.
"""

from typing import NamedTuple

from tools.guard_check import judge
from tools.guard_check.bench import C_FROM_MV, C_TO_MV, DIODE_MV, Bench
from tools.guard_check.snippets import Snippets
from tools.repl.board import RESTART, Unreachable
from tools.repl.said import done
from tools.ulp import pads

_QUIET_MS, _RADIO_MS, _PATIENCE_MS = 20_000, 15_000, 60_000
_LONG_S = 90
# What is connected to the pilot, in words for a person.
NOTHING, B, C = "nothing", "B", "C"


class Person(NamedTuple):
    """Who stands at the board. ``connect(what)``: nothing, B or C is on the pilot now;
    ``ask(key, what, unit)`` gives what the scope shows, None without one; ``do(key)``: what is to
    be done while the board looks ("s2": open S2, "residual": press the monitor's test);
    ``tell(text)`` shows a line.
    """

    connect: object
    ask: object
    do: object
    tell: object


class Check:
    """``board`` has run, run_to_a_reset and soft_reset (tools/repl/board.py). ``patience_ms``:
    how long a person has for what is to be done."""

    def __init__(
        self, bench: Bench, board, person: Person, quiet_ms=_QUIET_MS, patience_ms=_PATIENCE_MS
    ):
        self._bench = bench
        self._board = board
        self._person = person
        self._quiet_ms, self._patience_ms = quiet_ms, patience_ms
        self._snippets = Snippets(bench)
        self.figures: dict = {}

    def go_through(self) -> dict:
        """All figures that could be measured."""
        for measure in (
            self._begin, self._window, self._polling, self._hold, self._beat, self._levels,
            self._quiet, self._radio, self._s2, self._soft, self._reset, self._adc, self._silence,
            self._residual_current, self._by_scope,
        ):  # fmt: skip
            try:
                measure()
            except (Unreachable, ValueError) as trouble:
                name = measure.__name__.strip("_")
                self._person.tell(f"{name}: {trouble}")
                if not self._again():
                    self._person.tell("the board is gone: what is left is not measured")
                    break
        return self.figures

    def _again(self) -> bool:
        """After trouble: a board that was reset meanwhile knows nothing any more."""
        for recover in (lambda: None, lambda: self._board.run_to_a_reset(RESTART)):
            try:
                recover()
                self._begin()
                return True
            except (Unreachable, ValueError):
                pass
        return False

    def _run(self, text: str, patience_s: int = 30) -> dict:
        """{the name at the start of a line: its numbers, or its one number}."""
        found = {}
        for line in done(self._board.run(text, patience_s)):
            name, *words = line.split()
            values = [int(word) if word.lstrip("-").isdigit() else word for word in words]
            found[name] = values[0] if len(values) == 1 else values
        return found

    def _keep(self, text: str, *names, **options) -> None:
        found = self._run(text, **options)
        self.figures.update({name: found[name] for name in names or found})

    # -- without a person ----------------------------------------------------------------------

    def _begin(self):
        self._run(self._snippets.prepare())
        self._keep(self._snippets.source())
        rows = []
        for name, gpio in self._bench.coils:
            pad = pads.PADS[gpio]
            rows.append((f"pull_{name}", *pad.wiring("up"), pad.bit))
        self._keep(self._snippets.pulls(tuple(rows)))

    def _window(self):
        self._keep(self._snippets.window())
        window_us = judge.window_us_of(self.figures)
        if window_us is not None:
            self.figures["bad_limit"] = judge.bad_limit_of(window_us)
            self.figures["most_ms"] = judge.most_ms_of(self._bench, self.figures)

    def _polling(self):
        self._keep(self._snippets.polling())

    def _hold(self):
        self._keep(self._snippets.hold())

    def _beat(self):
        self._keep(self._snippets.beat())

    def _soft(self):
        self.figures["soft"] = self._run(self._snippets.soft())["held"]
        self._board.soft_reset()
        found = self._run(self._snippets.soft_after())
        self.figures |= {"moves": [found["moves"]], "then": found["then"]}
        self._run(self._snippets.prepare())

    def _reset(self):
        self._board.run_to_a_reset(self._snippets.reset())
        self._after("reset")

    def _silence(self):
        self._board.run_to_a_reset(self._snippets.silence())
        self._after("silence")

    def _after(self, before: str):
        found = self._run(self._snippets.after())
        self.figures |= {f"{before}_reason": found["reset"], f"{before}_pad": found["pad"]}
        self._run(self._snippets.prepare())

    def _adc(self):
        """It may end in a reset; the one before was asked for, so its reason tells."""
        try:
            moved = self._run(self._snippets.adc())["guard_windows"]
            self.figures["adc"] = "both go on" if moved else "the guard stands"
            self._run(self._snippets.prepare())
            return
        except Unreachable:
            self.figures["adc"] = "the interpreter stands"
        self._board.run_to_a_reset("\n")
        if self._run(self._snippets.after())["reset"] in _WATCHDOGS:
            self.figures["adc"] = "reset by a watchdog"
        self._run(self._snippets.prepare())

    # -- with one ------------------------------------------------------------------------------

    def _levels(self):
        self._person.connect(NOTHING)
        level_a = self._run(self._snippets.level(high=True))["level"]
        self._person.connect(B)
        level_b = self._run(self._snippets.level(high=True))["level"]
        self._person.connect(C)
        level_c = self._run(self._snippets.level(high=True))["level"]
        level_low = self._run(self._snippets.level(high=False))["level"]
        self.figures |= {"level_b": level_b, "level_c": level_c, "level_low": level_low}
        counts = level_c[0] - level_low[0]
        if counts <= 0 or level_a[0] <= level_low[0]:
            raise ValueError(f"6 V and -12 V: {counts} counts between them, expected some 1500")
        self.figures["level_a"] = level_a
        self.figures["uv_a_count"] = (level_c[1] - level_low[1]) * 1000 // counts

    def _counts(self, pilot_mv: int) -> int:
        return judge.counts_of(self._bench, self.figures, pilot_mv)

    def _limits(self) -> dict:
        if "level_a" not in self.figures or "bad_limit" not in self.figures:
            raise ValueError("needs the levels and the window, which are not there")
        return {
            "high_most": self._counts(C_TO_MV),
            "high_least": self._counts(C_FROM_MV),
            "low_most": self._counts(DIODE_MV),
            "bad_limit": self.figures["bad_limit"],
        }

    def _quiet(self):
        text = self._snippets.quiet(self._limits(), self._quiet_ms, radio=False)
        self.figures["quiet"] = self._run(text, _LONG_S)["quiet"]

    def _radio(self):
        text = self._snippets.quiet(self._limits(), min(self._quiet_ms, _RADIO_MS), radio=True)
        self.figures["radio"] = self._run(text, _LONG_S)["quiet"]

    def _s2(self):
        limits = self._limits()
        self._person.do("s2")
        self.figures["s2"] = self._run(self._snippets.trips(limits, self._patience_ms), _LONG_S)[
            "tripped"
        ]
        self._person.connect(NOTHING)

    def _residual_current(self):
        if self._bench.residual is None:
            return
        limits = {"high_most": 0xFFF, "high_least": 0, "low_most": 0xFFF, "bad_limit": 1}
        self._person.do("residual")
        found = self._run(self._snippets.trips(limits, self._patience_ms), _LONG_S)
        self.figures["residual"] = found["tripped"]

    def _by_scope(self):
        for key, what, unit, _ in judge.scope(self.figures):
            value = self._person.ask(key, what, unit)
            if value is not None:
                self.figures[key] = value


# Reset reasons of the ESP32 that a watchdog gives: timer groups, RTC.
_WATCHDOGS = (7, 8, 9, 11, 13, 16)
