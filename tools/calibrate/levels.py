"""What was measured at each level of the pilot: refused where it is nonsense, else a divider.

Every refusal is a Refused that says what was measured, and what was expected.
"""

from typing import NamedTuple

from tools.boards import models
from tools.calibrate.setup import Setup

# The order in which a person goes through them.
NOMINAL_MV = (12000, 9000, 6000, 3000, 0, -12000)

# On the pilot. The bands of its states are 3000 wide and their hysteresis 300.
_MOST_SPREAD_MV = 500
_MOST_OFF_MV = 100
# In the bent part of an ADC, which no line fits: still far from a band's edge.
_MOST_BENT_MV = 700
# What a voltmeter may show beside the nominal level.
_MOST_BESIDE_MV = 1000
_LEAST_BURSTS = 3
_LEAST_FITTED = 3


class Refused(ValueError):
    """Nonsense: the text says what was wrong and what was expected."""


class Level(NamedTuple):
    """One level: ``pilot_mv`` as a voltmeter shows it, ``bursts`` of the ADC: (low, middle, high)
    in microvolts, each the fourth from its end as the driver takes it.
    """

    nominal_mv: int
    pilot_mv: int
    bursts: tuple

    @property
    def pad_mv(self) -> int:
        return round(sum(middle for _, middle, _ in self.bursts) / len(self.bursts) / 1000)

    @property
    def spread_mv(self) -> int:
        lowest = min(low for low, _, _ in self.bursts)
        return round((max(high for _, _, high in self.bursts) - lowest) / 1000)


class Fit(NamedTuple):
    """``off_mv``: how far the line is off at each level that it was laid through, on the pilot;
    ``bent_mv``: the same at those that the ADC can't tell truly.
    """

    zero_mv: int
    ratio_bp: int
    off_mv: dict
    bent_mv: dict


def volts(mv: int) -> str:
    return f"{mv / 1000:g} V"


def judge(setup: Setup, levels: list) -> None:
    """The last of ``levels``, by itself and against the one before it."""
    level = levels[-1]
    _judge_alone(setup, level)
    if len(levels) > 1:
        _judge_order(setup, levels[-2], level)


def fit(setup: Setup, levels: list) -> Fit:
    """The divider through all levels."""
    for at in range(len(levels)):
        judge(setup, levels[: at + 1])
    missing = [volts(mv) for mv in NOMINAL_MV if mv not in [one.nominal_mv for one in levels]]
    if missing:
        raise Refused(f"not measured: {', '.join(missing)}; expected all six levels")
    fitted = [level for level in levels if _is_true(setup, level)]
    if len(fitted) < _LEAST_FITTED:
        raise Refused(
            f"{len(fitted)} levels inside what the ADC can tell ({setup.bottom_mv} to "
            f"{setup.top_mv} mV), expected {_LEAST_FITTED} or more"
        )
    zero_mv, ratio_bp = _line(fitted)
    found = Fit(zero_mv, ratio_bp, *_off(zero_mv, ratio_bp, levels, fitted, setup))
    _judge_fit(setup, found)
    return found


def _judge_alone(setup: Setup, level: Level) -> None:
    name = volts(level.nominal_mv)
    if abs(level.pilot_mv - level.nominal_mv) > _MOST_BESIDE_MV:
        raise Refused(
            f"{name}: the voltmeter shows {volts(level.pilot_mv)}, expected within "
            f"{volts(_MOST_BESIDE_MV)} of it"
        )
    if len(level.bursts) < _LEAST_BURSTS:
        raise Refused(f"{name}: {len(level.bursts)} bursts, expected {_LEAST_BURSTS} or more")
    most_mv = round(_MOST_SPREAD_MV * setup.ratio_bp / 10000)
    if level.spread_mv > most_mv:
        raise Refused(
            f"{name}: noise of {level.spread_mv} mV at the pad, expected {most_mv} or less: "
            "is the level steady, and the ground connected?"
        )
    _judge_range(setup, level, name)


