"""A bounded queue of calls that wait for their turn: one of the dialogue's sources."""

from chargepoint.ocpp.dialogue import LOST


class CallQueue:
    """First in, first out, at most ``limit``."""

    def __init__(self, limit: int):
        self._limit = limit
        self._calls = []

    def put(self, call) -> bool:
        """Queue ``call``; False when the queue is full: the call is not taken then."""
        if len(self._calls) >= self._limit:
            return False
        self._calls.append(call)
        return True

    def next(self, now_ms: int):
        """The call whose turn it is, or None."""
        return self._calls.pop(0) if self._calls else None

    def drop(self, now_ms: int) -> None:
        """The link is gone: what waited is told that it is LOST, and forgotten."""
        calls, self._calls = self._calls, []
        for call in calls:
            if call.done is not None:
                call.done(LOST, None, now_ms)
