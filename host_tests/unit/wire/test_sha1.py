"""Our SHA-1 against the interpreter's."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import sha1


@given(st.binary(max_size=300))
def test_own_sha1_equals_hashlib(data):
    assert sha1.own_sha1(data) == hashlib.sha1(data).digest()


def test_own_sha1_serves_where_the_interpreter_has_none(monkeypatch):
    """MicroPython's qemu port has sha256 only. FIPS 180 example "abc"."""
    monkeypatch.delattr(hashlib, "sha1")
    assert sha1.sha1(b"abc").hex() == "a9993e364706816aba3e25717850c26c9cd0d89d"
