"""pytest: the browser. Without one a test is a skip with the remedy; under CI=true it fails.

A test fails when a script of its pages did, or when a page asked anyone elsewhere for anything.
"""

import os

import pytest

from host_tests.harness.browser import Browser, Missing


@pytest.fixture(scope="module")
def whole_browser():
    """One browser for the tests of a module."""
    try:
        browser = Browser()
    except Missing as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    yield browser
    browser.close()


@pytest.fixture
def browser(whole_browser):
    """Opens pages (harness/browser.py), each as a new person; all are closed at the end."""
    yield whole_browser
    troubles = whole_browser.troubles()
    whole_browser.close_pages()
    assert troubles == []
