"""A browser without a window: cookies, forms with their token, pages as text.

It asks a back office (tools/back_office) that lives in the harness's own event loop.
"""

import html
import re
import time

import aiohttp
from yarl import URL

# Of real time, and only for what never comes: a page takes no virtual time.
_PATIENCE_S = 120
_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')


class Page:
    """An answer: ``status``, ``text``, ``headers``, and ``place`` where it leads to."""

    def __init__(self, status: int, text: str, headers):
        self.status = status
        self.text = text
        self.headers = headers
        self.place = headers.get("Location", "")

    @property
    def said(self) -> str:
        """The text as people see it: without tags, its spaces made one."""
        plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return " ".join(html.unescape(plain).split())

    @property
    def csrf(self) -> str:
        """The token of the page's forms."""
        found = _TOKEN.search(self.text)
        return found[1] if found else ""


class WebClient:
    """One visitor of ``url``. ``carry_on()`` lets the loop live a little, also its time."""

    def __init__(self, loop, url: str, carry_on=None):
        self.url = url
        self._loop = loop
        self._carry_on = carry_on or loop.run_until_quiet
        self.cookies = aiohttp.CookieJar(unsafe=True, loop=loop)
        self.csrf = ""

    def get(self, path: str, **options) -> Page:
        """Look at a page; redirects are for the test to see."""
        page = self._await(self._ask("GET", path, **options))
        self.csrf = page.csrf or self.csrf
        return page

    def post(self, path: str, fields: dict = None, **options) -> Page:
        """Send a form with the token of the last page."""
        data = aiohttp.FormData()
        for name, value in {"csrf": self.csrf, **(fields or {})}.items():
            if isinstance(value, bytes):
                data.add_field(name, value, filename="file")
            else:
                data.add_field(name, value)
        page = self._await(self._ask("POST", path, data=data, **options))
        self.csrf = page.csrf or self.csrf
        return page

    def follow(self, path: str, fields: dict = None) -> Page:
        """Send a form and look at the page that it leads to."""
        page = self.post(path, fields)
        return self.get(page.place) if page.status == 303 else page

    def send(self, method: str, path: str, **options) -> Page:
        """Anything, as it is."""
        return self._await(self._ask(method, path, **options))

    def log_in(self, name: str, password: str) -> Page:
        """As a person would."""
        self.get("/login")
        return self.post("/login", {"name": name, "password": password})

    def accept_invitation(self, code: str, password: str) -> Page:
        """Set the first password."""
        self.get(f"/invitation/{code}")
        return self.post(f"/invitation/{code}", {"password": password, "again": password})

    async def _ask(self, method, path, **options):
        options.setdefault("allow_redirects", False)
        async with aiohttp.ClientSession(cookie_jar=self.cookies) as session:
            # As it stands in a link, which is quoted already.
            place = URL(self.url + path, encoded=True)
            async with session.request(method, place, **options) as answer:
                return Page(answer.status, await answer.text(errors="replace"), answer.headers)

    def _await(self, coroutine) -> Page:
        task = self._loop.create_task(coroutine)
        until_s = time.monotonic() + _PATIENCE_S
        while not task.done() and time.monotonic() < until_s:
            self._carry_on()
        if not task.done():
            task.cancel()
            self._loop.run_until_quiet()
            raise AssertionError("no answer to a page that was asked for")
        return task.result()
