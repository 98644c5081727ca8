"""The network between a station and the back end: a TCP relay with the faults a network has.

The station connects to ``port``. ``up = False`` refuses and resets; ``cut`` resets what is open;
``freeze`` makes every byte vanish while both ends still believe in their connection (half-open).
"""

import asyncio
import socket
import struct
from collections import deque

from host_tests.harness import seats

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_END = None


def reset(transport: asyncio.Transport) -> None:
    """End a TCP connection as a crash does: the other side sees RST, not FIN."""
    raw = transport.get_extra_info("socket")
    if raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


class Network:
    """``latency_ms`` is the way one byte takes, in the loop's time. Counts delivered bytes, and
    in ``bytes_heard`` what came from the station, delivered or not.

    ``back_door`` is a better way to a back end in this process (csms/server.py).

    ``overhear(connection, towards_csms, data)`` is called with what is delivered.
    """

    def __init__(
        self,
        loop,
        target_port: int,
        port: int = 0,
        target_host: str = "127.0.0.1",
        back_door: str = None,
    ):
        self.loop = loop
        self.back_door = back_door
        self.target_host = target_host
        self.target_port = target_port
        self.overhear = lambda connection, towards_csms, data: None
        # While no one listens the port is still ours.
        self._seat = None if port else seats.take_seat()
        self.port = port or seats.port_of(self._seat)
        self.latency_ms = 0
        self.frozen = False
        self.bytes_to_csms = 0
        self.bytes_to_station = 0
        self.bytes_heard = 0
        self._pipes = set()
        self._listener = None
        self.up = True

    @property
    def up(self) -> bool:
        """Whether the station finds anyone listening."""
        return self._listener is not None

    @up.setter
    def up(self, up: bool) -> None:
        if up and self._listener is None:
            self._listen()
        elif not up and self._listener is not None:
            self._listener.close()
            self._listener = None
            self.cut()

    def cut(self) -> None:
        """Reset every open connection, towards both ends."""
        for pipe in tuple(self._pipes):
            pipe.reset()
        self.loop.settle()

    def freeze(self) -> None:
        """From now on bytes vanish both ways; connections, old and new, seem to stay open."""
        self.loop.settle()
        self.frozen = True

    def thaw(self) -> None:
        """Carry bytes again; a stream with a hole in it can't go on and is reset."""
        self.loop.settle()
        self.frozen = False
        for pipe in tuple(self._pipes):
            if pipe.torn:
                pipe.reset()
        self.loop.settle()

    def _listen(self) -> None:
        server = self.loop.create_server(self._accept, "127.0.0.1", self.port)
        self._listener = self.loop.run(server)

    def _accept(self) -> asyncio.Protocol:
        pipe = _Pipe(self)
        self._pipes.add(pipe)
        return pipe.near

    async def reach(self, factory) -> None:
        """Connect to the back end; OSError when it is away."""
        if self.back_door is not None:
            await self.loop.create_unix_connection(factory, self.back_door)
        else:
            await self.loop.create_connection(factory, self.target_host, self.target_port)

    def forget(self, pipe: "_Pipe") -> None:
        """Both ends of ``pipe`` are gone."""
        self._pipes.discard(pipe)

    def count(self, towards_csms: bool, size: int) -> None:
        """``size`` bytes were delivered."""
        if towards_csms:
            self.bytes_to_csms += size
        else:
            self.bytes_to_station += size


class _End(asyncio.Protocol):
    """One end of a pipe: the socket towards the station, or the one towards the back end."""

    def __init__(self, pipe: "_Pipe"):
        self._pipe = pipe
        self.transport = None
        self.lost = False
        self.waiting = deque()

    def connection_made(self, transport):
        self.transport = transport
        self._pipe.opened(self)

    def data_received(self, data):
        self._pipe.carry(self, data)

    def connection_lost(self, error):
        self.lost = True
        self._pipe.carry(self, _END)

    def reset(self):
        if self.transport is not None and not self.lost:
            reset(self.transport)


class _Pipe:
    """One relayed connection. ``torn``: something that should have been carried vanished."""

    def __init__(self, network: Network):
        self._network = network
        self.near = _End(self)
        self.far = _End(self)
        self.torn = False

    def opened(self, end: _End) -> None:
        if end is self.far:
            self.near.transport.resume_reading()
            # Some Pythons (3.11.2) let a transport that is paused at once read all the same.
            for _ in tuple(self.near.waiting):
                self._send_on(self.near)
        elif self._network.frozen:
            self.torn = True
        else:
            end.transport.pause_reading()
            self._connecting = self._network.loop.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            await self._network.reach(lambda: self.far)
        except OSError:
            self.reset()

    def carry(self, end: _End, data: bytes | None) -> None:
        """``data`` came in at ``end``; ``_END`` is the end of its stream."""
        if end is self.near and data is not _END:
            self._network.bytes_heard += len(data)
        if self._network.frozen:
            self.torn = True
            return
        end.waiting.append(data)
        if self.far.transport is not None:
            self._send_on(end)

    def _send_on(self, end: _End) -> None:
        if self._network.latency_ms:
            self._network.loop.call_later(self._network.latency_ms / 1000, self._deliver, end)
        else:
            self._deliver(end)

    def _deliver(self, end: _End) -> None:
        # Timers of one moment fire in any order; the queue keeps the order of the bytes.
        data = end.waiting.popleft()
        other = self.far if end is self.near else self.near
        if self._network.frozen:
            self.torn = True
        elif data is _END:
            self._ended(other)
        elif other.transport is not None and not other.transport.is_closing():
            self._network.count(other is self.far, len(data))
            self._network.overhear(self, other is self.far, data)
            other.transport.write(data)

    def _ended(self, other: _End) -> None:
        if other.transport is not None and not other.lost:
            other.transport.close()
        else:
            self._network.forget(self)

    def reset(self) -> None:
        """Reset both ends."""
        self._network.forget(self)
        self.near.reset()
        self.far.reset()
