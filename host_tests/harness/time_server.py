"""An SNTP server (RFC 4330) in the harness's time, with the faults that one has."""

import asyncio
import struct

_TO_1970_S = 2208988800


class TimeServer(asyncio.DatagramProtocol):
    """Tells ``clock`` (csms's), moved by ``offset_s``. ``silent``: no answer; ``forged``: an
    answer to another question comes before the right one; ``stratum`` 0 is a kiss of death.
    """

    def __init__(self, loop, clock):
        self.clock = clock
        self.offset_s = 0
        self.stratum = 2
        self.silent = self.forged = False
        self.asked = 0
        endpoint = loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._transport, _ = loop.run(endpoint)

    @property
    def name(self) -> str:
        """For the setting TimeServer."""
        return f"127.0.0.1:{self._transport.get_extra_info('sockname')[1]}"

    def datagram_received(self, data, address):
        self.asked += 1
        if self.silent:
            return
        if self.forged:
            self._transport.sendto(self._answer(b"guessed!", 99), address)
        self._transport.sendto(self._answer(data[40:48], self.offset_s), address)

    def _answer(self, nonce, offset_s):
        utc_s = self.clock.utc_s() + offset_s
        seconds = (utc_s + _TO_1970_S) % 2**32
        return struct.pack(">BB22x8s8xI4x", 0x24, self.stratum, nonce, seconds)
