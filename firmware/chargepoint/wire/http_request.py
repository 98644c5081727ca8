"""What a browser asks of us, byte by byte: the head of a request and its body (RFC 9112).

Rules: nothing is kept but what counts; no line is longer than LONGEST_LINE, no head than
LONGEST_HEAD, and no body is waited for that did not announce its length. What follows the first
request on a connection is passed over: each gets one answer, and the connection ends with it.
"""

from micropython import const

LONGEST_LINE = const(1024)
LONGEST_HEAD = const(8192)
LONGEST_PATH = const(128)

_FIRST = const(0)
_HEADER = const(1)
_BODY = const(2)
_WHOLE = const(3)


class Request:
    """``failure`` is 0, or the HTTP status that a bad request deserves. ``head_whole`` when all
    but the body is known, ``whole`` at the end.

    ``host``, ``cookie`` (ours, ``s``), ``token`` and ``kind`` (of the body) are bytes, empty where
    there are none; ``size`` is the length of the body. ``awaits`` (Expect: 100-continue) is True
    where the peer asks whether to send it at all.
    """

    def __init__(self):
        self.method = self.path = self.host = self.cookie = self.token = self.kind = b""
        self.size = 0
        self.failure = 0
        self.awaits = False
        self.body = None
        self._sized = False
        self._at = _FIRST
        self._line = b""
        self._head = 0
        self._filled = 0

    @property
    def head_whole(self) -> bool:
        """The head has ended."""
        return self._at >= _BODY

    @property
    def whole(self) -> bool:
        """All of it came."""
        return self._at == _WHOLE

    @property
    def begun(self) -> bool:
        """Something came."""
        return self._head > 0 or len(self._line) > 0

    def receive(self, data: bytes) -> bytes:
        """Take bytes of the head; gives back those behind it."""
        while data and not self.failure and self._at < _BODY:
            end = data.find(b"\n")
            self._line += data if end < 0 else data[:end]
            if len(self._line) > LONGEST_LINE or self._head + len(self._line) > LONGEST_HEAD:
                # What is too long may still be the path.
                self.failure = 414 if self._at == _FIRST else 431
            elif end < 0:
                return b""
            else:
                line, self._line, data = self._line, b"", data[end + 1 :]
                self._head += len(line) + 1
                self._take(line[:-1] if line[-1:] == b"\r" else line)
        return data

    def fill(self, data: bytes) -> None:
        """Take bytes of the body, once there is room for it (``open_body``)."""
        part = data[: self.size - self._filled]
        self.body[self._filled : self._filled + len(part)] = part
        self._filled += len(part)
        if self._filled == self.size:
            self._at = _WHOLE

    def open_body(self) -> None:
        """Make room for the body; MemoryError where there is none."""
        self.body = bytearray(self.size)
        if not self.size:
            self._at = _WHOLE

    def _take(self, line):
        if [byte for byte in line if byte < 32 and byte != 9 or byte == 127]:
            self.failure = 400
        elif self._at == _FIRST:
            if line:  # RFC 9112 2.2: an empty line before it is passed over
                self._take_first(line)
        elif line:
            self._take_header(line)
        else:
            self._at = _BODY

    def _take_first(self, line):
        words = line.split(b" ")
        if len(words) != 3 or words[2][:7] != b"HTTP/1." or not words[0] or not words[1]:
            self.failure = 400
            return
        self.method, target = words[0], words[1]
        if len(target) > LONGEST_PATH:
            self.failure = 414
        self.path = target.split(b"?")[0]
        self._at = _HEADER

    def _take_header(self, line):
        name, colon, value = line.partition(b":")
        if not colon or not name or name.strip() != name:
            self.failure = 400  # also a folded line, and a blank before the colon
            return
        name, value = name.lower(), value.strip()
        if name == b"content-length":
            self._take_size(value)
        elif name == b"transfer-encoding":
            self.failure = 411
        elif name == b"host":
            self.host = value
        elif name == b"cookie":
            self._take_cookie(value)
        elif name == b"x-token":
            self.token = value
        elif name == b"content-type":
            self.kind = value.split(b";")[0].strip().lower()
        elif name == b"expect":
            self.awaits = value.lower() == b"100-continue"

    def _take_size(self, value):
        plain = value.isdigit() and len(value) < 10
        if not plain or self._sized and self.size != int(value):
            self.failure = 400
            return
        self.size, self._sized = int(value), True

    def _take_cookie(self, value):
        for pair in value.split(b";"):
            name, _, text = pair.strip().partition(b"=")
            if name == b"s":
                self.cookie = text


_WORDS = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def head(status: int, size: int, more: str = "") -> bytes:
    """The head of an answer with ``size`` bytes of body (None: as long as it comes, in chunks);
    ``more`` are header lines, each with its end."""
    length = "Transfer-Encoding: chunked" if size is None else "Content-Length: %d" % size
    return (
        "HTTP/1.1 %d %s\r\n%s\r\n%sCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n" % (status, _WORDS.get(status, "No"), length, more)
    ).encode()
