"""Port Listener: a web server that holds nothing up, for two or three visitors on a small heap.

The same file runs on MicroPython (unix, ESP32) and on CPython. Rules:
- A connection is one request and its answer. VISITORS at once; who comes then waits outside.
- In a step at most one visitor comes in, and one (in turn) is read from and written to, at most
  PIECE bytes each. So the work of a step is the same whatever visitors do.
- Who is slow loses the place: a head in HEAD_MS, a body in BODY_MS, each piece of the answer
  in WRITE_MS. While someone waits outside, those that only hold a place lose it at once: the one
  that was answered, then the one that said nothing, then the one that took CROWDED_MS.
- After the answer what still comes is thrown away for LINGER_MS, or until the peer has closed:
  a close on unread bytes is a reset, and a reset takes the answer with it.
"""

import errno
import select

from micropython import const

from chargepoint.portal_ports import Listener, Visit
from chargepoint.wire.http_request import Request, head
from chargepoint.wire.rows import find

VISITORS = const(3)
PIECE = const(512)
HEAD_MS = const(5000)
CROWDED_MS = const(1000)
BODY_MS = const(10000)
ANSWER_MS = const(30000)
WRITE_MS = const(10000)
LINGER_MS = const(1500)
LINGER_BYTES = const(65536)

_HEAD = const(0)
_BODY = const(1)
_ASKED = const(2)
_WRITING = const(3)
_LINGER = const(4)
_GONE = const(5)

# state, event, next state, effect
_ROWS = (
    (_HEAD, "head", _BODY, None),
    (_HEAD, "bad", _WRITING, None),
    (_HEAD, "late", _GONE, "_drop"),
    (_HEAD, "ended", _GONE, "_drop"),
    (_BODY, "whole", _ASKED, None),
    (_BODY, "bad", _WRITING, None),
    (_BODY, "late", _GONE, "_drop"),
    (_BODY, "ended", _GONE, "_drop"),
    (_ASKED, "answered", _WRITING, None),
    (_ASKED, "late", _WRITING, "_give_up"),
    (_WRITING, "written", _LINGER, None),
    (_WRITING, "late", _GONE, "_drop"),
    (_WRITING, "ended", _GONE, "_drop"),
    (_LINGER, "late", _GONE, "_drop"),
    (_LINGER, "ended", _GONE, "_drop"),
)
# By state: how long it may last.
_LIMITS = (HEAD_MS, BODY_MS, ANSWER_MS, WRITE_MS, LINGER_MS)


class HttpServer(Listener):
    """``sockets`` is the module; listens on ``host`` and ``port``. Raises OSError where it can't.

    ``busy`` is how many visitors are in.
    """

    def __init__(self, sockets, host: str, port: int):
        self._visitors = []
        self._turn = 0
        self._buffer = bytearray(PIECE)
        self._socket = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
        self._socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        self._socket.bind(sockets.getaddrinfo(host, port)[0][-1])
        self._socket.listen(VISITORS)
        self._socket.setblocking(False)
        self._waiting = select.poll()
        self._waiting.register(self._socket, select.POLLIN)
        # MicroPython's ipoll makes no garbage.
        self._look = getattr(self._waiting, "ipoll", self._waiting.poll)

    @property
    def busy(self) -> int:
        return len(self._visitors)

    def poll(self, now_ms: int) -> Visit:
        for _ in self._look(0):
            self._welcome(now_ms)
        if not self._visitors:
            return None
        self._turn = (self._turn + 1) % len(self._visitors)
        visitor = self._visitors[self._turn]
        asked = visitor.step(self._buffer, self.admit, now_ms)
        if visitor.closed:
            self._visitors.remove(visitor)
        return visitor if asked else None

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.close()
        self._visitors = []
        self._socket.close()

    def _welcome(self, now_ms):
        if len(self._visitors) >= VISITORS and not self._make_room(now_ms):
            return
        try:
            socket = self._socket.accept()[0]
        except OSError:
            return  # it went again, or a board has no socket left
        self._visitors.append(Visitor(socket, now_ms))

    def _make_room(self, now_ms) -> bool:
        """Someone waits outside: who only holds a place loses it."""
        worst = max(self._visitors, key=lambda visitor: visitor.idleness(now_ms))
        if not worst.idleness(now_ms):
            return False
        worst.close()
        self._visitors.remove(worst)
        return True


