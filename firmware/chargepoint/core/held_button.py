"""A technician's long press: TECHNICIAN_MS in one go, told once."""

from chargepoint.core import timing
from chargepoint.core.held import Held


class HeldButton:
    """Judges the port ``button`` (ports.Button)."""

    def __init__(self, button):
        self._button = button
        self._down = Held()
        self._told = True

    def poll(self, now_ms: int) -> bool:
        """True once for each long press. A button that is down at the start has to be let go."""
        down = self._down
        down.take(self._button.pressed() is True, now_ms)
        if not down.value:
            self._told = False
        elif not self._told and down.for_ms >= timing.TECHNICIAN_MS:
            self._told = True
            return True
        return False
