"""Each figure of a guard against what it must be: pure, from what was measured to verdicts.

``figures`` is a dict of what the measurements gave, each key there or not; a figure that is not
there is not measured, which is no verdict of any kind.
"""

from typing import NamedTuple

from tools.guard_check import bench as benches
from tools.guard_check.bench import Bench, adc_law

# The clock is RTC_FAST_CLK, an RC oscillator: what the guard's suite proves, docs/guard.md.
CLOCK_HZ = (6_000_000, 11_000_000)
NOMINAL_HZ, NOMINAL_MS, SLOWEST_MS = 8_500_000, 25, 35
_CRYSTAL_HZ, _COUNTED = 40_000_000, 256 * 1000
# The description of the instructions may be read in two ways, which differ by so much.
_CYCLES_PERCENT = (90, 115)
_POLLED_PERCENT = 110
# The published limit of noise is 0.3 V (sigma); between C and the edge to B lie 1.5 V.
_MOST_SPREAD_MV, _LEAST_MARGIN_MV = 900, 500
_SOFTWARE_RESET, _RTC_RESET = 12, 16
_BEAT, _RESIDUAL = 2, 7
_FLOATS_V = 0.3


class Verdict(NamedTuple):
    """``ok`` None: not measured."""

    name: str
    measured: str
    required: str
    ok: bool | None


def verdicts(bench: Bench, source: str, figures: dict) -> list:
    """All of them, in the order of the page. ``source``: the digest of guard.S in this tree."""
    found = [
        _source(source, figures),
        *[_pull(name, figures) for name, _ in bench.coils],
        _window(bench, figures),
        _cycles(bench, figures),
        _polling(figures),
        _held(figures),
        _released(figures),
        _silent(figures),
        _adc(figures),
        *_levels(bench, figures),
        _quiet("quiet", "readings while nothing happens", bench, figures),
        _quiet("radio", "readings while Wi-Fi starts, scans and stops", bench, figures),
        _soft(figures),
        _reset(figures),
        _watchdog(figures),
    ]
    if bench.residual is not None:
        found.append(_residual(figures))
    return found + _scope(figures)


def clock_hz(bench: Bench, figures: dict) -> float:
    """Of the coprocessor, as a window tells it; None when no window was counted."""
    window_us = window_us_of(figures)
    return None if window_us is None else bench.window_cycles * 1e6 / window_us


def window_us_of(figures: dict) -> float:
    """How long a window takes; None when none was counted."""
    windows = figures.get("windows")
    return figures["took_us"] / windows if windows else None


