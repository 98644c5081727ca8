"""A backup as a file: what was written comes back, or the file is refused with its name."""

import json
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.device import archive

RECORDS = {"factory": b"{}", "unit": b"\x00\xff" * 20, "j/12": b"event", "set/a/b": b""}


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "store.zip"
    archive.write(str(path), RECORDS, {"store": "/store", "serial": "PL-7"})
    return path


def remade(path, change):
    """The archive with its manifest and members changed by ``change(manifest, members)``."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    told = json.loads(members.pop("manifest.json"))
    told = change(told, members) or told
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("manifest.json", told if isinstance(told, str) else json.dumps(told))
        for name, data in members.items():
            new.writestr(name, data)
    return str(path)


def test_records_come_back(written):
    records, told = archive.read(str(written))
    assert records == RECORDS
    assert (told["store"], told["serial"]) == ("/store", "PL-7")


def test_backup_is_for_its_owner_only_and_leaves_no_part(written):
    """It has the station's passwords in it."""
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert list(written.parent.iterdir()) == [written]


def test_backup_that_fails_leaves_the_last_one(written):
    with pytest.raises(TypeError):
        archive.write(str(written), {"a": b"x"}, {"no json": object()})
    assert archive.read(str(written))[0] == RECORDS


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 0.999))
def test_truncated_file_is_refused(written, cut):
    whole = written.read_bytes()
    piece = written.with_name("piece.zip")
    piece.write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(ValueError, match="piece.zip: no whole backup"):
        archive.read(str(piece))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 0.999), other=st.integers(1, 255))
def test_damaged_file_is_refused_or_brings_the_same(written, place, other):
    """Any byte changed: a date in the directory does not matter, all else does."""
    data = bytearray(written.read_bytes())
    data[int(len(data) * place)] ^= other
    spoiled = written.with_name("spoiled.zip")
    spoiled.write_bytes(data)
    try:
        records, _ = archive.read(str(spoiled))
    except ValueError as error:
        assert "spoiled.zip: no whole backup" in str(error)
    else:
        assert records == RECORDS


def test_changed_record_is_refused_by_its_name(written):
    path = remade(written, lambda told, members: members.update({"store/j/12": b"other"}))
    with pytest.raises(ValueError, match="record j/12 is damaged"):
        archive.read(path)


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "", "a//b", "./a", "restore/plan"]
)
def test_record_outside_of_the_store_is_refused(written, name):
    def add(told, members):
        told["records"][name] = archive.digest(b"x")
        members["store/" + name] = b"x"

    path = remade(written, add)
    with pytest.raises(ValueError, match="outside of the store"):
        archive.read(path)


@pytest.mark.parametrize("manifest", ["", "[]", "7", "{}", '{"format": "pilotlight store 1"}'])
def test_foreign_archive_is_refused(written, manifest):
    path = remade(written, lambda told, members: manifest or "no json")
    with pytest.raises(ValueError, match="no whole backup"):
        archive.read(path)


def test_other_format_is_named_with_ours(written):
    path = remade(written, lambda told, members: {**told, "format": "pilotlight store 2"})
    with pytest.raises(ValueError, match="'pilotlight store 2', expected 'pilotlight store 1'"):
        archive.read(path)


@pytest.mark.parametrize("records", [[], ["unit"], {"unit": 7}, {"unit": None}, "unit", 7])
def test_manifest_of_another_shape_is_refused(written, records):
    path = remade(written, lambda told, members: {**told, "records": records})
    with pytest.raises(ValueError, match="no whole backup"):
        archive.read(path)


def test_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        archive.read(str(tmp_path / "none.zip"))
