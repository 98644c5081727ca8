"""The browser: a page works while the test's thread lets a server, or a stage, go on."""

import http.server
import threading
import time

import pytest
from playwright.sync_api import Error

from host_tests.harness import browser as harness
from host_tests.harness.browser import expect

_PAGE = b"""<!doctype html><meta name=viewport content="width=device-width">
<h1>Pilot</h1><input id=name>
<button onclick="document.querySelector('h1').textContent = document.querySelector('#name').value">
Set</button><script src="/late.js"></script>"""


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = _PAGE if self.path == "/" else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def server():
    """A server that answers only in the test's thread, a request a call of ``handle``."""
    server = http.server.HTTPServer(("127.0.0.1", 0), _Pages)
    server.timeout = 0
    yield server
    server.server_close()


def test_page_works_while_the_test_thread_serves_it(browser, server, monkeypatch, tmp_path):
    monkeypatch.setattr(harness, "SCREENSHOTS", tmp_path)
    threads = set()

    def serve():
        threads.add(threading.current_thread())
        server.handle_request()

    page = browser.open(f"http://127.0.0.1:{server.server_port}/", phone=True, meanwhile=serve)
    expect(page.locator("h1")).to_have_text("Pilot")
    page.locator("#name").fill("Light")
    page.locator("button").click()
    expect(page.locator("h1")).to_have_text("Light")
    assert page.evaluate("innerWidth") == 390
    page.shoot("a-page")
    assert (tmp_path / "a-page.png").read_bytes().startswith(b"\x89PNG")
    assert threads == {threading.main_thread()}


def test_trouble_of_a_page_reaches_the_test(whole_browser):
    page = whole_browser.open()
    page.set_content("<script>nothing.at.all</script><img src='http://elsewhere.invalid/x.png'>")
    page.wait_for_load_state("load")
    told, until_s = [], time.monotonic() + 60
    # What the browser says of a page comes when it comes, with any answer.
    while len(told) < 2 and time.monotonic() < until_s:
        page.title()
        told += whole_browser.troubles()
    whole_browser.close_pages()
    assert any("nothing is not defined" in line for line in told), told
    assert any("elsewhere.invalid" in line for line in told), told


def test_fault_of_a_call_is_raised_where_the_call_was_made(browser):
    page = browser.open()
    with pytest.raises(Error, match="not a valid selector|Unexpected token"):
        page.locator("###").click()
