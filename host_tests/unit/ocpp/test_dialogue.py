"""ocpp/dialogue: one call open per direction, whatever the peer does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.ocpp.dialogue import ANSWERED, LOST, REFUSED, TIMED_OUT, Dialogue
from chargepoint.ocpp.frames import Call
from host_tests.unit.ocpp.bench import (
    Charge,
    FixedRandom,
    Outcomes,
    Source,
    new_inbound,
    new_settings,
)

UNLOCK = '[2,"peer-1","UnlockConnector",{"connectorId":1}]'


class Talk:
    """A connected dialogue with one source, and what left it."""

    def __init__(self, *calls, settings=None):
        self.charge = Charge()
        settings = settings or new_settings()
        inbound = new_inbound(self.charge, settings)
        self.dialogue = Dialogue(settings, FixedRandom(), inbound)
        self.source = Source(*calls)
        self.dialogue.sources = [self.source]
        self.dialogue.connected(0)

    def sent(self, now_ms=0):
        self.dialogue.tick(now_ms)
        texts = iter(self.dialogue.take_text, None)
        return [json.loads(text) for text in texts]

    def hear(self, *frame, now_ms=0):
        self.dialogue.receive_text(json.dumps(frame), now_ms)


@pytest.fixture
def outcomes():
    return Outcomes()


def heartbeat(outcomes, unique_id=None):
    return Call("Heartbeat", {}, outcomes, unique_id)


def test_dialogue_keeps_one_call_open(outcomes):
    """OCPP-J 1.6 §4.1.1."""
    talk = Talk(heartbeat(outcomes), heartbeat(outcomes))
    (call,) = talk.sent()
    assert talk.sent(1000) == []
    talk.hear(3, call[1], {"currentTime": "2026-11-23T20:57:00Z"})
    assert outcomes == [(ANSWERED, {"currentTime": "2026-11-23T20:57:00Z"})]
    assert talk.sent(2000)[0][2] == "Heartbeat"


def test_dialogue_answers_while_its_own_call_is_open(outcomes):
    talk = Talk(heartbeat(outcomes))
    talk.sent()
    talk.dialogue.receive_text(UNLOCK, 10)
    assert talk.sent(10) == [[3, "peer-1", {"status": "Unlocked"}]]
    assert outcomes == []


def test_answers_leave_before_a_call_that_waits(outcomes):
    """OCPP 1.6 §5.17: TriggerMessage is answered before what it triggers is sent."""
    talk = Talk(heartbeat(outcomes))
    talk.dialogue.tick(0)
    talk.dialogue.receive_text(UNLOCK, 0)
    assert [frame[0] for frame in talk.sent()] == [3, 2]


def test_ids_are_unique_and_at_most_36_characters(outcomes):
    """OCPP-J 1.6 errata 3.1."""
    talk = Talk(*[heartbeat(None) for _ in range(50)])
    ids = set()
    for _ in range(50):
        (call,) = talk.sent()
        talk.hear(3, call[1], {"currentTime": "2026-11-23T20:57:00Z"})
        ids.add(call[1])
    assert len(ids) == 50 and max(map(len, ids)) <= 36
    other = Talk(heartbeat(None))
    other.dialogue._id_head = Dialogue(None, FixedRandom(7), None)._id_head
    assert other.sent()[0][1] not in ids


def test_a_retransmission_keeps_the_id_that_it_brings(outcomes):
    assert Talk(heartbeat(outcomes, "event-7")).sent()[0][1] == "event-7"


def test_call_times_out_after_message_timeout_and_the_next_one_leaves(outcomes):
    """Errata 3.83."""
    talk = Talk(
        heartbeat(outcomes), heartbeat(outcomes), settings=new_settings(MessageTimeout="5")
    )
    talk.sent(1000)
    assert talk.sent(5999) == [] and outcomes == []
    assert len(talk.sent(6000)) == 1
    assert outcomes == [(TIMED_OUT, None)]


def test_timed_out_call_that_never_left_is_not_sent(outcomes):
    talk = Talk(heartbeat(outcomes))
    talk.dialogue.tick(0)
    talk.dialogue.tick(30000)
    assert talk.dialogue.take_text() is None


def test_late_answer_goes_to_late_and_a_foreign_one_is_counted(outcomes):
    """microocpp.md F4."""
    talk = Talk(heartbeat(outcomes, "event-7"))
    talk.sent()
    talk.sent(30000)
    late = []
    talk.dialogue.late = lambda *told: late.append(told) or told[0] == "event-7"
    talk.hear(3, "event-7", {"a": 1}, now_ms=45000)
    talk.hear(3, "foreign", {}, now_ms=45000)
    assert late == [("event-7", {"a": 1}, 45000), ("foreign", {}, 45000)]
    assert talk.dialogue.ignored == 1 and "foreign" in talk.dialogue.complaint


@pytest.mark.parametrize(
    "frame",
    [[3, "foreign", {}], [4, "foreign", "GenericError", "", {}], [4, "-1", "RpcFrameworkError"]]
    + [[4, "", "RpcFrameworkError", "", {}], [3], [], [9, "x"]],
)
def test_foreign_answers_never_touch_the_open_call(outcomes, frame):
    """microocpp.md F5."""
    talk = Talk(heartbeat(outcomes, "mine"))
    talk.sent()
    talk.hear(*frame)
    assert outcomes == [] and talk.dialogue.ignored == 1
    assert talk.sent() == []


def test_call_error_refuses_with_its_code_in_our_spelling(outcomes):
    talk = Talk(heartbeat(outcomes, "mine"))
    talk.sent()
    talk.hear(4, "mine", "OccurrenceConstraintViolation", "why", {})
    assert outcomes == [(REFUSED, ("OccurenceConstraintViolation", "why"))]


@pytest.mark.parametrize(
    "text",
    ['[3,"mine",{}]', '[3,"mine"]', '[3,"mine",{"currentTime":}]', '[3,"mine",null]']
    + ['[3,"mine",{"currentTime":5}]', '[4,"mine"]'],
)
def test_answer_that_is_none_counts_as_refused_and_is_never_answered(outcomes, text):
    talk = Talk(heartbeat(outcomes, "mine"))
    talk.sent()
    talk.dialogue.receive_text(text, 0)
    assert [outcome for outcome, _ in outcomes] == [REFUSED]
    assert talk.sent() == []


def test_lost_link_ends_the_call_and_voids_answers(outcomes):
    talk = Talk(heartbeat(outcomes))
    talk.sent()
    talk.dialogue.receive_text(UNLOCK, 0)
    talk.dialogue.disconnected(50)
    assert outcomes == [(LOST, None)]
    assert talk.sent(60) == []
    talk.dialogue.connected(70)
    assert talk.sent(70) == []


def test_nothing_is_asked_of_sources_while_off_line(outcomes):
    talk = Talk(heartbeat(outcomes))
    talk.dialogue.disconnected(0)
    talk.dialogue.tick(10)
    assert len(talk.source.calls) == 1


@pytest.mark.parametrize(
    "text, unique_id",
    [
        ('[2,"a","Reset"]', "a"),
        ('[2,"a","Reset",{"type":"Hard"', "a"),
        ('[2,"a","Reset",[]]', "a"),
    ],
)
def test_malformed_call_is_answered_with_formation_violation(text, unique_id):
    talk = Talk()
    talk.dialogue.receive_text(text, 0)
    (answer,) = talk.sent()
    assert answer[:3] == [4, unique_id, "FormationViolation"] and answer[3]
    assert talk.charge.asked == []


@pytest.mark.parametrize(
    "text", ["", "rubbish", '[2,5,"Reset",{}]', '[1,"a",{}]', "{}", '[2,"%s","A",{}]' % ("x" * 40)]
)
def test_what_can_not_be_answered_is_ignored_and_counted(text):
    talk = Talk()
    talk.dialogue.receive_text(text, 0)
    assert talk.sent() == [] and talk.dialogue.ignored == 1 and talk.dialogue.complaint


def test_the_same_call_twice_is_answered_twice():
    talk = Talk()
    talk.dialogue.receive_text(UNLOCK, 0)
    talk.dialogue.receive_text(UNLOCK, 0)
    assert len(talk.sent()) == 2


def test_burst_of_calls_is_bounded():
    """Whoever reads the link stops while ``crowded``; more are dropped, never stored."""
    talk = Talk()
    for _ in range(20):
        talk.dialogue.receive_text(UNLOCK, 0)
    assert talk.dialogue.crowded
    assert len(talk.sent()) == 16 and talk.dialogue.ignored == 4
    assert not talk.dialogue.crowded


def test_memory_that_runs_out_is_an_internal_error(monkeypatch):
    talk = Talk()

    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr(talk.charge, "unlock", exhausted)
    talk.dialogue.receive_text(UNLOCK, 0)
    assert talk.sent()[0][:3] == [4, "peer-1", "InternalError"]


# -- answers that wait --------------------------------------------------------------------------

DONE = {"status": "Unlocked"}


class Bolt:
    """What the station gives for an UnlockConnector that takes its time."""

    def __init__(self, talk, monkeypatch):
        self.status, self.asked = None, 0
        monkeypatch.setattr(talk.charge, "unlock", lambda connector: self.told)

    def told(self, now_ms):
        self.asked += 1
        return self.status


def unlock(unique_id):
    return UNLOCK.replace("peer-1", unique_id)


@pytest.fixture
def waiting(monkeypatch, outcomes):
    talk = Talk(heartbeat(outcomes), heartbeat(outcomes))
    talk.bolt = Bolt(talk, monkeypatch)
    talk.dialogue.receive_text(UNLOCK, 0)
    return talk


def test_answer_that_waits_for_the_hardware_leaves_once_it_is_known(waiting):
    """OCPP 1.6 §5.18: the outcome is in the answer."""
    assert [frame[0] for frame in waiting.sent(10)] == [2]
    for now_ms in range(20, 5000, 10):
        assert waiting.sent(now_ms) == []
    waiting.bolt.status = "Unlocked"
    assert waiting.sent(5000) == [[3, "peer-1", DONE]]
    asked = waiting.bolt.asked
    assert waiting.sent(5010) == [] and waiting.bolt.asked == asked


def test_other_calls_are_answered_while_one_waits(waiting):
    waiting.sent(10)
    waiting.hear(2, "peer-2", "ClearCache", {}, now_ms=20)
    assert waiting.sent(20) == [[3, "peer-2", {"status": "Rejected"}]]
    waiting.bolt.status = "UnlockFailed"
    assert waiting.sent(30) == [[3, "peer-1", {"status": "UnlockFailed"}]]


def test_answer_that_waits_is_void_when_the_connection_is_gone(waiting):
    waiting.sent(10)
    waiting.dialogue.disconnected(20)
    waiting.dialogue.connected(30)
    waiting.bolt.status, waiting.bolt.asked = "Unlocked", 0
    assert [frame[0] for frame in waiting.sent(40)] == [2]
    assert waiting.bolt.asked == 0


def test_answer_that_never_comes_is_an_error_and_makes_no_one_deaf(waiting):
    """16 calls that wait for ever would be the last that are read."""
    waiting.sent(10)
    assert [frame for frame in waiting.sent(119_990) if frame[1] == "peer-1"] == []
    ((kind, _, code, _, _),) = [each for each in waiting.sent(120_100) if each[1] == "peer-1"]
    assert (kind, code) == (4, "InternalError")
    asked = waiting.bolt.asked
    waiting.sent(121_000)
    assert waiting.bolt.asked == asked


def test_answers_that_wait_end_in_any_order(waiting, monkeypatch):
    other = Bolt(waiting, monkeypatch)
    waiting.dialogue.receive_text(unlock("peer-2"), 5)
    waiting.sent(10)
    other.status = "Unlocked"
    assert waiting.sent(20) == [[3, "peer-2", DONE]]
    waiting.bolt.status = "Unlocked"
    assert waiting.sent(30) == [[3, "peer-1", DONE]]


def test_answers_that_wait_are_bounded(waiting):
    """Nothing more is read when sixteen are owed; none of them is lost."""
    for n in range(2, 17):
        assert not waiting.dialogue.crowded
        waiting.dialogue.receive_text(unlock(f"peer-{n}"), 0)
    assert waiting.dialogue.crowded
    waiting.sent(10)
    waiting.bolt.status = "Unlocked"
    answers = waiting.sent(20)
    assert [frame[1] for frame in answers] == [f"peer-{n}" for n in range(1, 17)]
    assert not waiting.dialogue.crowded and waiting.dialogue.ignored == 0


def test_silence_ends_our_own_call_while_an_answer_waits(waiting, outcomes):
    waiting.sent(10)
    waiting.sent(40_000)
    assert outcomes == [(TIMED_OUT, None)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ACTIONS = st.sampled_from(
    ["Reset", "UnlockConnector", "SendLocalList", "Nonsense", "GetConfiguration", "Reset.conf", ""]
)


@given(ACTIONS, JSON)
def test_every_call_gets_one_answer_of_the_right_class(action, payload):
    talk = Talk()
    talk.hear(2, "a", action, payload)
    (answer,) = [frame for step in range(40) for frame in talk.sent(step * 10)]
    assert answer[1] == "a"
    if answer[0] == 4:
        assert talk.charge.asked == []
    if action in ("Nonsense", "", "Reset.conf"):
        assert answer[2] == "NotImplemented"
    if action == "SendLocalList":
        assert answer[2] == "NotSupported"


def long_call(unique_id):
    """Some 2,500 characters: a dozen pauses."""
    periods = [{"startPeriod": 60 * n, "limit": 16.0} for n in range(50)]
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    payload = {"idTag": "A", "chargingProfile": profile}
    return json.dumps([2, unique_id, "RemoteStartTransaction", payload])


def test_long_message_is_worked_on_over_many_steps_and_the_next_one_waits():
    """A step may not be held up: a byte takes 2,700 instructions, an item of an array 140,000."""
    talk = Talk()
    talk.dialogue.receive_text(long_call("a"), 0)
    steps = 0
    while talk.dialogue.crowded:
        steps += 1
        assert steps < 99
        answers = talk.sent(steps * 10)
        assert answers == [] or not talk.dialogue.crowded
    assert steps > 10


@pytest.mark.parametrize("end", ["disconnected", "answered"])
def test_long_message_is_answered_once_or_lost_with_its_connection(end):
    talk = Talk()
    talk.dialogue.receive_text(long_call("a"), 0)
    if end == "disconnected":
        talk.dialogue.disconnected(10)
        talk.dialogue.connected(20)
    answers = [frame for step in range(3, 99) for frame in talk.sent(step * 10)]
    expected = [] if end == "disconnected" else [[3, "a", {"status": "Rejected"}]]
    assert answers == expected and not talk.dialogue.crowded


def test_open_call_does_not_time_out_while_its_long_answer_is_read(outcomes):
    talk = Talk(heartbeat(outcomes))
    ((_, unique_id, *_),) = talk.sent(0)
    words = ["x" * 20] * 100
    answer = {"currentTime": "2026-11-23T20:57:00Z", "more": words}
    talk.dialogue.receive_text(json.dumps([3, unique_id, answer]), 29_990)
    for step in range(40):
        talk.sent(30_000 + step * 10)
    assert outcomes == [(ANSWERED, answer)]


@given(st.lists(st.text(max_size=40) | JSON.map(json.dumps), max_size=8))
def test_no_text_of_the_peer_raises(texts):
    talk = Talk(Call("Heartbeat", {}))
    talk.sent()
    for text in texts:
        talk.dialogue.receive_text(text, 0)
    talk.sent(40000)
