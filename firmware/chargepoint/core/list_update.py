"""An update of the local list: a file at a time, and nothing counts before its head is written.

The idTags of one message are in RAM meanwhile, packed. Files of the list that they do not touch
stay as they are, unless the list outgrew its buckets: then all are spread anew, one bucket at a
time. What the store refuses is an update that failed: the list is what it was, and what was
written for it is removed.
"""

from micropython import const

from chargepoint.core import tags
from chargepoint.core.local_list import Head, bucket_of, name_of
from chargepoint.core.record import seal

# A file is to fit into one block of flash, 4 KB, though some buckets get more than others.
_FULL_BYTES = const(3300)
_BITS_MAX = const(8)
_BLOCK = const(4096)
# What must stay free, where it is less than a quarter of all: bills go before lists (journal.py).
_KEEP_BYTES = const(98304)
# idTags are packed so many a step, for it takes a microcontroller a millisecond each.
_A_STEP = const(4)


def update(listed, version: int, entries, is_full: bool, most: int, cache):
    """A generator: each ``next`` queues a file or reckons; ``listed.outcome`` tells the end.

    The parameters are those of ``LocalList.begin``.
    """
    old = listed.head
    base = Head() if is_full else old
    news = yield from _pack(entries)
    size = base.size + sum([len(entry) for _, _, entry in news])
    head = Head(old.generation + 1, _bits(size, base.bits))
    head.count, head.size = base.count, base.size
    kept = not _has_doubles(news) and _has_room(listed.room(), base, head, news)
    kept = kept and (yield from _write(listed, base, head, news))
    if kept and head.count <= most:
        head.version = version if head.count else 0
        kept = yield from _file(listed.journal, head.name, seal(head.encode()))
    else:
        kept = False
    if kept:
        listed.head = head
    listed.outcome = "Accepted" if kept else "Failed"
    yield from (_sweep(listed.journal, old, head) if kept else _sweep(listed.journal, head, old))
    while kept and cache is not None and news:
        _, key, entry = news.pop()
        if entry:
            cache.forget(key)
            yield


def _pack(entries):
    """(hash, idTag, entry) of all, by hash: those of a bucket are neighbours, however many buckets
    there are."""
    news = []
    for tag, status, expiry_s, parent in entries:
        key = tags.key_of(tag)
        entry = b"" if status is None else tags.pack(key, status, expiry_s, parent)
        news.append((tags.hash_of(key), key, entry))
        if len(news) % _A_STEP == 0:
            yield
    news.sort()
    return news


def _bits(size, bits):
    """As many buckets as ``size`` bytes want; they never become fewer."""
    while bits < _BITS_MAX and size > _FULL_BYTES << bits:
        bits += 1
    return bits


def _has_doubles(news):
    for at in range(1, len(news)):
        if news[at][1] == news[at - 1][1]:
            return True
    return False


def _has_room(room, base, head, news):
    """The new files leave room for the journal; ``room`` as ports.Store tells it."""
    if room is None:
        return True
    files = 1 << head.bits
    if head.bits == base.bits:
        files = min(files, len(news))
    return room[0] - files * _BLOCK >= min(_KEEP_BYTES, room[1] // 4)


def _write(listed, base, head, news):
    """Write each file that is new against ``base``, and note in ``head`` what counts then; False
    when the store refused."""
    at, spread = 0, head.bits != base.bits and base.count > 0
    if not spread and head.bits == base.bits:
        head.slots = base.slots
    bucket = 0 if spread else _bucket_at(news, at, head.bits)
    while bucket < 1 << head.bits:
        data = _base_of(listed, base, bucket, head.bits, spread)
        while _bucket_at(news, at, head.bits) == bucket:
            data = _changed(head, data, news[at][1], news[at][2])
            at += 1
        # Never over the file that counts now, even if this list has nothing of it.
        counts = listed.head.slot(bucket) if listed.head.bits == head.bits else 0
        slot = (2 if counts == 1 else 1) if data else 0
        head.slots = head.slots & ~(3 << 2 * bucket) | slot << 2 * bucket
        if data:
            name = name_of(head.bits, bucket, slot)
            if not (yield from _file(listed.journal, name, seal(data))):
                return False
        bucket = bucket + 1 if spread else _bucket_at(news, at, head.bits)
    return True


def _bucket_at(news, at, bits):
    """The bucket of what comes next, or beyond all of them."""
    return bucket_of(news[at][0], bits) if at < len(news) else 1 << bits


def _base_of(listed, base, bucket, bits, spread):
    """What ``base`` has for ``bucket``."""
    if not base.count:
        return b""
    data = listed.entries(base, bucket >> bits - base.bits)
    return _narrowed(data, bucket, bits) if spread else data


def _narrowed(data, bucket, bits):
    """Those entries of ``data`` that belong into ``bucket`` now."""
    kept, start = bytearray(), 0
    while start < len(data):
        entry = tags.first(data, start)
        if bucket_of(tags.hash_of(tags.key_in(entry)), bits) == bucket:
            kept.extend(entry)
        start += len(entry)
    return bytes(kept)


def _changed(head, data, key, entry):
    """``data`` with the new ``entry`` of ``key`` (empty: deleted), counted in ``head``."""
    before = tags.find(data, key)
    head.size += len(entry)
    head.count += 1 if entry else 0
    if before is None:
        return data + entry
    head.size -= len(before)
    head.count -= 1
    return data.replace(before, entry, 1)


def _file(journal, name, data):
    """Have it written, or removed; whether the store did."""
    journal.file(name, data)
    yield
    return journal.filed


def _sweep(journal, dead, alive):
    """Remove the head ``dead`` and those of its files that ``alive`` does not need.

    The head first, also one that the store refused: it may be there all the same, and it must not
    count again when the other one rots.
    """
    if dead.generation:
        yield from _file(journal, dead.name, None)
    for bucket in range(1 << dead.bits):
        name = dead.file(bucket)
        if name is not None and name != alive.file(bucket):
            yield from _file(journal, name, None)
