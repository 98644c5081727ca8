"""A technician's side of the station's own page: where it is, and a plain HTTP client."""

import errno
import hashlib
import http.client
import io
import json
import socket
import time

from host_tests.harness import seats
from host_tests.harness.pace import STEP_MS

# Of the wall: loopback delivers at once, but for a kernel that is busy.
_POLL_S = 0.001
# Virtual time over the wall's, while a browser is at it: one second of it is long for either.
SPEED = 3
# Of the station's time.
_PATIENCE_MS = 120_000


class Portal:
    """Of ``stage``: ``url`` of the page, ``dns_port`` of the access point's name server. What is
    provisioned of the ``board`` is told of it."""

    networks = ("Home", "Neighbour <b>&amp;</b>")

    def __init__(self, stage, board: dict):
        self._stage = stage
        # Whether the station listens there or not, no one else does.
        self._seat = seats.take_seat()
        self.port = self.dns_port = seats.port_of(self._seat)
        self.url = f"http://127.0.0.1:{self.port}/"
        networks = list(self.networks)
        board["portal"] = {"http": self.port, "dns": self.dns_port, "networks": networks}
        # How long clients wait for an answer; None: as long as anyone would.
        self.patience_ms = None
        self._lived_s = 0.0

    def live(self) -> None:
        """A step of the station, at most SPEED times as fast as the wall: for who works with it
        meanwhile."""
        left_s = self._lived_s + STEP_MS / 1000 / SPEED - time.monotonic()
        if left_s > 0:
            time.sleep(left_s)
        self._lived_s = time.monotonic()
        self._stage.step(self._stage.now_ms + STEP_MS)

    def connect(self) -> "Connection":
        """A connection to the page's server, of bytes."""
        return Connection(self._stage, self.port, self.patience_ms or _PATIENCE_MS)

    def call(self, data: bytes) -> "Connection":
        """Someone far away: gets in when the station lets in, and sends as it takes (``push``)."""
        connection = Connection(self._stage, self.port, far=True)
        connection.begin(data)
        return connection

    def request(self, method: str, path: str, body=None, headers: dict = None) -> "Response":
        """One request of a well-behaved client, and what came back."""
        with self.send_request(method, path, body, headers) as connection:
            return connection.response()

    def send_api(self, session: "Session", ask: str, **words) -> "Connection":
        """The connection on which something was asked of the service room."""
        return self.send_request("POST", "/api", {"ask": ask, **words}, session.headers)

    def send_request(self, method: str, path: str, body=None, headers: dict = None):
        """The connection on which a request was sent."""
        lines = {"Host": f"127.0.0.1:{self.port}"}
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            lines |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
        lines |= headers or {}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection = self.connect()
        connection.send(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)
        return connection

    def login(self, password: str = None) -> "Session":
        """A session with the unit's password (from its label), or AssertionError."""
        response = self.request("POST", "/login", {"password": password or self.password})
        assert response.status == 200, response
        cookie = response.headers["set-cookie"].split(";")[0]
        return Session(self, cookie, response.json["token"])

    @property
    def password(self) -> str:
        """What is printed on the unit's label."""
        from chargepoint.core import unit

        secret = hashlib.sha256(self._stage.identity.encode()).hexdigest()[:32]
        return unit.password(bytes.fromhex(secret))


class Session:
    """Asks the service room through the page's interface."""

    def __init__(self, portal: Portal, cookie: str, token: str):
        self._portal = portal
        self.headers = {"Cookie": cookie, "X-Token": token}

    def ask(self, ask: str, **words) -> dict:
        """The answer of the service room."""
        response = self._portal.request("POST", "/api", {"ask": ask, **words}, self.headers)
        assert response.status == 200, response
        return response.json


class Response:
    """``status``, ``headers`` (lower-case names), ``body``."""

    def __init__(self, data: bytes):
        parsed = http.client.HTTPResponse(_Bytes(data))
        parsed.begin()
        self.status = parsed.status
        self.headers = {name.lower(): value for name, value in parsed.getheaders()}
        self.body = parsed.read()

    @property
    def json(self):
        """The body's value."""
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


class Connection:
    """One TCP connection; ``received`` is what came, ``ended`` how: None, "closed" or "reset"."""

    def __init__(self, stage, port: int, patience_ms: int = _PATIENCE_MS, far: bool = False):
        self._stage = stage
        self._patience_ms = patience_ms
        self._socket = socket.socket()
        self._socket.setblocking(not far)
        if far:
            self._socket.connect_ex(("127.0.0.1", port))
        else:
            self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._left = b""
        self.received = b""
        self.ended = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def send(self, data: bytes) -> None:
        """Send all of it, while the station makes steps; a peer that is gone misses the rest."""
        end_ms = self._stage.now_ms + self._patience_ms
        self.begin(data)
        self.push()
        while self._left and self.ended is None:
            assert self._stage.now_ms < end_ms, "the station takes nothing"
            self.step()
            self.push()

    def begin(self, data: bytes) -> None:
        """Have ``data`` sent by ``push``, as the station takes it."""
        self._left = data

    def push(self) -> None:
        """Send what goes now."""
        try:
            while self._left and self.ended is None:
                self._left = self._left[self._socket.send(self._left) :]
        except BlockingIOError:
            pass
        except OSError as error:
            # Whoever is far away is still outside.
            self.ended = None if error.errno == errno.ENOTCONN else "reset"

    def step(self, ms: int = STEP_MS) -> None:
        """A step of the station, and take what comes."""
        self._stage.step(self._stage.now_ms + ms)
        time.sleep(_POLL_S)
        self.take()

    def take(self) -> None:
        """Take what came so far."""
        try:
            while self.ended is None and (data := self._socket.recv(65536)) is not None:
                self.received += data
                if not data:
                    self.ended = "closed"
        except BlockingIOError:
            pass
        except OSError as error:
            self.ended = None if error.errno == errno.ENOTCONN else "reset"

    def until_ended(self) -> None:
        """Let time pass until the station has ended it."""
        end_ms = self._stage.now_ms + self._patience_ms
        while self.ended is None:
            assert self._stage.now_ms < end_ms, f"still open, having said {self.received[:200]!r}"
            self.step()

    def response(self) -> Response:
        """What the station answered, once it is whole."""
        end_ms = self._stage.now_ms + self._patience_ms
        while not _is_whole(self.received) and self.ended is None:
            assert self._stage.now_ms < end_ms, f"no answer but {self.received[:200]!r}"
            self.step()
        assert _is_whole(self.received), (self.ended, self.received[:200])
        return Response(self.received)

    def close(self) -> None:
        """Go away."""
        self._socket.close()


class _Bytes:
    """As a socket, for http.client."""

    def __init__(self, data):
        self._data = data

    def makefile(self, *words):
        return io.BytesIO(self._data)


def _is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    if b"Transfer-Encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)
