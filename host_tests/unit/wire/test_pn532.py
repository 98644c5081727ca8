"""PN532 frames, as in NXP UM0701-02 section 6.2.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import pn532

contents = st.binary(min_size=2, max_size=60).map(lambda data: b"\xd5" + data)


def extended(content):
    """UM0701-02 6.2.1.2."""
    high, low = divmod(len(content), 256)
    head = bytes((0, 0, 0xFF, 0xFF, 0xFF, high, low, -(high + low) & 0xFF))
    return head + content + bytes((-sum(content) & 0xFF, 0))


def heard(*pieces):
    frames = pn532.Frames()
    out = []
    for piece in pieces:
        frames.receive(piece)
        while (kind := frames.next()) is not None:
            out.append(frames.data if kind == pn532.DATA else kind)
    return out


def test_command_is_framed_as_in_the_manual():
    """UM0701-02 7.2.2: GetFirmwareVersion."""
    frame = pn532.command(pn532.GET_FIRMWARE_VERSION)
    assert frame == bytes.fromhex("0000ff02fed4022a00")


@given(st.lists(contents, max_size=4), st.data())
def test_frames_are_found_in_any_split(wanted, data):
    stream = data.draw(st.sampled_from([b"", b"\x00\x00"])) + b"".join(
        data.draw(st.sampled_from([pn532.frame, extended]))(content) for content in wanted
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    edges = [0, *cuts, len(stream)]
    pieces = [stream[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert heard(*pieces) == wanted


@given(st.binary(max_size=30), contents)
def test_frame_is_found_behind_noise_once_the_noise_is_forgotten(noise, content):
    frames = pn532.Frames()
    frames.receive(noise)
    while frames.next():
        pass
    frames.forget()
    frames.receive(pn532.frame(content))
    assert (frames.next(), frames.data) == (pn532.DATA, content)


def test_short_frames_are_told_apart():
    stream = pn532.ACK_FRAME + pn532.NACK_FRAME + pn532.ERROR_FRAME
    assert heard(stream) == [pn532.ACK, pn532.NACK, pn532.ERROR]


def test_frames_are_found_without_preamble_and_postamble():
    bare = pn532.frame(b"\xd5\x03\x32")[1:-1]
    assert heard(bare + bare) == [b"\xd5\x03\x32"] * 2


@pytest.mark.parametrize("place", range(3, 9))
def test_frame_with_a_wrong_byte_is_no_frame(place):
    spoilt = bytearray(pn532.frame(b"\xd5\x03\x32"))
    spoilt[place] ^= 0x10
    assert heard(bytes(spoilt), pn532.ACK_FRAME) == [pn532.ACK]


def test_extended_frame_longer_than_the_chip_sends_is_skipped():
    content = bytes(300)
    assert heard(extended(content)[:9], pn532.ACK_FRAME) == [pn532.ACK]


@pytest.mark.parametrize("length", [4, 7, 10])
def test_uid_is_read_in_each_length(length):
    """ISO 14443-3: single, double and triple size."""
    uid = bytes(range(length))
    answer = b"\xd5\x4b\x01\x01\x00\x04\x08" + bytes((length,)) + uid
    assert pn532.uid_of(answer) == uid


def test_no_target_is_no_uid():
    assert pn532.uid_of(b"\xd5\x4b\x00") is None


@pytest.mark.parametrize(
    "answer",
    [
        b"\xd5\x4b",
        b"\xd5\x4b\x01\x01",
        b"\xd5\x4b\x01\x01\x00\x04\x08\x05abcde",
        b"\xd5\x4b\x01\x01\x00\x04\x08\x07abc",
    ],
)
def test_answer_without_a_whole_uid_is_refused(answer):
    with pytest.raises(ValueError, match="expected"):
        pn532.uid_of(answer)
