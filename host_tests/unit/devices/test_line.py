"""Bytes on a serial line take their time."""

from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.devices.line import Line


def test_bytes_leave_at_the_baud_rate():
    """9600 baud, ten bits a byte: 0.96 bytes a millisecond."""
    line = Line(9600)
    line.send(bytes(96), 1000)
    assert line.take(1000) == b""
    assert len(line.take(1050)) == 48
    assert line.due_ms() == 1100
    assert len(line.take(1100)) == 48
    assert line.due_ms() is None


def test_frames_do_not_overlap():
    line = Line(9600)
    line.send(b"a" * 96, 0)
    line.send(b"b", 10)
    assert b"b" not in line.take(100)
    assert line.take(102) == b"b"


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 30))
def test_everything_arrives_in_order_however_it_is_asked_for(frames, step_ms):
    line = Line(9600)
    for place, frame in enumerate(frames):
        line.send(frame, 7 * place)
    out = b""
    now_ms = 0
    while line.due_ms() is not None:
        now_ms += step_ms
        out += line.take(now_ms)
    assert out == b"".join(frames)
