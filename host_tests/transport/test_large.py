"""Messages of 65 kB and more: carried out where there is memory, answered where there is not."""

import json

import pytest

from host_tests.harness.stage import IDENTITY

SIZES = (30_000, 65_000, 100_000)


def call(stage, action, payload):
    answer = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: answer.done, 120, f"an answer to {action}")
    return answer


@pytest.mark.parametrize("size", SIZES)
def test_message_of_any_size_has_its_answer_and_costs_nothing_else(stage, size):
    """OCPP-J 1.6 §4.2.3: the connection stays, a session goes on, and so does what comes next."""
    stage.charge(5)
    answer = call(stage, "DataTransfer", {"vendorId": "x", "data": "d" * size})
    if answer.error:
        assert answer.error[0] == "InternalError" and f"{size}"[:2] in answer.error[1]
    else:
        assert answer.result == {"status": "UnknownVendorId"} and size < 70_000
    told = call(stage, "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "77"})
    assert told.result == {"status": "Accepted"}
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert stage.restarts == 0 and len(stage.csms.calls(IDENTITY, "BootNotification")) == 1


@pytest.mark.parametrize("kind", ["text", "object"])
def test_configuration_change_padded_to_65_kb_is_carried_out_or_refused_whole(stage, kind):
    """A state is never half changed."""
    call_text = json.dumps(
        [2, "padded", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "88"}]
    )
    padded = call_text[:-1] + " " * (65_000 - len(call_text)) + "]"
    if kind == "object":
        padded = call_text[:-2] + " " * (65_000 - len(call_text)) + "}]"
    stage.csms.send_text(IDENTITY, padded)
    stage.until(lambda: answered(stage), 60, "an answer")
    (frame,) = answered(stage)
    told = call(stage, "GetConfiguration", {"key": ["HeartbeatInterval"]}).result
    value = told["configurationKey"][0]["value"]
    if frame[0] == 3:
        assert frame[2] == {"status": "Accepted"} and value == "88"
    else:
        assert frame[2] == "InternalError" and value != "88"


def answered(stage):
    frames = [json.loads(raw) for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    return [frame for frame in frames if frame[1] == "padded"]


def test_hundred_long_messages_in_a_row_leave_no_hole_in_the_memory(stage):
    """What is passed over is not kept, and what was carried out is given back."""
    for number in range(100):
        size = 65_000 if number % 2 else 8_000
        answer = call(stage, "DataTransfer", {"vendorId": "x", "data": "d" * size})
        assert answer.result or answer.error[0] == "InternalError", (number, answer.error)
    stage.charge(5)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert stage.restarts == 0


def test_message_of_65_kb_is_carried_out_on_a_board_with_memory(make_stage, target_name):
    """A board with PSRAM; EV Charging's own limit is 65,000 (standards.md §2.1)."""
    options = {"heap_bytes": 512 * 1024} if target_name == "unix" else {}
    stage = make_stage(**options).ready()
    answer = call(stage, "DataTransfer", {"vendorId": "x", "data": "€" * 21_500})
    assert answer.result == {"status": "UnknownVendorId"}
