"""A headless Chromium for tests: pages that work while the stage goes on.

Playwright leads an event loop and so does the harness, so the browser has a thread of its own.
Who calls a page waits for it and does ``meanwhile`` as long: let a station make steps, a back end
answer. Nothing of the test ever runs beside the stage, so tests read as stories:

    page = browser.open(stage.portal.url, phone=True, meanwhile=stage.portal.live)
    page.locator("#password").fill("...")
    expect(page.locator("h1")).to_have_text("Ready")
    page.shoot("portal-ready")
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from urllib.parse import urlsplit

from tools.paths import BROWSER, BUILD

SCREENSHOTS = BUILD / "screenshots"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
# Of the wall clock, and only for what never comes: a loaded machine is slow.
_PATIENCE_MS = 60_000
_POLL_S = 0.002
# A new folder for its profile is Playwright's own doing. Nothing is asked of the internet.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_AT_HOME = ("127.0.0.1", "localhost", "")


class Missing(Exception):
    """There is no browser; the text says what would mend it."""


class Browser:
    """One browser; ``close`` ends it. Each page has its own cookies and store, as a new person."""

    def __init__(self):
        if not BROWSER.exists():
            raise Missing("there is no browser for the pages: make setup")
        self._thread = ThreadPoolExecutor(1, "browser")
        self._pages = []
        self._playwright = self._browser = None
        self._thread.submit(self._start).result()

    def open(
        self, url: str = None, phone: bool = False, meanwhile: Callable = None, **context
    ) -> "Page":
        """A page of its own, at ``url``; ``context`` are words for Playwright's new_context.

        ``meanwhile()`` is called again and again while the page works, by who waits for it.
        """
        page = Page(self._thread, meanwhile, self._new_page, phone, context)
        self._pages.append(page)
        if url is not None:
            page.goto(url)
        return page

    def troubles(self) -> list:
        """What was wrong on the pages since the last call: faults of scripts, foreign requests."""
        found = [trouble for page in self._pages for trouble in page.troubles]
        for page in self._pages:
            page.troubles.clear()
        return found

    def close_pages(self) -> None:
        """Close every page that was opened."""
        for page in self._pages:
            self._thread.submit(page.thing.context.close).result()
        self._pages.clear()

    def close(self) -> None:
        """End the browser."""
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def _start(self):
        from playwright.sync_api import expect as playwright_expect
        from playwright.sync_api import sync_playwright

        playwright_expect.set_options(timeout=_PATIENCE_MS)
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=str(BROWSER), args=list(_FLAGS), timeout=_PATIENCE_MS
        )

    def _stop(self):
        self._browser.close()
        self._playwright.stop()

    def _new_page(self, phone, words):
        size = {"viewport": PHONE if phone else DESK, "has_touch": phone, "is_mobile": phone}
        context = self._browser.new_context(**{"locale": "en-GB", **size, **words})
        context.set_default_timeout(_PATIENCE_MS)
        return context.new_page()


class _Remote:
    """An object of Playwright's, used from the test's thread."""

    def __init__(self, hand: "_Hand", thing):
        self.thing = thing
        self._hand = hand

    def __getattr__(self, name):
        value = self._hand.do(lambda: getattr(self.thing, name))
        if not callable(value) or isinstance(value, _Remote):
            return value

        def call(*words, **named):
            named = {key: _bare(word) for key, word in named.items()}
            return self._hand.do(lambda: value(*[_bare(word) for word in words], **named))

        return call


class Page(_Remote):
    """Playwright's Page, and: ``troubles``, ``shoot``."""

    def __init__(self, thread, meanwhile, make, *words):
        self.troubles = []
        hand = _Hand(thread, meanwhile)
        super().__init__(hand, hand.do(lambda: self._watched(make(*words))).thing)

    def shoot(self, name: str, full: bool = True) -> None:
        """A picture for build/screenshots; ``full``: also of what is below the fold."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self._hand.do(lambda: self.thing.screenshot(path=path, full_page=full))

    def _watched(self, page):
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", lambda request: self._judge(request))
        return page

    def _judge(self, request):
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.hostname not in _AT_HOME:
            self.troubles.append(f"asks elsewhere: {request.url}")


class _Hand:
    """Does things in the browser's thread, and ``meanwhile`` what else there is to do."""

    def __init__(self, thread, meanwhile):
        self._thread = thread
        self._meanwhile = meanwhile

    def do(self, work):
        if threading.current_thread().name.startswith("browser"):
            return work()  # one of its own callbacks
        future = self._thread.submit(work)
        self._await(future)
        return self._wrapped(future.result())

    def _await(self, future: Future):
        if self._meanwhile is None:
            wait([future])
        while not future.done():
            self._meanwhile()
            wait([future], _POLL_S)

    def _wrapped(self, value):
        if isinstance(value, list):
            return [self._wrapped(item) for item in value]
        ours = type(value).__module__.startswith("playwright.")
        return _Remote(self, value) if ours else value


def _bare(word):
    return word.thing if isinstance(word, _Remote) else word


def expect(remote: _Remote):
    """Playwright's ``expect`` of a page or a locator: waits until it is so."""
    from playwright.sync_api import expect as playwright_expect

    return remote._hand.do(lambda: playwright_expect(remote.thing))
