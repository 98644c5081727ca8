"""The emulated network modem: CONNECT, DATA and CLOSED frames on one side, TCP on the other."""

import errno
import select
import socket

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.wire import tagged  # noqa: E402

# Of one step; the line carries about 10 bytes in a millisecond of the host's time.
STEP_BYTES = 480
_PATIENCE_S = 0.25
_REASONS = {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset", errno.ETIMEDOUT: "timeout"}


class Modem:
    """``via`` maps "host:port" to a port on this machine where the way there leads through."""

    def __init__(self, via: dict):
        self._via = via
        self._frames = tagged.Frames()
        self._socket = None
        self._number = 0
        self._connected = False
        self._unsent = bytearray()
        self._sent = 0

    def hear(self, data: bytes) -> None:
        """Bytes of the station."""
        self._frames.receive(data)
        while self._frames.next():
            self._take(self._frames.tag, self._frames.payload)

    def take_sent(self) -> int:
        """How many bytes left for the network since the last call."""
        sent, self._sent = self._sent, 0
        return sent

    def poll(self, awaited: bool) -> bytes:
        """Move bytes; the frames for the station. ``awaited``: bytes are on their way to it."""
        if self._socket is None:
            return b""
        try:
            return self._move(awaited)
        except OSError as error:
            return self._end(_REASONS.get(error.errno, f"error {error.errno}"))

    def close(self) -> None:
        """The modem's power goes."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _take(self, tag, payload):
        if tag == tagged.CONNECT:
            self._connect(*tagged.read_connect(payload))
        elif self._socket is None or payload[:1] != bytes((self._number,)):
            return
        elif tag == tagged.DATA:
            self._unsent += payload[1:]
            self._flush()
        elif tag == tagged.CLOSED:
            self.close()

    def _connect(self, number, host, port):
        self.close()
        self._number = number
        self._connected = False
        self._patience_s = _PATIENCE_S
        self._unsent.clear()
        self._trouble = None
        relay = self._via.get(f"{host}:{port}")
        host, port = ("127.0.0.1", relay) if relay is not None else (host, port)
        self._socket = socket.socket()
        self._socket.setblocking(False)
        try:
            address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4]
            self._socket.connect(address)
        except BlockingIOError:
            pass
        # Trouble is told with the next poll, as an answer that takes a moment.
        except OSError as error:
            self._trouble = error
        except UnicodeError:
            self._trouble = OSError(errno.EINVAL, "no host name")

    def _move(self, awaited):
        if self._trouble is not None:
            raise self._trouble
        frames = b""
        if not self._connected:
            frames = self._finish_connecting()
        if self._connected:
            self._flush()
            frames += self._read(awaited)
        return frames

    def _finish_connecting(self):
        # What answers at all answers at once, but for a kernel that is busy; who never does holds
        # up one step.
        patience_s, self._patience_s = self._patience_s, 0
        if not select.select((), (self._socket,), (), patience_s)[1]:
            return b""
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "connect")
        self._connected = True
        return tagged.of_connection(tagged.CONNECTED, self._number, b"")

    def _read(self, awaited):
        if not select.select((self._socket,), (), (), _PATIENCE_S if awaited else 0)[0]:
            return b""
        data = self._socket.recv(STEP_BYTES)
        if not data:
            return self._end("ended")
        return tagged.of_connection(tagged.DATA, self._number, data)

    def _flush(self):
        if not self._connected or not self._unsent:
            return
        try:
            count = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError as error:
            self._trouble = error
            return
        self._sent += count
        del self._unsent[:count]

    def _end(self, reason):
        self.close()
        return tagged.of_connection(tagged.CLOSED, self._number, reason.encode())
