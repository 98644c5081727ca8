"""The protective earth, where the board watches it. Lost, or not to be told, is a fault."""

from chargepoint.core import timing
from chargepoint.core.held import Held


class Earth:
    """Judges the port ``earth`` (ports.Earth)."""

    name = "protective earth"
    faults = ("earth",)

    def __init__(self, earth):
        self._earth = earth
        self._there = Held()

    def look(self, now_ms: int) -> None:
        """Read it; call it in every step."""
        self._there.take(self._earth.connected() is True, now_ms)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book."""
        there = self._there
        faults.put("earth", not there.value and there.for_ms >= timing.EARTH_LOST_MS, now_ms)

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None."""
        return None if self._there.value else "protective earth"

    @property
    def verdict(self) -> str:
        """What is known of it."""
        return "passed" if self._there.value else "failed"