def _judge_range(setup: Setup, level: Level, name: str) -> None:
    expected_mv = setup.pad_mv(level.pilot_mv)
    told = f"{setup.bottom_mv} to {setup.top_mv} mV"
    if level.pad_mv > setup.top_mv and expected_mv <= setup.top_mv:
        raise Refused(f"{name}: {level.pad_mv} mV, out of what the ADC can tell, expected {told}")
    if level.pad_mv <= setup.bottom_mv < expected_mv:
        raise Refused(f"{name}: {level.pad_mv} mV, out of what the ADC can tell, expected {told}")
    if level.nominal_mv == NOMINAL_MV[0] and setup.full_mv is not None:
        if level.pad_mv < setup.full_mv:
            raise Refused(
                f"{name}: {level.pad_mv} mV, expected the {setup.full_mv} mV or more from which "
                "this board takes the pilot for 12 V"
            )


def _judge_order(setup: Setup, before: Level, level: Level) -> None:
    step_mv = (before.nominal_mv - level.nominal_mv) * setup.ratio_bp / 10000
    change_mv = before.pad_mv - level.pad_mv
    names = f"{volts(before.nominal_mv)} and {volts(level.nominal_mv)}"
    measured = f"{before.pad_mv} and {level.pad_mv} mV"
    if abs(change_mv) < step_mv / 4 and not _ends(setup, before, level):
        raise Refused(
            f"{names}: {measured}, no change between them, expected about {step_mv:.0f} mV: "
            "is the pilot connected to this pad?"
        )
    if change_mv <= 0:
        raise Refused(
            f"{names}: {measured}, expected the first to be about {step_mv:.0f} mV higher: "
            "are the levels swapped?"
        )


def _ends(setup: Setup, before: Level, level: Level) -> bool:
    """Both ends of the step are where this board's ADC saturates: no step can be seen there."""
    return min(setup.pad_mv(before.pilot_mv), setup.pad_mv(level.pilot_mv)) > setup.top_mv


def _is_true(setup: Setup, level: Level) -> bool:
    """Inside what the ADC tells truly, by what was measured."""
    return setup.bottom_mv < level.pad_mv <= setup.top_mv


def _line(levels: list) -> tuple:
    """Least squares: (pad at 0 V in mV, mV at the pad for 10 V on the pilot)."""
    count = len(levels)
    mean_x = sum(level.pilot_mv for level in levels) / count
    mean_y = sum(level.pad_mv for level in levels) / count
    above = sum((one.pilot_mv - mean_x) * (one.pad_mv - mean_y) for one in levels)
    below = sum((one.pilot_mv - mean_x) ** 2 for one in levels)
    slope = above / below
    return round(mean_y - slope * mean_x), round(slope * 10000)


def _off(zero_mv: int, ratio_bp: int, levels: list, fitted: list, setup: Setup) -> tuple:
    off: tuple = ({}, {})
    for level in levels:
        if setup.full_mv is not None and level.pad_mv >= setup.full_mv:
            continue
        shown_mv = round((level.pad_mv - zero_mv) * 10000 / max(ratio_bp, 1))
        off[level not in fitted][level.nominal_mv] = shown_mv - level.pilot_mv
    return off


def _judge_fit(setup: Setup, found: Fit) -> None:
    wrong = models.firmware("pilot_calibration").misfit(
        found.zero_mv, found.ratio_bp, setup.zero_mv, setup.ratio_bp
    )
    if wrong:
        raise Refused(f"{wrong}: is this a {setup.board}, and its divider as its page says?")
    for off, most_mv in ((found.off_mv, _MOST_OFF_MV), (found.bent_mv, _MOST_BENT_MV)):
        worst_mv = max(off, key=lambda nominal_mv: abs(off[nominal_mv]), default=None)
        if worst_mv is not None and abs(off[worst_mv]) > most_mv:
            raise Refused(
                f"{volts(worst_mv)}: the line through all levels is off by {off[worst_mv]} mV "
                f"there, expected {most_mv} at most: was this level what it should be?"
            )
