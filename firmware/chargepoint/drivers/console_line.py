"""Port Console on a serial line that log lines and people share.

Lines, each with a line feed at its end; to the station

    {...}     a whole request, as a person may type it
    +piece    part of a long one: answered with @=count, the bytes so far, before the next is sent
    .piece    its last part
    -         what came of a request is forgotten, and an answer is cut short

and of the station

    @(piece   first part of an answer    @+piece   the next    @.piece   the last
    @=count   see above

Everything else is no request, and no answer: garbage, an echo, a line of the log. So a line of 128
bytes is the most that must be taken at once, and an answer never holds a step up: a piece a step.
"""

from micropython import const

from chargepoint.ports import Console

# A request; an order with three certificates fits.
LONGEST = const(8192)
_READ = const(256)
_PIECE = const(90)


class LineConsole(Console):
    """``line`` has any(), read(n) and write(data), as machine.UART."""

    def __init__(self, line):
        self._line = line
        self._came = b""
        self._request = b""
        self._saying = None
        self._at = 0

    def poll(self, now_ms: int) -> bytes:
        """Say a piece of the answer, read what came; a whole request, else None.

        One that there is no memory for is forgotten: whoever asked has no answer, and tries again.
        """
        if self._saying is not None:
            self._say_piece()
        if not self._line.any():
            return None
        try:
            return self._read()
        except MemoryError:
            self._came = self._request = b""
            return None

    def _read(self):
        self._came += (self._line.read(_READ) or b"").replace(b"\r", b"\n")
        request = None
        while request is None and b"\n" in self._came:
            line, _, self._came = self._came.partition(b"\n")
            request = self._take(line)
        if len(self._came) > LONGEST:
            self._came = b""
        return request

    def say(self, answer: bytes) -> None:
        """Queue an answer; one that is still being said is cut short."""
        self._saying = answer
        self._at = 0

    def _take(self, line):
        mark, piece = line[:1], line[1:]
        if mark == b"{":
            return line
        if mark == b"-":
            self._request = b""
            self._saying = None
        elif mark == b"+":
            if len(self._request) <= LONGEST:
                self._request += piece
            self._line.write(b"@=%d\r\n" % len(self._request))
        elif mark == b".":
            request, self._request = self._request, b""
            if len(request) + len(piece) <= LONGEST:
                return request + piece
        return None

    def _say_piece(self):
        at = self._at
        self._at += _PIECE
        last = at > 0 and self._at >= len(self._saying)
        mark = b"@." if last else b"@+" if at else b"@("
        self._line.write(mark + self._saying[at : self._at] + b"\r\n")
        if last:
            self._saying = None
