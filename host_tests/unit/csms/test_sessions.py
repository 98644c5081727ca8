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


def test_station_that_counts_its_messages_anew_after_a_restart_loses_no_session():
    """OCPP-J 4.1.4: a message id must be another one within a connection only."""
    sessions = Book().sessions
    for life in (1, 2):
        start = {"connector": 1, "id_tag": "A", "meter_start": life, "start_time": f"t{life}"}
        number = sessions.start("S", "1", start)
        readings = {"connector": 1, "transaction_id": number, "source": "MeterValues"}
        sample = {"timestamp": f"u{life}", "sampled_value": [{"value": str(life)}]}
        for _ in range(2):
            sessions.add_readings("S", "2", {**readings, "meter_value": [sample]})
    recorded = sessions.all("S")
    assert [each["meter_start"] for each in recorded] == [1, 2]
    assert [[value["value"] for value in each["values"]] for each in recorded] == [["1"], ["2"]]


def test_start_whose_time_was_set_right_is_the_same_one_with_the_same_message():
    sessions = Book().sessions
    start = {"connector": 1, "id_tag": "A", "meter_start": 5, "start_time": "before"}
    number = sessions.start("S", "m", start)
    assert sessions.start("S", "m", {**start, "start_time": "right"}) == number
    assert sessions.start("S", "n", {**start, "start_time": "later"}) != number
