"""Ports Random, Reset and Log on what every MicroPython has: os, machine, print."""

import sys

from chargepoint.ports import Log, Random, Reset


class OsRandom(Random):
    """Random bytes of the operating system or, on the ESP32, of the radio's noise."""

    def __init__(self, os):
        self._os = os

    def take(self, count: int) -> bytes:
        """``count`` bytes."""
        return self._os.urandom(count)


class MachineReset(Reset):
    """Resets through ``machine``; ``cause`` is "power", "watchdog" or "reset"."""

    def __init__(self, machine):
        self._machine = machine
        cause = machine.reset_cause()
        if cause == machine.PWRON_RESET:
            self.cause = "power"
        elif cause == machine.WDT_RESET:
            self.cause = "watchdog"
        else:
            self.cause = "reset"

    def now(self, hard: bool) -> None:
        """A soft reset keeps the hardware's registers, a hard one does not."""
        if hard:
            self._machine.reset()
        else:
            self._machine.soft_reset()


class PrintLog(Log):
    """Lines on the console: level, then text. ``least`` is the lowest level that is shown."""

    _LEVELS = ("debug", "info", "warning", "error")

    def __init__(self, least: str = "info"):
        self._least = self._LEVELS.index(least)

    def write(self, level: str, text: str) -> None:
        """One line."""
        if self._LEVELS.index(level) >= self._least:
            print("%s: %s" % (level, text))


def forget(names: str) -> None:
    """Take modules of chargepoint, separated by blanks, out of memory: no one uses them now.

    On CPython they stay: there they are those of every station in the process.
    """
    if sys.implementation.name != "micropython":
        return
    for name in names.split():
        parent, _, last = ("chargepoint." + name).rpartition(".")
        if sys.modules.pop("chargepoint." + name, None) is not None:
            delattr(sys.modules[parent], last)
