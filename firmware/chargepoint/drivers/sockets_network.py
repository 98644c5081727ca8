"""The module ``socket`` on a network that comes and goes, with names looked up in the background.

A look-up blocks until the name server answers, on the ESP32 for more than ten seconds when it does
not: longer than the watchdog waits, and no step is made meanwhile. So a thread does it. Dialling
uses what was found the last time, and an address that moved is followed from the next dial on.
"""

import errno


class NetworkSockets:
    """``sockets`` is the module, ``network.up()`` tells whether there is a network at all, and
    ``start(function, arguments)`` starts a thread.
    """

    def __init__(self, sockets, network, start):
        self.socket = sockets.socket
        self.SOCK_STREAM = sockets.SOCK_STREAM
        self.SOCK_DGRAM = sockets.SOCK_DGRAM
        self._look_up = sockets.getaddrinfo
        self._network = network
        self._start = start
        self._wanted = None
        self._found = None
        self._looking = False

    def getaddrinfo(self, host: str, port: int, family: int, kind: int) -> list:
        """What is known of ``host``. Raises OSError without a network or while nothing is."""
        if not self._network.up():
            raise OSError(errno.EHOSTUNREACH)
        wanted = (host, port, family, kind)
        if wanted != self._wanted:
            self._wanted = wanted
            self._found = None
        if not self._looking:
            self._begin(wanted)
        if self._found is None:
            raise OSError(errno.EAGAIN)
        return list(self._found)

    def _begin(self, wanted):
        self._looking = True
        try:
            self._start(self._find, (wanted,))
        except OSError:
            # No memory for a thread: the next dial tries again.
            self._looking = False

    def _find(self, wanted):
        """Runs in the thread."""
        found = None
        try:
            found = self._look_up(*wanted)
        except OSError:
            pass
        if found and wanted == self._wanted:
            self._found = found
        self._looking = False
