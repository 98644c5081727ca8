"""MicroPython's C module ``tls`` for CPython, as far as the firmware uses it.

On MicroPython the built-in module comes first and this file is never read.
"""

import ssl
import tempfile

PROTOCOL_TLS_CLIENT = ssl.PROTOCOL_TLS_CLIENT
CERT_REQUIRED = ssl.CERT_REQUIRED


class SSLContext:
    """Takes certificates and keys as bytes, by position."""

    def __init__(self, protocol):
        self._context = ssl.SSLContext(protocol)

    @property
    def verify_mode(self):
        """How far the peer is believed."""
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._context.verify_mode = mode

    def load_verify_locations(self, authority: bytes) -> None:
        """Trust ``authority`` (PEM)."""
        self._context.load_verify_locations(cadata=authority.decode())

    def load_cert_chain(self, certificate: bytes, key: bytes) -> None:
        """Show ``certificate`` (PEM) and prove it with ``key`` (PEM)."""
        # OpenSSL takes a file only; both may stand in one.
        with tempfile.NamedTemporaryFile() as file:
            file.write(certificate + b"\n" + key)
            file.flush()
            self._context.load_cert_chain(file.name)

    def wrap_socket(self, sock, server_hostname=None, do_handshake_on_connect=True):
        """A stream over ``sock``, which does not block."""
        return _Stream(
            self._context.wrap_socket(
                sock,
                server_hostname=server_hostname,
                do_handshake_on_connect=do_handshake_on_connect,
            )
        )


class _Stream:
    """Reads and writes are None when nothing can be done now, as on MicroPython."""

    def __init__(self, secured):
        self._secured = secured
        self._shaken = False

    def readinto(self, target) -> int:
        """Bytes that came; 0 at the end."""
        return self._tried(self._secured.recv_into, target)

    def write(self, data) -> int:
        """Bytes of ``data`` that were taken."""
        return self._tried(self._secured.send, data)

    def close(self) -> None:
        """Drop the connection."""
        self._secured.close()

    def _tried(self, action, data):
        try:
            if not self._shaken:
                self._secured.do_handshake()
                self._shaken = True
            return action(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
