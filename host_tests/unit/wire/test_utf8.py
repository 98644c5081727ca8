"""UTF-8 as RFC 3629 has it, also where the interpreter's decoder is lax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import utf8


@given(st.text())
def test_text_is_decoded(text):
    assert utf8.decode(text.encode()) == text


def valid(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


# What MicroPython's utf8_check lets pass: leads with the right number of followers.
followers = st.integers(0x80, 0xBF)
built = st.one_of(
    st.tuples(st.integers(0, 0x7F)),
    st.tuples(st.integers(0xC0, 0xDF), followers),
    st.tuples(st.integers(0xE0, 0xEF), followers, followers),
    st.tuples(st.integers(0xF0, 0xF7), followers, followers, followers),
).map(bytes)


@given(st.lists(built, max_size=4).map(b"".join))
def test_second_look_decides_what_a_lax_decoder_lets_pass(data):
    assert utf8._strict(data) == valid(data)


@pytest.mark.parametrize(
    "data", [b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\xc3"]
)
def test_what_is_not_utf8_is_refused(data):
    with pytest.raises(UnicodeError):
        utf8.decode(data)
