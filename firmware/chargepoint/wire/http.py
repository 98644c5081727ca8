"""HTTP/1.1 for one file: the head of a request, and the answer with its body (RFC 9110, 9112).

Rules: only the length that is announced counts; an answer that ends before it is not whole. A
body in pieces ("chunked") is put together; any other encoding of it is refused. No header is kept
but those that count, none is waited for beyond its limit, and nothing is kept of a body.
"""

import binascii

from micropython import const

_LONGEST_LINE = const(1024)
_LONGEST_HEAD = const(8192)

_STATUS = const(0)
_HEADER = const(1)
_BODY = const(2)
_SIZE = const(3)  # of the next chunk
_CHUNK = const(4)
_CHUNK_END = const(5)
_TRAILER = const(6)
_WHOLE = const(7)

REDIRECTIONS = (301, 302, 303, 307, 308)


def request(method: str, host: str, path: str, user: str, password: str, length: int) -> bytes:
    """The head of a request; ``user`` None sends no login, ``length`` None announces no body."""
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + host, "Connection: close"]
    if user is not None:
        login = binascii.b2a_base64((user + ":" + password).encode()).strip().decode()
        lines.append("Authorization: Basic " + login)
    if length is not None:
        lines.append("Content-Type: text/plain; charset=utf-8")
        lines.append("Content-Length: %d" % length)
    return "\r\n".join(lines + ["", ""]).encode()


class Answer:
    """``status`` is 0 until it is known, ``head_whole`` when the body begins, ``whole`` at its
    end, ``failure`` a text when it is bad. ``size`` is the length of the body, None: not told.
    """

    def __init__(self):
        self.status = 0
        self.size = None
        self.target = ""
        self.failure = None
        self._at = _STATUS
        self._line = b""
        self._head = 0
        self._left = None
        self._chunked = False

    @property
    def head_whole(self) -> bool:
        """The head has ended."""
        return self._at >= _BODY

    @property
    def whole(self) -> bool:
        """All of it came."""
        return self._at == _WHOLE

    def receive(self, data: bytes) -> bytes:
        """Take bytes; gives those that belong to the body."""
        body = b""
        while data and self.failure is None and self._at != _WHOLE:
            if self._at in (_BODY, _CHUNK):
                part, data = self._cut(data)
                body = body + part if body else part
            else:
                data = self._read_line(data)
        return body

    def ended(self) -> None:
        """The peer closed: the end of a body without an announced length, else a failure."""
        if self._at == _BODY and self._left is None:
            self._at = _WHOLE
        elif self._at != _WHOLE and self.failure is None:
            self.failure = "ended early"

    def _cut(self, data):
        if self._left is None:
            return data, b""
        part, data = data[: self._left], data[self._left :]
        self._left -= len(part)
        if self._left == 0:
            self._at = _CHUNK_END if self._at == _CHUNK else _WHOLE
        return part, data

    def _read_line(self, data):
        """Collect a line of the head, or of what stands between chunks, and read it."""
        end = data.find(b"\n")
        self._line += data if end < 0 else data[:end]
        if len(self._line) > _LONGEST_LINE or self._head > _LONGEST_HEAD:
            self.failure = "header too long"
            return b""
        if end < 0:
            return b""
        line, self._line = self._line.rstrip(b"\r"), b""
        if self._at < _BODY:
            self._head += len(line)
        self._take(line)
        return data[end + 1 :]

    def _take(self, line):
        at = self._at
        if at == _STATUS:
            self._take_status(line)
        elif at == _HEADER and line:
            self._take_header(line)
        elif at == _HEADER:
            self._begin_body()
        elif at == _SIZE:
            self._take_size(line)
        elif at == _CHUNK_END:
            self._at = _SIZE
        elif at == _TRAILER and not line:
            self._at = _WHOLE

    def _take_status(self, line):
        code = line[9:12]
        if line[:7] != b"HTTP/1." or len(code) != 3 or not code.isdigit():
            self.failure = "not HTTP/1.1"
            return
        self.status = int(code)
        self._at = _HEADER

    def _take_header(self, line):
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip()
        if name == b"content-length":
            if not value.isdigit() or len(value) > 9 or self.size not in (None, int(value)):
                self.failure = "content-length is no number"
            else:
                self.size = int(value)
        elif name == b"transfer-encoding":
            self._chunked = value.lower() == b"chunked"
            if not self._chunked:
                self.failure = "transfer-encoding is not chunked"
        elif name == b"content-encoding" and value.lower() != b"identity":
            self.failure = "content-encoding was not asked for"
        elif name == b"location":
            self.target = str(value, "ascii") if max(value or b" ") < 128 else ""

    def _begin_body(self):
        if 100 <= self.status < 200:
            # An interim answer: the one that counts follows.
            self._at = _STATUS
        elif self.status in (204, 304):
            self._at = _WHOLE
        elif self._chunked:
            self.size = None
            self._at = _SIZE
        else:
            self._left = self.size
            self._at = _WHOLE if self.size == 0 else _BODY

    def _take_size(self, line):
        digits = line.partition(b";")[0].strip()
        try:
            size = int(digits, 16) if 0 < len(digits) < 8 else -1
        except ValueError:
            size = -1
        if size < 0:
            self.failure = "chunk without a size"
            return
        self._left = size
        self._at = _CHUNK if size else _TRAILER
