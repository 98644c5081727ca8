"""Every page and every role: who may, and nobody else."""

import pytest
from aiohttp import web

from tools.back_office import roles

PUBLIC, PROGRAM, EVERYONE = "public", "program", "everyone"
A, I, N = "admin", "admin installer", "admin installer inspector"

# Written down once more, so that a page opens to others by intent only.
PAGES = {
    "GET /": EVERYONE,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "POST /logout": EVERYONE,
    "GET /invitation/{code}": PUBLIC,
    "POST /invitation/{code}": PUBLIC,
    "GET /password": EVERYONE,
    "POST /password": EVERYONE,
    "GET /people": A,
    "POST /people": A,
    "POST /people/{id}/invite": A,
    "POST /people/{id}/disable": A,
    "POST /people/{id}/enable": A,
    "GET /tokens": A,
    "POST /tokens": A,
    "POST /tokens/{id}/revoke": A,
    "GET /audit": A,
    "GET /charge-points": I,
    "GET /charge-points/live": I,
    "POST /charge-points": A,
    "GET /charge-points/{identity}": I,
    "GET /charge-points/{identity}/live": I,
    "GET /charge-points/{identity}/settings": I,
    "POST /charge-points/{identity}/account": A,
    "POST /charge-points/{identity}/{deed}": I,
    "GET /cards": A,
    "POST /cards": A,
    "GET /sessions": A,
    "GET /sessions/{id}": A,
    "GET /frames": A,
    "GET /frames/trace.jsonl": A,
    "GET /installations": N,
    "GET /installations/new": A,
    "POST /installations/new": A,
    "GET /installations/{id}": N,
    "GET /installations/{id}/live": N,
    "GET /installations/{id}/order.toml": I,
    "POST /installations/{id}/appointment": A,
    "POST /installations/{id}/verdict": "admin inspector",
    "POST /installations/{id}/event": A,
    "GET /reports": I,
    "POST /reports": I,
    "GET /reports/{id}": N,
    "GET /reports/{id}/report.json": N,
    "POST /labels": A,
    "GET /api/sessions": PROGRAM,
    "POST /api/reports": PROGRAM,
}


def _routes(office):
    routes = office.app.router.routes()
    names = {f"{route.method} {route.resource.canonical}" for route in routes}
    return {name for name in names if not name.startswith("HEAD ") and "/static/" not in name}


def test_every_page_is_in_the_table(office):
    assert _routes(office) == set(PAGES)


def test_page_that_names_no_role_can_not_be_served():
    async def page(request):
        raise AssertionError

    app = web.Application()
    app.router.add_get("/new", page)
    with pytest.raises(ValueError, match="/new names no roles"):
        roles.check_all(app)


@pytest.mark.parametrize("role", [None, *roles.ROLES])
def test_each_page_opens_to_its_roles_only(office, visitor, logged_in, role):
    browser = visitor() if role is None else logged_in(role)
    if role is None:
        browser.get("/login")
    for name, who in PAGES.items():
        if name == "POST /logout":
            continue
        page = _ask(browser, name)
        assert _is_open(page) == _may(role, who), (name, role, page.status, page.place)


def _ask(browser, name):
    method, path = name.split(" ")
    for word in ("{id}", "{identity}", "{code}", "{deed}"):
        path = path.replace(word, "9")
    return browser.get(path) if method == "GET" else browser.post(path)


def _may(role, who):
    if who == PUBLIC:
        return True
    if who == PROGRAM or role is None:
        return False
    return who == EVERYONE or role in who.split()


def _is_open(page):
    """The page's own handler answered, be it with "there is no such thing"."""
    return page.status not in (401, 403) and not page.place.startswith("/login")
