"""Virtual time: integer milliseconds and the events that lie ahead."""

import heapq
from collections.abc import Callable


class Event:
    """Something that will happen at ``due_ms``; ``cancel`` makes it not happen."""

    def __init__(self, due_ms: int, action: Callable[[], None]):
        self.due_ms = due_ms
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Strike the event out; harmless when it has happened."""
        self.cancelled = True


class Schedule:
    """Events in order of time; those of the same millisecond in the order they were planned."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._heap: list[tuple[int, int, Event]] = []
        self._count = 0

    def at(self, due_ms: int, action: Callable[[], None]) -> Event:
        """Plan ``action`` for ``due_ms``; ValueError when that is in the past."""
        if due_ms < self.now_ms:
            raise ValueError(f"{due_ms} ms is in the past, it is {self.now_ms} ms")
        event = Event(due_ms, action)
        self._count += 1
        heapq.heappush(self._heap, (due_ms, self._count, event))
        return event

    def after(self, delay_ms: int, action: Callable[[], None]) -> Event:
        """Plan ``action`` for ``delay_ms`` from now."""
        return self.at(self.now_ms + delay_ms, action)

    def next_event_ms(self) -> int | None:
        """When the next event is due, or None."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def advance_to(self, now_ms: int) -> None:
        """Let everything happen that is due until ``now_ms``, each at its own time."""
        if now_ms < self.now_ms:
            raise ValueError(f"time does not go back: {now_ms} ms after {self.now_ms} ms")
        due_ms = self.next_event_ms()
        while due_ms is not None and due_ms <= now_ms:
            self.now_ms = due_ms
            heapq.heappop(self._heap)[2].action()
            due_ms = self.next_event_ms()
        self.now_ms = now_ms
