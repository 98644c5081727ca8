"""One WebSocket frame's bytes (RFC 6455 section 5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from chargepoint.wire import wsframe

masks = st.binary(min_size=4, max_size=4)


@given(st.one_of(st.binary(max_size=300), st.binary(min_size=65530, max_size=65545)), masks)
def test_frame_equals_the_library_s(payload, mask):
    """All three forms of length (5.2), masked (5.3); the library's own random mask is replaced."""
    frame = wsframe.build(wsframe.TEXT, payload, mask)
    plain = bytearray(frame)
    wsframe.apply_mask(plain, len(frame) - len(payload), mask)
    unmasked = Frame(Opcode.TEXT, payload).serialize(mask=False)
    head = len(unmasked) - len(payload)
    assert plain[0] == unmasked[0]
    assert plain[1] == unmasked[1] | 0x80
    assert plain[2:head] == unmasked[2:head]
    assert plain[head : head + 4] == mask
    assert plain[head + 4 :] == payload


@given(st.binary(max_size=200), masks)
def test_mask_is_that_of_the_standard(data, mask):
    """5.3: octet i is combined with mask octet i modulo 4."""
    buffer = bytearray(b"head" + data)
    wsframe.apply_mask(buffer, 4, mask)
    assert buffer[4:] == bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
    assert buffer[:4] == b"head"


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (b"\x91\x00", "reserved bits"),
        (b"\xc1\x00", "reserved bits"),
        (b"\x83\x00", "unknown opcode 3"),
        (b"\x8b\x00", "unknown opcode 11"),
        (b"\x81\x80", "masked frame"),
        (b"\x09\x00", "control frame"),
        (b"\x89\x7e\x00\x7e", "control frame"),
        (b"\x81\x7e\x00\x7d", "shortest form"),
        (b"\x81\x7f" + bytes(6) + b"\xff\xff", "shortest form"),
        (b"\x81\x7f\x80" + bytes(7), "over 63 bits"),
        (b"\x81\x7e\x00\x7e", None),
        (b"\x81\x7f" + bytes(5) + b"\x01\x00\x00", None),
    ],
)
def test_header_is_judged(head, fault):
    """RFC 6455 sections 5.1, 5.2, 5.5."""
    header = wsframe.Header()
    whole = [header.receive(byte) for byte in head]
    assert whole == [False] * (len(head) - 1) + [True]
    said = header.fault()
    assert said is None if fault is None else fault in said
