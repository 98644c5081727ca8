"""Between one and three phases, on a board with a second contactor for L2 and L3.

Rules:
- Never under load, never with an offer standing: the offer is withdrawn, the contactor opens, then
  the pilot is interrupted for PHASE_CUT_MS, so that the vehicle measures its supply anew. A wrong
  switching can destroy a vehicle's charger (TF, EV, SE say so).
- Not more often than every PHASE_DWELL_MS while a vehicle is plugged in; without one at once.

  SAME the wish is what is; OTHER it is not; READY contactor open and no offer; EMPTY besides no
  vehicle; OVER the interruption is.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.rows import Machine

SET = const("set")
LEAVING = const("leaving")
CUTTING = const("cutting")

SAME = const("same")
OTHER = const("other")
READY = const("ready")
EMPTY = const("empty")
OVER = const("over")

_ROWS = (
    (SET, SAME, SET, None),
    (SET, OTHER, LEAVING, None),
    (LEAVING, SAME, SET, None),
    (LEAVING, OTHER, LEAVING, None),
    (LEAVING, READY, CUTTING, None),
    (LEAVING, EMPTY, SET, "switch"),
    (CUTTING, READY, CUTTING, None),
    (CUTTING, OTHER, LEAVING, None),
    (CUTTING, OVER, SET, "switch"),
)


class Phases(Machine):
    """``count`` is what is connected, 1 or 3; ``wanted`` what shall be. ValueError for others."""

    def __init__(self, count: int):
        Machine.__init__(self, _ROWS, SET)
        self.count = count
        self.wanted = count
        self._switched_ms = None

    @property
    def wanted(self) -> int:
        """Phases that shall be connected."""
        return self._wanted

    @wanted.setter
    def wanted(self, wanted: int) -> None:
        if wanted not in (1, 3):
            raise ValueError("phases %r: expected 1 or 3" % (wanted,))
        self._wanted = wanted

    @property
    def cutting(self) -> bool:
        """The pilot is to be interrupted."""
        return self.state == CUTTING

    @property
    def why(self) -> str:
        """Why nothing may be offered, or None."""
        return None if self.state == SET else "phases"

    def tick(self, plugged: bool, idle: bool, now_ms: int) -> None:
        """``idle``: the contactor is seen open and no offer is signalled."""
        self._tell(self._event(plugged, idle, now_ms), now_ms)

    def _carry_out(self, effect, now_ms):
        self.count = self._wanted
        self._switched_ms = now_ms

    def _event(self, plugged, idle, now_ms):
        if self.state == CUTTING:
            if not idle:
                return OTHER
            return OVER if now_ms - self._since_ms >= timing.PHASE_CUT_MS else READY
        if self._wanted == self.count:
            return SAME
        if self.state == SET:
            return OTHER if self._dwelt(plugged, now_ms) else SAME
        if not idle:
            return OTHER
        return READY if plugged else EMPTY

    def _dwelt(self, plugged, now_ms):
        switched_ms = self._switched_ms
        recent = switched_ms is not None and now_ms - switched_ms < timing.PHASE_DWELL_MS
        return not (plugged and recent)
