"""The relay between station and back end, and its faults."""

import json

import pytest

from host_tests.harness.network import Network


@pytest.fixture
def network(loop, csms):
    network = Network(loop, csms.port)
    yield network
    network.up = False


@pytest.fixture
def far_station(connect_station, network):
    """A booted station behind the network."""
    station = connect_station(url=f"ws://127.0.0.1:{network.port}")
    station.call(
        "BootNotification", {"chargePointVendor": "Pilotlight", "chargePointModel": "Bench"}
    )
    return station


def test_a_conversation_passes_and_is_counted(network, far_station):
    to_csms, to_station = network.bytes_to_csms, network.bytes_to_station
    assert to_csms > 200 and to_station > 200
    assert far_station.call("Heartbeat", {})[0] == 3
    # A short masked frame has a head of 6 bytes, a short plain one of 2.
    assert network.bytes_to_csms - to_csms == 6 + len('[2, "m1", "Heartbeat", {}]')
    assert network.bytes_to_station - to_station == 2 + len(far_station.heard[-1])


def test_a_network_that_is_down_resets_and_refuses(csms, network, far_station, connect_station):
    port = network.port
    network.up = False
    assert far_station.closed == "reset" and not csms.online("ST 1")
    assert isinstance(connect_station(url=f"ws://127.0.0.1:{port}").status, ConnectionRefusedError)
    network.up = True
    assert network.port == port
    connect_station(url=f"ws://127.0.0.1:{port}")
    assert csms.online("ST 1")


def test_a_cut_resets_what_is_open_and_no_more(csms, network, far_station, connect_station):
    network.cut()
    assert far_station.closed == "reset" and not csms.online("ST 1")
    connect_station(url=f"ws://127.0.0.1:{network.port}")
    assert csms.online("ST 1")


def test_a_frozen_network_swallows_bytes_while_both_ends_stay_open(csms, network, far_station):
    network.freeze()
    assert far_station.call("Heartbeat", {}) is None
    csms.send_text("ST 1", "lost")
    assert csms.calls("ST 1", "Heartbeat") == []
    assert far_station.heard[-1] != "lost"
    assert far_station.closed is None and csms.online("ST 1")
    network.thaw()
    assert far_station.closed == "reset" and not csms.online("ST 1")


def test_a_connection_that_lost_nothing_survives_a_freeze(network, far_station):
    network.freeze()
    network.thaw()
    assert far_station.call("Heartbeat", {})[0] == 3


def test_a_station_that_goes_in_a_freeze_is_missed_at_the_thaw(csms, network, far_station):
    network.freeze()
    far_station.vanish()
    assert csms.online("ST 1")
    network.thaw()
    assert not csms.online("ST 1")


def test_a_new_connection_into_a_frozen_network_hears_nothing(
    csms, loop, network, connect_station
):
    network.freeze()
    station = connect_station(url=f"ws://127.0.0.1:{network.port}")
    loop.advance_to(1000)
    assert station.socket is None and station.status is None and not csms.online("ST 1")
    station.vanish()


def test_a_back_end_that_is_away_resets_the_connection(csms, network, connect_station):
    csms.stop()
    station = connect_station(url=f"ws://127.0.0.1:{network.port}")
    assert station.socket is None and station.status is not None


def test_the_orderly_end_of_a_connection_passes(csms, network, far_station):
    csms.drop("ST 1", how="close", code=1011)
    assert far_station.closed == 1011 and not csms.online("ST 1")


def test_latency_delays_both_ways_and_keeps_the_order(csms, loop, network, far_station):
    network.latency_ms = 100
    for message in ("a", "b", "c"):
        far_station.say(json.dumps([2, message, "Heartbeat", {}]))
    loop.advance_to(99)
    assert csms.calls("ST 1", "Heartbeat") == []
    loop.advance_to(199)
    assert len(csms.calls("ST 1", "Heartbeat")) == 3 and len(far_station.heard) == 1
    loop.advance_to(200)
    assert [json.loads(text)[1] for text in far_station.heard[1:]] == ["a", "b", "c"]
