"""Moments as OCPP writes them, and traces of frames that say strange things."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.csms import trace
from host_tests.harness.csms.times import utc_ms, utc_ms_or_none, utc_text


@given(st.integers(0, 253_402_250_399_999))
def test_moment_comes_back_as_it_was(at_ms):
    assert utc_ms(utc_text(at_ms)) == at_ms


@pytest.mark.parametrize(
    "text",
    [
        "rubbish",
        "",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:00",
        "2026-11-01T10:00:00+99:99",
    ],
)
def test_what_is_no_moment_that_can_be_shown_is_a_value_error(text):
    with pytest.raises(ValueError):
        utc_ms(text)
    assert utc_ms_or_none(text) is None


@given(st.one_of(st.none(), st.text(), st.integers(), st.binary()))
def test_whatever_a_station_says_is_a_moment_or_none(said):
    assert utc_ms_or_none(said) is None or utc_ms(said) >= 0


def test_half_a_character_is_an_escape_in_the_trace():
    raw = '[2,"1","\\ud800é",{"x":"\\udfff"}]'
    (line,) = trace.lines([("A", "received", 0, raw)])
    told = json.loads(line.encode().decode())
    assert (told["action"], told["raw"]) == ("\ud800é", raw)
    (line,) = trace.lines([("A", "received", 0, '[2,"1","é",{}]')])
    assert '"é"' in line
