"""A back end in virtual time, and plain stations that say whatever a test wants."""

import asyncio
import json
import math
import selectors

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from host_tests.harness.csms import Csms
from host_tests.harness.virtual_loop import UtcClock, VirtualLoop

BOOT = {"chargePointVendor": "Pilotlight", "chargePointModel": "Bench"}


class PlainStation:
    """A WebSocket client that does nothing by itself. ``heard`` is every message, as received."""

    def __init__(self, loop, url, subprotocols=("ocpp1.6",), headers=None, ssl=None):
        self._loop = loop
        self.heard = []
        self.status = None
        self.closed = None
        self.socket = None
        options = {"subprotocols": subprotocols, "additional_headers": headers, "ssl": ssl}
        self._task = loop.create_task(self._live(url, options))
        loop.run_until_quiet()

    async def _live(self, url, options):
        try:
            # A redirect is for the test to see; connecting takes no virtual time.
            opening = connect(url, compression=None, ping_interval=None, proxy=None, **options)
            opening.process_redirect = lambda error: error
            self.socket = await opening
        except InvalidStatus as error:
            self.status = error.response.status_code
            return
        except (InvalidHandshake, OSError) as error:
            self.status = error
            return
        try:
            while True:
                self.heard.append(await self.socket.recv())
        except ConnectionClosed as error:
            self.closed = error.rcvd.code if error.rcvd else "reset"
        except asyncio.CancelledError:
            self.socket.transport.abort()

    def say(self, text):
        self._loop.run(self.socket.send(text))
        self._loop.run_until_quiet()

    def call(self, action, payload, message="m1"):
        """The answer's frame, or None when none has come by now."""
        seen = len(self.heard)
        self.say(json.dumps([2, message, action, payload]))
        return json.loads(self.heard[seen]) if len(self.heard) > seen else None

    def vanish(self):
        self._task.cancel()
        self._loop.run_until_quiet()


@pytest.fixture
def loop():
    loop = VirtualLoop()
    yield loop
    loop.finish()


@pytest.fixture
def waited_s(monkeypatch):
    """How long the kernel was asked to wait for something, in all: not how long it took."""
    asked_s = []
    select = selectors.DefaultSelector.select

    def noted(self, timeout=None):
        asked_s.append(math.inf if timeout is None else timeout)
        return select(self, timeout)

    monkeypatch.setattr(selectors.DefaultSelector, "select", noted)
    return lambda: sum(asked_s)


@pytest.fixture
def csms(loop):
    csms = Csms(loop, UtcClock(loop))
    csms.add_charge_point("ST 1")
    csms.add_card("04A1")
    csms.start()
    yield csms
    csms.close()


@pytest.fixture
def connect_station(loop, csms):
    def connect_station(path="/ST%201", url=None, **options):
        return PlainStation(loop, (url or csms.url) + path, **options)

    return connect_station


@pytest.fixture
def station(connect_station):
    """A station that has booted."""
    station = connect_station()
    station.call("BootNotification", BOOT, "boot")
    return station
