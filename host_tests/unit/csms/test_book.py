"""The book in a file outlives the back end's process."""

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
