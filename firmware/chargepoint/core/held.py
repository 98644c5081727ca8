"""How long something has been seen without contradiction, by readings that may come late."""

from micropython import const

from chargepoint.core import timing

# Long enough for every judgement; a sum that grows for ever would leave the small integers.
_MOST_MS = const(60000)


class Held:
    """``value`` was seen for ``for_ms``, no gap between two readings counting for more than
    PILOT_GAP_MS: readings 10 ms apart need the time itself, readings 1 s apart need some more.
    """

    def __init__(self):
        self.value = None
        self.for_ms = 0
        self._last_ms = None

    def take(self, value, now_ms: int) -> None:
        """The reading at ``now_ms`` shows ``value``."""
        if value != self.value or self._last_ms is None:
            self.restart(value, now_ms)
            return
        gap_ms = now_ms - self._last_ms
        self._last_ms = now_ms
        if self.for_ms < _MOST_MS:
            # Not min(): ten of these a step, each a call.
            self.for_ms += gap_ms if gap_ms < timing.PILOT_GAP_MS else timing.PILOT_GAP_MS

    def restart(self, value, now_ms: int) -> None:
        """Count ``value`` from this reading on, whatever was seen before."""
        self.value = value
        self.for_ms = 0
        self._last_ms = now_ms
