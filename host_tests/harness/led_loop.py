"""A virtual loop that the wall clock leads: for people who watch, at any speed.

Between two moments it waits and serves its sockets. Where the machine is too slow for the speed,
time passes more slowly; nothing is skipped for it.
"""

import time

from host_tests.harness.virtual_loop import VirtualLoop

SLOWEST, FASTEST = 0.1, 1000
# So much of a delay is caught up with; the rest of it never was.
_MOST_LAG_S = 0.25
# Over so much of the wall's time the speed is measured.
_MEASURED_S = 1.0


class LedLoop(VirtualLoop):
    """``speed`` is virtual time over the wall's, SLOWEST to FASTEST; may be set at any time."""

    def __init__(self, speed: float = 1):
        super().__init__(patience_s=0)
        self._mark = (time.monotonic(), 0)
        self.reached = 0.0
        self._anchor = self._mark
        self._speed = speed

    @property
    def speed(self) -> float:
        """What was asked for; ``reached`` is what came of it in the last second or so."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._anchor = (time.monotonic(), self._now_ms)
        self._speed = speed

    def pass_to(self, at_ms: int) -> None:
        """Let it become ``at_ms``, when the wall says so; every timer fires at its own time."""
        while (due_ms := self.next_due_ms()) is not None and due_ms <= at_ms:
            self._wait_for(due_ms)
            self._now_ms = due_ms
            self.run_until_quiet()
        if at_ms > self._now_ms:
            self._wait_for(at_ms)
            self._now_ms = at_ms
        self._measure()

    def run(self, coroutine):
        """The result of a coroutine that waits for nothing but sockets and threads."""
        return self.run_until_complete(coroutine)

    def _wait_for(self, at_ms: int) -> None:
        now_s = time.monotonic()
        if now_s > self._wall_s(self._now_ms) + _MOST_LAG_S:
            self._anchor = (now_s - _MOST_LAG_S, self._now_ms)
        until_s = self._wall_s(at_ms)
        if now_s < until_s:
            self._polls.wait_until(until_s, self.stop)
            self.run_forever()

    def _wall_s(self, at_ms: int) -> float:
        began_s, began_ms = self._anchor
        return began_s + (at_ms - began_ms) / 1000 / self._speed

    def _measure(self) -> None:
        now_s, (before_s, before_ms) = time.monotonic(), self._mark
        if now_s - before_s >= _MEASURED_S:
            self.reached = (self._now_ms - before_ms) / 1000 / (now_s - before_s)
            self._mark = (now_s, self._now_ms)
