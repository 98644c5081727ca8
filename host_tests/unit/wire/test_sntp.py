"""wire/sntp: the question tells nothing, and only a sound answer to it counts (RFC 4330)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import sntp

NONCE = b"12345678"
NEW_YEAR_2026 = 1767225600


def answer(utc_s=NEW_YEAR_2026, first=0x24, stratum=2, nonce=NONCE):
    """A server's answer; ``first`` is leap indicator, version, mode."""
    seconds = (utc_s + 2208988800) % 2**32
    return struct.pack(">BB22x8s8xI4x", first, stratum, nonce, seconds)


def test_question_is_a_client_s_and_tells_only_the_nonce():
    """RFC 4330 §5: version 4, mode 3; everything but the transmit timestamp is zero."""
    asked = sntp.request(NONCE)
    assert len(asked) == 48 and asked[0] == 0x23
    assert asked[1:40] == bytes(39) and asked[40:] == NONCE


@pytest.mark.parametrize("utc_s", [NEW_YEAR_2026, 2085978495, 2085978497, 2556144000])
def test_answer_gives_the_time_beyond_2036_too(utc_s):
    """RFC 4330 §3: the counter of seconds starts anew on 7 February 2036."""
    assert sntp.utc_of(answer(utc_s), NONCE) == utc_s


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (answer()[:47], "47 bytes"),
        (b"", "0 bytes"),
        (answer(nonce=b"87654321"), "not an answer"),
        (answer(first=0x23), "not a server"),
        (answer(first=0xE4), "not a server"),
        (answer(stratum=0), "stratum 0"),
        (answer(stratum=16), "stratum 16"),
        (answer(-2208988800), "no time"),
    ],
)
def test_answer_that_is_not_sound_is_refused(wrong, why):
    """RFC 4330 §5: foreign, of a client, unsynchronised, kiss of death, empty."""
    with pytest.raises(ValueError, match=why):
        sntp.utc_of(wrong, NONCE)


@given(st.binary(max_size=60))
def test_rubbish_is_refused_or_a_time(data):
    try:
        assert type(sntp.utc_of(data, NONCE)) is int
    except ValueError:
        pass
