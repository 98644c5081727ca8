"""Both validators find what is wrong, each by itself, and nothing wrong with what is right."""

import json

import pytest

from host_tests.harness import oracle
from host_tests.harness.stage import Stage

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


def heard(*frames, asked=()):
    """Frames of a station, after those of a back end."""
    told = [("sent", 0, json.dumps(frame)) for frame in asked]
    return told + [("received", 0, frame) for frame in map(text_of, frames)]


def text_of(frame):
    return frame if isinstance(frame, str) else json.dumps(frame)


def test_right_frames_are_right():
    """OCPP-J 1.6 §4.2: a call, an answer, an error."""
    asked = [2, "a", "GetConfiguration", {}], [2, "b", "Reset", {"type": "Soft"}]
    answer = {"configurationKey": [{"key": "K", "readonly": True, "value": "é" * 500}]}
    frames = heard(
        [2, "1", "StatusNotification", STATUS],
        [3, "a", answer],
        [4, "b", "InternalError", "why", {}],
        asked=asked,
    )
    assert oracle.violations(frames) == []


@pytest.mark.parametrize(
    "payload",
    [
        {**STATUS, "status": "Asleep"},
        {**STATUS, "info": None},
        {**STATUS, "info": "x" * 51},
        {**STATUS, "more": 1},
        {**STATUS, "connectorId": "1"},
        {"connectorId": 1, "status": "Available"},
    ],
)
def test_wrong_payload_is_found_by_both(payload):
    """OCPP 1.6: enumeration, null, length, unknown field, type, a field that is missing."""
    found = oracle.violations(heard([2, "1", "StatusNotification", payload]))
    assert sorted(text.split(":")[0] for text in found) == ["ocpp", "ocpp-rpc"]


def test_wrong_answer_is_found_by_both():
    """An answer is judged by the call that it answers."""
    found = oracle.violations(
        heard([3, "a", {"status": "Perhaps"}], asked=[[2, "a", "Reset", {"type": "Hard"}]])
    )
    assert sorted(text.split(":")[0] for text in found) == ["ocpp", "ocpp-rpc"]


@pytest.mark.parametrize(
    "frame",
    [
        "[2,",
        "{}",
        [2, "1", "Heartbeat"],
        [2, "", "Heartbeat", {}],
        [2, "x" * 37, "Heartbeat", {}],
        [4, "a", "OccurrenceConstraintViolation", "", {}],
    ],
)
def test_wrong_form_is_found(frame):
    """OCPP-J 1.6 §4.1.4, §4.2: broken JSON, no array, too short, ids, a code that is not spelt so
    (errata 5.1: "do not fix")."""
    assert len(oracle.violations(heard(frame))) == 1


def test_stage_is_judged_at_its_end(tmp_path):
    """targets_plugin: whatever a test makes of a stage, what was sent is judged."""
    judged = []
    Stage.at_end = staticmethod(judged.append)
    with Stage("in_process", tmp_path) as stage:
        assert judged == []
    assert judged == [stage]
