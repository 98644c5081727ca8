"""ocpp/frames: text to frames and back, whatever a peer sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.ocpp import frames

IDS = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=36)
PAYLOADS = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers(0, 99) | st.text(), max_size=4
)


@given(IDS, PAYLOADS)
def test_frames_read_what_they_built(unique_id, payload):
    """OCPP-J 1.6 §4.2."""
    call = frames.parse(frames.build_call(unique_id, "Reset", payload))
    assert call == (frames.CALL, unique_id, "Reset", payload)
    result = frames.parse(frames.build_result(unique_id, payload))
    assert result == (frames.RESULT, unique_id, payload)
    error = frames.parse(frames.build_error(unique_id, "GenericError", "x" * 300))
    assert error == (frames.ERROR, unique_id, "GenericError", "x" * 255)


@given(st.binary(max_size=6), st.integers(0, 60), st.integers(0, 8))
def test_hostile_frames_never_raise_anything_but_frame_errors(noise, at, cut):
    text = '[2,"id-1","ChangeAvailability",{"connectorId":1,"type":"Operative"}]'
    text = text[:at] + noise.decode("latin-1") + text[at + cut :]
    try:
        frame = frames.parse(text)
    except frames.FrameError as error:
        assert error.description
        assert error.unique_id is None or 0 < len(error.unique_id) <= 36
        return
    assert frame is None or frame[0] in (2, 3, 4)


@pytest.mark.parametrize(
    "text", ['[1,"a",{}]', '[5,"a"]', '["2","a"]', "[true]", "[null]", "[2.0]"]
)
def test_frames_pass_over_an_unknown_message_type(text):
    """OCPP-J 1.6 §4.1.3: such a message is ignored."""
    assert frames.parse(text) is None


@pytest.mark.parametrize(
    "text, kind, unique_id",
    [
        ('[2,"a","Reset"]', 2, "a"),
        ('[2,"a","Reset",{},1]', 2, "a"),
        ('[2,"a",5,{}]', 2, "a"),
        ('[2,"a","Reset",{"type":}]', 2, "a"),
        (' [ 2 , "a" , "Reset", {}', 2, "a"),
        ('[2,"a","DataTransfer",{"data":"%s"}]' % ("x" * 70000), 2, "a"),
        ('[2,"a","DataTransfer",%s]' % ("[{}," * 600), 2, "a"),
        ('[2,"%s","Reset",{}]' % ("a" * 37), 2, None),
        ('[2,"","Reset",{}]', 2, None),
        ('[2,7,"Reset",{}]', 2, None),
        ("[2]", 2, None),
        ('[3,"a"]', 3, "a"),
        ('[3,"a",{"transactionId":,"b":1}]', 3, "a"),
        ("[3]", 3, None),
        ('[4,"a"]', 4, "a"),
        ('[4,"a",null,"",{}]', 4, "a"),
        ("[]", None, None),
        ("{}", None, None),
        ("null", None, None),
        ("no json", None, None),
        ("", None, None),
        ('[2,"\ud800","Reset",{}]', None, None),
    ],
)
def test_malformed_frames_tell_kind_and_id_where_they_can_be_read(text, kind, unique_id):
    """The id is what a CALLERROR FormationViolation needs."""
    with pytest.raises(frames.FrameError) as caught:
        frames.parse(text)
    if "\ud800" not in text:
        assert (caught.value.kind, caught.value.unique_id) == (kind, unique_id)


@pytest.mark.parametrize(
    "code, usual",
    [
        ("FormatViolation", "FormationViolation"),
        ("OccurrenceConstraintViolation", "OccurenceConstraintViolation"),
        ("OccurenceConstraintViolation", "OccurenceConstraintViolation"),
        ("RpcFrameworkError", "RpcFrameworkError"),
    ],
)
def test_frames_take_both_spellings_of_an_error_code(code, usual):
    """back-ends.md §1; errata 5.1."""
    assert frames.parse(json.dumps([4, "a", code, "d", {}])) == (4, "a", usual, "d")


@pytest.mark.parametrize("tail", ["", ',"d"', ",null", ",null,null", ',"d",{},"more"'])
def test_frames_take_an_error_without_its_end(tail):
    frame = frames.parse(f'[4,"a","GenericError"{tail}]')
    assert frame[:3] == (4, "a", "GenericError")


def test_message_of_65_kb_is_read():
    """back-ends.md: 65 kB messages."""
    data = "\u20ac" * 21000
    frame = frames.parse(f'[2,"a","DataTransfer",{{"data":"{data}"}}]')
    assert frame[3] == {"data": data}


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_message_that_the_link_had_no_room_for_tells_its_id_and_why(kind):
    """ports.Link.receive: a head, a NUL, and why."""
    with pytest.raises(frames.FrameError) as caught:
        frames.parse(f'[{kind},"a","DataTransfer",{{"data":"xx\0message of 9 bytes: no room')
    error = caught.value
    assert (error.kind, error.unique_id, error.code) == (kind, "a", "InternalError")
    assert error.description == "message of 9 bytes: no room"
