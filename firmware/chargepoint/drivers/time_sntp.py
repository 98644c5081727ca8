"""Port TimeSource on SNTP over UDP, without waiting for the answer."""

from chargepoint.ports import TimeSource
from chargepoint.wire import sntp


class SntpSource(TimeSource):
    """``sockets`` is as the module ``socket``, ``random`` a port Random.

    ``failure`` tells why the last question had no answer, or None.
    """

    def __init__(self, sockets, random):
        self.failure = None
        self._sockets = sockets
        self._random = random
        self._socket = None
        self._nonce = b""

    def ask(self, server: str) -> bool:
        """Send the question to ``host[:port]``; IPv6 addresses have no port here."""
        self.close()
        host, colon, port = server.rpartition(":")
        if not host or ":" in host or not port.isdigit():
            host, port = server, sntp.PORT
        self._nonce = self._random.take(8)
        try:
            where = self._sockets.getaddrinfo(host, int(port), 0, self._sockets.SOCK_DGRAM)[0]
            self._socket = self._sockets.socket(where[0], where[1], where[2])
            self._socket.setblocking(False)
            self._socket.connect(where[4])
            self._socket.send(sntp.request(self._nonce))
        except (OSError, OverflowError) as error:
            self._fail(error)
        return self._socket is not None

    def poll(self) -> int:
        """The time, once; a wrong answer is passed over, another may still come."""
        if self._socket is None:
            return None
        try:
            return sntp.utc_of(self._socket.recv(sntp.BYTES), self._nonce)
        except (OSError, ValueError) as error:
            self.failure = str(error)
            return None

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _fail(self, error):
        self.close()
        self.failure = str(error)
