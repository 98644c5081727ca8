"""The authorisation cache: the back end's last word on the idTags that were used here lately.

Rules (OCPP 1.6 §3.5.1, errata 3.4):
- Four facts of the journal, chosen by a hash of the idTag, each its entries from the oldest to the
  newest: at most SET_ENTRIES and SET_BYTES of them.
- What finds no room in its set drives out first an idTag that is not Accepted, or expired, then
  the one that was learned longest ago.
- A word that says what is known already writes nothing: a card that comes daily wears no flash.
"""

from micropython import const

from chargepoint.core import tags

_SETS = const(4)
SET_ENTRIES = const(50)
SET_BYTES = const(1000)


class TagCache:
    """Kept by ``journal``; times are seconds since 1970, None when no one knows."""

    def __init__(self, journal):
        self._journal = journal

    def find(self, tag: str, utc_s: int) -> tuple:
        """(status, parent) of ``tag`` at ``utc_s``, or None when nothing is known of it."""
        key = tags.key_of(tag)
        entry = tags.find(self._entries(_name_of(key)), key)
        return None if entry is None else tags.meaning(entry, utc_s)

    def learn(self, tag: str, status: str, expiry_s: int, parent: str, utc_s: int) -> None:
        """Keep the back end's word of ``utc_s`` on ``tag``."""
        key = tags.key_of(tag)
        name = _name_of(key)
        entries, entry = self._entries(name), tags.pack(key, status, expiry_s, parent)
        before = tags.find(entries, key)
        if before == entry:
            return
        if len(entry) > SET_BYTES:
            # No set ever has room for it.
            return
        if before is not None:
            entries = entries.replace(before, b"", 1)
        while len(entries) + len(entry) > SET_BYTES or entries.count(tags.MARK) >= SET_ENTRIES:
            entries = entries.replace(_least(entries, utc_s), b"", 1)
        self._journal.put(name, entries + entry)

    def forget(self, key: bytes) -> None:
        """Take out what is known of the idTag with ``key`` (tags.key_of)."""
        name = _name_of(key)
        entries = self._entries(name)
        entry = tags.find(entries, key)
        if entry is not None:
            self._journal.put(name, entries.replace(entry, b"", 1))

    def clear(self) -> None:
        """Forget everything."""
        for number in range(_SETS):
            name = "tags%d" % number
            if self._entries(name):
                self._journal.put(name, b"")

    def _entries(self, name):
        return self._journal.get(name) or b""


def _name_of(key):
    return "tags%d" % (tags.hash_of(key) % _SETS)


def _least(entries, utc_s):
    """The entry that goes first."""
    start = 0
    while start < len(entries):
        entry = tags.first(entries, start)
        if tags.meaning(entry, utc_s)[0] != tags.ACCEPTED:
            return entry
        start += len(entry)
    return tags.first(entries)
