"""A WebSocket client (RFC 6455) without a socket: told bytes, drained of bytes and messages.

Rules:
- Nothing is a message before the peer proved that it understood the upgrade (wire/upgrade.py).
- Text only: OCPP-J has no binary messages (1003). Text that is not UTF-8 ends the connection
  (1007) as soon as the message is whole. Whatever else breaks the rules is 1002.
- A message that is longer than the limit, or than there is room for, is passed over while it
  comes: its first HEAD bytes and a word on why are all that is kept, so that its sender can be
  answered. The connection goes on; closing it (1009) would have the peer send the same again,
  and is kept for one that is over a megabyte.
- A message's buffer is made when its header tells the length and goes when it is read; between
  messages nothing is held but ten bytes of header.
- Of several pings that wait for their answer only the last is answered (5.5.3), so a peer can't
  fill our memory with them.
- CLOSED: nothing more will come. What is still to be sent is sent, then the connection ends.
"""

import struct

from micropython import const

from chargepoint.wire import rows, upgrade, utf8, wsframe

CONNECTING = const("connecting")
OPEN = const("open")
CLOSING = const("closing")
CLOSED = const("closed")

# 7.4.1
NORMAL = const(1000)
PROTOCOL_ERROR = const(1002)
UNSUPPORTED = const(1003)
NO_CODE = const(1005)
ABNORMAL = const(1006)
NOT_UTF8 = const(1007)
TOO_BIG = const(1009)

LONGEST_MESSAGE = const(70000)
HEAD = const(128)
# Nothing else is heard while a message is passed over; a longer one ends the connection.
_LONGEST_PASSED_OVER = const(1048576)
_LONGEST_REASON = const(123)

# state, event, next state, effect ("say": send a close frame)
_ROWS = (
    (CONNECTING, "accepted", OPEN, None),
    (CONNECTING, "refused", CLOSED, None),
    (CONNECTING, "close", CLOSED, None),
    (CONNECTING, "ended", CLOSED, None),
    (OPEN, "violated", CLOSED, "say"),
    (OPEN, "close", CLOSING, "say"),
    (OPEN, "peer closed", CLOSED, "say"),
    (OPEN, "ended", CLOSED, None),
    (CLOSING, "violated", CLOSED, None),
    (CLOSING, "close", CLOSING, None),
    (CLOSING, "peer closed", CLOSED, None),
    (CLOSING, "ended", CLOSED, None),
    (CLOSED, "close", CLOSED, None),
    (CLOSED, "ended", CLOSED, None),
)


