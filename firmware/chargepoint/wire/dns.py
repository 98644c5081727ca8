"""DNS as a captive portal speaks it: whatever is asked, the answer is here (RFC 1035, 4.1).

A question for an IPv4 address gets ours; every other sound question gets an empty answer, so that
no one waits for a better one. What is no question gets nothing.
"""

from micropython import const

LONGEST = const(512)
_HEAD = const(12)
# Not kept for longer than a visit takes: elsewhere the same name is someone else's.
_ALIVE_S = const(10)
_ADDRESS = b"\x00\x01\x00\x01"  # type A, class IN


def answer(question: bytes, address: bytes) -> bytes:
    """What to say to a datagram; ``address`` is ours in four bytes. None: nothing at all."""
    end = _end_of(question)
    # One question, not an answer, a plain query.
    if end is None or question[2] & 0xF8 or question[4:6] != b"\x00\x01":
        return None
    asked = question[_HEAD:end]
    here = asked[-4:] == _ADDRESS
    # An answer, ours to give; recursion as it was desired, and available.
    head = question[:2] + bytes((0x84 | question[2] & 1, 0x80, 0, 1, 0, here, 0, 0, 0, 0))
    if not here:
        return head + asked
    # Its name is the one that was asked for, at byte 12.
    told = b"\xc0\x0c" + _ADDRESS + bytes((0, 0, 0, _ALIVE_S, 0, 4)) + address
    return head + asked + told


def _end_of(question):
    """Where the first question ends, or None where there is no whole one."""
    at = _HEAD
    while at < len(question):
        size = question[at]
        if size > 63:
            return None
        at += size + 1
        if size == 0:
            return at + 4 if at + 4 <= len(question) and at - _HEAD <= 255 else None
    return None
