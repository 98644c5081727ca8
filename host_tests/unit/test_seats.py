"""A port that stays ours, also while no one listens there."""

import socket

import pytest

from host_tests.harness import seats
from host_tests.harness.network import Network
from host_tests.harness.virtual_loop import VirtualLoop


@pytest.fixture
def seat():
    with seats.take_seat() as seat:
        yield seats.HOST, seats.port_of(seat)


def is_free(place):
    with socket.socket() as other:
        try:
            other.bind(place)
        except OSError:
            return False
    return True


def test_seat_is_no_one_elses_and_who_connects_is_refused(seat):
    assert not is_free(seat)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(seat)


def test_server_comes_to_a_seat_and_goes_and_comes_again(seat):
    """Also while a connection of the last time is not over yet."""
    for _ in range(3):
        with socket.create_server(seat), socket.create_connection(seat):
            assert not is_free(seat)
        assert not is_free(seat)


def test_seat_that_was_given_back_is_free():
    with seats.take_seat() as seat:
        place = seat.getsockname()
    assert is_free(place)


def test_port_of_a_network_that_is_down_stays_its_own():
    """The other process that runs tests takes ports all the time."""
    loop = VirtualLoop()
    network = Network(loop, 1)
    network.up = False
    assert not is_free((seats.HOST, network.port))
    network.up = True
    network.up = False
    loop.finish()
