"""core/unit: the unit's record, what is derived of its secret, waits after wrong codes."""

import hashlib
import hmac as reference
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import unit


def whole(pausing):
    pauses = 0
    while True:
        try:
            next(pausing)
        except StopIteration as end:
            return end.value, pauses
        pauses += 1


@given(st.binary(max_size=64), st.binary(max_size=300))
def test_hmac_is_that_of_rfc_2104(key, data):
    """Against CPython's own."""
    assert unit.hmac(key, data) == reference.new(key, data, hashlib.sha256).digest()


def test_hmac_refuses_a_key_that_would_have_to_be_hashed():
    """RFC 2104 hashes a longer key; none of ours is."""
    with pytest.raises(ValueError, match="65 bytes, at most 64"):
        unit.hmac(bytes(65), b"")


@given(st.binary(min_size=20, max_size=20))
def test_made_record_is_read_and_its_password_has_no_look_alikes(random):
    """Password and report key tell nothing of each other, and differ from unit to unit."""
    serial, secret = unit.read(unit.made(random))
    assert serial == "PL" + random[:4].hex().upper() and secret == random[4:]
    password = unit.password(secret)
    assert len(password) == 12
    assert set(password) <= set("23456789abcdefghijkmnpqrstuvwxyz")
    other = bytes((secret[0] ^ 1,)) + secret[1:]
    assert unit.password(other) != password
    assert unit.report_key(secret) != unit.report_key(other)
    assert (
        unit.signature(secret, "é")
        == reference.new(unit.report_key(secret), "é".encode(), hashlib.sha256).hexdigest()
    )


@pytest.mark.parametrize(
    "record",
    [
        None,
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"serial": "A"}',
        b'{"serial": "A", "secret": "zz"}',
        b'{"serial": "A", "secret": "00"}',
        b'{"serial": 7, "secret": "00000000000000000000000000000000"}',
        b'{"serial": "", "secret": "00000000000000000000000000000000"}',
        json.dumps({"serial": "x" * 26, "secret": "0" * 32}).encode(),
        b'{"serial": "A", "secret": 5}',
    ],
)
def test_record_of_another_form_is_none(record):
    """Damaged or foreign: a new one is made, and told."""
    assert unit.read(record) is None


def test_code_is_hashed_many_times_with_its_salt_in_pieces():
    """Each piece is a step's; another salt or code gives another value."""
    value, pauses = whole(unit.stretching(b"salt", "code"))
    expected = b"saltcode"
    for _ in range(unit.ROUNDS):
        expected = hashlib.sha256(b"salt" + expected).digest()
    assert value == expected and pauses == unit.ROUNDS // 20
    assert whole(unit.stretching(b"tlas", "code"))[0] != value
    assert whole(unit.stretching(b"salt", "Code"))[0] != value


def test_waits_grow_and_the_tenth_wrong_code_costs_an_hour():
    """Never less than before, never more than a day."""
    waits = [unit.wait_s(tries) for tries in range(40)]
    assert waits[:11] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 3600]
    assert waits[11] == 7200 and waits[-1] == 86400
    assert waits == sorted(waits)
