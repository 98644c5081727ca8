"""SNTP (RFC 4330), a client's half: the question and what is taken of the answer.

The question tells nothing but eight random bytes in place of our time; an answer counts only when
it gives them back (§5), so that no one who can't see our packets can set our clock.
"""

from micropython import const

PORT = const(123)
BYTES = const(48)

_CLIENT = const(0x23)  # version 4, mode 3
_SERVER = const(4)
_UNSYNCHRONISED = const(3)
_TO_1970_S = 2208988800
_ERA_S = 4294967296


def request(nonce: bytes) -> bytes:
    """The question; ``nonce`` is eight unpredictable bytes."""
    return bytes((_CLIENT,)) + bytes(39) + nonce


def utc_of(answer: bytes, nonce: bytes) -> int:
    """Seconds since 1970 in ``answer``. Raises ValueError that says what is wrong with it."""
    if len(answer) < BYTES:
        raise ValueError("answer of %d bytes, %d expected" % (len(answer), BYTES))
    if answer[24:32] != nonce:
        raise ValueError("not an answer to this question")
    if answer[0] & 7 != _SERVER or answer[0] >> 6 == _UNSYNCHRONISED:
        raise ValueError("not a server that knows the time")
    if not 1 <= answer[1] <= 15:
        raise ValueError("stratum %d, 1 to 15 expected" % answer[1])
    seconds = int.from_bytes(answer[40:44], "big")
    if seconds == 0:
        raise ValueError("no time in the answer")
    # §3: the counter starts anew in 2036.
    if seconds < _ERA_S // 2:
        seconds += _ERA_S
    return seconds - _TO_1970_S
