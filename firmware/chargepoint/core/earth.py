"""The protective earth, where the board watches it. Lost, or not to be told, is a fault.

It must be seen before anything is offered; then it may be missed for EARTH_LOST_MS.
"""

from chargepoint.core import timing
from chargepoint.core.held import Held


class Earth:
    """Judges the port ``earth`` (ports.Earth)."""

    name = "protective earth"
    faults = ("earth",)

    def __init__(self, earth):
        self._earth = earth
        self._there = Held()
        self._lost = True

    def look(self, now_ms: int) -> None:
        """Read it; call it in every step."""
        there = self._there
        there.take(self._earth.connected() is True, now_ms)
        if there.value:
            self._lost = False
        elif there.for_ms >= timing.EARTH_LOST_MS:
            self._lost = True

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        there = self._there
        faults.put("earth", not there.value and there.for_ms >= timing.EARTH_LOST_MS, now_ms)

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None."""
        return "protective earth" if self._lost else None

    @property
    def verdict(self) -> str:
        """What is known of it."""
        return "failed" if self._lost else "passed"
