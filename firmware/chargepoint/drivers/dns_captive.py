"""Answers those who ask for names in a network of our own: all names are here (wire/dns.py)."""

import select

from micropython import const

from chargepoint.wire.dns import LONGEST, answer

PORT = const(53)


class CaptiveDns:
    """``sockets`` is the module, ``address`` ours in four bytes, told to whoever asks for any
    name; listens on ``host`` and ``port``. Raises OSError where it can't."""

    def __init__(self, sockets, host: str, address: bytes, port: int = PORT):
        self._address = address
        self._socket = sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(sockets.getaddrinfo(host, port)[0][-1])
        asked = select.poll()
        asked.register(self._socket, select.POLLIN)
        # MicroPython's ipoll makes no garbage.
        self._look = getattr(asked, "ipoll", asked.poll)

    def poll(self) -> None:
        """One question, if there is one."""
        for _ in self._look(0):
            self._answer()

    def _answer(self):
        try:
            question, asker = self._socket.recvfrom(LONGEST)
            told = answer(question, self._address)
            if told is not None:
                self._socket.sendto(told, asker)
        except OSError:
            pass  # no question, or nowhere to send it: whoever wants it asks again

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()
