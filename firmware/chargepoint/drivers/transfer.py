"""Port Transfer on streams of bytes (stream_tcp): HTTP, HTTPS and FTP, without ever waiting.

Rules: a bounded number of bytes in each poll; while a piece waits to be taken nothing more is
read, so a fast server is held back and not stored. A connection on which nothing moves is given
up. A file is sent by PUT into the folder that was named; a server that knows no PUT gets it by
POST at the address itself. A redirection is followed, but never from https to anything less.
"""

from micropython import const

from chargepoint.file_ports import Transfer
from chargepoint.ports import CLOSED, OPEN
from chargepoint.wire import file_url, ftp, http

# Nothing moved for so long: a TLS handshake and a slow disk of the server take less.
_STALL_MS = const(60000)
# A name is looked up in the background; a connection that can't be begun is tried again.
_LOOKUP_MS = const(15000)
_AGAIN_MS = const(500)
_REDIRECTIONS = const(5)
_NO_PUT = (404, 405, 501)


class FileTransfer(Transfer):
    """``make_stream()`` makes a stream (TcpStream)."""

    def __init__(self, make_stream):
        self._make = make_stream
        self._way = None

    def fetch(self, location: str, now_ms: int) -> None:
        """Begin to fetch."""
        self._redirections = 0
        self._begin(location, "GET", None, now_ms)

    def send(self, location: str, name: str, size: int, now_ms: int) -> None:
        """Begin to send."""
        path, mark, query = location.partition("?")
        self._folder = location
        self._size = size
        self._begin(path.rstrip("/") + "/" + name + mark + query, "PUT", size, now_ms)

    def check(self, location: str) -> None:
        """Raise ValueError for a location that is none."""
        place = file_url.parse(location)
        if place[0] == "ftp":
            _dialogue(place, "GET")

    def poll(self, now_ms: int) -> None:
        """Carry on what is under way."""
        if self.state != "busy":
            return
        way = self._way
        if self._held and not self._open(way, now_ms):
            return
        moved = way.moved
        way.poll()
        self.size = way.size
        if way.moved != moved:
            self._moved_ms = now_ms
        if way.failure is None and now_ms - self._moved_ms >= _STALL_MS:
            way.failure = "timeout"
        if way.failure is not None:
            self._judge_failure(now_ms)
        elif way.whole and not way.data:
            self._end("done", "")

    def take(self) -> bytes:
        """The next piece, or None."""
        if self._way is None or not self._way.data:
            return None
        data, self._way.data = self._way.data, b""
        return data

    def give(self, data: bytes) -> int:
        """Bytes of ``data`` that were taken."""
        return self._way.give(data) if self.state == "busy" else 0

    def stop(self) -> None:
        """Drop what is under way."""
        self._end("idle", "")

    @property
    def sent(self) -> int:
        """Bytes that left for the server of the present file."""
        return 0 if self._way is None else self._way.sent

    @property
    def moved(self) -> int:
        """Changes with each byte of the present file that goes one way or the other."""
        return 0 if self._way is None else self._way.moved

    @property
    def hungry(self) -> bool:
        """Bytes of the server would be read now."""
        return self.state == "busy" and not self._held and not self._way.data

    # -- inside ---------------------------------------------------------------------------------

    def _begin(self, location, method, size, now_ms):
        place = file_url.parse(location)
        self.stop()
        self.size, self.rewound = None, False
        self._location, self._method = location, method
        way = _Ftp if place[0] == "ftp" else _Http
        self._way = way(self._make, place, method, size)
        self.state = "busy"
        self._held = True

    def _open(self, way, now_ms):
        self._begun_ms = self._moved_ms = now_ms
        if way.needs_tls and not self.secure:
            return False
        self._held = False
        way.open()
        return True

    def _judge_failure(self, now_ms):
        way, reason = self._way, self._way.failure
        if reason.startswith("no address") and now_ms - self._begun_ms < _LOOKUP_MS:
            allowed = self.secure or not way.needs_tls
            if allowed and now_ms - self._moved_ms >= _AGAIN_MS:
                self._moved_ms = now_ms
                way.failure = None
                way.open()
        elif way.status in http.REDIRECTIONS and self._method == "GET":
            self._follow(way.target, now_ms)
        elif way.status in _NO_PUT and self._method == "PUT":
            self._begin(self._folder, "POST", self._size, now_ms)
            self.rewound = True
        else:
            self._end("failed", reason)

    def _follow(self, target, now_ms):
        self._redirections += 1
        try:
            following = file_url.beside(self._location, target)
            lesser = self._location.startswith("https") and not following.startswith("https")
            if lesser or self._redirections > _REDIRECTIONS:
                raise ValueError("too many, or to less than https")
            self._begin(following, "GET", None, now_ms)
        except ValueError as error:
            self._end("failed", "redirection: %s" % error)

    def _end(self, state, reason):
        if self._way is not None:
            self._way.close()
            self._way = None
        self.state, self.reason = state, reason


