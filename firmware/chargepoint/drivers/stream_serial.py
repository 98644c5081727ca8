"""A stream of bytes through a network modem on a UART, in the frames of wire/tagged.py.

The modem's side is trusted as much as a cable is; TLS would have to be ours, so ``secure`` is
refused here.
"""

from micropython import const

from chargepoint.ports import CLOSED, OPEN, OPENING
from chargepoint.wire import tagged

_READ_BYTES = const(512)


class SerialStream:
    """``state`` is CLOSED, OPENING or OPEN; ``reason`` tells why it closed last.

    ``uart`` has any(), read(n) and write(data), none of which waits.
    """

    def __init__(self, uart):
        self.state = CLOSED
        self.reason = ""
        self._uart = uart
        self._frames = tagged.Frames()
        self._number = 0
        self._came = []
        self._ending = None

    def open(self, host: str, port: int, secure: bool, server_name: str, certified=False) -> None:
        """Ask the modem to connect."""
        self.close()
        self.reason = ""
        if secure:
            self.reason = "no tls"
            return
        self._number = (self._number + 1) & 0xFF
        self.state = OPENING
        self._uart.write(tagged.connect(self._number, host, port))

    def poll(self) -> None:
        """Take what the modem says, unless ``read`` is behind."""
        if len(self._came) > 1 or not self._uart.any():
            return
        self._frames.receive(self._uart.read(_READ_BYTES) or b"")
        while self._frames.next():
            if self._frames.payload[:1] == bytes((self._number,)):
                self._take(self._frames.tag, self._frames.payload[1:])

    def read(self) -> bytes:
        """What came, or None; the end of the stream shows in ``state``."""
        if self._came:
            return self._came.pop(0)
        if self._ending is not None:
            self._end(self._ending)
        return None

    def write(self, data: bytes) -> int:
        """Bytes of ``data`` that were taken."""
        if self.state != OPEN or self._ending is not None:
            return 0
        part = data[: tagged.LONGEST_DATA]
        self._uart.write(tagged.of_connection(tagged.DATA, self._number, part))
        return len(part)

    def close(self) -> None:
        """Drop the connection."""
        if self.state != CLOSED and self._ending is None:
            self._uart.write(tagged.of_connection(tagged.CLOSED, self._number, b""))
        self._end(self.reason)

    def _end(self, reason: str) -> None:
        self.state = CLOSED
        self.reason = reason
        self._ending = None
        self._came.clear()

    def _take(self, tag: int, content: bytes) -> None:
        if tag == tagged.CONNECTED and self.state == OPENING:
            self.state = OPEN
        elif tag == tagged.DATA and self.state == OPEN:
            self._came.append(content)
        elif tag == tagged.CLOSED and self.state == OPENING:
            self._end(_text(content))
        elif tag == tagged.CLOSED and self.state == OPEN:
            self._ending = _text(content)


def _text(content: bytes) -> str:
    try:
        return content.decode() or "ended"
    except UnicodeError:
        return "ended"
