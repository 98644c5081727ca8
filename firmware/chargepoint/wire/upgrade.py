"""The HTTP half of a WebSocket: the request that asks for the upgrade and what is answered.

Rules (RFC 6455 section 4.1, RFC 9112): only CRLF ends a line; names are case-insensitive; the
answer must be 101 with our key's proof, must choose the subprotocol that was asked for, and must
not bring an extension, because none was offered. Anything else fails with a text that says why.
Nothing is kept but the few headers that count, and no header, however long, is waited for.
"""

import binascii

from micropython import const

from chargepoint.wire.sha1 import sha1

LONGEST_HEADER = const(4096)
LONGEST_LINE = const(1024)

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ONCE = ("upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol")
_KEPT = _ONCE + ("sec-websocket-extensions", "retry-after")


def request(host: str, path: str, key: bytes, subprotocol: str, authorization: str) -> bytes:
    """The request's head; ``key`` is the base64 text, ``authorization`` a header value or None.

    Raises ValueError for a control character or a space where one would end the line or word.
    """
    lines = [
        "GET %s HTTP/1.1" % _word("path", path),
        "Host: " + _word("host", host),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + key.decode(),
        "Sec-WebSocket-Protocol: " + _word("subprotocol", subprotocol),
    ]
    if authorization is not None:
        lines.append("Authorization: " + authorization)
    return "\r\n".join(lines + ["", ""]).encode()


def _word(what: str, text: str) -> str:
    for byte in text.encode():
        if not 33 <= byte <= 126:
            raise ValueError("%s %r has a character outside of printable ASCII" % (what, text))
    return text


def key_text(key16: bytes) -> bytes:
    """A Sec-WebSocket-Key: 16 random bytes in base64."""
    if len(key16) != 16:
        raise ValueError("key of %d bytes, 16 expected" % len(key16))
    return binascii.b2a_base64(key16).strip()


def proof(key: bytes) -> str:
    """What the peer must answer to ``key`` (RFC 6455 section 4.2.2, 5.4)."""
    return binascii.b2a_base64(sha1(key + _MAGIC)).strip().decode()


class Answer:
    """The head of the answer, line by line: ``whole`` when it has ended, ``failure`` when bad."""

    def __init__(self):
        self.status = 0
        self.whole = False
        self.failure = None
        self._line = b""
        self._size = 0
        self._headers = {}

    def receive(self, data: bytes) -> bytes:
        """Take bytes; gives back those behind the end of the head."""
        self._line += data
        while not self.whole and self.failure is None:
            end = self._line.find(b"\r\n")
            if self._too_long(end):
                break
            if end < 0:
                return b""
            line, self._line = self._line[:end], self._line[end + 2 :]
            self._take(line)
        rest, self._line = self._line, b""
        return rest

    def _too_long(self, end: int) -> bool:
        """Judges the line that ends at ``end``, or is not whole yet (-1)."""
        length = len(self._line) if end < 0 else end + 2
        if length > LONGEST_LINE:
            self.failure = "header line over %d bytes" % LONGEST_LINE
        elif self._size + length > LONGEST_HEADER:
            self.failure = "header over %d bytes" % LONGEST_HEADER
        elif end >= 0:
            self._size += length
        return self.failure is not None

    def _take(self, line: bytes) -> None:
        if not self.status:
            self._take_status(line)
        elif not line:
            self.whole = True
        else:
            self._take_header(line)

    def _take_status(self, line: bytes) -> None:
        code = line[9:12]
        if line[:9] != b"HTTP/1.1 " or not code.isdigit() or line[12:13] not in (b"", b" "):
            self.failure = "not HTTP/1.1"
        elif len(code) != 3 or code[0] == 0x30:
            self.failure = "HTTP status of %d digits" % len(code)
        else:
            self.status = int(code)

    def _take_header(self, line: bytes) -> None:
        colon = line.find(b":")
        if colon < 1:
            self.failure = "header line without a name"
            return
        try:
            name = line[:colon].decode().lower()
            value = line[colon + 1 :].decode().strip()
        except UnicodeError:
            return  # a header in Latin-1 is not one that counts
        if name in _KEPT:
            self._keep(name, value)

    def _keep(self, name: str, value: str) -> None:
        if name in self._headers and name in _ONCE:
            self.failure = "%s twice" % name
        self._headers[name] = value

    def retry_after_s(self) -> int:
        """Seconds that the peer asks us to stay away, or None (dates are not understood)."""
        value = self._headers.get("retry-after", "")
        return int(value) if value.isdigit() and len(value) < 8 else None

    def refusal(self, key: bytes, subprotocol: str) -> str:
        """Why a whole answer does not open the connection, or None when it does."""
        headers = self._headers
        if self.status != 101:
            return "http %d" % self.status
        if headers.get("upgrade", "").lower() != "websocket":
            return "no upgrade to websocket"
        if "upgrade" not in _tokens(headers.get("connection", "")):
            return "no connection upgrade"
        if headers.get("sec-websocket-accept") != proof(key):
            return "wrong accept"
        return _refused_terms(headers, subprotocol)


def _refused_terms(headers: dict, subprotocol: str) -> str:
    if "sec-websocket-extensions" in headers:
        return "extension that was not offered"
    chosen = headers.get("sec-websocket-protocol")
    if chosen is None:
        return "no subprotocol"
    return None if chosen == subprotocol else "wrong subprotocol"


def _tokens(value: str) -> list:
    return [token.strip().lower() for token in value.split(",")]
