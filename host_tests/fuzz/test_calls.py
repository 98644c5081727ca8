"""Whatever a back end says, the station answers rightly, keeps its state, and does not grow."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from host_tests.fuzz import messages
from host_tests.fuzz.fuzzed import Fuzzed

_BATCH = 20
# So many texts; one in each batch of the rare ones costs as much as all the others together.
_COUNT = {"in_process": 10_000, "unix": 1_000}
_BATCHES = st.lists(messages.TEXTS, min_size=_BATCH, max_size=_BATCH)


def fire(stage, texts, batches):
    """So many batches, the same ones each time; the station that took them."""
    fuzzed = Fuzzed(stage)

    @settings(
        max_examples=batches,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(texts)
    def send(batch):
        for text in batch:
            fuzzed.send(text)

    send()
    return fuzzed


def test_every_text_is_answered_rightly_and_a_refused_one_changes_nothing(stage, target_name):
    """OCPP-J 1.6 §4.2: valid, nearly valid and hostile, made of the official schemas."""
    count = _COUNT[target_name]
    fuzzed = fire(stage, _BATCHES, count // _BATCH)
    assert fuzzed.sent >= count and stage.restarts == 0
    print(fuzzed.sent, sorted(fuzzed.outcomes.items()))
