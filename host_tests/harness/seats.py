"""Ports of this machine that stay ours while no one listens on them.

A port that is given back and taken again is anyone's in between: the other test process's, which
takes many a second, or a client's. A seat is bound and does not listen: who connects is refused,
the kernel gives it to no one, and another seat is never the same. A server that sets SO_REUSEADDR,
as asyncio's and the station's do, can listen there, and leave, and listen again.
"""

import errno
import random
import socket

HOST = "127.0.0.1"
# Below those that a kernel hands out, so that no client gets one even where it is no seat.
_PORTS = range(10_240, 32_768)


def take_seat() -> socket.socket:
    """A seat, until it is closed; no one has the UDP port of its number. OSError: none is free."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        seat = socket.socket()
        try:
            # Without SO_REUSEADDR: fails where anyone else sits, even one who does not listen.
            seat.bind((HOST, port))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((HOST, port))
        except OSError:
            seat.close()
            continue
        # From now on others may listen here.
        seat.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return seat
    raise OSError(errno.EADDRINUSE, f"none of a hundred ports of {_PORTS} is free")


def port_of(seat: socket.socket) -> int:
    """Its number."""
    return seat.getsockname()[1]
