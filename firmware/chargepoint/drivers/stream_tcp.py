"""A stream of bytes over a TCP socket, plain or TLS, that never waits.

The same file runs on MicroPython (unix, ESP32) and on CPython. Only the look-up of a name may
block: no port of MicroPython has another. With TLS the handshake goes on inside reads and
writes, so OPEN means that TCP is connected; the link's limit covers the rest.
"""

import errno
import select

from micropython import const

from chargepoint.ports import CLOSED, NO_ADDRESS_YET, OPEN, OPENING

_READ_BYTES = const(1024)

_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EHOSTUNREACH: "unreachable",
    errno.ETIMEDOUT: "timeout",
}
# What a look-up in the background says (sockets_network.py).
_NOT_YET = (errno.EHOSTUNREACH, errno.EAGAIN)
_UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)


def client_context(tls, ca: bytes, certificate: bytes = None, key: bytes = None):
    """A context that trusts ``ca`` only (PEM or DER) and shows our certificate, if any.

    ``tls`` is MicroPython's C module: its methods take bytes, by position. The ``ssl`` that wraps
    it would set the verification back to none.
    """
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED
    context.load_verify_locations(ca)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def context_of(tls, store, certified: bool):
    """The context of the credentials that provisioning laid into ``store``; ``certified`` shows
    our certificate (OCPP 1.6 security profile 3). Raises ValueError for what is missing."""
    names = ("tls_ca", "tls_certificate", "tls_key") if certified else ("tls_ca",)
    files = [store.read(name) for name in names]
    if None in files:
        raise ValueError("%s expected in the store" % names[files.index(None)])
    return client_context(tls, *files)


class TcpStream:
    """``state`` is CLOSED, OPENING or OPEN; ``reason`` tells why it closed last.

    ``received`` and ``sent`` count the bytes of all connections.
    """

    def __init__(self, socket_module, tls_context_source=None):
        """``tls_context_source(certified)`` gives the TLS context of a connection, one that shows
        our certificate or not; None: no TLS here."""
        self.state = CLOSED
        self.reason = ""
        self.received = 0
        self.sent = 0
        self._sockets = socket_module
        self._context_source = tls_context_source
        self._buffer = bytearray(_READ_BYTES)
        self._view = memoryview(self._buffer)
        self._socket = None

    def open(self, host: str, port: int, secure: bool, server_name: str, certified=False) -> None:
        """Start to connect; ``server_name`` is whom the certificate must name, ``certified``
        shows ours."""
        self.close()
        self._certified = certified
        self._server_name = server_name if secure else None
        self.reason = ""
        if secure and self._context_source is None:
            self.reason = "no tls"
            return
        try:
            self._addresses = self._sockets.getaddrinfo(host, port, 0, self._sockets.SOCK_STREAM)
        except OSError as error:
            yet = NO_ADDRESS_YET if error.args[0] in _NOT_YET else "no address"
            self.reason = yet + " for " + host
            return
        self._try_next()

    def poll(self) -> None:
        """See whether the connection came about."""
        if self.state != OPENING:
            return
        ready = self._poll.poll(0)
        if ready:
            if ready[0][1] & (select.POLLERR | select.POLLHUP):
                self._refused()
            else:
                self._connected()

    def read(self) -> bytes:
        """What came (at most 1024 bytes), or None; the end of the stream shows in ``state``."""
        if self.state != OPEN:
            return None
        count = self._tried(self._take, self._buffer)
        if count == 0:
            self._end("ended")
        self.received += count or 0
        return bytes(self._view[:count]) if count else None

    def write(self, data: bytes) -> int:
        """Bytes of ``data`` that were taken."""
        if self.state != OPEN:
            return 0
        count = self._tried(self._give, data) or 0
        self.sent += count
        return count

    def close(self) -> None:
        """Drop the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket = self._take = self._give = self._poll = None
        self._addresses = []
        self.state = CLOSED

    def _end(self, reason: str) -> None:
        self.close()
        self.reason = reason

    def _try_next(self) -> None:
        """Connect to the next address of the name."""
        family, kind, protocol, _, address = self._addresses.pop(0)
        self._address = address
        try:
            self._socket = self._sockets.socket(family, kind, protocol)
        except OSError as error:
            # A board has few of them.
            self._failed("no socket: error %d" % error.errno)
            return
        self._socket.setblocking(False)
        self.state = OPENING
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLOUT)
        failure = self._connect()
        if failure is not None:
            self._failed(failure)

    def _connect(self) -> str:
        """Why there will be no connection, or None while there may be one."""
        try:
            self._socket.connect(self._address)
        except OSError as error:
            if error.errno not in _UNDER_WAY:
                return _REASONS.get(error.errno, "error %d" % error.errno)
        return None

    def _refused(self) -> None:
        """The socket is in error: a second connect tells which, without getsockopt."""
        self._failed(self._connect() or "refused")

    def _failed(self, reason: str) -> None:
        rest = self._addresses
        self._end(reason)
        if rest:
            self._addresses = rest
            self._try_next()

    def _connected(self) -> None:
        self.state = OPEN
        if self._server_name is not None:
            try:
                self._secure()
            except (OSError, ValueError, MemoryError) as error:
                self._end(_tls_reason(error))
                return
        # MicroPython's streams answer None when nothing can be done, without an exception.
        self._take = getattr(self._socket, "readinto", None) or self._socket.recv_into
        self._give = getattr(self._socket, "write", None) or self._socket.send

    def _secure(self) -> None:
        self._socket = self._context_source(self._certified).wrap_socket(
            self._socket, server_hostname=self._server_name, do_handshake_on_connect=False
        )

    def _tried(self, action, data) -> int:
        """What ``action`` says; None when nothing could be done now, or no more."""
        try:
            return action(data)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self._end(self._broken(error))
        except ValueError as error:  # mbedTLS on a certificate
            self._end(_tls_reason(error))
        return None

    def _broken(self, error: OSError) -> str:
        # Through mbedTLS, MicroPython hands the socket's own error on as a negative number: a
        # line that broke, and nothing that is wrong with certificates.
        reason = _REASONS.get(abs(error.errno))
        if reason is not None:
            return reason
        if self._server_name is not None:
            return _tls_reason(error)
        return "error %d" % error.errno


def _tls_reason(error: Exception) -> str:
    """mbedTLS's words stand between line ends."""
    return "tls: " + str(error).strip()
