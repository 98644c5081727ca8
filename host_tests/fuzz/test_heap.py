"""What a back end says leaves nothing behind on the heap: 32-bit, measured before and after."""

import json

import pytest
from hypothesis import strategies as st

from host_tests.fuzz import messages
from host_tests.fuzz.fuzzed import Fuzzed, fire
from host_tests.harness.stage import IDENTITY, Stage

_BATCHES = st.lists(messages.TEXTS, min_size=20, max_size=20)
# What the heap may differ by between two moments at which the station knows the same: the tail of
# the log, whose lines are long or short.
_ROOM_BYTES = 1024


@pytest.fixture
def stage(tmp_path):
    with Stage("unix", tmp_path) as stage:
        stage.start()
        yield stage.ready()


def test_heap_does_not_grow(stage):
    """1,000 texts, then everything that they set taken back: what is alive is what was before."""
    fuzzed = Fuzzed(stage)
    before = settings_of(stage)
    # Rooms that are imported when they are needed, tables that grow once.
    fire(fuzzed, _BATCHES, 20)
    live_bytes = cleaned(stage, before)
    fuzzed.rest()
    fire(fuzzed, _BATCHES, 50)
    grown_bytes = cleaned(stage, before) - live_bytes
    assert grown_bytes <= _ROOM_BYTES, f"{grown_bytes} bytes more are alive"


def test_characters_are_not_kept(stage):
    """MicroPython interns every character that stands alone: not those of a peer's text."""
    ask(stage, "DataTransfer", {"vendorId": "bench", "data": "x"})
    live_bytes = alive_bytes(stage)
    text = "".join(f"\\u{code:04x}" for code in range(0x4E00, 0x4E00 + 1500))
    for raw in (text, json.loads(f'"{text}"')):
        frame = f'[2,"w","DataTransfer",{{"vendorId":"bench","data":"{raw}"}}]'
        stage.csms.send_text(IDENTITY, frame)
        stage.advance(5)
    for code in range(0x4E00, 0x4E00 + 100):
        value = {"key": "TariffText", "value": chr(code) * 2}
        ask(stage, "ChangeConfiguration", value)
    ask(stage, "ChangeConfiguration", {"key": "TariffText", "value": ""})
    grown_bytes = alive_bytes(stage) - live_bytes
    assert grown_bytes <= _ROOM_BYTES, f"{grown_bytes} bytes more are alive"


def settings_of(stage):
    """Key -> value of all that can be written."""
    told = ask(stage, "GetConfiguration", {})["configurationKey"]
    return {entry["key"]: entry["value"] for entry in told if not entry["readonly"]}


def cleaned(stage, values):
    """Take back what texts may have set; bytes that are alive then."""
    ask(stage, "ClearChargingProfile", {})
    empty = {"listVersion": 2**31 - 1, "updateType": "Full", "localAuthorizationList": []}
    ask(stage, "SendLocalList", empty)
    ask(stage, "ClearCache", {})
    ask(stage, "ChangeAvailability", {"connectorId": 0, "type": "Operative"})
    for number in messages.SMALL:
        ask(stage, "CancelReservation", {"reservationId": number})
    for key, value in settings_of(stage).items():
        if value != values[key]:
            ask(stage, "ChangeConfiguration", {"key": key, "value": values[key]})
    # An authorisation from afar without a vehicle is forgotten after ConnectionTimeOut.
    stage.advance(120)
    return alive_bytes(stage)


def alive_bytes(stage):
    """Of the 32-bit heap, after a collection."""
    outputs = stage.step(stage.now_ms + 10, {"ask": 1, "heap": 1})
    return outputs["facts"]["heap"]["live"]


def ask(stage, action, payload):
    """The station's answer to a call that is right."""
    call = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: call.done, 60, f"an answer to {action}")
    assert call.error is None, f"{action}: {call.error}"
    return call.result
