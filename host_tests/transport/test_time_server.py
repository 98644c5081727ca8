"""The time of a time server, over real UDP; the order of network, time and TLS."""

import pytest

from host_tests.harness.csms.certificates import Authority, server_context, station_files
from host_tests.harness.stage import IDENTITY
from host_tests.harness.time_server import TimeServer


@pytest.fixture
def offline(make_stage):
    """A station that reaches a time server and no back end."""

    def make(**settings):
        stage = make_stage(start=False)
        server = TimeServer(stage.loop, stage.clock)
        stage.target.provision_settings({"TimeServer": server.name, **settings})
        stage.csms.stop()
        return stage, server

    return make


def test_session_before_any_back_end_has_the_time_server_s_times(offline):
    """OCPP 1.6 §3.14: off line from the first start on, and yet dated."""
    stage, _ = offline(AllowOfflineTxForUnknownId="true")
    stage.start()
    stage.until(lambda: stage.facts()["clock"] == "set", 30, "the time")
    assert abs(stage.facts()["utc_s"] - stage.clock.utc_s()) <= 1
    stage.vehicle.plug_in(amps=16)
    stage.advance(3)
    began_s = stage.clock.utc_s()
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 30, "energy")
    stage.advance(20)
    stage.tap()
    stage.advance(5)
    stage.csms.start()
    stage.finished_session()
    start = stage.csms.calls(IDENTITY, "StartTransaction")[0]
    assert abs(stage.seconds(start["timestamp"]) - began_s) <= 5


@pytest.mark.parametrize("fault", ["silent", "forged", "kiss of death", "1970"])
def test_time_server_that_is_not_right_sets_nothing_and_is_not_hammered(offline, fault):
    """RFC 4330 §5, §10; of a forged answer only the true one that follows counts."""
    stage, server = offline()
    server.silent, server.forged = fault == "silent", fault == "forged"
    server.stratum = 0 if fault == "kiss of death" else 2
    server.offset_s = -stage.clock.utc_s() if fault == "1970" else 0
    stage.start()
    stage.advance(120)
    if fault == "forged":
        assert stage.facts()["utc_s"] - stage.clock.utc_s() in (-1, 0, 1)
    else:
        assert stage.facts()["clock"] == "floor" and stage.facts()["utc_s"] is None
        assert server.asked <= 5


def test_back_end_s_time_counts_more_than_the_time_server_s(offline):
    """It dates the bills; the time server is not asked again meanwhile."""
    stage, server = offline()
    server.offset_s = 3600
    stage.start()
    stage.until(lambda: stage.facts()["clock"] == "set", 30, "the time")
    stage.csms.start()
    stage.until_status("Available", 60)
    assert abs(stage.facts()["utc_s"] - stage.clock.utc_s()) <= 1
    asked = server.asked
    stage.advance(3600)
    assert server.asked == asked


def test_time_comes_before_tls(make_stage, tmp_path):
    """The order is designed: no certificate is judged before the time server had its chance."""
    authority = Authority(tmp_path)
    files = station_files(authority, IDENTITY)
    settings = {"SecurityProfile": "2", "AuthorizationKey": "a password of 20"}
    stage = make_stage(start=False, settings=settings, files=files)
    server = TimeServer(stage.loop, stage.clock)
    stage.target.provision_settings({"TimeServer": server.name})
    stage.csms.add_charge_point(IDENTITY, b"a password of 20")
    stage.secure(server_context(authority))
    server.silent = True
    stage.start()
    stage.advance(4)
    assert server.asked == 1 and stage.network.bytes_heard == 0
    stage.until_status("Available", 30)
    assert stage.facts()["clock"] == "set"
