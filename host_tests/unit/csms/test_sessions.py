"""Whatever a station sends again, each transaction and each reading is recorded once."""

from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.csms.book import Book

_SAMPLE = {"timestamp": "t", "sampled_value": [{"value": "1"}]}


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=8))
def test_a_session_sent_any_number_of_times_is_recorded_once(deliveries):
    """OCPP-J errata 3.1. A delivery is a session sent whole, with the old message ids or new."""
    sessions = Book().sessions
    for turn, (which, new_ids) in enumerate(deliveries):
        suffix = f"{which}-{turn if new_ids else 'first'}"
        start = {"connector": 1, "id_tag": "A", "meter_start": which, "start_time": "t"}
        number = sessions.start("S", f"start-{suffix}", start)
        readings = {"connector": 1, "transaction_id": number, "source": "MeterValues"}
        # The readings of a session are sent again with their own ids only.
        sessions.add_readings("S", f"values-{which}", {**readings, "meter_value": [_SAMPLE]})
        stop = {"meter_stop": 10 * which, "stop_time": "t", "stop_id_tag": None, "reason": None}
        sessions.stop("S", number, stop)
    recorded = sessions.all("S")
    expected = {which: 10 * which for which, _ in deliveries}
    assert {each["meter_start"]: each["meter_stop"] for each in recorded} == expected
    assert len(recorded) == len(expected)
    assert all(len(each["values"]) == 1 for each in recorded)