class WebSocket:
    """One connection, from its upgrade to its end.

    ``close_code`` is the code with which it closed (0 before), ``http_status`` what the peer
    answered to the upgrade (0 before), ``retry_after_s`` what it asked for with that (or None),
    and ``failure`` a short text for why it closed (or None).
    """

    def __init__(
        self,
        host: str,
        path: str,
        key16: bytes,
        subprotocol: str,
        authorization: str,
        mask_source,
        longest: int = LONGEST_MESSAGE,
        has_room=None,
    ):
        """``mask_source(4)`` gives four unpredictable bytes; ``longest`` is bytes of a message,
        and ``has_room(bytes)`` is asked whether the memory has room for one.

        Raises ValueError for a host or path that would break the request.
        """
        self.state = CONNECTING
        self.close_code = 0
        self.http_status = 0
        self.retry_after_s = None
        self.failure = None
        self._mask_source = mask_source
        self._longest = longest
        self._has_room = has_room
        self._key = upgrade.key_text(key16)
        self._subprotocol = subprotocol
        self._answer = upgrade.Answer()
        self._header = wsframe.Header()
        self._out = [upgrade.request(host, path, self._key, subprotocol, authorization)]
        self._pong = None
        self._texts = []
        self._forget()

    def receive_bytes(self, data: bytes) -> None:
        """Take what the connection brought."""
        if self.state == CONNECTING:
            data = self._take_upgrade(data)
        at = 0
        while at < len(data) and self.state in (OPEN, CLOSING):
            if self._payload is None:
                at = self._take_head(data, at)
            else:
                at = self._take_payload(data, at)

    def receive_eof(self) -> None:
        """The connection has ended below us."""
        self._happen("ended", ABNORMAL, "connection ended", "")

    def bytes_to_send(self) -> bytes:
        """The next whole frame (or the request) for the connection, or None."""
        if self._pong is not None and self.state == OPEN:
            payload, self._pong = self._pong, None
            return self._built(wsframe.PONG, payload)
        return self._out.pop(0) if self._out else None

    def backlog(self) -> int:
        """Bytes that wait to be sent."""
        return sum([len(frame) for frame in self._out])

    def next_text(self) -> str:
        """The next message, or None."""
        return self._texts.pop(0) if self._texts else None

    def send_text(self, text: str) -> bool:
        """Send a message; False when the connection is not open."""
        return self._send(wsframe.TEXT, text.encode())

    def send_ping(self, payload: bytes = b"") -> bool:
        """Send a ping (at most 125 bytes); False when the connection is not open."""
        return self._send(wsframe.PING, payload)

    def close(self, code: int, reason: str) -> None:
        """Ask for the end; ``reason`` is at most 123 bytes of UTF-8."""
        self._happen("close", code, reason, reason)

    def _send(self, opcode: int, payload: bytes) -> bool:
        if self.state != OPEN:
            return False
        self._out.append(self._built(opcode, payload))
        return True

    def _built(self, opcode: int, payload: bytes) -> bytes:
        return wsframe.build(opcode, payload, self._mask_source(4))

    def _happen(self, event: str, code: int, failure: str, said: str) -> None:
        """One event of the machine; ``said`` is for the peer."""
        after, effect = rows.find(_ROWS, self.state, event)
        if effect == "say":
            self._say_close(code, said)
        if after == CLOSED and self.state != CLOSED:
            self.close_code = code
            self.failure = failure
            self._forget()
        self.state = after

    def _say_close(self, code: int, said: str) -> None:
        # 5.5.1: a close without a code is answered by a close without a code.
        payload = b"" if code == NO_CODE else struct.pack(">H", code) + said.encode()
        self._out.append(self._built(wsframe.CLOSE, payload[: 2 + _LONGEST_REASON]))

    def _violated(self, code: int, why: str) -> None:
        self._happen("violated", code, why, why)

    def _forget(self) -> None:
        """Let go of what was half received."""
        self._header.clear()
        self._payload = None  # the buffer of the frame that is being received
        self._filled = 0
        self._end = 0
        self._message = None  # the data of the message, while its fragments come
        self._passed_over = 0  # bytes of a message that is too long, so far

    def _take_upgrade(self, data: bytes) -> bytes:
        """Take the answer's head; gives back what follows it."""
        answer = self._answer
        rest = answer.receive(data)
        self.http_status = answer.status
        failure = answer.failure
        if failure is None and not answer.whole:
            return b""
        if failure is None:
            failure = answer.refusal(self._key, self._subprotocol)
        self.retry_after_s = answer.retry_after_s()
        self._answer = None
        self._happen("refused" if failure else "accepted", 0, failure, "")
        return rest

    def _take_head(self, data: bytes, at: int) -> int:
        if self._header.receive(data[at]):
            self._begin()
        return at + 1

    def _take_payload(self, data: bytes, at: int) -> int:
        size = min(len(data) - at, self._end - self._filled)
        # Of a message that is passed over the payload has room for the head only.
        kept = min(size, len(self._payload) - self._filled)
        if kept > 0:
            self._payload[self._filled : self._filled + kept] = data[at : at + kept]
        self._filled += size
        if self._filled == self._end:
            self._finish()
        return at + size

    def _begin(self) -> None:
        """A header is whole: judge it and make room for its payload."""
        fault = self._header.fault() or self._misplaced()
        if fault:
            self._violated(PROTOCOL_ERROR, fault)
        elif self._header.opcode() == wsframe.BINARY:
            self._violated(UNSUPPORTED, "binary message")
        else:
            self._make_room(self._header.opcode(), self._header.length())

    def _misplaced(self) -> str:
        opcode = self._header.opcode()
        if opcode == wsframe.CONTINUATION and self._message is None:
            return "continuation of nothing"
        if opcode in (wsframe.TEXT, wsframe.BINARY) and self._message is not None:
            return "message inside a message"
        return None

    def _make_room(self, opcode: int, length: int) -> None:
        try:
            if opcode < wsframe.CLOSE and self._is_too_big(length):
                raise MemoryError
            self._place(opcode, length)
        except MemoryError:
            self._pass_over(length)
        if not length:
            self._finish()

    def _is_too_big(self, length: int) -> bool:
        if self._passed_over:
            return True
        length += len(self._message or b"")
        return length > self._longest or self._has_room is not None and not self._has_room(length)

    def _place(self, opcode: int, length: int) -> None:
        if opcode == wsframe.CONTINUATION:
            self._filled = len(self._message)
            self._message.extend(bytes(length))
            self._payload = self._message
        else:
            self._filled = 0
            self._payload = bytearray(length)
            if opcode == wsframe.TEXT:
                self._message = self._payload
        self._end = self._filled + length

    def _pass_over(self, length: int) -> None:
        """Keep the head of the message, and count the rest."""
        before = self._passed_over or len(self._message or b"")
        if before + length > _LONGEST_PASSED_OVER:
            self._violated(TOO_BIG, "message over %d bytes" % _LONGEST_PASSED_OVER)
            return
        head = bytearray(min(HEAD, before + length))
        kept = (self._message or b"")[: len(head)]
        head[: len(kept)] = kept
        self._message = self._payload = head
        self._filled = before
        self._end = self._passed_over = before + length

    def _finish(self) -> None:
        """A frame is whole."""
        payload, self._payload = self._payload, None
        opcode = self._header.opcode()
        final = self._header.final()
        self._header.clear()
        if opcode == wsframe.PING:
            self._pong = bytes(payload)
        elif opcode == wsframe.CLOSE:
            self._take_close(payload)
        elif opcode != wsframe.PONG and final:
            self._take_text()

    def _take_text(self) -> None:
        message, self._message = self._message, None
        size, self._passed_over = self._passed_over, 0
        try:
            self._texts.append(_text_of(message, size))
        except UnicodeError:
            self._violated(NOT_UTF8, "text is not UTF-8")

    def _take_close(self, payload: bytes) -> None:
        code = payload[0] << 8 | payload[1] if len(payload) > 1 else NO_CODE
        if len(payload) == 1 or payload and not _sendable(code):
            self._violated(PROTOCOL_ERROR, "close with an invalid code")
            return
        try:
            why = utf8.decode(payload[2:])
        except UnicodeError:
            self._violated(NOT_UTF8, "close reason is not UTF-8")
            return
        self._happen("peer closed", code, ("close %d %s" % (code, why)).strip(), "")


def _text_of(message: bytearray, size: int) -> str:
    """The text of a message; of one of ``size`` bytes that was passed over its head and why."""
    if not size:
        try:
            return utf8.decode(message)
        except MemoryError:
            size = len(message)
    return "%s\0message of %d bytes: no room" % (utf8.head_of(message[:HEAD]), size)


def _sendable(code: int) -> bool:
    """Whether a close frame may carry ``code`` (7.4.1, 7.4.2 and IANA's registry)."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
