"""Makes the parts of a guarded board: the guard in the coprocessor, and what hangs on it.

ADC1, the relays' pads and that of the residual-current monitor are the guard's (docs/guard.md).
"""

import esp32
import guard_program
import machine
import uctypes
from parts import Makers

from chargepoint.drivers.guard_ulp import MEMORY, mailbox
from chargepoint.drivers.guard_ulp_ports import UlpInput, UlpLevel


class GuardedMakers(Makers):
    """``cause`` is why the firmware starts, as drivers/system says it, or "soft". The guard comes
    first."""

    def __init__(self, clock, store, cause: str):
        super().__init__(clock, store)
        self._cause = cause
        self._guard = None

    def part(self, driver: str, name: str, wires: tuple, options):
        """As Makers does; the guard is kept for what hangs on it."""
        made = super().part(driver, name, wires, options)
        if driver == "guard_ulp":
            self._guard = made
        return made

    def guard(self):
        return self._guard

    def program(self):
        return guard_program

    def ulp(self):
        return esp32.ULP()

    def mem32(self):
        return machine.mem32

    def mail(self):
        return mailbox(uctypes, MEMORY, guard_program.MAIL)

    def cause(self):
        return self._cause

    def second(self):
        return True

    def guarded_adc(self, pad, attenuation, name):
        """A level that the guard samples; ``name`` in its mailbox."""
        return UlpLevel(self._guard, self.adc(pad, attenuation), name)

    def guarded_inp(self, tripped_level):
        """The residual-current monitor: it reads as tripped until the guard tells of it."""
        return UlpInput(self._guard, tripped_level)
