"""The unit's record and its label."""

import json
import stat

import pytest

from tools.device import unit


def test_unit_is_another_each_time():
    first, second = unit.unit.read(unit.made()), unit.unit.read(unit.made())
    assert first[0] != second[0] and first[1] != second[1]


def test_label_tells_what_the_station_derives(tmp_path):
    record = unit.made("PL-7", tmp_path)
    serial, secret = unit.unit.read(record)
    label = json.loads(unit.write_label(record, tmp_path / "labels").read_text())
    assert label == {
        "serial": "PL-7", "secret": secret.hex(), "password": unit.unit.password(secret),
    }  # fmt: skip


def test_label_is_for_its_owner_only_also_when_the_old_one_was_not(tmp_path):
    record = unit.made("PL-7", tmp_path)
    path = unit.write_label(record, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert unit.write_label(record, tmp_path) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("serial", ["../../x", "a/b", "a b\n", "ä"])
def test_label_stays_in_its_folder(tmp_path, serial):
    path = unit.write_label(unit.made(serial, tmp_path), tmp_path)
    assert path.parent == tmp_path and list(tmp_path.iterdir()) == [path]


def test_unit_of_a_label_is_the_same_again(tmp_path):
    """A flash that broke off after the erase: the label may be on its box already."""
    record = unit.made("PL-7", tmp_path)
    unit.write_label(record, tmp_path)
    assert unit.made("PL-7", tmp_path) == record
    assert unit.made("PL-8", tmp_path) != record


@pytest.mark.parametrize("text", ["", "{}", '{"serial": "other", "secret": "' + "00" * 16 + '"}'])
def test_label_that_is_none_is_named(tmp_path, text):
    (tmp_path / "label-PL-7.json").write_text(text)
    with pytest.raises(ValueError, match="label-PL-7.json: no label of unit PL-7"):
        unit.made("PL-7", tmp_path)


@pytest.mark.parametrize("serial", ["", "x" * 26])
def test_serial_number_of_no_use_is_refused(tmp_path, serial):
    with pytest.raises(ValueError, match="expected 1 to 25 characters"):
        unit.made(serial, tmp_path)