class _Way:
    """One file over one or two streams. ``data`` is the piece that waits to be taken."""

    status = 0
    target = ""

    def __init__(self, make_stream, place, method, size):
        self.data = b""
        self.failure = None
        self._stream = make_stream()
        self._place = place
        self._left = size or 0
        self._fetching = method == "GET"
        self._out = b""

    @property
    def needs_tls(self):
        """A handshake follows when it is opened."""
        return self._place[0] == "https"

    def open(self):
        """Connect."""
        scheme, host, port = self._place[:3]
        self._stream.open(host, port, scheme == "https", host)

    @property
    def sent(self):
        return self._stream.sent

    @property
    def moved(self):
        """How many bytes went over the streams."""
        return self._stream.received + self.sent

    def close(self):
        self._stream.close()

    def give(self, data):
        """Send the next bytes of the file, where it is time for them."""
        stream = self._target_of_file()
        if stream is None or not self._left:
            return 0
        taken = stream.write(data)
        self._left -= taken
        return taken

    def _target_of_file(self):
        """The stream that takes the bytes of the file now, or None."""
        raise NotImplementedError

    def _flush(self):
        if self._out:
            self._out = self._out[self._stream.write(self._out) :]


class _Http(_Way):
    def __init__(self, make_stream, place, method, size):
        super().__init__(make_stream, place, method, size)
        self._answer = http.Answer()
        _, _, _, authority, path, user, password = place
        self._out = http.request(method, authority, path, user, password, size)

    @property
    def size(self):
        return self._answer.size

    @property
    def whole(self):
        return self._answer.whole

    def poll(self):
        stream, answer = self._stream, self._answer
        stream.poll()
        self._flush()
        if self.data:
            return
        data = stream.read()
        if data:
            self.data = answer.receive(data)
        elif stream.state == CLOSED:
            self._ended()
        if answer.head_whole:
            self._judge()
        self.failure = self.failure or answer.failure

    def _ended(self):
        if self._stream.reason == "ended":
            self._answer.ended()
        elif not self._answer.whole:
            self.failure = self._stream.reason

    def _judge(self):
        """Only a 2xx, and for a fetch only 200, is what was asked for."""
        status, answer = self._answer.status, self._answer
        if self._fetching and status == 200:
            return
        self.data = b""
        if self._fetching or not 200 <= status < 300:
            self.status, self.target = status, answer.target
            self.failure = "http %d" % status
        elif self._left:
            self.failure = "answered too early"
        elif not answer.whole:
            # Its body says nothing to us.
            self._answer = _Accepted

    def _target_of_file(self):
        return None if self._out or self._stream.state != OPEN else self._stream


class _Accepted:
    """In place of an answer whose end is not worth waiting for."""

    size = None
    whole = True
    head_whole = False
    failure = None


class _Ftp(_Way):
    def __init__(self, make_stream, place, method, size):
        super().__init__(make_stream, place, method, size)
        self._dialogue = _dialogue(place, method)
        self._file = make_stream()
        self._opened = False
        self._ended = False

    @property
    def size(self):
        return self._dialogue.size

    @property
    def whole(self):
        return self._dialogue.done and self._ended

    @property
    def sent(self):
        return self._stream.sent + self._file.sent

    @property
    def moved(self):
        return self._stream.received + self._file.received + self.sent

    def close(self):
        self._stream.close()
        self._file.close()

    def poll(self):
        stream, dialogue = self._stream, self._dialogue
        stream.poll()
        data = stream.read()
        if data:
            self._out += dialogue.receive(data)
        elif stream.state == CLOSED and not dialogue.done:
            self.failure = "ftp: " + stream.reason
        self._flush()
        self._poll_file()
        self.failure = self.failure or dialogue.failure

    def _poll_file(self):
        file = self._file
        if not self._opened:
            if self._dialogue.port is not None:
                self._opened = True
                file.open(self._place[1], self._dialogue.port, False, "")
            return
        if file.state == CLOSED and file.reason.startswith("no address"):
            # A board looks names up in the background, anew for each connection.
            file.open(self._place[1], self._dialogue.port, False, "")
            return
        file.poll()
        if self._fetching:
            if not self.data and not self._ended:
                self.data = file.read() or b""
                self._notice_end()
        elif not self._left and not self._ended:
            self._ended = True
            file.close()
        elif not self._ended:
            self._notice_end()

    def _notice_end(self):
        file = self._file
        if file.state == CLOSED and not self.data:
            if file.reason == "ended" and self._fetching:
                self._ended = True
            else:
                self.failure = "ftp: " + file.reason

    def _target_of_file(self):
        flows = self._dialogue.flowing and self._file.state == OPEN
        return self._file if flows else None


def _dialogue(place, method):
    verb = "RETR" if method == "GET" else "STOR"
    path = file_url.decoded(place[4].partition("?")[0])
    return ftp.Dialogue(verb, path.lstrip("/") or "/", place[5], place[6])
