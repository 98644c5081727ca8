"""What calibrating must know of a board: its pads, its own divider, what its ADC can tell."""

from typing import NamedTuple

from tools.boards import description, parts
from tools.boards.chips import CHIPS
from tools.paths import ROOT

DESK = "unix"
_BOARDS = ROOT / "boards"
# The emulated ADC tells everything that its supply gives.
_DESK_RANGE_MV = (0, 3300)


class Setup(NamedTuple):
    """``relays``: (pad, level without current) of each coil, which stays off all the while.

    ``full_mv``: from there on the board takes the pilot for 12 V; None where it does not saturate.
    """

    board: str
    zero_mv: int
    ratio_bp: int
    full_mv: int | None
    pwm_pad: int
    adc_pad: int
    attenuation: int
    relays: tuple
    bottom_mv: int
    top_mv: int

    def pad_mv(self, pilot_mv: int) -> int:
        """What the board's own divider makes of a voltage on the pilot."""
        return round(self.zero_mv + pilot_mv * self.ratio_bp / 10000)


def of_board(board: str) -> Setup:
    """Raises ValueError for a board that there is not, or that has no ADC on its pilot."""
    folder = _BOARDS / board.partition("@")[0]
    if board == DESK:
        return _of_the_desk(folder)
    if not (folder / "board.json").exists() or not description.is_described(folder):
        known = [name for name in description.names(_BOARDS) if _is_known(name)]
        raise ValueError(f"board {board!r}: expected one of {', '.join((DESK, *known))}")
    described, pins, _ = description.revision(board, _BOARDS)
    pilot, chip = described["parts"]["pilot"], CHIPS[described["mcu"]]
    levels = parts.energised(described)
    return Setup(
        board,
        pilot["zero_mv"],
        pilot["ratio_bp"],
        pilot.get("full_mv"),
        pins["PILOT_PWM"],
        pins["PILOT_ADC"],
        pilot.get("attenuation", 3),
        tuple((pins[name], 1 - level) for name, level in levels.items()),
        chip.bottom_mv,
        chip.top_mv,
    )


def _is_known(board: str) -> bool:
    return description.is_described(_BOARDS / board.partition("@")[0])


def _of_the_desk(folder) -> Setup:
    pins = description.pins_of(folder / "pins.py")
    return Setup(
        DESK,
        pins["PILOT_ZERO_MV"],
        pins["PILOT_RATIO_BP"],
        None,
        pins["PILOT_PWM"][0],
        pins["PILOT_ADC"][0],
        3,
        ((pins["RELAY"][0], 0),),
        *_DESK_RANGE_MV,
    )
