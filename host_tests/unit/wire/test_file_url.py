"""Where a file is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import file_url


@pytest.mark.parametrize(
    "location, parts",
    [
        ("http://a/b?c#d", ("http", "a", 80, "a", "/b?c", None, "")),
        ("HTTPS://a:81", ("https", "a", 81, "a:81", "/", None, "")),
        ("ftp://u:p%40@h/x%20y", ("ftp", "h", 21, "h", "/x%20y", "u", "p@")),
        ("ftp://u@[::1]:2/", ("ftp", "::1", 2, "[::1]:2", "/", "u", "")),
        ("http://u:p@q@h/", ("http", "h", 80, "h", "/", "u", "p@q")),
    ],
)
def test_location_is_taken_apart(location, parts):
    """RFC 3986."""
    assert file_url.parse(location) == parts


@pytest.mark.parametrize(
    "location",
    ["", "a", "dummy://dummy", "http://", "http:///x", "http://a b", "ftp://h:0/", "http://ü/",
     "http://u:%zz@h/", "http://h/" + "x" * 512],
)  # fmt: skip
def test_wrong_location_is_refused_without_its_password(location):
    """The message may go into a CALLERROR."""
    with pytest.raises(ValueError):
        file_url.parse(location)
    with pytest.raises(ValueError) as caught:
        file_url.parse("http://user:secret@h:99999/")
    assert "secret" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_location_or_a_value_error(text):
    """Nothing else is raised for what a back end says."""
    for location in (text, "http://" + text, "ftp://" + text):
        try:
            file_url.parse(location)
        except ValueError:
            pass


@pytest.mark.parametrize(
    "target, whole",
    [
        ("http://other/x", "http://other/x"),
        ("//other/x", "https://other/x"),
        ("/x", "https://u@h:1/x"),
        ("x", "https://u@h:1/a/x"),
        ("x?q", "https://u@h:1/a/x?q"),
    ],
)
def test_redirection_is_beside_where_it_was_said(target, whole):
    """RFC 3986 §5."""
    assert file_url.beside("https://u@h:1/a/b?c/d", target) == whole