def bad_limit_of(window_us: float) -> int:
    """As the station reckons it."""
    return int(benches.BURST_US // window_us) + benches.MORE_WINDOWS


def most_ms_of(bench: Bench, figures: dict) -> float:
    """From a cause on the pilot until the drive is off: at the clock that was measured."""
    hz = clock_hz(bench, figures) or NOMINAL_HZ
    return round(min(max(NOMINAL_MS, NOMINAL_MS * NOMINAL_HZ / hz), SLOWEST_MS), 1)


def _judged(name, figures, keys, required, judge) -> Verdict:
    """``judge(*values)`` gives (what was measured, whether that is right)."""
    keys = keys.split()
    if any(figures.get(key) is None for key in keys):
        return Verdict(name, "not measured", required, None)
    return Verdict(name, *_swapped(required, *judge(*[figures[key] for key in keys])))


def _swapped(required, measured, ok) -> tuple:
    return measured, required, bool(ok)


def _source(source, figures):
    def judge(told):
        return (told, told == source)

    return _judged("the program on the board", figures, "source", f"{source} (guard.S)", judge)


def _pull(name, figures):
    def judge(high):
        return f"high in {high} of 10 looks", high == 0

    what = f"pad {name} while nobody drives it, against the chip's own pull-up"
    return _judged(what, figures, f"pull_{name}", "low in all: a pull-down outside", judge)


def _window(bench, figures):
    def judge(windows, took_us):
        if not windows:
            return "none: the program stands", False
        hz = clock_hz(bench, figures)
        ok = CLOCK_HZ[0] <= hz <= CLOCK_HZ[1]
        return f"{took_us / windows:.0f} us, a clock of {hz / 1e6:.2f} MHz", ok

    required = f"a clock of {CLOCK_HZ[0] / 1e6:g} to {CLOCK_HZ[1] / 1e6:g} MHz"
    return _judged("a window", figures, "windows took_us", required, judge)


def _cycles(bench, figures):
    """Against the crystal: whether a window has the cycles of the table."""

    def judge(windows, took_us, crystal):
        cycles = took_us / windows * _COUNTED * _CRYSTAL_HZ / crystal / 1e6 if windows else 0
        percent = 100 * cycles / bench.window_cycles
        ok = _CYCLES_PERCENT[0] <= percent <= _CYCLES_PERCENT[1]
        return f"{cycles:.0f}, {percent:.0f} %", ok

    low, high = _CYCLES_PERCENT
    required = f"{bench.window_cycles} within {low} to {high} %"
    figures = figures | {"crystal": figures.get("crystal") or None}
    return _judged("cycles of a window", figures, "windows took_us crystal", required, judge)


def _polling(figures):
    def judge(windows, took_us, polled, polled_us):
        percent = 100 * (polled_us / polled) / (took_us / windows) if polled and windows else 999
        return f"{percent:.0f} % of a calm one", percent <= _POLLED_PERCENT

    keys = "windows took_us polled_windows polled_us"
    what = "a window while the processor polls the memory"
    return _judged(what, figures, keys, f"at most {_POLLED_PERCENT} %", judge)


def _held(figures):
    def judge(told):
        return f"relay {told[0]}, pad {told[1]}, trips {told[2]}", tuple(told) == (1, 1, 0)

    what = f"held for 3 s, the RTC watchdog of {50} ms fed by the guard"
    return _judged(what, figures, "held", "relay 1, pad 1, trips 0, no reset", judge)


def _released(figures):
    def judge(told):
        return f"relay {told[0]}, pad {told[1]}", tuple(told) == (0, 0)

    return _judged("released", figures, "released", "relay 0, pad 0", judge)


def _silent(figures):
    def judge(told, windows, took_us):
        closed, after_us, cause = told
        limit_us = 100 * took_us / windows if windows else 0
        ok = (
            closed
            and cause == _BEAT
            and 0.9 * limit_us - 5000 <= after_us <= 1.1 * limit_us + 10000
        )
        return f"opened after {after_us / 1000:.0f} ms with cause {cause}", ok

    required = "after 100 windows, with cause 2"
    return _judged("no heartbeat", figures, "silent windows took_us", required, judge)


def _adc(figures):
    """What machine.ADC does to a guard that runs: it may stand, if the watchdog then ends it."""

    def judge(outcome):
        return outcome, outcome in ("both go on", "the guard stands", "reset by a watchdog")

    required = "both go on, or the guard stands, which its watchdog ends"
    return _judged("a read by machine.ADC", figures, "adc", required, judge)


def counts_of(bench: Bench, figures: dict, pilot_mv: int) -> int:
    """The station's limit in raw counts: its own law, through what -12 V and +12 V read at its
    start (drivers/guard_ulp_ports, wire/adc_esp32)."""
    low, high = figures["level_low"], figures["level_a"]
    law = adc_law()
    points = law.points_of(low[0], low[1] * 10, high[0], high[1] * 10, bench.bends)
    return min(max(law.along(points, bench.pad_mv(pilot_mv) * 10, 1, 0), 0), 0xFFF)


def _levels(bench, figures):
    """The edges of the pilot's windows in raw counts, against what is read on either side."""
    found = []
    for key, what, edge_mv, sign in (
        ("level_c", "C below the edge at 7.5 V", benches.C_TO_MV, 1),
        ("level_b", "B above the edge at 7.5 V", benches.C_TO_MV, -1),
        ("level_low", "the negative half below the edge at -10 V", benches.DIODE_MV, 1),
    ):

        def judge(level, _, __, uv_a_count, edge_mv=edge_mv, sign=sign):
            counts = sign * (counts_of(bench, figures, edge_mv) - level[0])
            margin_mv = round(counts * uv_a_count * 10 / bench.ratio_bp)
            return f"{counts} counts, some {margin_mv} mV", margin_mv >= _LEAST_MARGIN_MV

        keys = f"{key} level_low level_a uv_a_count"
        found.append(_judged(what, figures, keys, f"at least {_LEAST_MARGIN_MV} mV", judge))
    return found


def _quiet(key, what, bench, figures):
    def judge(told):
        most, least, bad, longest, trips, cause, relay = told
        spread_mv = round((most - least) * figures["uv_a_count"] * 10 / bench.ratio_bp)
        limit = figures["bad_limit"]
        ok = trips == 0 and relay == 1 and 2 * longest < limit and spread_mv <= _MOST_SPREAD_MV
        said = f"{spread_mv} mV, {bad} bad windows, {longest} in a row, {trips} trips"
        return said + (f" (cause {cause})" if trips else ""), ok

    required = f"within {_MOST_SPREAD_MV} mV, fewer in a row than half the limit, no trip"
    return _judged(what, figures, key, required, judge)


def _soft(figures):
    def judge(held, moves, then):
        moved = then[0] != moves[0] or moves[0] != held[1]
        said = f"the guard {'went on' if moved else 'stood'}, relay {then[1]}, cause {then[2]}"
        return said, held[0] == 1 and moved and tuple(then[1:]) == (0, _BEAT)

    required = "the guard goes on and opens with cause 2"
    return _judged("a soft reset", figures, "soft moves then", required, judge)


def _reset(figures):
    def judge(reason, pad):
        return f"reset {reason}, pad {pad}", reason == _SOFTWARE_RESET and pad == 0

    required = f"reset {_SOFTWARE_RESET}, pad 0 when the interpreter is there again"
    return _judged("machine.reset()", figures, "reset_reason reset_pad", required, judge)


def _watchdog(figures):
    def judge(reason, pad):
        return f"reset {reason}, pad {pad}", reason == _RTC_RESET and pad == 0

    required = f"reset {_RTC_RESET} (RTC watchdog, RTC domain), pad 0"
    return _judged("a silence that lasts", figures, "silence_reason silence_pad", required, judge)


def _residual(figures):
    def judge(told):
        return f"latched {told[0]}, cause {told[1]}", tuple(told) == (1, _RESIDUAL, 0)

    what = "the residual-current monitor's test button"
    return _judged(what, figures, "residual", "latched 1, cause 7, open", judge)


def _scope(figures) -> list:
    return [
        _judged(what, figures, key, f"at most {most:g} {unit}", _below(most, unit))
        for key, what, unit, most in scope(figures)
    ]


def _below(most, unit):
    return lambda value: (f"{value:g} {unit}", 0 <= value <= most)


def scope(figures: dict) -> tuple:
    """What only a scope at the relay's pad shows: (key, what, unit, at most)."""
    window_ms = (window_us_of(figures) or 1800) / 1000
    beat_ms = round(300 * window_ms * 1.1 + 50)
    return (
        ("s2_ms", "from S2's opening to the pad low, the longest of five", "ms",
         figures.get("most_ms", NOMINAL_MS)),
        ("reset_ms", "from machine.reset() to the pad low for good", "ms", beat_ms),
        ("rtc_v", "the pad after the reset by the RTC watchdog", "V", _FLOATS_V),
        ("brown_v", "the pad once the supply fell to 2.3 V and came back, held before", "V",
         _FLOATS_V),
    )  # fmt: skip
