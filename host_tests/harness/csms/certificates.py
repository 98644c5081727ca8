"""A certificate authority for tests: EC P-256, what TLS 1.2 on a microcontroller can verify."""

import ipaddress
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

# Wide enough for every clock that a scenario sets.
_VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_VALID_TO = datetime(2049, 12, 31, tzinfo=UTC)


class Authority:
    """Writes PEM files into ``folder``: ca.pem, and NAME.pem with NAME.key for each issued."""

    def __init__(self, folder, name: str = "Bench CA"):
        self._folder = Path(folder)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        authority = x509.BasicConstraints(ca=True, path_length=0)
        self._certificate = self._sign(self._name, self._key.public_key(), authority, None)
        self.ca_path = self._folder / "ca.pem"
        self.ca_path.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def issue(
        self,
        common_name: str,
        host: str | None = None,
        valid_from: datetime = _VALID_FROM,
        valid_to: datetime = _VALID_TO,
    ) -> tuple[Path, Path]:
        """The paths of a new certificate and its key; for a server, ``host`` is its name."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = x509.BasicConstraints(ca=False, path_length=None)
        subject = _name(common_name)
        certificate = self._sign(subject, key.public_key(), end, host, valid_from, valid_to)
        paths = self._folder / f"{common_name}.pem", self._folder / f"{common_name}.key"
        paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return paths

    def _sign(
        self, subject, public_key, constraints, host, valid_from=_VALID_FROM, valid_to=_VALID_TO
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid_from)
            .not_valid_after(valid_to)
            .add_extension(constraints, critical=True)
        )
        if host is not None:
            names = x509.SubjectAlternativeName([_general_name(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def station_files(authority: Authority, identity: str) -> dict[str, bytes]:
    """What provisioning lays into a station's store: whom it trusts, and its own certificate."""
    certificate, key = authority.issue(identity)
    return {
        "tls_ca": authority.ca_path.read_bytes(),
        "tls_certificate": certificate.read_bytes(),
        "tls_key": key.read_bytes(),
    }


def server_context(
    authority: Authority, host="127.0.0.1", mutual=False, trusts=None, **validity
) -> ssl.SSLContext:
    """For ``Csms(ssl_context=...)``: TLS 1.2 only; ``mutual`` asks stations for a certificate of
    ``trusts`` (None: the same authority). ``validity``: valid_from, valid_to."""
    certificate, key = authority.issue("server", host, **validity)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if mutual:
        context.load_verify_locations((trusts or authority).ca_path)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
