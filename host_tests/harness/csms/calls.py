"""Our calls to one charge point: one open at a time, each answered, timed out or lost."""

import uuid
from collections import deque
from dataclasses import dataclass, field

from ocpp.exceptions import OCPPError
from ocpp.messages import CallResult, validate_payload

from .script import CALL, RESULT, as_text


@dataclass
class Pending:
    """One call. When ``done``, either ``result`` or ``error`` (code, description) is set.

    Codes of our own: "Timeout", "ConnectionLost". ``violation`` says how the result breaks the
    action's schema, else it is None.
    """

    action: str
    payload: object
    message_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: bool = False
    result: dict | None = None
    error: tuple[str, str] | None = None
    violation: str | None = None

    def text(self) -> str:
        """The call as it is sent."""
        return as_text([CALL, self.message_id, self.action, self.payload])

    def fail(self, code: str, description: str) -> None:
        """End without a result."""
        self.done = True
        self.error = (code, description)


class Calls:
    """``send`` takes a text; ``timeout_s`` is in the loop's time."""

    def __init__(self, loop, send, timeout_s: float):
        self._loop = loop
        self._send = send
        self._timeout_s = timeout_s
        self._open = {}
        self._queue = deque()

    def add(self, pending: Pending, at_once: bool) -> None:
        """Send when no other call is open, as the standard wants it, or ``at_once``."""
        if at_once or not self._open:
            self._put(pending)
        else:
            self._queue.append(pending)

    def _put(self, pending: Pending) -> None:
        self._open[pending.message_id] = pending
        self._loop.call_later(self._timeout_s, self._expire, pending)
        self._send(pending.text())

    def _expire(self, pending: Pending) -> None:
        if self._open.pop(pending.message_id, None) is not None:
            pending.fail("Timeout", f"no answer within {self._timeout_s} s")
            self._next()

    def _next(self) -> None:
        if self._queue and not self._open:
            self._put(self._queue.popleft())

    async def settle(self, frame: list) -> bool:
        """Take an answer; False when no call of ours is open under its id."""
        pending = self._open.pop(frame[1], None)
        if pending is None:
            return False
        if frame[0] == RESULT:
            pending.result = frame[2]
            pending.violation = await _violation(pending.action, frame)
            pending.done = True
        else:
            pending.fail(str(frame[2]), str(frame[3]))
        self._next()
        return True

    def lose(self) -> None:
        """The connection is gone, and every answer with it."""
        for pending in (*self._open.values(), *self._queue):
            pending.fail("ConnectionLost", "the connection closed before the answer")
        self._open.clear()
        self._queue.clear()


async def _violation(action: str, frame: list) -> str | None:
    try:
        await validate_payload(CallResult(frame[1], frame[2], action), "1.6")
    except OCPPError as error:
        return str(error)
    return None
