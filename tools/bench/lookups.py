"""What a look at the local list costs, by its length: reads of the store, counted, not timed."""

import random

from host_tests.harness import paths
from tools.bench.table import Table

paths.use_firmware()

from chargepoint.core.local_list import LocalList  # noqa: E402
from chargepoint.core.writes import Writes  # noqa: E402
from host_tests.harness.store import MemoryStore  # noqa: E402

_LENGTHS = (10, 1000, 10_000)
# An entry as fleets have them: a seven-byte UID, an expiry, a parent.
_EXPIRY_S = 1_900_000_000
_PARENT = "FLEET-0001"
_LOOKS = 200
# What one file takes on littlefs: up to 128 bytes within its folder, else whole blocks.
_INLINE = 128
_BLOCK = 4096


def measure() -> Table:
    """A row for each length; of half of the looks nothing is known."""
    table = Table(
        "A look at the local list",
        ("idTags", "reads", "bytes, mean", "bytes, most", "files", "KB of flash"),
        note="idTags of 14 characters with expiry and parent. Read a KB at a time. RAM holds the"
        " head of the list only, up to 90 bytes.",
    )
    for length in _LENGTHS:
        table.rows.append((str(length), *_of(length)))
    return table


def _of(length):
    store = _Counting()
    listed = _filled(store, length)
    chance = random.Random(length)
    for number in range(_LOOKS):
        tag = _tag(chance.randrange(length))
        found = listed.find(tag if number % 2 else tag[:-1] + "X", _EXPIRY_S - 1)
        assert (found is not None) == number % 2
    read = store.read_bytes
    files = [len(data) for name, data in store.files.items()]
    blocks = sum(-(-size // _BLOCK) for size in files if size > _INLINE)
    flash = -(-(blocks * _BLOCK + 2 * _BLOCK) // 1024)
    return max(store.reads_each), sum(read) // len(read), max(read), len(files), flash


def _filled(store, length):
    """A list of ``length`` idTags, sent a hundred at a time."""
    writes = Writes(store)
    listed = LocalList(store, writes)
    for start in range(0, length, 100):
        tags = (_tag(number) for number in range(start, min(start + 100, length)))
        entries = ((tag, "Accepted", _EXPIRY_S, _PARENT) for tag in tags)
        listed.begin(start + 1, entries, start == 0, length, None)
        while listed.busy or writes.pending:
            listed.tick()
            writes.flush()
    store.looks(listed)
    return listed


def _tag(number):
    return f"04{number * 2654435761 % 2**48:012X}"


class _Counting(MemoryStore):
    """Counts what a look reads; a look is what comes between two of ``find``."""

    def __init__(self):
        super().__init__()
        self.read_bytes = []
        self.reads_each = []

    def looks(self, listed):
        """From now on each ``find`` of ``listed`` is a look."""
        find = listed.find

        def counted(*told):
            self.read_bytes.append(0)
            self.reads_each.append(0)
            return find(*told)

        listed.find = counted

    def read(self, name, at=0, size=None):
        """As the store has it, and counted."""
        data = super().read(name, at, size)
        if self.read_bytes:
            self.read_bytes[-1] += len(data or b"")
            self.reads_each[-1] += 1
        return data
