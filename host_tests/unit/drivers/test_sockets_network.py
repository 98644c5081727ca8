"""drivers/sockets_network: names are looked up in a thread, dialling never waits for them."""

import socket

import pytest

from chargepoint.drivers.sockets_network import NetworkSockets
from chargepoint.drivers.stream_tcp import TcpStream
from chargepoint.ports import CLOSED, OPENING

WANTED = ("csms.example", 443, 0, socket.SOCK_STREAM)
FOUND = [(2, 1, 6, "", ("192.0.2.1", 443))]


class World:
    """The module socket, the network and the threads, all led by the test."""

    SOCK_STREAM = socket.SOCK_STREAM
    SOCK_DGRAM = socket.SOCK_DGRAM
    socket = socket.socket

    def __init__(self):
        self.is_up = True
        self.asked = []
        self.answer = FOUND
        self.threads = []
        self.no_memory = False
        self.sockets = NetworkSockets(self, self, self.start)

    def up(self):
        return self.is_up

    def getaddrinfo(self, *wanted):
        self.asked.append(wanted)
        if self.answer is None:
            raise OSError(-2)
        return self.answer

    def start(self, function, arguments):
        if self.no_memory:
            raise OSError("can't create thread")
        self.threads.append((function, arguments))

    def let_threads_run(self):
        while self.threads:
            function, arguments = self.threads.pop(0)
            function(*arguments)

    def ask(self, wanted=WANTED):
        try:
            return self.sockets.getaddrinfo(*wanted)
        except OSError:
            return None


def test_the_first_dial_only_starts_the_look_up():
    world = World()
    assert world.ask() is None
    assert world.asked == []
    world.let_threads_run()
    assert world.asked == [WANTED]
    assert world.ask() == FOUND


def test_without_a_network_no_one_is_asked():
    world = World()
    world.is_up = False
    assert world.ask() is None
    assert world.threads == []


def test_one_look_up_at_a_time():
    world = World()
    for _ in range(5):
        world.ask()
    assert len(world.threads) == 1


def test_an_address_that_moved_is_followed():
    world = World()
    world.ask()
    world.let_threads_run()
    world.answer = [(2, 1, 6, "", ("192.0.2.9", 443))]
    assert world.ask() == FOUND
    world.let_threads_run()
    assert world.ask() == world.answer


@pytest.mark.parametrize("silence", [None, []])
def test_a_name_server_that_fails_leaves_what_was_known(silence):
    world = World()
    world.ask()
    world.let_threads_run()
    world.answer = silence
    world.ask()
    world.let_threads_run()
    assert world.ask() == FOUND


def test_another_host_is_another_question():
    world = World()
    world.ask()
    world.let_threads_run()
    other = ("other.example", 80, 0, socket.SOCK_STREAM)
    assert world.ask(other) is None
    world.let_threads_run()
    assert world.asked[-1] == other


def test_an_answer_that_comes_too_late_is_not_taken_for_another_host():
    world = World()
    world.ask()
    other = ("other.example", 80, 0, socket.SOCK_STREAM)
    assert world.ask(other) is None
    world.let_threads_run()
    world.answer = None
    assert world.ask(other) is None


def test_no_memory_for_a_thread_is_tried_again():
    world = World()
    world.no_memory = True
    assert world.ask() is None
    world.no_memory = False
    world.ask()
    world.let_threads_run()
    assert world.ask() == FOUND


def test_the_stream_may_take_its_list_apart():
    world = World()
    world.ask()
    world.let_threads_run()
    world.ask().clear()
    assert world.ask() == FOUND


def test_a_stream_dials_at_its_second_try():
    """With the real thing: the name is `localhost`, a number would do as well."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    threads = []
    network = World()
    sockets = NetworkSockets(socket, network, lambda *thread: threads.append(thread))
    stream = TcpStream(sockets)
    stream.open("127.0.0.1", port, False, "127.0.0.1")
    assert (stream.state, stream.reason) == (CLOSED, "no address yet for 127.0.0.1")
    function, arguments = threads.pop()
    function(*arguments)
    stream.open("127.0.0.1", port, False, "127.0.0.1")
    assert stream.state == OPENING
    stream.close()
    listener.close()


def test_no_network_is_told_apart_from_a_name_that_is_not_known():
    """The link dials again at once, and does not count it as a failure of the back end."""
    world = World()
    world.is_up = False
    stream = TcpStream(world.sockets)
    stream.open("csms.example", 80, False, "")
    assert (stream.state, stream.reason) == (CLOSED, "no address yet for csms.example")
