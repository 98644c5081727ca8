"""The power, or the cable, goes at every operation while a board's store is restored, and again in
the start after it.

The tool's own texts are carried out, as the board's interpreter would, on a folder. At the next
start the store is wholly the old one or wholly the restored one, with its journal.
"""

import contextlib
import io
import os
import shutil
from types import SimpleNamespace

import pytest
from rich.progress import Progress

from chargepoint.core.journal import Journal
from chargepoint.core.record import STARTED, STOPPED
from chargepoint.drivers.store_file import FileStore
from host_tests.harness.store import PowerCut
from tools.device import archive, serial_board, store
from tools.device.trouble import Trouble

UTC_S = 1790000000
_OPERATIONS = ("remove", "rename", "mkdir", "rmdir")


class Power:
    """Goes when ``left`` operations were done; None: never."""

    def __init__(self, left):
        self.left = left
        self.done = 0

    def use(self):
        if self.left is not None and self.done >= self.left:
            raise PowerCut
        self.done += 1


@contextlib.contextmanager
def powered(power):
    """Each operation that changes a folder uses ``power``."""
    real = {name: getattr(os, name) for name in _OPERATIONS}

    def cut(name):
        def operation(*words):
            power.use()
            return real[name](*words)

        return operation

    for name in _OPERATIONS:
        setattr(os, name, cut(name))
    try:
        yield
    finally:
        for name in _OPERATIONS:
            setattr(os, name, real[name])


class Board:
    """Carries out texts as a board's REPL; dead once its power, or its cable, went."""

    def __init__(self, power):
        self._power, self._names = power, {}

    def run(self, text, patience_s=0):
        said = io.StringIO()
        try:
            self._power.use()
            with powered(self._power), contextlib.redirect_stdout(said):
                exec(text, self._names)
        except PowerCut:
            self._power.left = 0
            raise serial_board.Unreachable("the board does not answer") from None
        return said.getvalue()

    def close(self, restart):
        """Nothing is left to do."""


def listed(folder):
    """os.ilistdir of MicroPython: names and kinds."""
    for entry in os.scandir(folder):
        yield (entry.name, 0x4000 if entry.is_dir() else 0x8000)


class Bytes:
    """The random source of an installation."""

    def __init__(self, byte):
        self._byte = byte

    def take(self, count):
        return bytes([self._byte]) * count


def lived(folder, byte, serial, sessions, facts):
    """A store as some starts leave it: a unit, facts of the journal, events, the last one open."""
    kept = FileStore(str(folder))
    kept.write("unit", b'{"serial": "%s", "secret": "%s"}' % (serial, b"%02x" % byte * 16))
    journal = Journal(kept, Bytes(byte))
    journal.load()
    for number in range(sessions):
        transaction = journal.next_transaction()
        start = {"tag": "AA", "meter_wh": 1000 * number}
        journal.record(STARTED, 1, transaction, UTC_S + number, number, start)
        if number < sessions - 1:
            stop = {"tag": None, "reason": "local", "meter_wh": 1000 * number + 900}
            journal.record(STOPPED, 1, transaction, UTC_S + number, number, stop)
    for name, data in facts.items():
        journal.put(name, data)
    journal.save()
    while journal.pending:
        assert journal.flush()


