"""Port Watchdog on machine.WDT."""

from chargepoint.ports import Watchdog


class MachineWatchdog(Watchdog):
    """``wdt`` is a machine.WDT, which runs from the moment it was made and can't be stopped."""

    def __init__(self, wdt):
        self._wdt = wdt

    def feed(self) -> None:
        """Put the reset off by another time-out."""
        self._wdt.feed()
