"""ocpp/strict_json: RFC 8259, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.ocpp import strict_json

SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text()
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def depth_of(value):
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_reader_gives_back_what_json_wrote(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    if depth_of(value) <= 10:
        try:
            assert strict_json.loads(text) == value
        except ValueError as error:
            assert "surrogate" in str(error)


@given(st.text(alphabet='[]{},:"\\ 0123-+.eEtruefalsn\n\tud8', max_size=40))
def test_reader_agrees_with_cpython_on_what_is_json(text):
    try:
        expected = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    except ValueError:
        with pytest.raises(ValueError):
            strict_json.loads(text)
        return
    try:
        assert strict_json.loads(text) == expected
    except ValueError as error:
        assert any(word in str(error) for word in ("surrogate", "nesting", "40 characters"))


# What MicroPython 1.25's own json.loads takes (tried on the interpreter).
@pytest.mark.parametrize(
    "text",
    ["[", "[1}", '{"a":1]', "[1 2]", "[1,]", "[1,,2]", '{"a":}', '{"a" 1}', "{1:2}", "[:]", "01"]
    + ['["\\x"]', '["a\nb"]', '[2,"1","X",{}', "[true false]", "[1] x", "[NaN]", "[-]", "[1.]"]
    + ["", " ", '"\\ud800"', '"\\ud800\\u0041"', '"\\u12"', '"\\', '"a', "[.5]", "[1e]", "[+1]"],
)
def test_reader_refuses_what_is_no_json(text):
    with pytest.raises(ValueError):
        strict_json.loads(text)


def test_reader_joins_surrogate_pairs():
    """MicroPython's json leaves two halves that are no UTF-8."""
    assert strict_json.loads('"a\\ud83d\\ude00b"') == "a\U0001f600b"


def test_reader_bounds_depth_and_the_length_of_numbers():
    assert strict_json.loads("[" * 10 + "]" * 10)
    for text in ("[" * 11 + "]" * 11, "[" * 30000, "9" * 41):
        with pytest.raises(ValueError):
            strict_json.loads(text)
