"""One connection of a charge point: what comes in, what is answered, what we call."""

import json
import re

from ocpp.exceptions import SecurityError
from websockets.exceptions import ConnectionClosed

from host_tests.harness.network import reset

from .calls import Calls
from .charge_point import ServedChargePoint
from .script import CALL, ERROR, RESULT, as_frame, as_text

_BOOT = "BootNotification"
_HEAD = re.compile(r'^\s*\[\s*\d+\s*,\s*"([^"\\]*)"')


class Line:
    """``desk`` is the back end: its loop, book, script, rules, and ``note`` to record messages."""

    def __init__(self, identity: str, websocket, desk):
        self.identity = identity
        self._socket = websocket
        self._desk = desk
        self._served = ServedChargePoint(identity, self, desk.book, desk.rules)
        self.calls = Calls(desk.loop, self.post, desk.call_timeout_s)
        self._rule = None
        self._tasks = set()
        self._by_hand = set()

    async def serve(self) -> None:
        """Until the connection closes."""
        try:
            async for raw in self._socket:
                self._desk.note(self.identity, "received", raw)
                await self._hear(raw)
        except ConnectionClosed:
            pass
        finally:
            self.calls.lose()

    async def _hear(self, raw: str | bytes) -> None:
        frame = as_frame(raw)
        if frame is None:
            self._violation(f"not an OCPP-J frame: {raw[:80]!r}")
        elif frame[0] == CALL:
            await self._serve_call(raw, frame)
        elif not await self.calls.settle(frame) and frame[1] not in self._by_hand:
            self._violation(f"answer to an unknown message id {frame[1]}")

    async def _serve_call(self, raw: str, frame: list) -> None:
        _, message, action, _ = frame[:4]
        self._rule = self._desk.script.take(self.identity, action)
        refusal = self._refusal(action)
        if refusal is not None:
            await self.send(as_text([ERROR, message, *refusal, {}]))
            return
        await self._served.route_message(raw)

    def _refusal(self, action: str) -> tuple[str, str] | None:
        if self._rule and self._rule.error:
            return self._rule.error
        registration = self._desk.book.charge_point(self.identity)["registration"]
        if action == _BOOT or registration in ("Accepted", "Pending"):
            return None
        # OCPP-J errata 3.10.
        return SecurityError.code, f"{action} before BootNotification was accepted"

    async def send(self, answer: str) -> None:
        """The ``ocpp`` library's answer to the call just heard: what the script makes of it."""
        frame, rule = as_frame(answer), self._rule
        if frame[0] == ERROR and not (rule and rule.error):
            self._violation(f"refused: {answer}")
        if rule is None:
            self.post(answer)
            return
        texts = rule.texts(answer)
        if rule.with_ is not None and texts:
            self._renumber(frame[1], as_frame(texts[0]))
        self._desk.loop.call_later(rule.delay_s, self._answer, texts, rule.drop)

    def _answer(self, texts: list[str], drop: str | None) -> None:
        for text in texts:
            self.post(text)
        if drop:
            # After what was posted just now.
            self._desk.loop.call_soon(self._desk.loop.call_soon, self.abort)

    def _renumber(self, message: str, frame: list) -> None:
        result = frame[2] if frame[0] == RESULT else None
        if isinstance(result, dict) and isinstance(result.get("transactionId"), int):
            number = result["transactionId"]
            self._desk.book.sessions.renumber(self.identity, message, number)

    def post(self, message: str | bytes) -> None:
        """Send from outside a coroutine, in the order of the calls."""
        self._spawn(self._send(message))

    async def _send(self, message: str | bytes) -> None:
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            return
        self._desk.note(self.identity, "sent", message)

    def post_by_hand(self, raw: str) -> None:
        """Send any text; if it has an id, the station may answer it."""
        self._by_hand.update(ids_in(raw))
        self.post(raw)

    def post_bytes(self, raw: bytes) -> None:
        """Put bytes on the wire that need not be a WebSocket frame."""
        self._socket.transport.write(raw)

    def close(self, code: int, reason: str) -> None:
        """Close as RFC 6455 wants it."""
        self._spawn(self._socket.close(code, reason))

    def abort(self) -> None:
        """Reset the connection, without a word."""
        reset(self._socket.transport)

    def _spawn(self, coroutine) -> None:
        task = self._desk.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _violation(self, text: str) -> None:
        self._desk.rules.violations.append((self.identity, text))


def ids_in(raw):
    """The ids that a station may read in a text, whole or broken."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        return _HEAD.findall(raw)
    has_id = isinstance(frame, list) and len(frame) > 1 and isinstance(frame[1], str)
    return (frame[1],) if has_id else ()
