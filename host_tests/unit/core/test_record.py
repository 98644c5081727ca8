"""The bytes of an event: small, checked, and the same after a round trip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import record

QUANTITIES = ("energy_wh", "export_wh", "power_w", "current_ma", "voltage_mv", "frequency_mhz")

_values = st.lists(
    st.tuples(st.sampled_from(QUANTITIES), st.integers(0, 3), st.integers(-(2**40), 2**40)).map(
        list
    ),
    max_size=12,
)
_texts = st.text(max_size=20)
_needed = {
    record.STARTED: {"tag": _texts, "meter_wh": st.integers(0, 2**40)},
    record.SAMPLED: {},
    record.STOPPED: {"reason": _texts, "meter_wh": st.integers(0, 2**40)},
}
_more = {"tag": st.none() | _texts, "reason": _texts, "context": st.none() | _texts}


def _only_more(kind):
    return {name: drawn for name, drawn in _more.items() if name not in _needed[kind]}


@st.composite
def events(draw):
    seq = draw(st.integers(0, 2**31))
    kind = draw(st.sampled_from(tuple(_needed)))
    body = draw(st.fixed_dictionaries(_needed[kind], optional=_only_more(kind)))
    if draw(st.booleans()):
        body["values"] = draw(_values)
    running = draw(
        st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, seq), st.integers(0, seq)))
    )
    return record.Event(
        seq,
        kind,
        draw(st.integers(0, 200)),
        draw(st.none() | st.integers(0, 2**31)),
        draw(st.none() | st.integers(0, 2**33)),
        draw(st.integers(0, 2**20)),
        draw(st.integers(0, 2**45)),
        body,
        running,
    )


def full_sample():
    """All that a three-phase meter gives, in a transaction that runs on each of two connectors."""
    values = [["energy_wh", 0, 12345678], ["power_w", 0, 22000], ["frequency_mhz", 0, 49987]]
    values += [["current_ma", phase, 32000] for phase in (1, 2, 3)]
    values += [["voltage_mv", phase, 231400] for phase in (1, 2, 3)]
    body = {"context": "periodic", "values": values}
    running = [(4711, 120000, 120300), (4712, 120010, 120299)]
    return record.Event(
        120300, record.SAMPLED, 2, 4711, 1790000000, 99, 86400000, body, running
    )  # fmt: skip


@given(events())
def test_record_gives_back_what_was_encoded(event):
    assert vars(record.decode(record.encode(event))) == vars(event)


@given(events(), st.data())
def test_record_refuses_any_damaged_byte(event, data):
    stored = bytearray(record.encode(event))
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))
    assert record.decode(bytes(stored)) is None


@given(events(), st.data())
def test_record_refuses_every_torn_length(event, data):
    stored = record.encode(event)
    assert record.decode(stored[: data.draw(st.integers(0, len(stored) - 1))]) is None


@given(st.binary(max_size=200))
def test_record_never_raises_for_foreign_bytes_with_a_good_checksum(content):
    """A later firmware's record, or another program's: refused, not a crash at the start."""
    decoded = record.decode(record.seal(content))
    assert decoded is None or isinstance(decoded, record.Event)


def test_record_of_another_format_is_refused():
    stored = bytearray(record.unseal(record.encode(full_sample())))
    stored[0] = 2
    assert record.decode(record.seal(stored)) is None


def test_record_of_a_full_sample_fits_inside_a_littlefs_directory():
    """Up to 128 bytes a file needs no block of its own (micropython.md §4)."""
    assert len(record.encode(full_sample())) <= 128


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("PAUSED", {}, "PAUSED"),
        (record.SAMPLED, {"values": [["mood", 0, 1]]}, "mood"),
        (record.SAMPLED, {"values": [["power_w", 4, 1]]}, "phase 4"),
    ],
)
def test_record_names_what_has_no_place_in_it(kind, body, expected):
    with pytest.raises(ValueError, match=expected):
        record.encode(record.Event(1, kind, 1, 1, 1, 1, 1, body))


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b"{", b'{"tag": 5, "meter_wh": "7"}'])
def test_record_refuses_a_whole_record_with_the_body_of_another_program(kind, body):
    """A checksum says that nothing was torn, not that it is ours."""
    head = bytes((1, kind, 1, 1, 2, 1, 10, 0, 0, 0))
    decoded = record.decode(record.seal(head + body))
    assert decoded is None or (kind, body[:1]) == (1, b"{")
