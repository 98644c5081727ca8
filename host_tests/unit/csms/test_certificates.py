"""TLS 1.2 with certificates of our own making."""

import ssl

import pytest

from host_tests.harness.csms import Csms
from host_tests.harness.csms.certificates import Authority, server_context
from host_tests.harness.virtual_loop import UtcClock


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def secure_csms(loop, authority):
    csms = Csms(loop, UtcClock(loop), ssl_context=server_context(authority, mutual=True))
    csms.add_charge_point("ST 1")
    csms.start()
    yield csms
    csms.close()


def _client_context(authority, common_name=None):
    context = ssl.create_default_context(cafile=authority.ca_path)
    if common_name:
        context.load_cert_chain(*authority.issue(common_name))
    return context


def test_a_station_with_a_certificate_is_let_in_over_tls_1_2(
    authority, secure_csms, connect_station
):
    """Improved security, profile 3."""
    context = _client_context(authority, "serial-1")
    station = connect_station(url=secure_csms.url, ssl=context)
    assert secure_csms.url.startswith("wss://") and secure_csms.online("ST 1")
    tls = station.socket.transport.get_extra_info("ssl_object")
    assert tls.version() == "TLSv1.2"
    names = dict(field[0] for field in tls.getpeercert()["subject"])
    assert names == {"commonName": "server"}


def test_a_station_without_a_certificate_is_kept_out(authority, secure_csms, connect_station):
    station = connect_station(url=secure_csms.url, ssl=_client_context(authority))
    assert station.socket is None and not secure_csms.online("ST 1")


def test_a_server_of_another_authority_is_not_trusted(
    secure_csms, connect_station, tmp_path_factory
):
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "Stranger CA")
    station = connect_station(url=secure_csms.url, ssl=_client_context(stranger))
    assert isinstance(station.status, ssl.SSLCertVerificationError)


def test_a_secure_link_is_dropped_like_a_plain_one(authority, secure_csms, connect_station):
    context = _client_context(authority, "serial-1")
    station = connect_station(url=secure_csms.url, ssl=context)
    secure_csms.drop("ST 1")
    assert station.closed == "reset" and not secure_csms.online("ST 1")
