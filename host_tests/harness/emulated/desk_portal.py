"""The access point of a desk: real sockets on this machine in place of a radio.

``portal`` of the provisioned board is {"http": port, "dns": port, "networks": [names]}.
"""

import socket

from chargepoint.drivers.dns_captive import CaptiveDns
from chargepoint.drivers.http_server import HttpServer
from chargepoint.portal_ports import AccessPoint

_HERE = "127.0.0.1"


class DeskAccessPoint(AccessPoint):
    """Open, it listens on both ports of ``options``."""

    def __init__(self, options: dict):
        self._options = options
        self._dns = None
        self.address = "%s:%d" % (_HERE, options["http"])

    def open(self, name: str, password: str) -> bool:
        try:
            self._dns = CaptiveDns(socket, _HERE, bytes((127, 0, 0, 1)), self._options["dns"])
        except OSError:
            return False
        self.look_around()
        return True

    def poll(self, now_ms: int) -> None:
        self._dns.poll()

    def look_around(self) -> None:
        self.networks = self._options.get("networks")

    def listen(self) -> HttpServer:
        try:
            return HttpServer(socket, _HERE, self._options["http"])
        except OSError:
            return None

    def close(self) -> None:
        if self._dns is not None:
            self._dns.close()
            self._dns = None
