"""The local authorisation list, on flash however long it is (OCPP 1.6 §3.5.1, §5.15).

Rules:
- idTags are spread by a hash over 1, 2, 4, ... 256 buckets, a sealed file each. There are as many
  as keep a file at 2 to 4 KB, so a look at an idTag reads one such file, whatever the length.
- The head names version, length, the number of buckets, and of each bucket which of its two files
  counts, or that it is empty. An update (list_update.py) writes files that do not count, then the
  head, by turns into two files of its own. So the old list counts as a whole or the new one does.
  The head before is removed then: if the new one should rot there is no list, not half of one.
- Files that do not count are removed after an update, and after a start that a cut left with some.
- A file that is damaged counts as empty, and the version as 0 then: the back end sends a new list.
- Only the head is in RAM. An empty list has version 0, whatever it was given.
"""

from binascii import crc32

from micropython import const

from chargepoint.core import tags
from chargepoint.core.record import Cursor, put_varint, unseal

FOLDER = "l"
_HEADS = ("a", "b")
_HASH_BITS = const(24)
# Bytes of the checksum that record.seal puts behind the entries of a file.
_SEAL = const(4)
# What is read at once. An entry has 175 bytes at most.
_PIECE = const(1024)


class Head:
    """Which list counts. ``slots`` has two bits a bucket: 0 is empty, else the file, 1 or 2."""

    def __init__(self, generation: int = 0, bits: int = 0):
        self.generation = generation
        self.bits = bits
        self.version = 0
        self.count = 0
        self.size = 0
        self.slots = 0

    def slot(self, bucket: int) -> int:
        """Which file of ``bucket`` counts."""
        return self.slots >> 2 * bucket & 3

    def file(self, bucket: int) -> str:
        """The name of the file that counts, or None when the bucket is empty."""
        slot = self.slot(bucket)
        return name_of(self.bits, bucket, slot) if slot else None

    @property
    def name(self) -> str:
        """The file of this head."""
        return "%s/%s" % (FOLDER, _HEADS[self.generation & 1])

    def encode(self) -> bytes:
        """Bytes to be sealed; within 128 for a list of any length."""
        out = bytearray()
        for number in (self.generation, self.bits, self.version, self.count, self.size):
            put_varint(out, number)
        out.extend(self.slots.to_bytes((1 << self.bits) // 4 + 1, "little"))
        return bytes(out)


def name_of(bits: int, bucket: int, slot: int) -> str:
    """The file ``slot`` (1, 2) of ``bucket``, of which there are 2 to the power of ``bits``."""
    return "%s/%d_%d%s" % (FOLDER, bits, bucket, _HEADS[slot - 1])


def bucket_of(spread: int, bits: int) -> int:
    """The bucket of an idTag with the hash ``spread``; one of few holds neighbours of many."""
    return spread >> _HASH_BITS - bits


class LocalList:
    """Reads from ``store``, writes through ``journal``; the removal of leftovers waits for
    ``tick``.

    ``outcome`` is None while an update is on its way, then "Accepted" or "Failed".
    """

    def __init__(self, store, journal):
        self.outcome = None
        self.damaged = 0
        self.journal = journal
        self.head = Head()
        self._store = store
        self._work = None
        self._load()

    @property
    def busy(self) -> bool:
        """An update, or what is to be removed after it, is on its way."""
        return self._work is not None

    def find(self, tag: str, utc_s: int) -> tuple:
        """(status, parent) of ``tag`` at ``utc_s`` (None: not known), or None: not in the list."""
        if not self.head.count:
            return None
        key, found = tags.key_of(tag), None
        try:
            for piece in self.pieces(self.head, bucket_of(tags.hash_of(key), self.head.bits)):
                found = found or tags.find(piece, key)
        except (ValueError, MemoryError):
            # Nothing is known then: the back end is asked, or the offline rule for such idTags.
            return None
        return None if found is None else tags.meaning(found, utc_s)

    def pieces(self, head, bucket: int):
        """The entries of ``bucket``, some at a time, for memory may be short; at last ValueError
        when the file is damaged: nothing of it counts then."""
        name = head.file(bucket)
        at, rest, checksum, last = 0, b"", 0, name is None
        while not last:
            data = self._store.read(name, at, _PIECE) or b""
            at += len(data)
            last = len(data) < _PIECE
            data = rest + data
            # Whole entries only, and never what may be the checksum.
            stop = max(len(data) - _SEAL, 0)
            stop = stop if last else data.rfind(tags.MARK, 0, stop)
            rest, data = data[stop:], data[:stop]
            checksum = crc32(data, checksum)
            yield data
        if name is not None and rest != checksum.to_bytes(_SEAL, "little"):
            self.damaged += 1
            self.head.version = 0
            raise ValueError("local list: %s is damaged" % name)

    def room(self) -> tuple:
        """(bytes that are free, bytes in all) of the store, or None."""
        return self._store.room()

    def begin(self, version: int, entries, is_full: bool, most: int, cache) -> None:
        """Let ``version`` of the list become of ``entries``, which gives (idTag, status, expiry_s,
        parent) each, status None: delete it. Only while not ``busy``; ``most`` idTags fit.

        What the list has is taken out of ``cache`` (None where there is none).
        """
        # Not in RAM before a back end has sent a list.
        from chargepoint.core.list_update import update

        self.outcome = None
        self._work = update(self, version, entries, is_full, most, cache)

    def tick(self) -> None:
        """Go on with the update, a file at a time."""
        if self._work is not None and self.journal.filed is not None:
            try:
                next(self._work)
            except StopIteration:
                self._work = None
            except MemoryError:
                self.outcome = self.outcome or "Failed"
                self._work = self._clear_away()

    def _load(self):
        for ending in _HEADS:
            head = _decode(unseal(self._store.read("%s/%s" % (FOLDER, ending))))
            if head is not None and head.generation > self.head.generation:
                self.head = head
        self._work = self._clear_away()

    def _clear_away(self):
        name = self._rubbish()
        while name is not None:
            self.journal.file(name, None)
            yield
            name = self._rubbish() if self.journal.filed else None

    def _rubbish(self):
        for name in self._store.names(FOLDER):
            if not self._counts(name):
                return "%s/%s" % (FOLDER, name)
        return None

    def _counts(self, name):
        bucket = name.partition("_")[2][:-1]
        counting = self.head.file(int(bucket)) if bucket.isdigit() else self.head.name
        return "%s/%s" % (FOLDER, name) == counting


def _decode(data):
    """The head in ``data``, or None when it is none."""
    if data is None:
        return None
    try:
        cursor = Cursor(data)
        head = Head(cursor.varint(), cursor.varint())
        head.version, head.count, head.size = cursor.varint(), cursor.varint(), cursor.varint()
        head.slots = int.from_bytes(cursor.rest(), "little")
    except IndexError:
        return None
    return head if head.bits <= 8 else None
