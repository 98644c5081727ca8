"""Run by the 32-bit MicroPython: updates of a local list on littlefs, and every power cut of them.

Argument: number of blocks. Prints one JSON line: cuts, operations, erases, and what was wrong.
"""

import json
import sys

import flash
import vfs

from chargepoint.core.local_list import LocalList
from chargepoint.core.writes import Writes
from chargepoint.drivers.store_file import FileStore

MOUNT = "/flash"
TAGS = ["04%012X" % (number * 2654435761 % 2**48) for number in range(90)]
# (Full, entries): some idTags, a change and a deletion, more than the buckets hold, nothing.
UPDATES = (
    (True, [(tag, "Accepted", None, "P" * 20) for tag in TAGS[:40]]),
    (False, [(TAGS[3], "Blocked", 1790000000, None), (TAGS[4], None, None, None)]),
    (False, [(tag, "Accepted", None, "Q" * 20) for tag in TAGS[30:]]),
    (True, [(tag, "Expired", None, None) for tag in TAGS[20:30]]),
    (True, []),
)


class Listing:
    """The list of what is mounted."""

    def __init__(self):
        store = FileStore(MOUNT)
        self.writes = Writes(store)
        self.list = LocalList(store, self.writes)

    def settle(self):
        """Let what was begun come to its end."""
        while self.list.busy or self.writes.pending:
            self.list.tick()
            self.writes.flush()

    def send(self, version, full, entries):
        """An update, without what is to be removed after it."""
        self.list.begin(version, iter(entries), full, 10000, None)
        while self.list.outcome is None:
            self.list.tick()
            self.writes.flush()

    def told(self):
        """What it says of everyone."""
        return [self.list.head.version] + [self.list.find(tag, None) for tag in TAGS]


def mount(image, blocks):
    """Mount ``image`` at MOUNT; the chip."""
    chip = flash.Flash(blocks, image)
    vfs.mount(vfs.VfsLfs2(chip), MOUNT)
    return chip


def record(blocks):
    """(image before, log of operations, [(operations when it was promised, what is told)])."""
    chip = flash.Flash(blocks)
    vfs.VfsLfs2.mkfs(chip)
    chip.log = []
    start = bytearray(chip.image)
    vfs.mount(vfs.VfsLfs2(chip), MOUNT)
    listing = Listing()
    promises = [(0, listing.told())]
    for version, (full, entries) in enumerate(UPDATES, 1):
        listing.send(version, full, entries)
        promises.append((len(chip.log), listing.told()))
        listing.settle()
    vfs.umount(MOUNT)
    return start, chip.log, promises


def judge(image, blocks, promises, done, where, wrong):
    """What a start finds in ``image`` after ``done`` operations, and that it can go on."""
    mount(bytearray(image), blocks)
    try:
        at = max([number for number, (least, _) in enumerate(promises) if least <= done])
        listing = Listing()
        found = listing.told()
        allowed = [told for _, told in promises[at : at + 2]]
        if found not in allowed or listing.list.damaged:
            wrong.append("%s: version %d, a mixture" % (where, found[0]))
        listing.settle()
        listing.send(99, True, [(TAGS[0], "Accepted", None, None)])
        listing.settle()
        if listing.told()[:3] != [99, ("Accepted", None), None]:
            wrong.append("%s: no new list" % where)
    except Exception as error:  # any failure is the test's result, with its place
        wrong.append("%s: %s: %s" % (where, type(error).__name__, error))
    vfs.umount(MOUNT)


def main(blocks):
    """All updates, then all cuts, whole and in the middle of an operation."""
    image, log, promises = record(blocks)
    wrong = []
    for number, operation in enumerate(log):
        judge(image, blocks, promises, number, "before %d" % number, wrong)
        torn = bytearray(image)
        data = operation[2]
        flash.apply(torn, operation, 1501 if data is None else len(data) // 2 + 1)
        judge(torn, blocks, promises, number, "within %d" % number, wrong)
        flash.apply(image, operation)
    erases = len([1 for _, _, data in log if data is None])
    told = {"cuts": 2 * len(log), "operations": len(log), "erases": erases, "wrong": wrong}
    print(json.dumps(told))


main(int(sys.argv[1]))
