"""The access point on an ESP32's radio, beside its connection to the site's network."""

import socket
from types import SimpleNamespace

import pytest

from chargepoint.drivers import access_point
from chargepoint.drivers.access_point import WifiAccessPoint

SEEN = [
    (b"Far", b"", 1, -80, 3, False),
    (b"Near \xf0\x9f\x94\x8c", b"", 6, -40, 3, False),
    (b"Far", b"", 11, -85, 3, False),
    (b"", b"", 1, -50, 3, True),
    (b"\xff\xfe", b"", 1, -30, 3, False),
]


class Radio:
    def __init__(self):
        self.told = []
        self.refuses = self.unconfigurable = False
        self.seen = SEEN

    def active(self, on):
        if on and self.refuses:
            raise OSError("Wifi Internal Error")
        self.told.append(("active", on))

    def config(self, **words):
        self.told.append(words)
        if self.unconfigurable:
            raise OSError("Wifi Invalid Mode")

    def scan(self):
        if isinstance(self.seen, Exception):
            raise self.seen
        return self.seen


class Network:
    STA_IF, AP_IF, AUTH_WPA2_PSK = 0, 1, 3

    def __init__(self):
        self.radios = {self.STA_IF: Radio(), self.AP_IF: Radio()}

    def WLAN(self, interface):
        return self.radios[interface]


class Rig:
    """An access point whose ports are free ones of this machine, and whose thread runs at once."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(access_point, "_EVERYWHERE", "127.0.0.1")
        monkeypatch.setattr(access_point, "_HTTP_PORT", 0)
        monkeypatch.setattr(access_point.CaptiveDns, "__init__", self._dns)
        self.dns_address = None
        self.network = Network()
        self.threads = []
        self.thread_fails = False
        self.access_point = WifiAccessPoint(self.network, socket, self._start)
        self.own, self.open = self.network.radios[0], self.network.radios[1]

    def _dns(self, sockets, host, address, port=0):
        self.dns_address = address

    def _start(self, function, arguments):
        if self.thread_fails:
            raise OSError("can't create thread")
        self.threads.append(lambda: function(*arguments))


@pytest.fixture
def rig(monkeypatch):
    return Rig(monkeypatch)


def test_it_opens_with_wpa2_and_the_password(rig):
    assert rig.access_point.open("Pilotlight PL1", "23456789abcd")
    assert rig.open.told == [
        ("active", True),
        {"ssid": "Pilotlight PL1", "key": "23456789abcd", "security": 3, "max_clients": 4},
    ]
    assert rig.dns_address == bytes((192, 168, 4, 1))


def test_own_network_is_looked_for_without_hurry_as_long_as_it_is_open(rig):
    """The radio leaves the guests' channel for each look."""
    rig.access_point.open("x", "y")
    assert rig.own.told == [{"reconnects": 0}]
    rig.access_point._dns.close = lambda: None
    rig.access_point.close()
    assert rig.own.told == [{"reconnects": 0}, {"reconnects": -1}]
    assert rig.open.told[-1] == ("active", False)


def test_radio_that_refuses_is_a_value(rig):
    rig.open.refuses = True
    assert rig.access_point.open("x", "y") is False
    assert rig.own.told[-1] == {"reconnects": -1}


def test_new_unit_whose_own_radio_is_off_opens_and_closes(rig):
    """esp_wifi_set_config fails on an interface that is off, as it is without WifiSsid."""
    rig.own.unconfigurable = True
    assert rig.access_point.open("x", "y")
    rig.access_point._dns.close = lambda: None
    rig.access_point.close()
    assert rig.own.told == [{"reconnects": 0}, {"reconnects": -1}]
    assert rig.open.told[-1] == ("active", False)


def test_radio_that_does_not_close_is_no_exception(rig):
    rig.access_point.open("x", "y")
    rig.access_point._dns.close = lambda: None

    def broken(on):
        raise RuntimeError("Wifi Unknown Error 0x3001")

    rig.open.active = broken
    rig.access_point.close()
    assert rig.own.told[-1] == {"reconnects": -1}


def test_other_networks_are_told_strongest_first_each_once(rig):
    rig.access_point.open("x", "y")
    assert rig.access_point.networks is None
    rig.threads.pop()()
    assert rig.access_point.networks == ["Near \U0001f50c", "Far"]


def test_one_look_at_a_time(rig):
    rig.access_point.look_around()
    rig.access_point.look_around()
    assert len(rig.threads) == 1
    rig.threads.pop()()
    rig.access_point.look_around()
    assert len(rig.threads) == 1


def test_look_that_fails_leaves_what_was_known(rig):
    rig.access_point.look_around()
    rig.threads.pop()()
    rig.own.seen = OSError("scan failed")
    rig.access_point.look_around()
    rig.threads.pop()()
    assert rig.access_point.networks == ["Near \U0001f50c", "Far"]
    rig.own.seen = RuntimeError("Wifi Unknown Error 0x3015")
    rig.access_point.look_around()
    rig.threads.pop()()
    rig.thread_fails = True
    rig.access_point.look_around()
    rig.thread_fails = False
    rig.access_point.look_around()
    assert len(rig.threads) == 1


def test_it_listens_where_its_guests_are(rig):
    listener = rig.access_point.listen()
    assert listener.poll(0) is None
    listener.close()


def test_port_that_is_taken_is_a_value(rig):
    broken = SimpleNamespace(**vars(socket))
    broken.socket = lambda *kind: (_ for _ in ()).throw(OSError("no socket left"))
    access = WifiAccessPoint(rig.network, broken, None)
    assert access.listen() is None
