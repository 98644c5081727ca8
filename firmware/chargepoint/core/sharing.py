"""How the connectors that charge share what the supply gives: pure, in mA per phase.

Rules:
- Never more in sum than the supply: what a vehicle was offered counts until it surely follows a
  lower offer, SHARE_FOLLOW_MS after it was told, or until its contactor is open. So a lower offer
  reaches its vehicle before another one's rises.
- Those that charge share evenly; what one can't take, the others get.
- No one gets less than 6 A. Where there is not so much for all, those that are served stay so,
  and after them the lower number goes first.
"""

from chargepoint.core import timing
from chargepoint.core.pilot import LEAST_MA


class Sharing:
    """Among ``count`` connectors; ``granted_ma`` is what each may be offered now, ``due_ma`` what
    it will be when the others have come down."""

    def __init__(self, count: int):
        self.granted_ma = [0] * count
        self.due_ma = [0] * count
        self._count = count
        self._asked_ma = [0] * count
        self._offered_ma = [0] * count
        self._changed_ms = [0] * count
        self._may_draw_ma = [0] * count
        self._total_ma = -1
        self._dirty = True

    def look(self, at: int, offered_ma: int, energised: bool, asks_ma: int, now_ms: int) -> None:
        """Connector ``at`` (0..) signals ``offered_ma`` and could use ``asks_ma`` (0: it does not
        take part); in each step, before ``share``."""
        if asks_ma != self._asked_ma[at]:
            self._asked_ma[at] = asks_ma
            self._dirty = True
        if offered_ma != self._offered_ma[at]:
            self._offered_ma[at] = offered_ma
            self._changed_ms[at] = now_ms
        if offered_ma < self._may_draw_ma[at] and energised:
            if now_ms - self._changed_ms[at] < timing.SHARE_FOLLOW_MS:
                return
        self._may_draw_ma[at] = offered_ma

    def share(self, total_ma: int) -> None:
        """Share ``total_ma`` out, as far as the vehicles have followed."""
        if total_ma != self._total_ma or self._dirty:
            self._total_ma, self._dirty = total_ma, False
            self._divide()
        for at in range(self._count):
            due_ma = self.due_ma[at]
            if due_ma < self.granted_ma[at]:
                self.granted_ma[at] = due_ma
        for at in range(self._count):
            if self.due_ma[at] > self.granted_ma[at]:
                self._raise(at)

    # -- inside ---------------------------------------------------------------------------------

    def _raise(self, at):
        room_ma = self._total_ma
        for other in range(self._count):
            if other != at:
                granted_ma, may_draw_ma = self.granted_ma[other], self._may_draw_ma[other]
                room_ma -= granted_ma if granted_ma > may_draw_ma else may_draw_ma
        if room_ma > self.due_ma[at]:
            room_ma = self.due_ma[at]
        if room_ma >= LEAST_MA and room_ma > self.granted_ma[at]:
            self.granted_ma[at] = room_ma

    def _divide(self):
        left_ma = self._total_ma
        served = self._chosen(left_ma // LEAST_MA)
        self.due_ma = [0] * self._count
        while served:
            even_ma = left_ma // len(served)
            small = [at for at in served if self._asked_ma[at] <= even_ma]
            for at in small or served:
                self.due_ma[at] = min(self._asked_ma[at], even_ma)
                left_ma -= self.due_ma[at]
            served = [at for at in served if at not in small] if small else []

    def _chosen(self, room):
        """The connectors that get something, at most ``room`` of them."""
        wanting = [at for at in range(self._count) if self._asked_ma[at] >= LEAST_MA]
        # Not sorted by it: MicroPython's sort does not keep the order of equals.
        served = [at for at in wanting if self.granted_ma[at] >= LEAST_MA]
        return (served + [at for at in wanting if at not in served])[:room]
