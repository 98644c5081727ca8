"""The coprocessor that guards connector 1: the emulated ULP between the world and the firmware.

It runs beside the firmware: time passes for it as for the world, by whole milliseconds, whether
the firmware makes a step or not. What the firmware sees and writes is carried at its steps
(emulated/desk_guard.py has the form).
"""

import importlib
import sys

from host_tests.harness.devices.ulp import MEMORY, Ulp
from host_tests.harness.paths import BOARDS, ROOT
from tools.ulp import build

from .proximity import divided

_FULL_MV, _MOST = 3300, 4095
_MEMORY_WORDS = 510
# Registers that the firmware reads before it writes them: the converter's.
_READ_BACK = (0x3FF48800, 0x3FF48854, 0x3FF48858)
_KINDS = {"PWRON_RESET": "power", "SOFT_RESET": "soft"}
# Nothing of the guard's depends on single milliseconds while nothing moves.
_FINE_MS, _COARSE_MS, _LEISURE_MS = 1, 10, 20


class GuardChip:
    """``outlet`` is guarded; ``adc_mv(pilot_mv)`` is the board's divider, ``pins`` its pins.py.

    ``ulp`` is the coprocessor, where it may be broken. ``bitten``: the RTC watchdog has reset the
    chip; the stage starts the firmware anew and sets it back.
    """

    def __init__(self, world, outlet, adc_mv, pins, seed=1):
        self.ulp = Ulp(seed=seed)
        self.bitten = False
        self._moved = False
        self._world, self._outlet, self._program = world, outlet, desk_program()
        self._adc_mv, self._pins = adc_mv, pins
        self._words = len(self._program.MAIL.split())
        self._wave = self._levels = None
        self._told: list | None = None
        self._busy = False
        outlet.after_refresh = self.sync
        self.sync()

    # -- time -----------------------------------------------------------------------------------

    def pass_to(self, to_ms: int) -> None:
        """World and coprocessor move on together."""
        world = self._world
        coarse = to_ms - world.now_ms > _LEISURE_MS
        while world.now_ms < to_ms:
            slice_ms = _COARSE_MS if coarse else _FINE_MS
            world.advance_to(min(world.now_ms + slice_ms, to_ms))
            self.sync()

    def sync(self) -> None:
        """Run until now on what was there, let the relays follow, see what is there now."""
        if self._busy:
            return
        self._busy = True
        late_us = self._world.now_ms * 1000 - self.ulp.now_us
        if late_us > 0:
            self.ulp.advance(late_us)
        self._follow()
        self._see()
        self._busy = False

    def restart(self, cause: str) -> None:
        """The processor is reset: what that does to the coprocessor (devices/ulp.py)."""
        self.sync()
        self._told = None
        if not self.bitten:
            self.ulp.reset(_KINDS.get(cause, "cpu"))
        self._follow()

    # -- a step of the firmware -----------------------------------------------------------------

    def before_step(self) -> dict:
        """Inputs."""
        if self._told is None:
            memory = self._memory()
            self._told = memory[: self._words]
            told = {"m": b"".join(word.to_bytes(4, "little") for word in memory).hex()}
            addresses = [*_READ_BACK, *(row[0] for row in self._program.PADS)]
            told["r"] = [[address, self.ulp.read32(address)] for address in addresses]
            return told
        mail = self._mail()
        changed = [[at, word] for at, word in enumerate(mail) if word != self._told[at]]
        self._told = mail
        return {"w": changed} if changed else {}

    def after_step(self, told: dict) -> None:
        """Outputs."""
        ulp = self.ulp
        if "b" in told:
            ulp.load_binary(told["b"][0], bytes.fromhex(told["b"][1]))
        for at, value in told.get("w", ()):
            ulp.write32(MEMORY + 4 * at, value)
            # The first two are the requests.
            self._moved = self._moved or at < 2
        for address, value in told.get("r", ()):
            ulp.write32(address, value)
        if "e" in told:
            ulp.run(told["e"])
            self._moved = True
        self._told = self._mail()
        self._follow()

    def take_moved(self) -> bool:
        """A relay was asked for or let go since this was asked last."""
        moved, self._moved = self._moved, False
        return moved

    # -- inside ---------------------------------------------------------------------------------

    def _memory(self):
        return [self.ulp.read32(MEMORY + 4 * at) for at in range(_MEMORY_WORDS)]

    def _mail(self):
        return [self.ulp.read32(MEMORY + 4 * at) & 0xFFFF for at in range(self._words)]

    def _follow(self):
        """What the pads drive."""
        outlet, program = self._outlet, self._program
        for _, bit, level in self.ulp.taken():
            if bit == program.RELAY:
                outlet.contactor.drive(level)
            elif bit == program.SECOND:
                outlet.second_contactor.drive(level)
        if self.ulp.reset_by_watchdog:
            self.ulp.reset_by_watchdog = False
            self.bitten = True

    def _see(self):
        """What the converter and the residual-current monitor's pad have before them."""
        outlet, program, ulp = self._outlet, self._program, self.ulp
        high_mv, low_mv = outlet.pilot_mv
        sigma_mv = outlet.circuit.noise_mv / 2
        wave = (high_mv, low_mv, outlet.duty_bp, sigma_mv, outlet.circuit.unreadable)
        if wave != self._wave:
            self._wave = wave
            sigma = self._counts(self._adc_mv(sigma_mv) - self._adc_mv(0), least=-_MOST)
            levels = [self._counts(self._adc_mv(level_mv)) for level_mv in (high_mv, low_mv)]
            ulp.pilot(program.PILOT, *levels, outlet.duty_bp, sigma=sigma)
            ulp.adc_frozen(0 if outlet.circuit.unreadable else None)
        proximity_mv = divided(outlet.proximity_ohm, self._pins)
        levels = (proximity_mv, outlet.thermometer.level_mv, outlet.residual.tripped)
        if levels != self._levels:
            self._levels = levels
            ulp.level(program.PROXIMITY, self._counts(levels[0]))
            ulp.level(program.TEMPERATURE, self._counts(levels[1]))
            ulp.input(program.RESIDUAL, levels[2])

    @staticmethod
    def _counts(level_mv, least=0):
        return min(max(round(level_mv * _MOST / _FULL_MV), least), _MOST)


def desk_program():
    """guard_program of the desk, as the source is now; the firmware in this process imports it."""
    folder = str(build.write("unix", BOARDS, ROOT / "build").parent)
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("guard_program")
