"""Whatever a back end says, the station answers rightly, keeps its state, and does not grow."""

from hypothesis import strategies as st

from host_tests.fuzz import messages
from host_tests.fuzz.fuzzed import Fuzzed, fire

_BATCH = 20
_COUNT = {"in_process": 10_000, "unix": 1_000}
_BATCHES = st.lists(messages.TEXTS, min_size=_BATCH, max_size=_BATCH)


def test_every_text_is_answered_rightly_and_a_refused_one_changes_nothing(stage, target_name):
    """OCPP-J 1.6 §4.2: valid, nearly valid and hostile, made of the official schemas."""
    fuzzed, count = Fuzzed(stage), _COUNT[target_name]
    fire(fuzzed, _BATCHES, count // _BATCH)
    assert fuzzed.sent >= count and stage.restarts == 0
    # None of the kinds is left out by chance.
    assert all(times >= count // 200 for times in fuzzed.outcomes.values()), fuzzed.outcomes
    assert len(fuzzed.outcomes) >= 8, fuzzed.outcomes


def test_texts_too_long_or_too_deep_are_answered_and_the_next_one_too(stage):
    """standards.md §2.1: there is no longest message; back-ends.md: 65 kB are seen."""
    fuzzed = Fuzzed(stage)
    fire(fuzzed, st.tuples(messages.RARE, messages.VALID), 10)
    assert stage.restarts == 0


def test_session_goes_on_under_fire(stage, target_name):
    """What is refused or makes no sense touches no session."""
    stage.charge(10)
    fuzzed = Fuzzed(stage)
    fire(fuzzed, st.lists(messages.REFUSED, min_size=_BATCH, max_size=_BATCH), 10)
    assert stage.contactor.closed and stage.restarts == 0
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
