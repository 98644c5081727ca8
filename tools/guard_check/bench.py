"""What measuring a guard must know of its board: the program, its places, the pads."""

import importlib
from typing import NamedTuple

from tools.boards import description, models
from tools.paths import ROOT
from tools.ulp import build, pads
from tools.ulp.assembler import Program
from tools.ulp.budget import window

BOARDS = ROOT / "boards"
# The windows of the pilot that the station sets: C (or D), and the diode (core/pilot).
C_FROM_MV, C_TO_MV, DIODE_MV = 1500, 7500, -10000
BURST_US, MORE_WINDOWS = 15_000, 3  # bad_limit: see the head of guard.S


class Bench(NamedTuple):
    """``coils``: (name in guard.S, GPIO) of each relay. ``channels``: GPIOs of ADC1 that the guard
    samples, the pilot first. ``residual``: GPIO of the monitor, None without one. ``bends``: +12 V
    lies where the ADC is not straight.
    """

    board: str
    program: Program
    given: dict
    coils: tuple
    channels: tuple
    residual: int | None
    pulls: dict
    pwm_pad: int
    attenuation: int
    zero_mv: int
    ratio_bp: int
    bends: bool
    window_cycles: int

    def place(self, word: str) -> int:
        """Of a word of the mailbox."""
        return self.program.names[word]

    def pad_mv(self, pilot_mv: int) -> int:
        return self.zero_mv + pilot_mv * self.ratio_bp // 10000

    @property
    def wirings(self) -> tuple:
        """(register, bits to clear, bits to set) of each pad that the guard has."""
        wanted = [*self.coils] + ([("RESIDUAL", self.residual)] if self.residual else [])
        return tuple(pads.PADS[gpio].wiring(self.pulls.get(name, "")) for name, gpio in wanted)


def adc_law():
    """The firmware's own: how it turns counts into volts and back."""
    models.firmware("pilot_calibration")  # puts the firmware on the path
    return importlib.import_module("chargepoint.wire.adc_esp32")


def of_board(board: str) -> Bench:
    """Raises ValueError for a board that there is not, or that has no guard in its ULP."""
    guarded = [name for name in description.names(BOARDS) if _has_guard(name)]
    name = board if "@" in board else _first_revision(board, guarded)
    if name not in guarded:
        raise ValueError(f"board {board!r} has no guard in the ULP; {', '.join(guarded)} have")
    described, pins, _ = description.revision(name, BOARDS)
    program, pilot = build.program(name, BOARDS), described["parts"]["pilot"]
    coils = [("RELAY", pins["RELAY"])]
    if "SECOND_RELAY" in pins:
        coils.append(("SECOND", pins["SECOND_RELAY"]))
    sampled = ("PILOT_ADC", "PROXIMITY_ADC", "THERMOMETER_ADC")
    pulls = described["pulls"]
    return Bench(
        board=name,
        program=program,
        given=build.given(described, pins),
        coils=tuple(coils),
        channels=tuple(pins[one] for one in sampled if one in pins),
        residual=pins.get("RESIDUAL"),
        pulls={"RELAY": pulls["RELAY"], "SECOND": pulls.get("SECOND_RELAY", "down")}
        | {"RESIDUAL": pulls.get("RESIDUAL", "")},
        pwm_pad=pins["PILOT_PWM"],
        attenuation=pilot.get("attenuation", 3),
        zero_mv=pilot["zero_mv"],
        ratio_bp=pilot["ratio_bp"],
        bends="full_mv" in pilot,
        window_cycles=window(program).least,
    )


def _has_guard(name: str) -> bool:
    folder = BOARDS / name.partition("@")[0]
    return description.is_described(folder) and build.is_guarded(name, BOARDS)


def _first_revision(board: str, guarded: list) -> str:
    return next((name for name in guarded if name.partition("@")[0] == board), board)
