"""The ESP32's own modules for CPython, as far as boards/esp32 asks for them."""

import calendar
import importlib
import sys
import time as host_time
from types import SimpleNamespace

import machine

from hands import BenchTime
from host_tests.harness import paths
from host_tests.unit.boards.coprocessor import Coprocessor
from tools.boards import description

_BOARDS_OWN = ("assembly", "described", "guarded", "guard_program")


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
        return tuple(host_time.gmtime(seconds + 946684800))[:8]

    def mktime(self, moment):
        return calendar.timegm(moment[:6]) - 946684800


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

    def config(self, reconnects):
        self.reconnects = reconnects


class NoAccessPoint:
    """A radio that opens none (drivers/test_access_point.py has one that does)."""

    def active(self, on):
        if on:
            raise OSError("Wifi Internal Error")


class Network:
    """MicroPython's module ``network`` with one radio."""

    STA_IF = 0
    AP_IF = 1
    AUTH_WPA2_PSK = 3
    STAT_CONNECTING = 1001
    STAT_NO_AP_FOUND = 201
    STAT_WRONG_PASSWORD = 202

    def __init__(self):
        self.wlan = Wlan()

    def WLAN(self, interface):
        return self.wlan if interface == self.STA_IF else NoAccessPoint()


class OneWireModule:
    """The C module ``_onewire`` of a bus on which nothing answers."""

    def reset(self, pin):
        return 0

    def readbyte(self, pin):
        return 255

    def writebyte(self, pin, value):
        pass


class OneFirmware:
    """``esp32.Partition`` of a flash with a single place for the firmware."""

    RUNNING = 1

    def __init__(self, label):
        pass

    def get_next_update(self):
        raise OSError(2)


class SilentConsole:
    """Nobody types; MicroPython's poll objects are not those of CPython."""

    def any(self):
        return 0


def load_board(monkeypatch, network, board="esp32_devkit", chip=None):
    """The modules of ``board`` on a new bench; other boards' modules come back after.

    ``chip``: the coprocessor of a guarded board; None: one that nobody looks at.
    """
    bench = machine.Bench()
    machine.use(bench)
    monkeypatch.setattr(machine, "RTC", Rtc, raising=False)
    monkeypatch.setattr(machine, "bitstream", lambda *line: None, raising=False)
    monkeypatch.setitem(sys.modules, "network", network)
    monkeypatch.setitem(sys.modules, "_onewire", OneWireModule())
    esp32 = SimpleNamespace(Partition=OneFirmware)
    monkeypatch.setitem(sys.modules, "esp32", esp32)
    described, pins, _ = description.revision(board, paths.BOARDS)
    if chip is None and described["guard"] == "ulp":
        chip = Coprocessor(described, pins)
    if chip is not None:
        chip.attach(monkeypatch, machine, esp32, board, paths.BOARDS, paths.ROOT / "build")
    for name in (*_BOARDS_OWN, "board", "parts", "pins"):
        # To be put back as it was, there or not.
        monkeypatch.setitem(sys.modules, name, None)
        del sys.modules[name]
    made = description.write(board, paths.BOARDS, paths.ROOT / "build")
    for folder in (made.parent, paths.BOARDS / "esp32", paths.BOARDS / board.partition("@")[0]):
        monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    assembly = importlib.import_module("assembly")
    assert importlib.import_module("board").build is assembly.build
    monkeypatch.setattr(assembly, "time", Esp32Time(bench))
    monkeypatch.setattr(assembly, "Stdio", SilentConsole)
    return assembly, bench
