"""What is known of an idTag, packed into bytes for the local list and the cache.

An entry is the mark 255, the idTag (lower case, as CiString compares), the mark 254, the first
letter of the status, the expiry in hex where there is one, and behind the mark 253 the parent. No
UTF-8 holds these marks, so a search for an idTag between its marks finds its entry and nothing
else, at the speed of a search in memory.
"""

from binascii import crc32

ACCEPTED = "Accepted"
EXPIRED = "Expired"
CONCURRENT = "ConcurrentTx"
_STATUSES = (ACCEPTED, "Blocked", EXPIRED, "Invalid", CONCURRENT)

MARK = b"\xff"
_MEANING = b"\xfe"
_PARENT = b"\xfd"


def key_of(tag: str) -> bytes:
    """``tag`` as it is compared."""
    return tag.lower().encode()


def hash_of(key: bytes) -> int:
    """24 evenly spread bits: a small number on every interpreter."""
    return crc32(key) >> 8


def is_status(word) -> bool:
    """``word`` is an AuthorizationStatus (OCPP 1.6 §7.2)."""
    return word in _STATUSES


def pack(key: bytes, status: str, expiry_s: int, parent: str) -> bytes:
    """An entry; ``expiry_s`` in seconds since 1970, it and ``parent`` may be None."""
    text = status[0] if expiry_s is None else "%s%x" % (status[0], expiry_s)
    entry = MARK + key + _MEANING + text.encode()
    return entry + _PARENT + parent.encode() if parent else entry


def place(data: bytes, key: bytes, end: int) -> int:
    """Where the entry of ``key`` begins among those in ``data`` before ``end``, or -1."""
    return data.find(MARK + key + _MEANING, 0, end)


def find(data: bytes, key: bytes, end: int = None) -> bytes:
    """The entry of ``key`` among those in ``data`` (before ``end``), or None."""
    end = len(data) if end is None else end
    start = place(data, key, end)
    return None if start < 0 else data[start : behind(data, start, end)]


def behind(data: bytes, start: int, end: int) -> int:
    """Where the entry that begins at ``start`` is over."""
    found = data.find(MARK, start + 1, end)
    return end if found < 0 else found


def first(data: bytes, start: int = 0) -> bytes:
    """The entry that begins at ``start``."""
    return data[start : behind(data, start, len(data))]


def removal(key: bytes) -> bytes:
    """No entry, but an order to delete the one of ``key``: see ``is_removal``."""
    return MARK + key + _MEANING


def is_removal(entry: bytes) -> bool:
    """``entry`` has no status."""
    return entry[-1:] == _MEANING


def key_in(entry: bytes) -> bytes:
    """Whose entry it is."""
    return entry[1 : entry.find(_MEANING)]


def meaning(entry: bytes, utc_s: int) -> tuple:
    """(status, parent) at ``utc_s``; with None, when no one knows the time, nothing expires."""
    text, _, parent = entry[entry.find(_MEANING) + 1 :].partition(_PARENT)
    text = text.decode()
    for status in _STATUSES:
        if status[0] == text[0]:
            break
    if len(text) > 1 and status == ACCEPTED and utc_s is not None and int(text[1:], 16) <= utc_s:
        status = EXPIRED
    return status, parent.decode() or None
