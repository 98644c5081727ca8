"""The head of an update, as tools/build/update.py makes it and core/update_head.py reads it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.update_head import SHORTEST, UpdateHead, covered
from tools.build.update import wrap

WHOLE = wrap(b"image", "esp32_devkit", "1.2.3")


@given(st.binary(min_size=1, max_size=100), st.binary(max_size=200))
def test_head_is_read_as_it_was_made(image, more):
    """Whatever lengthens it counts for the digest."""
    whole = wrap(image, "unix", "0.6.0", more)
    head = UpdateHead(whole)
    assert (head.board, head.version, head.size) == ("unix", "0.6.0", len(image))
    assert head.length == SHORTEST + len(more)
    counted = covered(whole[: head.length]) + whole[head.length :]
    assert hashlib.sha256(counted).digest() == head.digest


@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_every_bit_counts(at):
    """A bit that changes anywhere is refused, or gives another digest."""
    spoiled = WHOLE[:at] + bytes([WHOLE[at] ^ 4]) + WHOLE[at + 1 :]
    try:
        head = UpdateHead(spoiled)
    except ValueError:
        return
    counted = covered(spoiled[: head.length]) + spoiled[head.length :]
    assert hashlib.sha256(counted).digest() != head.digest


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_with_a_reason(data):
    """What a server gave in its place."""
    with pytest.raises(ValueError, match="update"):
        UpdateHead(data)
    try:
        UpdateHead(b"PLUPDATE" + data)
    except ValueError as error:
        assert "update" in str(error)


@pytest.mark.parametrize("board", ["", "x" * 33])
def test_name_that_does_not_fit_is_refused(board):
    """At most 32 bytes."""
    with pytest.raises(ValueError):
        wrap(b"image", board, "1")
