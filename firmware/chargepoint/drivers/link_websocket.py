"""Port Link: a WebSocket on a stream of bytes (stream_tcp, stream_serial).

Rules: a bounded amount of work in each poll; input is read before a time-out is judged; while a
message waits to be taken nothing more is read, so a fast peer is held back and not stored. After
the end the stream lingers for a moment, so that the peer sees our close frame and not a reset.
"""

import binascii
import gc

from micropython import const

from chargepoint.ports import CLOSED, OPEN, OPENING, Link
from chargepoint.wire import url as urls
from chargepoint.wire import websocket

# RFC 6455 leaves it open: TCP, TLS (2.3 s measured on an ESP32) and the upgrade together.
OPEN_LIMIT_MS = const(30000)
LINGER_MS = const(1000)

_READS = const(4)
_WRITES = const(4)
_BACKLOG_BYTES = const(4096)
_REASON_LETTERS = const(30)
# A message up to this is taken without a look at the heap. For a longer one there must be room for
# its bytes and its text, or the text and what is read out of it, and for the rest of the station
# while it comes. Where that is not enough after all, it is refused when it is read (ocpp/frames).
_SMALL_BYTES = const(4096)
_KEPT_FREE_BYTES = const(16384)


class WebSocketLink(Link):
    """``stream`` carries the bytes, ``random`` is a port Random for keys and masks."""

    def __init__(self, stream, random, subprotocol: str = "ocpp1.6", longest: int = 70000):
        self._stream = stream
        self._random = random
        self._subprotocol = subprotocol
        self._longest = longest
        self._socket = None
        self._sending = None
        self._text = None
        self.retry_after_s = None

    def open(self, url: str, user: str, password: bytes, certified: bool = False) -> None:
        """Start to connect, dropping a connection that there is. Raises ValueError (port)."""
        secure, host, port, authority, path = urls.parse(url)
        authorization = None if password is None else basic(user, password)
        socket = websocket.WebSocket(
            authority,
            path,
            self._random.take(16),
            self._subprotocol,
            authorization,
            self._random.take,
            self._longest,
            has_room,
        )
        self._drop()
        self._socket = socket
        self._since_ms = None
        self.state = OPENING
        self.reason = ""
        self.http_status = self.close_code = 0
        self.retry_after_s = None
        self._stream.open(host, port, secure, host, certified)

    def poll(self, now_ms: int) -> None:
        """Move bytes both ways."""
        if self._socket is None:
            return
        if self._since_ms is None:
            self._since_ms = self.heard_ms = now_ms
        self._stream.poll()
        self._flush()
        self._read(now_ms)
        self._flush()
        if self._stream.state == CLOSED:
            self._socket.receive_eof()
        self._settle(now_ms)

    def send(self, text: str) -> bool:
        """Hand a message over; False when the link is not open or too much is unsent."""
        if self.state != OPEN or self._socket.backlog() >= _BACKLOG_BYTES:
            return False
        return self._socket.send_text(text)

    def receive(self) -> str:
        """The next whole message, or None."""
        text, self._text = self._text, None
        if text is None and self._socket is not None:
            text = self._socket.next_text()
        return text

    def ping(self) -> None:
        """Send a ping."""
        if self.state == OPEN:
            self._socket.send_ping()

    def close(self, reason: str) -> None:
        """Send a close frame where there is a connection; the state is CLOSED at once."""
        if self.state == CLOSED:
            return
        self._socket.close(websocket.NORMAL, reason[:_REASON_LETTERS])
        self._closed(reason)

    def _flush(self) -> None:
        """Each message leaves in one write, as far as the stream takes it."""
        if self._stream.state != OPEN:
            return
        for _ in range(_WRITES):
            if self._sending is None:
                self._sending = self._socket.bytes_to_send()
            if self._sending is None:
                return
            taken = self._stream.write(self._sending)
            if taken < len(self._sending):
                self._sending = memoryview(self._sending)[taken:] if taken else self._sending
                return
            self._sending = None

    def _read(self, now_ms: int) -> None:
        for _ in range(_READS):
            if self._text is None:
                self._text = self._socket.next_text()
            if self._text is not None and self.state == OPEN:
                return
            data = self._stream.read()
            if data is None:
                return
            self.heard_ms = now_ms
            self._socket.receive_bytes(data)

    def _settle(self, now_ms: int) -> None:
        """Let the state follow the WebSocket's."""
        socket = self._socket
        if self.state == OPENING and socket.state == websocket.OPEN:
            self.state = OPEN
        if self.state != CLOSED and socket.state == websocket.CLOSED:
            self._note(socket)
        elif self.state == OPENING and now_ms - self._since_ms >= OPEN_LIMIT_MS:
            self.close("timeout")
        elif self.state == CLOSED:
            self._linger(now_ms)

    def _note(self, socket) -> None:
        """Why the WebSocket closed; the stream knows better when it broke below."""
        self.http_status = socket.http_status if socket.http_status != 101 else 0
        self.close_code = socket.close_code
        self.retry_after_s = socket.retry_after_s
        broken = socket.close_code == websocket.ABNORMAL
        self._closed(self._stream.reason if broken else socket.failure)

    def _closed(self, reason: str) -> None:
        self.state = CLOSED
        self.reason = reason
        self._closed_ms = None

    def _linger(self, now_ms: int) -> None:
        if self._closed_ms is None:
            self._closed_ms = now_ms
        if self._stream.state == CLOSED or now_ms - self._closed_ms >= LINGER_MS:
            self._drop()

    def _drop(self) -> None:
        self._stream.close()
        self._socket = self._sending = self._text = None


def has_room(length: int) -> bool:
    """Whether a message of ``length`` bytes can be taken in without endangering the step.

    CPython does not tell how much memory is free, and has enough.
    """
    if length <= _SMALL_BYTES or not hasattr(gc, "mem_free"):
        return True
    gc.collect()
    return gc.mem_free() >= 2 * length + _KEPT_FREE_BYTES


def basic(user: str, password: bytes) -> str:
    """RFC 7617 credentials; the password may be any bytes. Raises ValueError for a colon."""
    if ":" in user:
        raise ValueError("user %r: no colon expected" % user)
    pair = user.encode() + b":" + password
    return "Basic " + binascii.b2a_base64(pair).strip().decode()
