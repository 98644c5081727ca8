"""RFC 6455 section 5: one frame's bytes, ours out and the peer's in.

A client masks each frame and a server none. What is sent is one object (header, mask, payload):
two writes to a socket cost 40 ms with Nagle's algorithm and delayed acknowledgements.

Cost of masking: 64 bytes at a time as one big integer, about a fifth of a loop over bytes.
A viper function would be another ten times faster, but would not run on CPython.
"""

import struct

from micropython import const

CONTINUATION = const(0)
TEXT = const(1)
BINARY = const(2)
CLOSE = const(8)
PING = const(9)
PONG = const(10)

_FINAL = const(0x80)
_MASKED = const(0x80)
_RESERVED = const(0x70)
_OPCODE = const(0x0F)
_SHORT = const(125)  # 5.5: also the longest payload of a control frame
_CHUNK = const(64)


def build(opcode: int, payload: bytes, mask: bytes) -> bytearray:
    """One final, masked frame; ``mask`` is four unpredictable bytes (10.3)."""
    head = _head(opcode, len(payload)) + mask
    out = bytearray(len(head) + len(payload))
    out[: len(head)] = head
    out[len(head) :] = payload
    apply_mask(out, len(head), mask)
    return out


def _head(opcode: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes((_FINAL | opcode, _MASKED | length))
    if length < 0x10000:
        return struct.pack(">BBH", _FINAL | opcode, _MASKED | 126, length)
    return struct.pack(">BBQ", _FINAL | opcode, _MASKED | 127, length)


def apply_mask(buffer: bytearray, start: int, mask: bytes) -> None:
    """Mask or unmask ``buffer`` from ``start`` to its end, in place (5.3)."""
    key = int.from_bytes(mask * (_CHUNK // 4), "little")
    for at in range(start, len(buffer), _CHUNK):
        size = min(_CHUNK, len(buffer) - at)
        part = int.from_bytes(buffer[at : at + size], "little")
        part ^= key if size == _CHUNK else key & (1 << 8 * size) - 1
        buffer[at : at + size] = part.to_bytes(size, "little")


class Header:
    """A peer's frame header, told byte by byte."""

    def __init__(self):
        self._came = bytearray(10)
        self.clear()

    def clear(self) -> None:
        """Wait for the next frame."""
        self._filled = 0
        self._size = 2

    def receive(self, byte: int) -> bool:
        """Take one byte; True when the header is whole."""
        self._came[self._filled] = byte
        self._filled += 1
        if self._filled == 2:
            self._size = 2 + {126: 2, 127: 8}.get(byte & 0x7F, 0)
        return self._filled == self._size

    def final(self) -> bool:
        """Whether this is the last frame of its message."""
        return self._came[0] & _FINAL != 0

    def opcode(self) -> int:
        """What the frame is."""
        return self._came[0] & _OPCODE

    def length(self) -> int:
        """Bytes of payload."""
        if self._size == 2:
            return self._came[1] & 0x7F
        return int.from_bytes(self._came[2 : self._size], "big")

    def fault(self) -> str:
        """What is wrong with a whole header by itself, or None."""
        opcode = self.opcode()
        if self._came[0] & _RESERVED:
            return "reserved bits set"
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            return "unknown opcode %d" % opcode
        if self._came[1] & _MASKED:
            return "masked frame from a server"
        if opcode >= CLOSE and (not self.final() or self.length() > _SHORT):
            return "control frame in parts or over 125 bytes"
        return self._length_fault()

    def _length_fault(self) -> str:
        # 5.2: the shortest form, and the highest bit of the long form is zero.
        length = self.length()
        if self._size == 4 and length <= _SHORT or self._size == 10 and length < 0x10000:
            return "length not in its shortest form"
        return "length over 63 bits" if length >> 63 else None
