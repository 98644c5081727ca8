"""What makes a unit this one: its record, what is derived of its secret, the technician's code.

The record ``unit`` is JSON, ``{"serial": "...", "secret": "<32 hex digits>"}``. Of the secret come
the access point's password and the key that signs reports (HMAC-SHA256, RFC 2104); neither tells
anything of the other. Pure.
"""

import hashlib
import json
from binascii import hexlify, unhexlify

from micropython import const

RECORD = "unit"
# Of a technician's code: characters, and how often it is hashed.
CODE_LEAST = const(4)
CODE_MOST = const(32)
ROUNDS = const(1000)

_BLOCK = const(64)
# Rounds between two pauses: some 2 ms of an ESP32.
_ROUNDS_A_STEP = const(20)
# Without look-alikes: no 0 and o, no 1 and l; 32 of them, 5 bits each.
_LETTERS = b"23456789abcdefghijkmnpqrstuvwxyz"
_PASSWORD = const(12)
# Wrong codes that cost nothing, then a wait that doubles, then an hour that doubles.
_FREE_TRIES = const(3)
_TRIES = const(10)
_HOUR_S = const(3600)
_DAY_S = const(86400)


def hmac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 of ``data``; ``key`` is at most 64 bytes, else ValueError."""
    if len(key) > _BLOCK:
        raise ValueError("key of %d bytes, at most %d expected" % (len(key), _BLOCK))
    key += bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]))
    inner.update(data)
    return hashlib.sha256(bytes([byte ^ 0x5C for byte in key]) + inner.digest()).digest()


def made(random: bytes) -> bytes:
    """A record of 20 ``random`` bytes."""
    serial = "PL" + hexlify(random[:4]).decode().upper()
    return json.dumps({"serial": serial, "secret": hexlify(random[4:20]).decode()}).encode()


def read(record: bytes) -> tuple:
    """(serial, secret) in a ``record``, or None where there is none of this form."""
    try:
        given = json.loads(record or b"")
        serial, secret = given["serial"], unhexlify(given["secret"])
    except (ValueError, KeyError, TypeError):
        return None
    good = type(serial) is str and 0 < len(serial) <= 25 and len(secret) == 16
    return (serial, secret) if good else None


def password(secret: bytes) -> str:
    """The password of the unit's access point and page: 12 characters, 60 bits."""
    drawn = hmac(secret, b"access point")
    return bytes([_LETTERS[byte & 31] for byte in drawn[:_PASSWORD]]).decode()


def report_key(secret: bytes) -> bytes:
    """The key that signs commissioning reports, 32 bytes."""
    return hmac(secret, b"report")


def signature(secret: bytes, text: str) -> str:
    """The signature of ``text`` with the report key, in hex."""
    return hexlify(hmac(report_key(secret), text.encode())).decode()


def stretching(salt: bytes, code: str):
    """A generator that pauses and returns what is kept of ``code``: ROUNDS salted hashes."""
    value = salt + code.encode()
    for number in range(ROUNDS):
        value = hashlib.sha256(salt + value).digest()
        if number % _ROUNDS_A_STEP == 0:
            yield
    return value


def wait_s(tries: int) -> int:
    """Seconds that nothing is tried after ``tries`` wrong codes in a row: 0, from the third on 1,
    2, 4 ... 64, from the tenth on an hour, 2, 4 ... 24 hours."""
    if tries < _FREE_TRIES:
        return 0
    if tries < _TRIES:
        return 1 << (tries - _FREE_TRIES)
    return min(_HOUR_S << min(tries - _TRIES, 5), _DAY_S)
