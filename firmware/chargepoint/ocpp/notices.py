"""Statuses of something that takes its time, told in order until each is answered.

A source of the dialogue. A status that was lost with the connection, or not answered, is told
again; a CALLERROR is an answer: the back end does not want to know.
"""

from chargepoint.core import timing
from chargepoint.ocpp import dialogue
from chargepoint.ocpp.frames import Call

# While the back end is away no more than these are kept: the newest.
_MOST = 8


class Notices:
    """``action`` is the call, ``on_told(status)`` hears of each status that was answered."""

    def __init__(self, action: str, on_told):
        self._action = action
        self._on_told = on_told
        self._waiting = []
        self._open = None
        self._due_ms = 0

    def put(self, status: str) -> None:
        """Have ``status`` told after those that wait."""
        self._waiting.append(status)
        if len(self._waiting) > _MOST:
            self._waiting.pop(0)

    def clear(self) -> None:
        """What waits is out of date; one that is on its way stays so."""
        self._waiting.clear()

    @property
    def waiting(self) -> bool:
        """Something was not answered yet."""
        return self._open is not None or len(self._waiting) > 0

    def next(self, now_ms: int):
        """The call whose turn it is, or None."""
        if self._open is not None or not self._waiting or now_ms < self._due_ms:
            return None
        self._open = self._waiting.pop(0)
        return Call(self._action, {"status": self._open}, self._done)

    def _done(self, outcome, payload, now_ms):
        status, self._open = self._open, None
        if outcome in (dialogue.ANSWERED, dialogue.REFUSED):
            self._on_told(status)
            return
        self._waiting.insert(0, status)
        if outcome == dialogue.TIMED_OUT:
            self._due_ms = now_ms + timing.STATUS_RETRY_MS
