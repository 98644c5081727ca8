"""The head of an update: which board it is for, what version, and how to know that it is whole.

    offset  bytes
         0      8  ``PLUPDATE``
         8      2  length of the head: the image begins there
        10      2  0
        12      4  length of the image
        16     32  SHA-256 of the head without these bytes, then of the image
        48     32  name of the board, filled up with zeros
        80     32  version, filled up with zeros

Numbers are little-endian. A head may be longer than 112 bytes, up to 1024: what stands there (a
signature, one day) counts for the digest and means nothing to a station that does not know it.
"""

import struct

from micropython import const

MAGIC = b"PLUPDATE"
SHORTEST = const(112)
LONGEST = const(1024)
_DIGEST_AT = const(16)
_DIGEST_END = const(48)


class UpdateHead:
    """``data`` begins with the head; ``length`` is its length, ``size`` that of the image.

    Raises ValueError that says what was expected, for what is no head of an update.
    """

    def __init__(self, data: bytes):
        if data[:8] != MAGIC:
            raise ValueError("no update: expected PLUPDATE at its begin")
        if len(data) < SHORTEST:
            raise ValueError("update of %d bytes: its head ends early" % len(data))
        self.length, _, self.size = struct.unpack_from("<HHI", data, 8)
        if not SHORTEST <= self.length <= LONGEST or not 0 < self.size < 1 << 28:
            raise ValueError("update with a head of %d bytes" % self.length)
        self.digest = bytes(data[_DIGEST_AT:_DIGEST_END])
        self.board = _text(data[48:80])
        self.version = _text(data[80:112])


def covered(head: bytes) -> bytes:
    """What of a whole ``head`` counts for the digest."""
    return bytes(head[:_DIGEST_AT]) + bytes(head[_DIGEST_END:])


def _text(field):
    try:
        return bytes(field).rstrip(b"\0").decode()
    except UnicodeError:
        raise ValueError("update: expected text as the name of its board and version")
