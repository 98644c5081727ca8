"""The book in a file outlives the back end's process."""

import sqlite3

from host_tests.harness.csms import Csms
from host_tests.harness.virtual_loop import UtcClock


def test_what_was_recorded_is_there_in_the_next_life(loop, tmp_path):
    path = tmp_path / "book.sqlite"
    first = Csms(loop, UtcClock(loop), path)
    first.add_charge_point("S", "secret")
    first.boot_policy("Pending", interval=5)
    start = {"connector": 1, "id_tag": "A", "meter_start": 0, "start_time": "t"}
    number = first.book.sessions.start("S", "m", start)
    first.note("S", "received", "[]")
    first.close()

    second = Csms(loop, UtcClock(loop), path)
    known = second.book.charge_point("S")
    assert (known["password"], known["policy"], known["interval_s"]) == (b"secret", "Pending", 5)
    assert [session["transaction_id"] for session in second.sessions("S")] == [number]
    assert second.frames("S") == [("received", UtcClock(loop).utc_ms(), "[]")]
    second.close()


def test_book_of_an_earlier_version_is_read_and_written(loop, tmp_path):
    """It had no column for reservations."""
    path = tmp_path / "book.sqlite"
    first = Csms(loop, UtcClock(loop), path)
    start = {"connector": 1, "id_tag": "A", "meter_start": 0, "start_time": "t"}
    first.book.sessions.start("S", "m", start)
    first.close()
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE session DROP COLUMN reservation")
    db.close()

    second = Csms(loop, UtcClock(loop), path)
    second.book.sessions.start("S", "n", {**start, "meter_start": 9, "reservation": 5})
    assert [session["reservation"] for session in second.sessions("S")] == [None, 5]
    second.close()
