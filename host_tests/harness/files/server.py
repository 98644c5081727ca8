"""A file server by HTTP(S) and FTP on the harness's loop, with the faults that servers have."""

import asyncio
import contextlib

from .ftp import serve_ftp
from .http import serve_http

HOST = "127.0.0.1"
_PIECE = 8192


class FileServer:
    """``files`` (path with its slash -> bytes) can be fetched, ``put`` is what was sent.

    Faults, each until it is taken away: ``status`` answers every HTTP request with that number;
    ``cut_after`` ends each connection after so many bytes of a file; ``silent`` answers nothing;
    ``bytes_per_s`` is slow; ``chunked`` announces no length; ``without`` names methods or FTP
    commands that the server does not know; ``moved`` (path -> address) redirects; ``login`` is
    "user:password". ``asked`` are the requests, such as "GET /a" or "RETR a".
    ``said`` and ``heard`` count bytes, of files and of talk.
    """

    def __init__(self, loop, ssl_context=None):
        self.files = {}
        self.put = {}
        self.status = None
        self.cut_after = None
        self.silent = False
        self.bytes_per_s = None
        self.chunked = False
        self.without = ()
        self.moved = {}
        self.login = None
        self.asked = []
        self.said = 0
        self.heard = 0
        # How many bytes the harness knows to be under way, beyond which it waits for none.
        self.awaited = 0
        self.secure = ssl_context is not None
        self._loop = loop
        self._writers = set()
        self._servers = [
            loop.run(self._listen(serve_http, ssl_context)),
            loop.run(self._listen(serve_ftp, None)),
        ]

    def url(self, path: str, scheme: str = None, login: str = "") -> str:
        """The address of ``path``; ``scheme`` None is http or https, whichever is spoken."""
        scheme = scheme or ("https" if self.secure else "http")
        port = self._servers[scheme == "ftp"].sockets[0].getsockname()[1]
        return f"{scheme}://{login}{HOST}:{port}{path}"

    def close(self) -> None:
        """Go away."""
        for server in self._servers:
            server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._loop.settle()

    # -- what the protocols share

    async def _listen(self, serve, ssl_context):
        async def served(reader, writer):
            self._writers.add(writer)
            try:
                await serve(self, reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                self._writers.discard(writer)
                with contextlib.suppress(OSError):
                    writer.close()

        return await asyncio.start_server(served, HOST, 0, ssl=ssl_context)

    async def say(self, writer, data: bytes) -> None:
        """Write and wait until it has left."""
        if self.silent:
            await asyncio.Event().wait()
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(data)
        self.said += len(data)
        await writer.drain()

    async def say_file(self, writer, data: bytes, wrap=lambda piece: piece) -> bool:
        """The bytes of a file; False when it was cut off on the way."""
        sent = 0
        while sent < len(data):
            if self.cut_after is not None and sent >= self.cut_after:
                return False
            piece = data[sent : sent + _PIECE]
            if self.cut_after is not None:
                piece = piece[: self.cut_after - sent]
            if self.bytes_per_s:
                await asyncio.sleep(len(piece) / self.bytes_per_s)
            await self.say(writer, wrap(piece))
            sent += len(piece)
        return True

    async def read(self, reader) -> bytes:
        """What comes next, b"" at the end."""
        data = await reader.read(_PIECE)
        self.heard += len(data)
        return data

    async def readline(self, reader) -> str:
        """The next line; raises IncompleteReadError at the end."""
        data = await reader.readuntil(b"\n")
        self.heard += len(data)
        return data.decode().rstrip("\r\n")
