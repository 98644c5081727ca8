"""The host's end of the console's lines (firmware/chargepoint/drivers/console_line.py): pure.

A long request goes in pieces, and the next piece waits for the word that the one before has come,
because a station takes some 250 bytes at once. An answer is put together of its pieces; whatever
else the line brings is kept as lines for people.
"""

import json
import secrets

PIECE = 120
_LINES_MOST = _LINE_MOST = 200
# Of a line without an end, from a device that speaks something else.
_ENDLESS = 65536


class Asking:
    """One request at a time: ``begin``, then feed ``receive``; both give what is to be sent.

    ``heard`` is set when the station said something of the request; ``lines`` are all others.
    """

    def __init__(self):
        self.answer = None
        self.heard = False
        self.lines = []
        self._number = None
        self._request = b""
        self._sent = 0
        self._came = b""
        self._said = b""

    def begin(self, request: dict) -> bytes:
        """Ask ``request``; ``answer`` is None until it is there."""
        self._number = secrets.token_hex(4)
        self._request = _text(request, self._number)
        return self.again()

    @staticmethod
    def size_of(request: dict) -> int:
        """Bytes of ``request`` on the line."""
        return len(_text(request, "0" * 8))

    def again(self) -> bytes:
        """Say the request from its start: the station did not answer."""
        self.answer = None
        self._said = b""
        self._sent = 0
        # A line feed first: what a person or a terminal left on the line is no part of it.
        return b"\n-\n" + self._next()

    def last_lines(self) -> list:
        """The last three of ``lines``, the one that has no end yet among them."""
        begun = [self._came[:_LINE_MOST].decode(errors="replace")] if self._came else []
        return [*self.lines, *begun][-3:]

    def receive(self, data: bytes) -> bytes:
        """Take what came; what is to be sent now."""
        self._came += data.replace(b"\r", b"\n")
        reply = b""
        while b"\n" in self._came:
            line, _, self._came = self._came.partition(b"\n")
            reply += self._take(line)
        if len(self._came) > _ENDLESS:
            self._take(self._came)
            self._came = b""
        return reply

    def _take(self, line):
        mark, piece = line[:2], line[2:]
        self.heard = self.heard or mark in (b"@=", b"@(", b"@+", b"@.")
        if mark == b"@=" and self._request and piece == str(self._sent).encode():
            return self._next()
        if mark == b"@(":
            self._said = piece
        elif mark == b"@+":
            self._said += piece
        elif mark == b"@.":
            self._judge(self._said + piece)
            self._said = b""
        elif line and mark != b"@=":
            text = line[:_LINE_MOST].decode(errors="replace")
            self.lines = [*self.lines, text][-_LINES_MOST:]
        return b""

    def _judge(self, text):
        """An answer, when it is one and of this request; a late one means nothing."""
        try:
            answer = json.loads(text)
        except ValueError:
            return
        if isinstance(answer, dict) and answer.pop("id", None) == self._number:
            self.answer = answer
            self._request = b""

    def _next(self):
        piece = self._request[self._sent : self._sent + PIECE]
        self._sent += len(piece)
        return (b"+" if self._sent < len(self._request) else b".") + piece + b"\n"


def _text(request, number):
    # ASCII only, so that a piece never ends inside a character.
    return json.dumps({**request, "id": number}).encode()
