"""MicroPython's C module ``tls`` for CPython: the same call forms, around ``ssl``.

Certificates and keys are bytes, by position; a socket never waits and answers None when nothing
can be done now. At most TLS 1.2 is spoken, as on the ESP32.

On the ESP32 certificates are judged by the hardware clock. ``now_s`` may be a function that tells
such a clock's time (seconds since 1970); None: only this machine's own clock counts.
"""

import errno
import os
import ssl
import tempfile

PROTOCOL_TLS_CLIENT = ssl.PROTOCOL_TLS_CLIENT
PROTOCOL_TLS_SERVER = ssl.PROTOCOL_TLS_SERVER
CERT_NONE = ssl.CERT_NONE
CERT_REQUIRED = ssl.CERT_REQUIRED

now_s = None


class SSLContext:
    """As MicroPython's: ``verify_mode``, certificates, ``wrap_socket``."""

    def __init__(self, protocol, /):
        self._context = ssl.SSLContext(protocol)
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2

    @property
    def verify_mode(self) -> int:
        """CERT_NONE or CERT_REQUIRED."""
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode: int) -> None:
        self._context.check_hostname = mode == CERT_REQUIRED
        self._context.verify_mode = mode

    def load_verify_locations(self, data, /) -> None:
        """Trust the certificates in ``data``, PEM or DER."""
        data = bytes(data)
        self._context.load_verify_locations(
            cadata=data.decode() if data.startswith(b"-----") else data
        )

    def load_cert_chain(self, certificate, key, /) -> None:
        """Show ``certificate``, both PEM."""
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, name) for name in ("certificate", "key")]
            for name, data in zip(names, (certificate, key), strict=True):
                with open(name, "wb") as file:
                    file.write(data)
            self._context.load_cert_chain(*names)

    def wrap_socket(
        self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None
    ) -> "SSLSocket":
        """A TLS socket on a connected socket."""
        wrapped = self._context.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=False,
            server_hostname=server_hostname,
        )
        if do_handshake_on_connect:
            wrapped.do_handshake()
        return SSLSocket(wrapped)


class SSLSocket:
    """A stream as MicroPython's: the handshake goes on inside reads and writes."""

    def __init__(self, wrapped: ssl.SSLSocket):
        self._wrapped = wrapped
        self._shaken = False

    def readinto(self, target) -> int:
        """Bytes read into ``target``; 0 at the end, None when there are none now."""
        return self._tried(lambda: self._wrapped.recv_into(target))

    def write(self, data) -> int:
        """Bytes taken of ``data``; None when none can be taken now."""
        return self._tried(lambda: self._wrapped.send(data))

    def setblocking(self, flag: bool) -> None:
        """Whether reads and writes wait."""
        self._wrapped.setblocking(flag)

    def close(self) -> None:
        """Drop the connection."""
        self._wrapped.close()

    def _tried(self, action) -> int:
        try:
            if not self._shaken:
                self._wrapped.do_handshake()
                _judge(self._wrapped.getpeercert())
                self._shaken = True
            return action()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return None
        except ssl.SSLCertVerificationError as error:
            raise ValueError(error.verify_message) from error
        except ssl.SSLEOFError:
            return 0
        except ssl.SSLError as error:
            raise OSError(errno.EIO, error.reason or str(error)) from error


def _judge(certificate) -> None:
    """ValueError, in mbedTLS's words, when ``certificate`` is not valid by ``now_s``."""
    if now_s is None:
        return
    if ssl.cert_time_to_seconds(certificate["notBefore"]) > now_s():
        raise ValueError("The certificate validity starts in the future\n")
    if ssl.cert_time_to_seconds(certificate["notAfter"]) < now_s():
        raise ValueError("The certificate validity has expired\n")
