"""The other end of our WebSocket: the `websockets` library's server, without a socket."""

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from chargepoint.wire.websocket import WebSocket

KEY = bytes(range(16))


def client(longest=65536, mask=b"\x11\x22\x33\x44", **other):
    words = {"host": "csms:9000", "path": "/ocpp/CP1", "authorization": None, **other}
    return WebSocket(
        words["host"],
        words["path"],
        KEY,
        "ocpp1.6",
        words["authorization"],
        lambda count: (mask * count)[:count],
        longest,
    )


def drain(socket):
    """All that the client wants to send, and how many pieces it was."""
    out = []
    while (piece := socket.bytes_to_send()) is not None:
        out.append(bytes(piece))
    return out


class Peer:
    """A server that has accepted; ``say`` gives bytes, ``hear`` gives frames."""

    def __init__(self, socket):
        self.socket = socket
        self.protocol = ServerProtocol(subprotocols=["ocpp1.6"], extensions=[])
        self.protocol.receive_data(b"".join(drain(socket)))
        (self.request,) = self.protocol.events_received()
        assert isinstance(self.request, Request)
        self.protocol.send_response(self.protocol.accept(self.request))
        self.answer = self.say()

    def say(self):
        """The bytes that the library wants to send."""
        return b"".join(self.protocol.data_to_send())

    def hear(self):
        """The frames that the library made of what the client sends."""
        for piece in drain(self.socket):
            self.protocol.receive_data(piece)
        return [event for event in self.protocol.events_received() if isinstance(event, Frame)]


def opened(**options):
    """A client and a peer that have shaken hands."""
    socket = client(**options)
    peer = Peer(socket)
    socket.receive_bytes(peer.answer)
    assert socket.state == "open"
    return socket, peer


def frame(opcode, payload=b"", fin=True):
    """A server's frame, by the library."""
    return Frame(Opcode(opcode), payload, fin).serialize(mask=False)
