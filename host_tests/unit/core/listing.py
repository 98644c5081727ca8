"""A local list on a store in memory, for tests: driven a step at a time, as a station does."""

from chargepoint.core.local_list import LocalList
from chargepoint.core.tag_cache import TagCache
from chargepoint.core.writes import Writes
from host_tests.harness.store import MemoryStore

NOW_S = 1_790_000_000


class Desk:
    """``store`` with what is on it; a new Desk on the same store is a restart."""

    def __init__(self, store=None):
        self.store = MemoryStore() if store is None else store
        # What the journal hands files and facts to.
        self.journal = Writes(self.store)
        self.cache = TagCache(self.journal)
        self.list = LocalList(self.store, self.journal)
        self.settle()

    def settle(self):
        """Let everything that was begun come to its end."""
        while self.list.busy or self.journal.pending:
            self.list.tick()
            self.journal.flush()

    def send(self, version, entries, full=False, most=10_000, cache=None):
        """An update of (idTag, status, expiry_s, parent) or bare idTags; how it ended."""
        whole = [e if isinstance(e, tuple) else (e, "Accepted", None, None) for e in entries]
        self.list.begin(version, iter(whole), full, most, cache)
        self.settle()
        return self.list.outcome

    def statuses(self, tags, utc_s=NOW_S):
        """What the list says of each of ``tags`` (None: nothing)."""
        return {tag: self.list.find(tag, utc_s) for tag in tags}

    def has_no_rubbish(self):
        """Every file but the heads is one that counts."""
        head = self.list.head
        counting = {head.file(bucket) for bucket in range(1 << head.bits)} - {None}
        return {name for name in self.files() if "_" in name} == counting

    def files(self):
        """The files of the list."""
        return sorted(name for name in self.store.files if name.startswith("l/"))


def many(count, start=0):
    """As many idTags as cards have them."""
    return [f"04{number * 2654435761 % 2**48:012X}" for number in range(start, start + count)]