class Visitor(Visit):
    """One connection; ``closed`` when it is over."""

    def __init__(self, socket, now_ms: int):
        socket.setblocking(False)
        self.request = Request()
        self._socket = socket
        # MicroPython's streams answer None when nothing can be done, without an exception.
        self._take = getattr(socket, "readinto", None) or socket.recv_into
        self._give = getattr(socket, "write", None) or socket.send
        self._state = _HEAD
        self._since_ms = now_ms
        self._out = b""
        self._sent = self._discarded = 0
        self._pieces = None

    @property
    def waits(self) -> bool:
        return self._state == _ASKED

    @property
    def closed(self) -> bool:
        """The connection is over."""
        return self._state == _GONE

    def step(self, buffer: bytearray, admit, now_ms: int) -> bool:
        """Go on; True, once, when the request is whole and to be answered."""
        self._now_ms = now_ms
        state = self._state
        if state == _WRITING:
            self._write()
        elif state != _ASKED:
            self._read(buffer, admit)
        if self._state == state and now_ms - self._since_ms >= _LIMITS[state]:
            self._happen("late")
        return state < _ASKED and self._state == _ASKED

    def answer(self, status: int, kind: str, body, more: str = "") -> None:
        self._prepare(status, kind, body, more)
        self._happen("answered")

    def close(self) -> None:
        """Drop the connection."""
        self._socket.close()
        self._state = _GONE
        self._pieces = self._out = self.request.body = None

    def idleness(self, now_ms: int) -> int:
        """0: at work; else the more, the less it is a loss."""
        if self._state == _LINGER:
            return 3
        if self._state == _HEAD and not self.request.begun:
            return 2
        idle = self._state in (_HEAD, _WRITING) and now_ms - self._since_ms >= CROWDED_MS
        return 1 if idle else 0

    def _happen(self, event):
        following, effect = find(_ROWS, self._state, event)
        self._state = following
        self._since_ms = self._now_ms
        if effect is not None:
            getattr(self, effect)()

    def _drop(self):
        self.close()

    def _give_up(self):
        self._prepare(504, "text/plain", b"no answer in time\n", "")

    def _refuse(self, status):
        self._prepare(status, "text/plain", b"%d\n" % status, "")
        self._happen("bad")

    def _prepare(self, status, kind, body, more):
        plain = isinstance(body, (bytes, bytearray))
        more = "Content-Type: %s\r\n%s" % (kind, more)
        self._out = head(status, len(body) if plain else None, more)
        self._pieces = iter((body,)) if plain else _chunks(body)
        self._sent = 0
        self.request.body = None

    def _read(self, buffer, admit):
        try:
            count = self._take(buffer)
        except OSError as error:
            count = None if error.errno == errno.EAGAIN else 0
        if count is None:
            return
        if count == 0:
            self._happen("ended")
        elif self._state == _LINGER:
            self._discarded += count
            if self._discarded > LINGER_BYTES:
                self._happen("late")
        else:
            self._receive(bytes(memoryview(buffer)[:count]), admit)

    def _receive(self, data, admit):
        request = self.request
        if self._state == _HEAD:
            data = request.receive(data)
            if request.failure:
                self._refuse(request.failure)
                return
            if not request.head_whole:
                return
            self._judge(admit(request))
        if self._state == _BODY:
            if data:
                request.fill(data)
            if request.whole:
                self._happen("whole")

    def _judge(self, refusal):
        """The head is whole: make room for the body, or refuse it."""
        if not refusal:
            try:
                self.request.open_body()
            except MemoryError:
                refusal = 503
        if refusal:
            self._refuse(refusal)
            return
        self._happen("head")
        if self.request.awaits and not self.request.whole:
            self._push(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _write(self):
        if self._sent == len(self._out):
            self._out, self._sent = next(self._pieces, None), 0
            if self._out is None:
                self._out = b""
                self._happen("written")
                return
        sent = self._push(memoryview(self._out)[self._sent : self._sent + PIECE])
        if sent is None:
            self._happen("ended")
        else:
            self._sent += sent
            if self._sent == len(self._out):
                self._since_ms = self._now_ms

    def _push(self, data):
        """How many bytes were taken; None when the peer is gone."""
        try:
            return self._give(data) or 0
        except OSError as error:
            return 0 if error.errno == errno.EAGAIN else None


def _chunks(pieces):
    """What the generator ``pieces`` gives, gathered to PIECE bytes and a little more."""
    gathered, size = [], 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield _chunk(gathered, size)
            gathered, size = [], 0
    if size:
        yield _chunk(gathered, size)
    yield b"0\r\n\r\n"


def _chunk(gathered, size):
    return b"%x\r\n" % size + b"".join(gathered) + b"\r\n"
