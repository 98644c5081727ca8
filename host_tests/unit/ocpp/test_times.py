"""ocpp/times: ISO 8601 by own arithmetic."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.ocpp import times


@given(st.integers(0, 7_258_118_399))
def test_times_agree_with_datetime_until_2199(utc_s):
    text = times.text_of(utc_s)
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(utc_s, UTC)
    assert times.parse(text) == utc_s


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2198, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_times_read_any_zone_and_fraction(moment, minutes, timespec):
    """OCPP 1.6 §3.14-15: receivers must accept both."""
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    text = moment.isoformat(timespec=timespec) + zone
    assert times.parse(text) == datetime.fromisoformat(text).timestamp() // 1


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T20:57:00Z", "2026-11-23T20:57:00.123Z", "2026-11-23T20:57:00.123456+00:00"]
    + ["2026-11-23T20:57:00+00:00", "2026-11-23T21:57:00+0100", "2026-11-23T19:57:00-01"]
    + ["2026-11-23 20:57:00", "2026-11-23t20:57:00z", "2026-11-23T20:57:00,5"]
    + ["2026-11-23T20:57Z", "2026-11-23T20:57", "2026-11-23T21:57+01:00", "2026-11-23T19:57-01"]
    + ["20261123T205700Z", "20261123T215700+0100", "20261123T205700.5Z", "20261123T2057Z"],
)
def test_times_read_all_forms_that_back_ends_send(text):
    """back-ends.md §2.1."""
    assert times.parse(text) == 1795467420


@pytest.mark.parametrize(
    "text",
    [None, 5, "", "now", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z"]
    + ["2026-11-23T20", "20261123T20Z", "20261123", "2026112T205700Z", "2026-11-23T2057Z"]
    + ["2026-11-23", "2026-11-23T20:57:00.Z", "2026-11-23T20:57:00+1"]
    + ["2026-11-23T20:57:00Zx", "2026-11-23T20:57:00+15:00", "1969-12-31T23:59:59Z"]
    + ["1970-01-01T00:00:00+00:01"]
    + ["2026-11-23T20:57:00+01-00", "+026-11-23T20:57:00Z", "2026-11-23T20:57:00" + "0" * 40],
)
def test_times_refuse_what_is_no_time(text):
    with pytest.raises(ValueError, match="expected ISO 8601"):
        times.parse(text)
