"""The name server of the access point: one question a step, and nothing stops it."""

import socket

from chargepoint.drivers.dns_captive import CaptiveDns
from host_tests.unit.loopback import until

QUESTION = b"\xbe\xef\1\0\0\1\0\0\0\0\0\0\1x\0\0\1\0\1"


def test_it_answers_and_goes_on_after_noise_and_after_those_who_left():
    here = CaptiveDns(socket, "127.0.0.1", bytes((10, 0, 0, 1)), 0)
    place = here._socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.sendto(QUESTION, place)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.setblocking(False)
        phone.sendto(b"", place)
        phone.sendto(b"x" * 2000, place)
        phone.sendto(QUESTION, place)

        def answered():
            here.poll()
            try:
                return phone.recv(512)
            except BlockingIOError:
                return None

        assert until(answered).endswith(bytes((10, 0, 0, 1)))
    here.close()
