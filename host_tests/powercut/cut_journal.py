"""Run by the 32-bit MicroPython: a session on littlefs, then every power cut of it.

Argument: number of blocks. Prints one JSON line: cuts, operations, erases, programmed bytes, idle
garbage, and what was wrong (a list of texts).
"""

import gc
import json
import sys

import flash
import ledger
import vfs

from chargepoint.core.journal import Journal
from chargepoint.drivers.store_file import FileStore

MOUNT = "/flash"


class Counter:
    """Random bytes for a test."""

    def take(self, count):
        """Zeros."""
        return bytes(count)


class Timeline:
    """A ledger whose promises at each moment are kept: (operations logged, copy of the ledger)."""

    def __init__(self, chip, book):
        self.chip = chip
        self.book = book
        self.moments = []
        self.keep()

    def keep(self):
        """What is promised from here on."""
        self.moments.append((len(self.chip.log), copy_of(self.book)))

    def act(self, doings):
        """Do each of ``doings``, a flush at a time, and keep what it promises."""
        for doing in doings:
            if doing[0] != "settle":
                self.book.act((doing,))
                self.keep()
            while doing[0] == "settle" and self.book.journal.pending:
                self.book.flush()
                self.keep()


def copy_of(book):
    """A ledger with the same promises, of its own."""
    copy = ledger.Ledger(None)
    for name, value in book.__dict__.items():
        if isinstance(value, (dict, set)):
            value = value.copy()
        if name == "maybe_facts":
            value = {fact: list(values) for fact, values in value.items()}
        setattr(copy, name, value)
    return copy


def mount(image, blocks):
    """Mount ``image`` at MOUNT; the chip."""
    chip = flash.Flash(blocks, image)
    vfs.mount(vfs.VfsLfs2(chip), MOUNT)
    return chip


def load():
    """The journal of what is mounted."""
    journal = Journal(FileStore(MOUNT), Counter())
    journal.load()
    return journal


def judge(image, blocks, at_least, at_most, where, wrong):
    """Mount a copy of ``image`` and let it be judged, then go on working with it."""
    mount(bytearray(image), blocks)
    try:
        book = copy_of(at_least)
        # What was said after the last acknowledged moment may or may not have happened.
        widen(book, at_most)
        book.check(load())
        book.take_over(load())
        book.act(ledger.SESSION)
        book.settle()
        book.check(load())
    except Exception as error:  # any failure is the test's result, with its place
        wrong.append(f"{where}: {type(error).__name__}: {error}")
    vfs.umount(MOUNT)


def widen(book, later):
    """Let ``book`` also accept what ``later`` had said, without promising it."""
    book.said.update(later.said)
    book.forgotten.update(later.forgotten)
    book.ids.update(later.ids)
    for name, values in later.maybe_facts.items():
        book.maybe_facts.setdefault(name, []).extend(values)
    for name, value in later.facts.items():
        book.maybe_facts.setdefault(name, []).append(value)


def main(blocks):
    """The session, then all cuts."""
    chip = flash.Flash(blocks)
    vfs.VfsLfs2.mkfs(chip)
    chip.log = []
    start = bytearray(chip.image)
    vfs.mount(vfs.VfsLfs2(chip), MOUNT)
    timeline = Timeline(chip, ledger.Ledger(load()))
    timeline.act(ledger.SESSION)
    said = len(chip.log)
    garbage = idle_garbage(timeline.book.journal)
    vfs.umount(MOUNT)
    wrong = []
    cuts = replay(start, chip.log, timeline.moments, blocks, wrong)
    print(json.dumps(report(chip.log[:said], cuts, wrong, garbage)))


def idle_garbage(journal):
    """Bytes that a hundred steps with nothing to do leave behind."""
    while journal.flush():
        pass
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(100):
        journal.flush()
    return gc.mem_alloc() - before


def replay(image, log, moments, blocks, wrong):
    """Cut before each operation of ``log`` and in the middle of it; how many cuts."""
    moment = 0
    for number, operation in enumerate(log):
        # The moments up to ``number`` operations are acknowledged; the one after was under way.
        while moment + 1 < len(moments) and moments[moment + 1][0] <= number:
            moment += 1
        under_way = moments[min(moment + 1, len(moments) - 1)][1]
        promised = moments[moment][1]
        judge(image, blocks, promised, under_way, f"before {number}", wrong)
        torn = bytearray(image)
        flash.apply(torn, operation, part_of(operation))
        judge(torn, blocks, promised, under_way, f"within {number}", wrong)
        flash.apply(image, operation)
    judge(image, blocks, moments[-1][1], moments[-1][1], "after all", wrong)
    return 2 * len(log) + 1


def part_of(operation):
    """Half of an operation, and not at a word's border."""
    data = operation[2]
    return 1501 if data is None else len(data) // 2 + 1


def report(log, cuts, wrong, garbage):
    """What the test wants to know."""
    erases = len([1 for _, _, data in log if data is None])
    programmed = sum(len(data) for _, _, data in log if data is not None)
    return {
        "cuts": cuts,
        "operations": len(log),
        "erases": erases,
        "programmed": programmed,
        "idle_garbage": garbage,
        "wrong": wrong,
    }


main(int(sys.argv[1]))
