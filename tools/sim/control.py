"""The control port: one JSON object a line, answered each with one. Several clients at once."""

import asyncio
import json

from tools.sim.errors import Unusable

MOST_BYTES = 65536


class Control:
    """Listens on ``host``, ``port`` (0: any) until closed; ``street`` carries out the lines."""

    def __init__(self, street, host: str, port: int):
        self._street = street
        self._clients = set()
        loop = street.loop
        try:
            self._server = loop.run(
                asyncio.start_server(self._serve, host, port, limit=MOST_BYTES)
            )
        except OSError as error:
            raise Unusable(
                f"--control {host}:{port}: {error.strerror}; choose another port, 0 for any"
            ) from None
        self.address = self._server.sockets[0].getsockname()[:2]

    def close(self) -> None:
        """Hang up on everyone, once what they were answered has left."""
        self._server.close()
        for writer in self._clients:
            writer.close()

    async def _serve(self, reader, writer) -> None:
        self._clients.add(writer)
        try:
            while line := await _line(reader):
                answer = await self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _answer(self, line: bytes) -> dict:
        if len(line) > MOST_BYTES:
            return {"ok": False, "error": f"a line of at most {MOST_BYTES} bytes expected"}
        try:
            return await self._street.submit(line.decode())
        except UnicodeDecodeError:
            return {"ok": False, "error": "UTF-8 expected"}


async def _line(reader) -> bytes:
    """The next line that is not blank; one that is too long comes as MOST_BYTES + 1 bytes."""
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as end:
            return end.partial.strip()
        except asyncio.LimitOverrunError:
            await _skip(reader)
            return b"?" * (MOST_BYTES + 1)
        if line.strip():
            return line


async def _skip(reader) -> None:
    """Read on to the end of an endless line."""
    while True:
        try:
            await reader.readuntil(b"\n")
            return
        except asyncio.IncompleteReadError:
            return
        except asyncio.LimitOverrunError as overrun:
            await reader.readexactly(overrun.consumed)
