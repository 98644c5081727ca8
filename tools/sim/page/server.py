"""HTTP and one WebSocket a page, on loopback: who is let in, what is asked, what is told.

A page sends objects: ``{"watch": identity, or null for all}``, or a command of commands.py with
an ``id`` and, of several stations, a ``station``. It is told ``{"hello": ...}`` once, then
``{"watching": ...}``, what changed since (board.py), and ``{"answer": id, "ok": ...}``.

Only this machine is served, and to no other site's script: the Host must be ours, so that a name
that was made to point here finds nothing, and a WebSocket must come from our own page.
"""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from aiohttp import WSMsgType, web

from tools.sim.page.board import Board, Look
from tools.sim.page.hello import hello

HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_MOST_PAGES = 40
_MOST_BYTES = 65_536
# Commands of one page that wait for their answers.
_MOST_OPEN = 20
_HEARTBEAT_S = 20
_CLOSE_S = 1


class Server:
    """``ask(command, answered)`` carries out a command; ``watched`` is what pages look at."""

    def __init__(self, street, ask):
        identities = [sim.stage.identity for sim in street.sims]
        self.board = Board(identities)
        self.watched = frozenset()
        self._hello = hello(street)
        self._ask = ask
        self._pages = set()
        self._runner = None
        self._hosts = frozenset()

    async def start(self, port: int) -> str:
        """Listen; the address for a browser. OSError when the port can't be had."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._file)
        app.router.add_get("/live", self._live)
        app.router.add_get("/{name}", self._file)
        app.on_response_prepare.append(self._add_headers)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        port = self._runner.addresses[0][1]
        self._hosts = frozenset(f"{name}:{port}" for name in _NAMES)
        return f"http://{HOST}:{port}/"

    async def stop(self) -> None:
        """Hang up on every page; the port is free again."""
        for page in list(self._pages):
            page.hang_up()
        if self._runner is not None:
            await self._runner.cleanup()

    def take(self, news: dict) -> None:
        """News for the board, and a nudge for every page."""
        self.board.take(news)
        for page in self._pages:
            page.nudge()

    def look_again(self) -> None:
        """What a page watches has changed."""
        self.watched = frozenset(page.look.watched for page in self._pages)

    @web.middleware
    async def _guard(self, request, handler):
        if request.headers.get("Host", "").lower() not in self._hosts:
            raise web.HTTPForbidden(text=f"served at {', '.join(sorted(self._hosts))} only\n")
        return await handler(request)

    async def _add_headers(self, request, response):
        for name, value in _HEADERS.items():
            response.headers[name] = value.replace("{host}", request.headers.get("Host", ""))

    async def _file(self, request):
        name = request.match_info.get("name", "index.html")
        path = _STATIC / name
        if path.suffix not in _TYPES or path.name not in _files():
            raise web.HTTPNotFound(text="no such file\n")
        text = path.read_text(encoding="utf-8")
        return web.Response(text=text, content_type=_TYPES[path.suffix])

    async def _live(self, request):
        if (
            request.headers.get("Origin", "").lower()
            != f"http://{request.headers['Host'].lower()}"
        ):
            raise web.HTTPForbidden(text="only the sim's own page may connect\n")
        if len(self._pages) >= _MOST_PAGES:
            raise web.HTTPServiceUnavailable(text=f"{_MOST_PAGES} pages are open already\n")
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_MOST_BYTES)
        await socket.prepare(request)
        page = _Page(socket, self, self._ask)
        self._pages.add(page)
        self.look_again()
        try:
            await page.serve(self._hello)
        finally:
            self._pages.discard(page)
            self.look_again()
        return socket


class _Page:
    """One page's connection: what it asks is done, and it is told what is new at its own pace."""

    def __init__(self, socket, server: Server, ask):
        self.look = Look(server.board)
        self._socket = socket
        self._server = server
        self._ask = ask
        self._open = 0
        self._answers = []
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        """There is something new."""
        self._wake.set()

    def hang_up(self) -> None:
        """Without a word: it may be stuck."""
        self._telling.cancel()

    async def serve(self, greeting: dict) -> None:
        """Until either end goes."""
        hearing = asyncio.ensure_future(self._hear())
        self._telling = asyncio.ensure_future(self._tell(greeting))
        try:
            await asyncio.wait([hearing, self._telling], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hearing, self._telling):
                task.cancel()
                with suppress(asyncio.CancelledError, ConnectionError, RuntimeError):
                    await task

    async def _hear(self):
        async for message in self._socket:
            if message.type == WSMsgType.TEXT:
                self._obey(message.data)
            elif message.type == WSMsgType.BINARY:
                self._answer(None, _refused("a text expected, not bytes"))

    async def _tell(self, greeting):
        await self._socket.send_str(json.dumps({"hello": greeting}))
        while True:
            await self._wake.wait()
            self._wake.clear()
            answers, self._answers = self._answers, []
            for answer in answers:
                await self._socket.send_str(json.dumps(answer))
            news = self.look.news()
            if news:
                await self._socket.send_str(json.dumps(news))

    def _obey(self, text):
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            self._answer(None, _refused("a JSON object expected"))
        elif "watch" in told:
            self._watch(told["watch"])
        else:
            self._carry_out(told.pop("id", None), told)

    def _watch(self, identity):
        if identity is not None and not self._server.board.knows(identity):
            self._answer(None, _refused('"watch": the name of a station or null expected'))
            return
        self.look.watch(identity)
        self._server.look_again()
        self.nudge()

    def _carry_out(self, number, told):
        if self._open >= _MOST_OPEN:
            self._answer(number, _refused(f"{_MOST_OPEN} commands wait for their answers already"))
            return

        def answered(answer):
            self._open -= 1
            self._answer(number, answer)

        try:
            self._ask(told, answered)
        except RecursionError:
            self._answer(number, _refused("a JSON object expected, not one so deep"))
        else:
            self._open += 1

    def _answer(self, number, answer):
        self._answers.append({"answer": number, **answer})
        self.nudge()


def _refused(error: str) -> dict:
    return {"ok": False, "error": error}


def _files() -> set:
    return {path.name for path in _STATIC.iterdir()}
