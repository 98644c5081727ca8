"""The ESP32's own modules for CPython, as far as boards/esp32_devkit asks for them."""

import importlib
import sys

import machine

from hands import BenchTime
from host_tests.harness import paths

FOLDER = paths.BOARDS / "esp32_devkit"


class Rtc:
    """Never set: the ESP32 then counts from its epoch."""

    def __init__(self):
        self._datetime = (2000, 1, 1, 5, 0, 0, 0, 0)

    def datetime(self, value=None):
        if value is None:
            return self._datetime
        self._datetime = value


class Esp32Time(BenchTime):
    """Ticks from the bench; an epoch of 2000, as on the ESP32."""

    def gmtime(self, seconds):
        assert seconds == 0
        return (2000, 1, 1, 0, 0, 0, 5, 1)


class Wlan:
    def __init__(self):
        self.calls = []
        self.connected = False
        self.code = Network.STAT_CONNECTING
        self.refuses = False

    def active(self, on):
        self.calls.append(("active", on))

    def connect(self, ssid, key):
        self.calls.append(("connect", ssid, key))
        if self.refuses:
            raise OSError("Wifi Internal State Error")

    def disconnect(self):
        self.calls.append(("disconnect",))

    def isconnected(self):
        return self.connected

    def status(self):
        return self.code


class Network:
    """MicroPython's module ``network`` with one radio."""

    STA_IF = 0
    STAT_CONNECTING = 1001
    STAT_NO_AP_FOUND = 201
    STAT_WRONG_PASSWORD = 202

    def __init__(self):
        self.wlan = Wlan()

    def WLAN(self, interface):
        assert interface == self.STA_IF
        return self.wlan


def load_board(monkeypatch, network):
    """The module board of esp32_devkit on a new bench; other boards' modules come back after."""
    bench = machine.Bench()
    machine.use(bench)
    monkeypatch.setattr(machine, "RTC", Rtc, raising=False)
    monkeypatch.setitem(sys.modules, "network", network)
    for name in ("board", "pins"):
        # To be put back as it was, there or not.
        monkeypatch.setitem(sys.modules, name, None)
        del sys.modules[name]
    monkeypatch.syspath_prepend(str(FOLDER))
    board = importlib.import_module("board")
    monkeypatch.setattr(board, "time", Esp32Time(bench))
    return board, bench
