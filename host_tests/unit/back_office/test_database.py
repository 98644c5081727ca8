"""The database: migrations, and that a change is whole or not at all."""

import sqlite3

import pytest

from host_tests.harness.csms.book import Book
from tools.back_office.database import FOLDER, Database, statements


def _open(path, folder=FOLDER):
    return Database(Book(str(path)).connection, folder)


def test_book_that_never_had_an_office_gets_one_and_keeps_what_it_has(tmp_path):
    book = Book(str(tmp_path / "book.db"))
    book.add_charge_point("ST", "secret-1")
    book.add_card("04A1", "Accepted", None, None)
    book.close()
    db = _open(tmp_path / "book.db")
    assert db.value("SELECT COUNT(*) FROM charge_point") == 1
    db.run("INSERT INTO company (name) VALUES ('One')")
    db.connection.close()
    again = _open(tmp_path / "book.db")
    assert again.value("SELECT name FROM company") == "One"
    assert again.value("PRAGMA foreign_keys") == 1
    assert again.value("PRAGMA journal_mode") == "wal"


def test_migration_that_fails_leaves_nothing(tmp_path):
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE one (id);")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE two (id);\nCREATE TABLE one (id);")
    with pytest.raises(sqlite3.OperationalError, match="one already exists"):
        _open(tmp_path / "book.db", tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="one already exists"):
        _open(tmp_path / "book.db", tmp_path)
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE two (id);")
    db = _open(tmp_path / "book.db", tmp_path)
    assert db.all("SELECT * FROM two") == []


def test_file_of_a_newer_office_is_refused(tmp_path):
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE one (id);")
    (tmp_path / "0002_newer.sql").write_text("CREATE TABLE two (id);")
    _open(tmp_path / "book.db", tmp_path).connection.close()
    (tmp_path / "0002_newer.sql").unlink()
    with pytest.raises(ValueError, match="newer back office: it has migration 2"):
        _open(tmp_path / "book.db", tmp_path)


def test_two_migrations_of_one_number_are_refused(tmp_path):
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (id);")
    (tmp_path / "0001_two.sql").write_text("CREATE TABLE two (id);")
    with pytest.raises(ValueError, match="two migrations 1"):
        _open(tmp_path / "book.db", tmp_path)


def test_statements_are_told_apart_also_within_a_trigger():
    script = "-- words\nCREATE TABLE a (id);\nCREATE TRIGGER t AFTER DELETE ON a\nBEGIN\n"
    script += "  DELETE FROM a;\nEND;\n-- more words\n"
    assert len(statements(script)) == 2
    with pytest.raises(ValueError, match="without an end"):
        statements("CREATE TABLE a (id)")


def test_transaction_within_another_is_part_of_it(office):
    with pytest.raises(KeyError):
        with office.db.transaction():
            with office.db.transaction():
                office.db.run("INSERT INTO company (name) VALUES ('One')")
            raise KeyError
    assert office.db.all("SELECT * FROM company") == []
    with office.db.transaction():
        office.db.run("INSERT INTO company (name) VALUES ('One')")
    assert len(office.db.all("SELECT * FROM company")) == 1
