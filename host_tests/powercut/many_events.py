"""Run by the 32-bit MicroPython: a thousand sessions off line on a real littlefs, then delivered.

Argument: number of sessions. Prints one JSON line: for each tenth of them what an event cost, what
a start read and how long memory was, and what was left in the end.
"""

import gc
import json
import sys

import flash
import vfs

from chargepoint.core.journal import Journal
from chargepoint.core.record import SAMPLED, STARTED, STOPPED
from chargepoint.drivers.store_file import FileStore

MOUNT = "/flash"
# The data partition of the 4 MB boards.
BLOCKS = 400
SAMPLES = 10


class Chip(flash.Flash):
    """Counts in place of a log."""

    def __init__(self):
        super().__init__(BLOCKS)
        self.read = self.erased = self.programmed = 0

    def readblocks(self, block, buffer, offset=0):
        """Read."""
        self.read += len(buffer)
        at = block * flash.BLOCK + offset
        buffer[:] = memoryview(self.image)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        """Program."""
        self.programmed += len(buffer)
        flash.apply(self.image, (block, offset or 0, buffer))

    def ioctl(self, operation, argument):
        """As flash.Flash."""
        if operation == 6:
            self.erased += 1
            flash.apply(self.image, (argument, 0, None))
            return 0
        return {4: self.blocks, 5: flash.BLOCK}.get(operation, 0)


class Zeros:
    """Random bytes for a test."""

    def take(self, count):
        """Zeros."""
        return bytes(count)


def load():
    """A start, and what it queues."""
    journal = Journal(FileStore(MOUNT), Zeros())
    journal.load()
    return journal


def calm(journal, now_ms):
    """What happens by itself."""
    while journal.flush(now_ms):
        pass


def session(journal, at):
    """A session with its readings; the moments are those of session ``at``."""
    number = journal.next_transaction()
    now_ms, register_wh = at * 900000, at * 1000
    body = {"tag": "04A1B2C3D4E5F6", "meter_wh": register_wh}
    journal.record(STARTED, 1, number, 1790000000, now_ms, body)
    calm(journal, now_ms)
    for minute in range(1, SAMPLES + 1):
        body = {"context": "periodic", "values": [["energy_wh", 0, register_wh + minute]]}
        journal.record(SAMPLED, 1, number, 1790000000, now_ms + minute * 60000, body)
        calm(journal, now_ms + minute * 60000)
    body = {"tag": None, "reason": "local", "meter_wh": register_wh + SAMPLES}
    journal.record(STOPPED, 1, number, 1790000000, now_ms + 660000, body)
    calm(journal, now_ms + 660000)


def measured(chip, doing):
    """What ``doing`` cost."""
    before = chip.read, chip.erased, chip.programmed
    doing()
    after = chip.read, chip.erased, chip.programmed
    return [b - a for a, b in zip(before, after)]


def recorder(journal, begin, count):
    """What records ``count`` sessions."""

    def doing():
        for at in range(begin, begin + count):
            session(journal, at)

    return doing


def deliverer(journal, count, told):
    """What delivers ``count`` sessions."""

    def doing():
        for _ in range(count * (SAMPLES + 2)):
            event = journal.read(journal.first_seq)
            told["kinds"] += event.kind == STOPPED
            if event.kind == STARTED:
                journal.bind(event.transaction, event.transaction)
            journal.forget(journal.first_seq)
            while journal.pending:
                journal.flush()

    return doing


def alive():
    """Bytes of the heap that are in use."""
    gc.collect()
    return gc.mem_alloc()


def main(sessions):
    """Record, start anew now and then, deliver."""
    chip = Chip()
    vfs.VfsLfs2.mkfs(chip)
    vfs.mount(vfs.VfsLfs2(chip), MOUNT)
    journal = load()
    calm(journal, 0)
    tenth = sessions // 10
    empty = alive()
    told = {"recording": [], "starts": [], "memory": [], "delivering": []}
    for part in range(10):
        told["recording"].append(measured(chip, recorder(journal, part * tenth, tenth)))
        told["memory"].append(alive() - empty)
        told["starts"].append(measured(chip, load)[0])
    told["room"] = FileStore(MOUNT).room()
    told["waiting"] = journal.next_seq - journal.first_seq
    told["kinds"] = 0
    for _ in range(10):
        told["delivering"].append(measured(chip, deliverer(journal, tenth, told)))
    calm(journal, 0)
    told["left"] = len(list(FileStore(MOUNT).names("s"))) + len(list(FileStore(MOUNT).names("j")))
    told["thinned"] = journal.thinned
    print(json.dumps(told))


main(int(sys.argv[1]))
