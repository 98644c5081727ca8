"""The sockets of a desk's station: the way to some hosts leads through a relay of the harness."""

import socket


class Detour:
    """As the module ``socket``; ``via`` maps "host:port" to the relay's port on this machine."""

    def __init__(self, via: dict):
        self._via = via
        self.socket = socket.socket
        self.SOCK_STREAM = socket.SOCK_STREAM
        self.SOCK_DGRAM = socket.SOCK_DGRAM

    def getaddrinfo(self, host: str, port: int, family: int, kind: int) -> list:
        """The relay's address for a host that has one."""
        relay = self._via.get("%s:%d" % (host, port))
        if relay is not None:
            host, port = "127.0.0.1", relay
        return socket.getaddrinfo(host, port, family, kind)
