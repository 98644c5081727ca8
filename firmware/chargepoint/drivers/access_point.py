"""Port AccessPoint on the radio of an ESP32, beside its connection to the site's network.

The radio has one channel, and who looks for a network leaves it: so as long as the access point
is open, the station tries its own network once in a while (network_wifi.AFRESH_MS) and not
without a pause. A look around takes seconds, so a thread does it.
"""

from micropython import const

from chargepoint.drivers.dns_captive import CaptiveDns
from chargepoint.drivers.http_server import HttpServer
from chargepoint.portal_ports import AccessPoint, Listener

_HTTP_PORT = const(80)
_GUESTS = const(4)
_NETWORKS = const(12)
_EVERYWHERE = "0.0.0.0"


class WifiAccessPoint(AccessPoint):
    """``network`` and ``sockets`` are MicroPython's modules; ``start(function, arguments)`` starts
    a thread."""

    address = "192.168.4.1"

    def __init__(self, network, sockets, start):
        self._network = network
        self._sockets = sockets
        self._start = start
        self._wlan = network.WLAN(network.AP_IF)
        self._own = network.WLAN(network.STA_IF)
        self._dns = None
        self._looking = False

    def open(self, name: str, password: str) -> bool:
        self._reconnect(0)
        try:
            self._wlan.active(True)
            self._wlan.config(
                ssid=name, key=password, security=self._network.AUTH_WPA2_PSK, max_clients=_GUESTS
            )
            self._dns = CaptiveDns(self._sockets, _EVERYWHERE, self._four())
        except (OSError, RuntimeError):
            self.close()
            return False
        self.look_around()
        return True

    def poll(self, now_ms: int) -> None:
        if self._dns is not None:
            self._dns.poll()

    def look_around(self) -> None:
        if self._looking:
            return
        self._looking = True
        try:
            self._start(self._look, ())
        except OSError:
            self._looking = False  # no memory for a thread

    def listen(self) -> Listener:
        try:
            return HttpServer(self._sockets, _EVERYWHERE, _HTTP_PORT)
        except OSError:
            return None

    def close(self) -> None:
        if self._dns is not None:
            self._dns.close()
            self._dns = None
        try:
            self._wlan.active(False)
        except (OSError, RuntimeError):
            pass  # opened again, it gets the name and password that count then
        self._reconnect(-1)

    def _reconnect(self, count):
        """A radio that has not been started yet (a new unit knows no network) remembers the
        count, and then says that it can't be configured."""
        try:
            self._own.config(reconnects=count)
        except (OSError, RuntimeError):
            pass

    def _four(self) -> bytes:
        return bytes([int(part) for part in self.address.split(".")])

    def _look(self):
        """Runs in the thread."""
        try:
            self._own.active(True)
            found = sorted(self._own.scan(), key=lambda row: -row[3])
            self.networks = _names(found)
        except (OSError, RuntimeError, MemoryError):
            pass
        self._looking = False


def _names(found) -> list:
    """The names in rows of a scan (name first), each once; hidden ones have none."""
    names = []
    for row in found:
        try:
            name = str(row[0], "utf-8")
        except UnicodeError:
            continue
        if name and name not in names and len(names) < _NETWORKS:
            names.append(name)
    return names
