"""SHA-1 (RFC 3174), which a WebSocket handshake needs and some MicroPython builds lack.

It protects nothing here: RFC 6455 1.3 uses it to see that the peer has understood the request.
"""

import hashlib
import struct

_MASK = 0xFFFFFFFF
_SEED = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)


def sha1(data: bytes) -> bytes:
    """The 20 bytes of the digest, from the interpreter where it has one."""
    if hasattr(hashlib, "sha1"):
        return hashlib.sha1(data).digest()
    return own_sha1(data)


def own_sha1(data: bytes) -> bytes:
    """The same in Python: 80 rounds for each 64 bytes."""
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    state = _SEED
    for start in range(0, len(padded), 64):
        mixed = _block(state, list(struct.unpack_from(">16I", padded, start)))
        state = tuple([state[at] + mixed[at] & _MASK for at in range(5)])
    return struct.pack(">5I", *state)


def _block(state: tuple, words: list) -> tuple:
    """RFC 3174 method 2: the 80 words in a ring of 16."""
    a, b, c, d, e = state
    for at in range(80):
        word = words[at & 15]
        mixed = _rotated(a, 5) + _chosen(at, b, c, d) + e + word & _MASK
        a, b, c, d, e = mixed, a, _rotated(b, 30), c, d
        after = words[at + 13 & 15] ^ words[at + 8 & 15] ^ words[at + 2 & 15] ^ word
        words[at & 15] = _rotated(after, 1)
    return a, b, c, d, e


def _chosen(at: int, b: int, c: int, d: int) -> int:
    """The function and the constant of round ``at``."""
    if at < 20:
        return (b & c | ~b & d) + 0x5A827999
    if at < 40:
        return (b ^ c ^ d) + 0x6ED9EBA1
    if at < 60:
        return (b & c | b & d | c & d) + 0x8F1BBCDC
    return (b ^ c ^ d) + 0xCA62C1D6


def _rotated(value: int, places: int) -> int:
    return (value << places | value >> 32 - places) & _MASK
