"""The frames of our own serial lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import tagged

tags = st.integers(0, 255)
payloads = st.binary(max_size=80)
messages = st.lists(st.tuples(tags, payloads), max_size=5)


def heard(frames, data):
    frames.receive(data)
    out = []
    while frames.next():
        out.append((frames.tag, frames.payload))
    return out


@given(messages, st.integers(1, 40))
def test_frames_are_found_in_any_split(wanted, size):
    stream = b"".join(tagged.frame(tag, payload) for tag, payload in wanted)
    frames = tagged.Frames()
    out = []
    for at in range(0, len(stream), size):
        out += heard(frames, stream[at : at + size])
    assert out == wanted


@given(st.binary(max_size=60), tags, payloads)
def test_line_recovers_from_noise_within_one_longest_frame(noise, tag, payload):
    """Noise may look like the head of a frame; what it swallows is bounded."""
    frames = tagged.Frames()
    heard(frames, noise)
    again = tagged.frame(tag, payload)
    repeats = (tagged.LONGEST + 6) // len(again) + 2
    out = []
    for _ in range(repeats):
        out += heard(frames, again)
    assert out[-1] == (tag, payload)


def test_spoilt_frame_is_dropped_and_the_next_is_found():
    spoilt = bytearray(tagged.frame(tagged.LOG, b"\x01hello"))
    spoilt[6] ^= 1
    good = tagged.frame(tagged.RESET, b"\x01")
    assert heard(tagged.Frames(), bytes(spoilt) + good) == [(tagged.RESET, b"\x01")]


@given(messages)
def test_missing_never_waits_beyond_the_end_of_a_frame(wanted):
    """Whoever reads ``missing`` bytes at a time blocks on no frame that has come whole."""
    stream = b"".join(tagged.frame(tag, payload) for tag, payload in wanted)
    frames, out, at = tagged.Frames(), [], 0
    while at < len(stream):
        count = frames.missing()
        assert 1 <= count <= len(stream) - at
        out += heard(frames, stream[at : at + count])
        at += count
    assert out == wanted


def test_payload_over_the_limit_is_refused():
    with pytest.raises(ValueError, match="513 bytes, at most 512"):
        tagged.frame(tagged.DATA, bytes(513))


def test_head_that_announces_too_much_is_no_frame():
    good = tagged.frame(tagged.RESET, b"\x00")
    assert heard(tagged.Frames(), b"\xa5\x44\xff\xff" + good) == [(tagged.RESET, b"\x00")]


signed, unsigned = st.integers(-32768, 32767), st.integers(0, 65535)
rows = st.tuples(signed, signed, unsigned, unsigned, signed)


@given(st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1), st.lists(rows, max_size=4))
def test_status_round_trips(now_ms, utc_s, status_rows):
    ((tag, payload),) = heard(tagged.Frames(), tagged.status(now_ms, utc_s, status_rows))
    assert tag == tagged.STATUS
    assert tagged.read_status(payload) == (now_ms, utc_s, tuple(status_rows))


def test_status_of_a_clock_that_was_never_set_has_no_time():
    ((_, payload),) = heard(tagged.Frames(), tagged.status(5, None, ()))
    assert tagged.read_status(payload) == (5, None, ())


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 65535),
    st.integers(0, 65535),
    st.lists(st.tuples(st.integers(0, 10000), unsigned), max_size=4),
)
def test_command_round_trips(now_ms, beat_ms, due_ms, command_rows):
    frame = tagged.command(now_ms, beat_ms, due_ms, command_rows)
    ((tag, payload),) = heard(tagged.Frames(), frame)
    assert tag == tagged.COMMAND
    assert tagged.read_command(payload) == (now_ms, beat_ms, due_ms, tuple(command_rows))


@pytest.mark.parametrize(("bits", "seen"), [(0, None), (1, False), (2, True)])
def test_two_bits_of_the_inputs_are_one_thing_that_is_watched_or_not(bits, seen):
    for at in (tagged.FEEDBACK_AT, tagged.SECOND_AT, tagged.LOCK_AT, tagged.RESIDUAL_AT):
        others = 0xFFFF & ~(3 << at)
        assert tagged.watched(others | bits << at, at) is seen


def test_small_frames_round_trip():
    stream = (
        tagged.clock(1_700_000_000)
        + tagged.log("warning", "grün")
        + tagged.connect(7, "localhost", 9000)
        + tagged.of_connection(tagged.CLOSED, 7, b"refused")
        + tagged.reset(True)
    )
    clock, log, connect, closed, reset = heard(tagged.Frames(), stream)
    assert tagged.read_clock(clock[1]) == 1_700_000_000
    assert tagged.read_log(log[1]) == ("warning", "gr??n")
    assert tagged.read_connect(connect[1]) == (7, "localhost", 9000)
    assert closed == (tagged.CLOSED, b"\x07refused")
    assert reset == (tagged.RESET, b"\x01")


@given(st.sampled_from(tagged.CAUSES), st.binary(min_size=16, max_size=16))
def test_start_round_trips(cause, entropy):
    ((tag, payload),) = heard(tagged.Frames(), tagged.start(cause, entropy))
    assert tag == tagged.START and tagged.read_start(payload) == (cause, entropy)


def test_start_is_refused_with_too_little_entropy():
    with pytest.raises(ValueError, match="15 bytes, 16 expected"):
        tagged.start("power", bytes(15))


@given(st.binary(max_size=2000))
def test_facts_come_whole_in_as_many_frames_as_they_need(text):
    parts = heard(tagged.Frames(), b"".join(tagged.facts(text)))
    assert {tag for tag, _ in parts} == {tagged.FACTS}
    assert [payload[0] for _, payload in parts] == [1] * (len(parts) - 1) + [0]
    assert b"".join(payload[1:] for _, payload in parts) == text


@pytest.mark.parametrize(
    ("read", "payload"),
    [
        (tagged.read_start, bytes(16)),
        (tagged.read_start, b"\x03" + bytes(16)),
        (tagged.read_status, b"1234567"),
        (tagged.read_status, bytes(8 + 4)),
        (tagged.read_command, bytes(8 + 2)),
        (tagged.read_clock, b"123"),
        (tagged.read_connect, b"123"),
    ],
)
def test_payload_of_a_wrong_length_is_refused(read, payload):
    with pytest.raises(ValueError, match="expected"):
        read(payload)
