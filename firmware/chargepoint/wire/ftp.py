"""FTP for one file: the replies of the server in, the next command out (RFC 959, 2428, 3659).

Rules: always binary, always passive, and the data go to the host of the control connection,
whatever the server says of itself (it may stand behind a NAT, or lie). The length that SIZE tells
is what a fetch must bring; a server without SIZE leaves that open. A transfer is whole when the
server says so (2xx) after the data connection has ended.
"""

from micropython import const

from chargepoint.wire.rows import find

_LONGEST_LINE = const(512)

# state, class of the reply, next state, what is sent then
_ROWS = (
    ("greeted", 2, "user", "USER"),
    ("user", 2, "type", "TYPE I"),
    ("user", 3, "password", "PASS"),
    ("password", 2, "type", "TYPE I"),
    ("type", 2, "size", "SIZE"),
    ("size", 2, "extended", "EPSV"),
    ("size", 5, "extended", "EPSV"),
    ("extended", 2, "moving", "MOVE"),
    ("extended", 5, "passive", "PASV"),
    ("passive", 2, "moving", "MOVE"),
    ("moving", 1, "moving", None),
    ("moving", 2, "done", "QUIT"),
)


class Dialogue:
    """``verb`` is RETR or STOR, ``path`` (decoded, no line ends) the file.

    ``port`` is the port of the data connection once it is known, ``size`` the length of a file to
    be fetched or None, ``flowing`` that data may go, ``done`` that the server has it all;
    ``failure`` is a text when it went wrong.
    """

    def __init__(self, verb: str, path: str, user: str, password: str):
        for text in (path, user or "", password):
            if "\r" in text or "\n" in text or "\0" in text:
                raise ValueError("location: a line end in it")
        self.port = None
        self.size = None
        self.flowing = False
        self.failure = None
        self._state = "greeted"
        self._line = b""
        self._words = {
            "USER": "USER " + (user or "anonymous"),
            "PASS": "PASS " + (password if user else "anonymous@"),
            "SIZE": "SIZE " + path if verb == "RETR" else "NOOP",
            "MOVE": verb + " " + path,
        }

    @property
    def done(self) -> bool:
        """The server confirmed the whole file."""
        return self._state == "done"

    def receive(self, data: bytes) -> bytes:
        """Take bytes of the control connection; gives what is to be sent on it."""
        sent = b""
        self._line += data
        while self.failure is None and not self.done:
            end = self._line.find(b"\n")
            if end < 0:
                if len(self._line) > _LONGEST_LINE:
                    self.failure = "ftp: line too long"
                break
            line, self._line = self._line[:end].rstrip(b"\r"), self._line[end + 1 :]
            if line[:3].isdigit() and line[3:4] in (b" ", b""):
                sent += self._reply(int(line[:3]), line)
        return sent

    def _reply(self, code, line):
        """Only the last line of a reply counts; of one that no row knows, its code is told."""
        try:
            following, word = find(_ROWS, self._state, code // 100)
            if self._state == "size" and code == 213:
                self.size = int(line[4:])
            elif self._state in ("extended", "passive") and code < 300:
                self.port = _port_of(line)
        except ValueError:
            self.failure = "ftp %d" % code
            return b""
        self._state = following
        if following == "moving" and code < 200:
            self.flowing = True
        if word is None:
            return b""
        return (self._words.get(word, word) + "\r\n").encode()


def _port_of(line):
    """Of ``229 ... (|||6446|)`` or ``227 ... (h1,h2,h3,h4,p1,p2)``."""
    inside = line.partition(b"(")[2].partition(b")")[0]
    if inside.startswith(b"|||"):
        port = int(inside[3:-1])
    else:
        # Some servers leave the brackets away.
        numbers = (inside or line.split(b" ")[-1].rstrip(b".")).split(b",")
        if len(numbers) != 6:
            raise ValueError("no port")
        port = int(numbers[4]) * 256 + int(numbers[5])
    if not 0 < port < 65536:
        raise ValueError("port %d" % port)
    return port
