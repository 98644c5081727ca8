"""An asyncio event loop in the harness's time, with real sockets on loopback.

The harness is synchronous and leads: between two steps of the firmware it calls ``advance_to`` or
``run_until_quiet``, and everything that can happen at that moment happens. No call waits for the
wall clock, unless the loop was made with ``real_time=True`` (the sim, the back end alone).
"""

import asyncio
import heapq
import itertools
import math
import selectors
import time
from datetime import UTC, datetime

# Loopback delivers within the sender's system call, save when the kernel defers it to a thread:
# then it comes a little later, on a busy machine some milliseconds.
_QUIET_POLLS = 3
_PATIENCE_S = 0.005
# Below this a timer counts as due: binary fractions of a second are not exact.
_ROUNDING_MS = 0.001


class _Selector(selectors.DefaultSelector):
    """With ``on_quiet`` set it never waits, and calls it when nothing is left to do."""

    on_quiet = None
    patience_s = 0
    _empty = 0
    _waited = None

    def wait_until(self, wall_s: float, over) -> None:
        """Wait for the wall's time alone, of time.monotonic(), and call ``over`` then, once."""
        self._waited = (wall_s, over)

    def select(self, timeout=None):
        if self._waited is not None:
            return self._select_until(*self._waited, timeout)
        if self.on_quiet is None:
            return super().select(timeout)
        found = super().select(0)
        busy = found or (timeout is not None and timeout * 1000 <= _ROUNDING_MS)
        self._empty = 0 if busy else self._empty + 1
        if self._empty >= _QUIET_POLLS:
            self._empty = 0
            found = super().select(self.patience_s) if self.patience_s else found
            if not found:
                self.on_quiet()
        return found

    def _select_until(self, wall_s, over, timeout):
        left_s = wall_s - time.monotonic()
        if left_s <= 0:
            self._waited = None
            over()
        idle = timeout is None or timeout * 1000 > _ROUNDING_MS
        return super().select(max(0, left_s) if idle else 0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time starts at 0 ms, in virtual time and in real time.

    Quiet is when nothing came for ``patience_s`` of real time; 0 for one who counts the bytes
    that are on their way.
    """

    def __init__(self, real_time: bool = False, patience_s: float = _PATIENCE_S):
        self._now_ms = 0
        self._real_time = real_time
        self._timers = []
        self._sequence = itertools.count()
        self._polls = _Selector()
        self._polls.patience_s = patience_s
        self._origin_s = super().time()
        super().__init__(self._polls)

    def time(self) -> float:
        """Seconds, as asyncio wants them."""
        return super().time() - self._origin_s if self._real_time else self._now_ms / 1000

    def now_ms(self) -> int:
        """Milliseconds since the loop was made."""
        return int(self.time() * 1000) if self._real_time else self._now_ms

    def call_at(self, when, callback, *args, context=None):
        handle = super().call_at(when, callback, *args, context=context)
        if not self._real_time:
            heapq.heappush(self._timers, (when, next(self._sequence), handle))
        return handle

    def next_due_ms(self) -> int | None:
        """When the next timer fires that is not due yet, or None: do not step over it."""
        while self._timers:
            when, _, handle = self._timers[0]
            due_ms = math.ceil(when * 1000 - _ROUNDING_MS)
            if due_ms > self.now_ms() and not handle.cancelled():
                return due_ms
            heapq.heappop(self._timers)
        return None

    def run_until_quiet(self) -> None:
        """Run what is ready and what the sockets bring, until nothing more comes by itself."""
        self._polls.on_quiet = self.stop
        try:
            self.run_forever()
        finally:
            self._polls.on_quiet = None

    def advance_to(self, at_ms: int) -> None:
        """Let it become ``at_ms``: every timer on the way fires at its own time.

        In real time this waits until then.
        """
        if not self._real_time and at_ms < self._now_ms:
            raise ValueError(f"time only grows: it is {self._now_ms} ms, wanted {at_ms} ms")
        self.run_until_quiet()
        self.pass_to(at_ms)
        self.run_until_quiet()

    def pass_to(self, at_ms: int) -> None:
        """As ``advance_to`` for a loop that is quiet: cheap where no timer is on the way."""
        if self._real_time:
            self.call_at(at_ms / 1000, self.stop)
            self.run_forever()
            return
        while (due_ms := self.next_due_ms()) is not None and due_ms <= at_ms:
            self._now_ms = due_ms
            self.run_until_quiet()
        self._now_ms = at_ms

    def run(self, coroutine):
        """The result of a coroutine that needs no time to pass."""
        if self._real_time:
            return self.run_until_complete(coroutine)
        task = self.create_task(coroutine)
        self.run_until_quiet()
        if not task.done():
            task.cancel()
            raise RuntimeError(f"{coroutine!r} still waits at {self._now_ms} ms")
        return task.result()

    def settle(self) -> None:
        """``run_until_quiet`` for those who may also be called from inside the loop."""
        if not self.is_running():
            self.run_until_quiet()

    def finish(self) -> None:
        """Cancel what still runs and close the loop."""
        while tasks := asyncio.all_tasks(self):
            for task in tasks:
                task.cancel()
            self.run_until_quiet()
        self.close()


class UtcClock:
    """The back end's calendar: ``start`` (ISO 8601, with zone) is the loop's 0 ms."""

    def __init__(self, loop: VirtualLoop, start: str = "2026-01-05T08:00:00+00:00"):
        self._loop = loop
        self._start_ms = int(datetime.fromisoformat(start).timestamp() * 1000)

    @classmethod
    def of_the_wall(cls, loop: VirtualLoop) -> "UtcClock":
        """For a loop in real time."""
        clock = cls(loop, datetime.now(UTC).isoformat())
        clock._start_ms -= loop.now_ms()
        return clock

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return self._start_ms + self._loop.now_ms()

    def utc_s(self) -> int:
        """Whole seconds since 1970-01-01 UTC."""
        return self.utc_ms() // 1000
