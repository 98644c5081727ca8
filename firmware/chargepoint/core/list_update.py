"""An update of the local list: a file at a time, and nothing counts before its head is written.

The idTags of one message are in RAM meanwhile, packed. Files of the list that they do not touch
stay as they are, unless the list outgrew its buckets: then all are spread anew, one bucket at a
time. What the store refuses is an update that failed: the list is what it was, and what was
written for it is removed.
"""

from binascii import crc32

from micropython import const

from chargepoint.core import tags
from chargepoint.core.local_list import Head, bucket_of, name_of
from chargepoint.core.record import seal

# A file is to fit into one block of flash, 4 KB, though some buckets get more than others.
_FULL_BYTES = const(3300)
_BITS_MAX = const(8)
_BLOCK = const(4096)
_SPARE_BYTES = const(512)
# What must stay free, where it is less than a quarter of all: bills go before lists (room.py).
_KEEP_BYTES = const(98304)
# idTags are packed so many a step, for it takes a microcontroller a millisecond each.
_A_STEP = const(4)


def update(listed, version: int, entries, is_full: bool, most: int, cache):
    """A generator: each ``next`` queues a file or reckons; ``listed.outcome`` tells the end.

    The parameters are those of ``LocalList.begin``.
    """
    old = listed.head
    base = Head() if is_full else old
    # One piece of memory for all files, taken at once: later it may be in pieces.
    out = [bytearray(_FULL_BYTES + _SPARE_BYTES)]
    news = yield from _pack(entries)
    size = base.size + sum([len(entry) for _, entry in news])
    head = Head(old.generation + 1, _bits(size, base.bits))
    head.count, head.size = base.count, base.size
    kept = not _has_doubles(news) and _has_room(listed.room(), base, head, news)
    kept = kept and (yield from _write(listed, base, head, news, out))
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
        entry = news.pop()[1]
        if not tags.is_removal(entry):
            cache.forget(tags.key_in(entry))
            yield


def _pack(entries):
    """(hash, entry) of all, by hash: those of a bucket are neighbours, however many buckets there
    are."""
    news = []
    for tag, status, expiry_s, parent in entries:
        key = tags.key_of(tag)
        removed = status is None
        entry = tags.removal(key) if removed else tags.pack(key, status, expiry_s, parent)
        news.append((tags.hash_of(key), entry))
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
        one, other = news[at - 1], news[at]
        # Those with the same hash are few, but they need not be neighbours.
        while one[0] == other[0] and at > 0:
            if tags.key_in(one[1]) == tags.key_in(other[1]):
                return True
            at -= 1
            one = news[at - 1]
    return False


def _has_room(room, base, head, news):
    """The new files leave room for the journal; ``room`` as ports.Store tells it."""
    if room is None:
        return True
    files = 1 << head.bits
    if head.bits == base.bits:
        files = min(files, len(news))
    return room[0] - files * _BLOCK >= min(_KEEP_BYTES, room[1] // 4)


def _write(listed, base, head, news, out):
    """Write each file that is new against ``base``, and note in ``head`` what counts then; False
    when the store refused."""
    at, spread = 0, head.bits != base.bits and base.count > 0
    if not spread and head.bits == base.bits:
        head.slots = base.slots
    bucket = 0 if spread else _bucket_at(news, at, head.bits)
    while bucket < 1 << head.bits:
        start = at
        while _bucket_at(news, at, head.bits) == bucket:
            at += 1
        data = _filled(listed, base, head, bucket, news[start:at], out)
        # Never over the file that counts now, even if this list has nothing of it.
        counts = listed.head.slot(bucket) if listed.head.bits == head.bits else 0
        slot = (2 if counts == 1 else 1) if data else 0
        head.slots = head.slots & ~(3 << 2 * bucket) | slot << 2 * bucket
        if data:
            name = name_of(head.bits, bucket, slot)
            if not (yield from _file(listed.journal, name, data)):
                return False
        bucket = bucket + 1 if spread else _bucket_at(news, at, head.bits)
    return True


def _bucket_at(news, at, bits):
    """The bucket of what comes next, or beyond all of them."""
    return bucket_of(news[at][0], bits) if at < len(news) else 1 << bits


def _filled(listed, base, head, bucket, news, out):
    """The sealed file of ``bucket``: what ``base`` has for it, with ``news``, counted in ``head``;
    None when nothing is left. It is made in ``out[0]``, in pieces, for memory may be short."""
    size, gone, spread = 0, [], head.bits != base.bits
    try:
        for piece in listed.pieces(base, bucket >> head.bits - base.bits):
            cuts = _strangers(piece, bucket, head.bits) if spread else []
            size = _keep(piece, cuts, news, gone, out, size)
    except ValueError:
        # Damaged: there is nothing of it.
        size = 0
    head.count -= len(gone)
    head.size -= sum(gone)
    for _, entry in news:
        if not tags.is_removal(entry):
            size = _append(out, size, entry)
            head.size += len(entry)
            head.count += 1
    if not size:
        return None
    checksum = crc32(memoryview(out[0])[:size])
    size = _append(out, size, checksum.to_bytes(4, "little"))
    return memoryview(out[0])[:size]


def _strangers(piece, bucket, bits):
    """(start, stop) of the entries that belong into another bucket now."""
    cuts, start = [], 0
    while start < len(piece):
        stop = tags.behind(piece, start, len(piece))
        if bucket_of(tags.hash_of(tags.key_in(piece[start:stop])), bits) != bucket:
            cuts.append((start, stop))
        start = stop
    return cuts


def _keep(piece, cuts, news, gone, out, size):
    """Append ``piece`` without ``cuts`` and without what ``news`` replace, whose lengths go to
    ``gone``."""
    for _, entry in news:
        start = tags.place(piece, tags.key_in(entry), len(piece))
        if start >= 0:
            stop = tags.behind(piece, start, len(piece))
            cuts.append((start, stop))
            gone.append(stop - start)
    cuts.append((len(piece), len(piece)))
    cuts.sort()
    view, at = memoryview(piece), 0
    for start, stop in cuts:
        size = _append(out, size, view[at:start])
        at = stop
    return size


def _append(out, size, data):
    """Put ``data`` behind the first ``size`` bytes of ``out[0]``; how many these are now."""
    end = size + len(data)
    if end > len(out[0]):
        longer = bytearray(end + _SPARE_BYTES)
        longer[:size] = memoryview(out[0])[:size]
        out[0] = longer
    out[0][size:end] = data
    return end


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
