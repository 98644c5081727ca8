"""What passes between a station and a back end elsewhere: messages out of relayed bytes.

For plain ws only; with wss there is nothing to be understood. Never disturbs what it listens to.
"""

from collections.abc import Callable

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.wire.wsframe import (  # noqa: E402
    CONTINUATION,
    TEXT,
    Header,
    apply_mask,
)

_MOST_BYTES = 1 << 20
_END_OF_HEAD = b"\r\n\r\n"


class Overhear:
    """``tell(direction, text)``: "received" by the back end, or "sent" by it.

    An object of this kind is a Network's ``overhear``.
    """

    def __init__(self, tell: Callable[[str, str], None]):
        self._tell = tell
        self._connection = None
        self._ears = {}

    def __call__(self, connection, towards_csms: bool, data: bytes) -> None:
        if connection is not self._connection:
            self._connection = connection
            self._ears = {True: _Ear(), False: _Ear()}
        for text in self._ears[towards_csms].hear(data):
            self._tell("received" if towards_csms else "sent", text)


class _Ear:
    """One direction of one connection: the HTTP head, then frames."""

    def __init__(self):
        self._waiting = b""
        self._upgraded = False
        self._parts = b""
        self._is_text = False

    def hear(self, data: bytes) -> list[str]:
        """The text messages that became whole."""
        self._waiting = (self._waiting + data)[-_MOST_BYTES:]
        if not self._upgraded:
            head, end, rest = self._waiting.partition(_END_OF_HEAD)
            if not end:
                return []
            self._upgraded, self._waiting = True, rest
        texts = []
        while (frame := self._take_frame()) is not None:
            texts += self._join(*frame)
        return texts

    def _take_frame(self):
        """(header, payload) of the next whole frame, or None."""
        header = Header()
        for at, byte in enumerate(self._waiting[:10]):
            if header.receive(byte):
                return self._take_payload(header, at + 1)
        return None

    def _take_payload(self, header: Header, start: int):
        masked = self._waiting[1] & 0x80
        begin = start + (4 if masked else 0)
        end = begin + header.length()
        if len(self._waiting) < end:
            return None
        payload = bytearray(self._waiting[begin:end])
        if masked:
            apply_mask(payload, 0, self._waiting[start:begin])
        self._waiting = self._waiting[end:]
        return header, bytes(payload)

    def _join(self, header: Header, payload: bytes) -> list[str]:
        if header.opcode() == TEXT:
            self._parts, self._is_text = payload, True
        elif header.opcode() == CONTINUATION:
            self._parts += payload
        else:
            return []
        if not header.final() or not self._is_text:
            return []
        self._is_text = False
        return [self._parts.decode(errors="replace")]
