"""A street of the sim for tests: stations on CPython, and whoever talks to their page."""

import argparse
import asyncio
import threading
import time
from contextlib import contextmanager

import aiohttp

from tools.sim import options
from tools.sim.page.difference import merge
from tools.sim.page.page import Page
from tools.sim.street import Street

# Of the wall's time, for what never comes.
PATIENCE_S = 90


@contextmanager
def street_of(*arguments):
    """A street with its page; its stations have power."""
    parser = argparse.ArgumentParser()
    options.add_to(parser)
    given = parser.parse_args(["--target", "in_process", *arguments])
    street = Street(options.of_stations(given), given.state)
    try:
        page = Page(street, 0)
        for sim in street.sims:
            sim.start()
        yield street, page
        page.close()
    finally:
        street.close()


class Guests:
    """A thread for the clients of a page; ``do`` lets the street go on meanwhile."""

    def __init__(self, street, url):
        self.url = url
        self._street = street
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._session = self.do(self._begin())

    def do(self, coroutine):
        """What ``coroutine`` comes to, while the street makes its turns."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        while not future.done():
            self._street.turn()
        return future.result()

    async def _begin(self):
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))

    def get(self, path="", **headers):
        """(status, headers, text) of a request."""

        async def get():
            async with self._session.get(self.url + path, headers=headers) as answer:
                return answer.status, answer.headers, await answer.text()

        return self.do(get())

    def enter(self, **headers):
        """A page's line, opened as a browser would, and greeted."""
        told = {"Origin": self.url.rstrip("/"), **headers}
        socket = self.do(self._session.ws_connect(self.url + "live", headers=told))
        guest = Guest(self, socket)
        guest.hello = guest.until(lambda: guest.last.get("hello"))
        return guest

    def close(self):
        self.do(self._session.close())
        self._loop.call_soon_threadsafe(self._loop.stop)


class Guest:
    """One page's line: what it was told is merged as the page's script does."""

    def __init__(self, guests, socket):
        self._guests = guests
        self.socket = socket
        self.last = {}
        self.told = {}
        self.frames = []
        self.log = []
        self.samples = []
        self.answers = {}
        self._number = 0

    def until(self, condition):
        """Hear what comes until ``condition()``, which is then given back."""
        until_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < until_s, f"it did not come true; told {self.told}"
            self.last = self._guests.do(self.socket.receive_json(timeout=60))
            self._note(self.last)
        return condition()

    def send(self, told):
        if isinstance(told, bytes):
            self._guests.do(self.socket.send_bytes(told))
        elif isinstance(told, str):
            self._guests.do(self.socket.send_str(told))
        else:
            self._guests.do(self.socket.send_json(told))

    def watch(self, identity):
        self.send({"watch": identity})
        self.until(lambda: self.told.get("watching", "") == identity)

    def ask(self, do, **fields):
        """The answer to a command."""
        self._number += 1
        self.send({"id": self._number, "do": do, **fields})
        return self.until(lambda: self.answers.get(self._number))

    def connector(self, number=1):
        return self.told["station"]["connectors"][str(number)]

    def until_status(self, status, number=1):
        self.until(lambda: "station" in self.told and self.connector(number)["status"] == status)

    def _note(self, told):
        if "answer" in told:
            self.answers[told["answer"]] = told
            return
        if "watching" in told:
            self.told, self.frames, self.log, self.samples = {}, [], [], []
            self.told["watching"] = told["watching"]
        for name in ("clock", "rows", "station"):
            if name in told:
                self.told[name] = merge(self.told.get(name), told[name])
        for name in ("frames", "log", "samples"):
            getattr(self, name).extend(told.get(name, []))
