"""The store in a folder."""

import os

import pytest

from chargepoint.drivers import store_file
from chargepoint.drivers.store_file import FileStore


@pytest.fixture
def store(tmp_path):
    return FileStore(str(tmp_path / "state"))


def test_store_gives_back_what_was_written(store):
    assert store.write("boot", b"1")
    assert store.write("j/12", b"event")
    assert (store.read("boot"), store.read("j/12")) == (b"1", b"event")


def test_store_overwrites(store):
    store.write("boot", b"long value")
    store.write("boot", b"2")
    assert store.read("boot") == b"2"


def test_store_reads_none_for_what_is_not_there(store):
    assert store.read("boot") is None
    assert store.read("j/1") is None
    assert list(store.names("j")) == []


def test_store_removes_and_says_so_when_there_is_nothing_to_remove(store):
    store.write("j/1", b"x")
    assert store.remove("j/1")
    assert store.read("j/1") is None
    assert store.remove("j/1")


def test_store_lists_one_folder_without_what_a_cut_left_half_written(store, tmp_path):
    for name in ("j/1", "j/20", "t/1.a", "boot"):
        store.write(name, b"x")
    (tmp_path / "state/j/.new").write_bytes(b"torn")
    assert sorted(store.names("j")) == ["1", "20"]


def test_store_keeps_the_old_bytes_when_the_rename_fails(store, monkeypatch):
    store.write("boot", b"1")

    def refuse(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "rename", refuse)
    assert not store.write("boot", b"2")
    assert store.read("boot") == b"1"


def test_store_says_false_when_the_medium_refuses(store, tmp_path):
    (tmp_path / "state").write_bytes(b"a file where the folder should be")
    assert not store.write("boot", b"1")
    assert not store.write("j/1", b"1")


def test_store_says_false_when_something_can_not_be_removed(store, tmp_path):
    (tmp_path / "state/j/1").mkdir(parents=True)
    assert not store.remove("j/1")


def test_store_works_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = FileStore("")
    assert store.write("j/1", b"x")
    assert list(store.names("j")) == ["1"]
    assert (tmp_path / "j/1").read_bytes() == b"x"


def test_store_syncs_before_it_says_that_bytes_are_saved(store, monkeypatch):
    synced = []
    monkeypatch.setattr(store_file.os, "fsync", lambda number: synced.append(number))
    store.write("boot", b"1")
    assert len(synced) == 1


def test_store_leaves_alone_what_is_too_large_to_be_ours(store, tmp_path):
    """It need not fit into memory."""
    store.write("boot", b"1")
    (tmp_path / "state" / "trace").write_bytes(bytes(16385))
    assert store.read("trace") is None
    assert store.write("trace", bytes(16384)) and len(store.read("trace")) == 16384
    assert not store.write("trace", bytes(16385)) and len(store.read("trace")) == 16384


def test_store_clears_away_a_file_in_the_place_of_its_folder(store, tmp_path):
    store.write("boot", b"1")
    (tmp_path / "state" / "j").write_bytes(b"another program's")
    assert list(store.names("j")) == []
    assert store.write("j/1", b"event")
    assert store.read("j/1") == b"event" and list(store.names("j")) == ["1"]


@pytest.mark.parametrize(
    "plan", [b"", b"{", b"5", b"null", b"{}", b'{"names": 1, "kept": []}', b'["names", "kept"]']
)
def test_plan_of_a_restore_that_is_none_fails_no_start(tmp_path, plan):
    """A start that fails of it would fail each time: no one could mend it but with a cable."""
    folder = tmp_path / "state"
    FileStore(str(folder)).write("boot", b"1")
    (folder / "restore").mkdir()
    (folder / "restore" / "plan").write_bytes(plan)
    assert FileStore(str(folder)).read("boot") == b"1"
    assert not (folder / "restore" / "plan").exists()