def files_in(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def told_of(folder):
    """What a station finds in its journal; its start is on a copy, for it is counted there."""
    copy = folder.with_name("judged")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    journal = Journal(FileStore(str(copy)), Bytes(9))
    journal.load()
    events = [journal.read(seq) for seq in range(journal.first_seq, journal.next_seq)]
    whole = [(event.kind, event.transaction, event.body["meter_wh"]) for event in events]
    return journal.install_id, whole, len(journal.unfinished()), journal.damaged


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """A board, a backup of another one, and what a board is wholly like after a restore."""
    base = tmp_path_factory.mktemp("lives")
    lived(base / "old", 1, b"PL-OLD", 3, {"set_identity": b"old", "alive": b"1"})
    lived(base / "new", 2, b"PL-NEW", 5, {"set_identity": b"new", "profiles/1": b"p" * 500})
    (base / "new/list").mkdir()
    (base / "new/list/3").write_bytes(b"tags" * 50)
    (base / "old/cache").write_bytes(b"words")
    archive.write(str(base / "backup.zip"), files_in(base / "new"), {})
    old, new = files_in(base / "old"), files_in(base / "new")
    assert old.keys() - new.keys() and new.keys() - old.keys() and len(new) > 8
    return SimpleNamespace(
        base=base, old=old, restored={**new, "unit": old["unit"]}, whole=new,
        said={"old": told_of(base / "old"), "new": told_of(base / "new")},
    )  # fmt: skip


@pytest.fixture
def bench(lives, tmp_path, monkeypatch):
    """``board(left)`` starts with the old store; ``restore()`` onto what is there."""
    monkeypatch.setattr(os, "ilistdir", listed, raising=False)
    folder = tmp_path / "flash"
    power = Power(None)
    monkeypatch.setattr(serial_board, "opened", lambda port: Board(power))
    monkeypatch.setattr(serial_board, "store_of", lambda board: str(folder))

    def board(left):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(lives.base / "old", folder)
        power.left, power.done = left, 0

    def restore(with_unit=False):
        with Progress(disable=True) as progress:
            return store.restore("port", str(lives.base / "backup.zip"), with_unit, progress)

    return SimpleNamespace(folder=folder, power=power, board=board, restore=restore)


def start(folder, left=None):
    """What a start does first; the operations that it took."""
    power = Power(left)
    with powered(power), contextlib.suppress(PowerCut):
        FileStore(str(folder))
    return power.done


def judged(lives, folder):
    """Which store it is, "old" or "new", wholly."""
    files = files_in(folder)
    counts = not (folder / "restore/plan").exists()
    assert counts, "the plan was not carried out at a start"
    files = {name: data for name, data in files.items() if not name.startswith("restore/")}
    assert files in (lives.old, lives.restored)
    which = "old" if files == lives.old else "new"
    assert told_of(folder) == lives.said[which]
    return which


def test_restored_store_is_the_backup_but_for_the_unit(lives, bench):
    """The label on the box stays right."""
    bench.board(None)
    assert bench.restore() == len(lives.restored) - 1
    assert files_in(bench.folder) == lives.restored
    assert not (bench.folder / "restore").exists()
    assert judged(lives, bench.folder) == "new"


def test_restored_store_has_the_unit_too_where_that_is_wanted(lives, bench):
    bench.board(None)
    assert bench.restore(with_unit=True) == len(lives.whole)
    assert files_in(bench.folder) == lives.whole


def test_store_is_whole_after_a_cut_at_every_operation(lives, bench, record_property):
    """Old before the plan is there, new from then on; and the same command then brings the new."""
    bench.board(None)
    bench.restore()
    operations, found = bench.power.done, []
    for left in range(operations):
        bench.board(left)
        with pytest.raises(Trouble, match="old store, or the whole new one"):
            bench.restore()
        laid = (bench.folder / "restore/plan").exists()
        start(bench.folder)
        found.append(judged(lives, bench.folder))
        assert (found[-1] == "new") or not laid
        if left % 7 == 0:
            bench.power.left = None
            bench.restore()
            assert judged(lives, bench.folder) == "new"
    record_property("power cuts", operations)
    assert operations > 60 and set(found) == {"old", "new"}
    assert found == sorted(found, reverse=True), "old, then new"


def test_store_is_whole_after_further_cuts_in_the_start(lives, bench, record_property):
    """At every operation of the start that carries the plan out, and again in the one after it."""
    bench.board(None)
    bench.restore()
    cuts = 0
    for left in reversed(range(bench.power.done)):
        bench.board(left)
        with pytest.raises(Trouble):
            bench.restore()
        if not (bench.folder / "restore/plan").exists():
            if cuts:
                break
            continue
        laid = bench.folder.with_name("laid")
        for copy in (laid, again := bench.folder.with_name("again")):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(bench.folder, copy)
        for second in range(start(again)):
            shutil.rmtree(bench.folder)
            shutil.copytree(laid, bench.folder)
            start(bench.folder, second)
            start(bench.folder, second // 2)
            start(bench.folder)
            assert judged(lives, bench.folder) == "new"
            cuts += 2
    record_property("power cuts", cuts)
    assert cuts > 60


def test_damaged_backup_touches_nothing(lives, bench, tmp_path, monkeypatch):
    """[issue 5] bad input: refused before the board is asked for anything."""
    bench.board(None)
    foreign = tmp_path / "foreign.zip"
    foreign.write_bytes((lives.base / "backup.zip").read_bytes()[:200])
    with Progress(disable=True) as progress, pytest.raises(ValueError, match="foreign.zip"):
        store.restore("port", str(foreign), False, progress)
    assert bench.power.done == 0 and files_in(bench.folder) == lives.old
