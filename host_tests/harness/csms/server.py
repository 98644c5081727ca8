"""The bench back end: a WebSocket server for OCPP 1.6-J that a test can question and script."""

import itertools
import os

from websockets.asyncio.server import serve, unix_serve

from host_tests.harness import seats

from . import trace
from .book import Book
from .calls import Pending
from .charge_point import Rules
from .line import Line
from .script import CALL, Rule, Script, as_frame
from .upgrade import SUBPROTOCOL, Doorman, identity_of

_NO_SUBPROTOCOL = 1002
_REPLACED = 1000
_COUNT = itertools.count(1)


class Csms:
    """Synchronous, for a harness that leads the loop: what is sent is on its way on return.

    ``clock`` has ``utc_ms()``. ``path`` is the SQLite file. ``observers`` are called with
    ``(identity, "received" | "sent", utc_ms, raw)`` for each message.
    """

    def __init__(
        self, loop, clock, path=":memory:", *, port=0, host="127.0.0.1", ssl_context=None
    ):
        self.loop = loop
        self.clock = clock
        self.book = Book(path)
        self.script = Script()
        self.rules = Rules(clock)
        self.door = Doorman(self.book)
        self.call_timeout_s = 30
        self.ping_interval_s = None
        self.port = port
        self.host = host
        self.observers = []
        self._ssl_context = ssl_context
        self._lines = {}
        self._server = None
        # While no one listens the port is still ours.
        self._seat = None
        # A second way in, a socket without a place in any folder: between two ends in one
        # process its bytes are delivered at once, which loopback TCP only promises soon.
        self.back_door = f"\0pilotlight-csms-{os.getpid()}-{next(_COUNT)}"
        self._back_server = None

    # -- there and away

    @property
    def url(self) -> str:
        """What a station is given; it adds ``/`` and its identity."""
        scheme = "ws" if self._ssl_context is None else "wss"
        return f"{scheme}://{self.host}:{self.port}/ocpp"

    @property
    def ssl_context(self):
        """What it speaks TLS with, None for plain ws."""
        return self._ssl_context

    def start(self) -> None:
        """Listen; after a ``stop`` on the same port."""
        if self.port == 0 and self.host == seats.HOST:
            self._seat = seats.take_seat()
            self.port = seats.port_of(self._seat)
        self._server = self.loop.run(self._listen(serve, self.host, self.port))
        if self._ssl_context is None:
            self._back_server = self.loop.run(self._listen(unix_serve, self.back_door))
        self.port = self._server.sockets[0].getsockname()[1]

    async def _listen(self, serve_at, *place):
        return await serve_at(
            self._serve,
            *place,
            process_request=self.door.look,
            select_subprotocol=self.door.choose,
            compression=None,
            ping_interval=self.ping_interval_s,
            ssl=self._ssl_context,
        )

    def secure(self, ssl_context) -> None:
        """Speak TLS with ``ssl_context`` from now on, or no more (None), on the same port."""
        listening = self.listening
        self.stop()
        self._ssl_context = ssl_context
        if listening:
            self.start()

    def stop(self) -> None:
        """Go away without a word; what is in the book stays."""
        if self._server is None:
            return
        self._server.close(close_connections=False)
        if self._back_server is not None:
            self._back_server.close(close_connections=False)
        for line in self._lines.values():
            line.abort()
        self.loop.settle()
        self._server = None

    @property
    def listening(self) -> bool:
        """It was started and not stopped."""
        return self._server is not None

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        if self._seat is not None:
            self._seat.close()
        self.book.close()

    async def _serve(self, websocket) -> None:
        if websocket.subprotocol is None and self.door.subprotocol == SUBPROTOCOL:
            await websocket.close(_NO_SUBPROTOCOL, f"{SUBPROTOCOL} was not offered")
            return
        identity = identity_of(websocket.request.path)
        if identity in self._lines:
            self._lines[identity].close(_REPLACED, "connected again")
        line = self._lines[identity] = Line(identity, websocket, self)
        try:
            await line.serve()
        finally:
            if self._lines.get(identity) is line:
                del self._lines[identity]

    # -- who and what is known

    def add_charge_point(self, identity: str, password: str | bytes | None = None) -> None:
        """Make a charge point known; with a password it must give it (HTTP Basic)."""
        self.book.add_charge_point(identity, password)

    def add_card(self, id_tag, status="Accepted", parent=None, expiry=None) -> None:
        """Make a card known. ``expiry`` is an ISO 8601 text; past it the card is Expired."""
        self.book.add_card(id_tag, status, parent, expiry)

    def boot_policy(self, status, interval=None, identity=None) -> None:
        """How the next BootNotification is answered, by default for all charge points."""
        self.book.set_policy(status, interval, identity)

    @property
    def heartbeat_interval_s(self) -> int:
        """What BootNotification tells where the policy has no interval."""
        return self.rules.heartbeat_interval_s

    @heartbeat_interval_s.setter
    def heartbeat_interval_s(self, seconds: int) -> None:
        self.rules.heartbeat_interval_s = seconds

    @property
    def http_status(self) -> int | None:
        """The status that refuses every upgrade, such as 401, 404, 301 or 503; None: none."""
        return self.door.http_status

    @http_status.setter
    def http_status(self, status: int | None) -> None:
        self.door.http_status = status

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol the upgrade is answered with."""
        return self.door.subprotocol

    @subprotocol.setter
    def subprotocol(self, name: str | None) -> None:
        self.door.subprotocol = name

    # -- what is said

    def call(self, identity: str, action: str, payload, at_once=False) -> Pending:
        """Call the station with any payload, valid or not; it waits for an open call to end."""
        pending = Pending(action, payload)
        self._line(identity).calls.add(pending, at_once)
        self.loop.settle()
        return pending

    def send_text(self, identity: str, raw: str) -> None:
        """Send any text as a message."""
        self._line(identity).post_by_hand(raw)
        self.loop.settle()

    def send_binary(self, identity: str, raw: bytes) -> None:
        """Send a binary message."""
        self._line(identity).post(raw)
        self.loop.settle()

    def send_bytes(self, identity: str, raw: bytes) -> None:
        """Send bytes as they are, below the WebSocket: frames that break RFC 6455."""
        self._line(identity).post_bytes(raw)
        self.loop.settle()

    def drop(self, identity: str, how="abort", code=1000, reason="") -> None:
        """End the connection: "abort" resets it, "close" closes it with ``code``."""
        if how == "abort":
            self._line(identity).abort()
        elif how == "close":
            self._line(identity).close(code, reason)
        else:
            raise ValueError(f'how to drop is "abort" or "close", not {how!r}')
        self.loop.settle()

    def answer(self, action: str, **treatment) -> None:
        """Treat the next ``times`` (1) calls of ``action`` so; see script.Rule.

        with_=payload or function of the usual payload, error=(code, description), delay_s=,
        never=True, raw="text with $ID", twice=True, foreign_id=True, identity=.
        """
        self.script.add(Rule(action, **treatment))

    def drop_on(self, action: str, before_answer=True, times=1, identity=None) -> None:
        """Reset the connection in the middle of the next call of ``action``, or after it."""
        drop = "before" if before_answer else "after"
        self.script.add(Rule(action, identity, times, drop=drop))

    def _line(self, identity: str) -> Line:
        if identity not in self._lines:
            raise ConnectionError(f"{identity} is not connected; connected: {list(self._lines)}")
        return self._lines[identity]

    # -- what was heard

    def note(self, identity: str, direction: str, raw: str | bytes) -> None:
        """Record a message that crossed the wire."""
        at_ms = self.clock.utc_ms()
        self.book.add_frame(identity, direction, at_ms, raw)
        for observer in self.observers:
            observer(identity, direction, at_ms, raw)

    @property
    def connected(self) -> list[str]:
        """Who has an open WebSocket."""
        return list(self._lines)

    def online(self, identity: str) -> bool:
        """Whether the station has an open WebSocket."""
        return identity in self._lines

    def sessions(self, identity: str | None = None) -> list[dict]:
        """The transactions as recorded, oldest first; see sessions.Sessions.all."""
        return self.book.sessions.all(identity)

    def frames(self, identity: str) -> list[tuple]:
        """``("received" | "sent", utc_ms, raw)`` in order."""
        return [frame[1:] for frame in self.book.frames(identity)]

    def calls(self, identity: str, action: str) -> list[dict]:
        """The payloads of the station's calls of ``action``, in order, repetitions included."""
        heard = (as_frame(raw) for way, _, raw in self.frames(identity) if way == "received")
        return [frame[3] for frame in heard if frame and frame[0] == CALL and frame[2] == action]

    def statuses(self, identity: str, connector: int) -> list[str]:
        """The statuses a connector was reported in, in order."""
        told = self.calls(identity, "StatusNotification")
        return [status["status"] for status in told if status.get("connectorId") == connector]

    def violations(self, identity: str) -> list[str]:
        """What the station said against the standard or against itself."""
        return [text for who, text in self.rules.violations if who == identity]

    def write_trace(self, path, identity: str | None = None) -> None:
        """All frames as Open OCPP Trace, JSON lines."""
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in trace.lines(self.book.frames(identity)))
