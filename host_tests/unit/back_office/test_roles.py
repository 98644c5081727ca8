"""Every page and every role: who may, and nobody else."""

import pytest
from aiohttp import web

from tools.back_office import life, roles

PUBLIC, PROGRAM, EVERYONE = "public", "program", "everyone"
ADMIN, BUILDS, LOOKS = "admin", "admin installer", "admin installer inspector"
BILLS = "admin leasing company account"

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
    "GET /people": ADMIN,
    "POST /people": ADMIN,
    "POST /people/{id}/invite": ADMIN,
    "POST /people/{id}/disable": ADMIN,
    "POST /people/{id}/enable": ADMIN,
    "GET /tokens": ADMIN,
    "POST /tokens": ADMIN,
    "POST /tokens/{id}/revoke": ADMIN,
    "GET /audit": ADMIN,
    "GET /charge-points": BUILDS,
    "GET /charge-points/live": BUILDS,
    "POST /charge-points": ADMIN,
    "GET /charge-points/{identity}": BUILDS,
    "GET /charge-points/{identity}/live": BUILDS,
    "GET /charge-points/{identity}/settings": BUILDS,
    "POST /charge-points/{identity}/account": ADMIN,
    "POST /charge-points/{identity}/{deed}": BUILDS,
    "GET /use": "account",
    "GET /drivers": "company",
    "GET /drivers/{id}": "company admin",
    "GET /accounts": ADMIN,
    "POST /accounts": ADMIN,
    "POST /accounts/{id}": ADMIN,
    "POST /parties": ADMIN,
    "GET /statements": BILLS,
    "GET /statements/{month}/all.csv": BILLS,
    "GET /statements/{month}/{id_tag}": BILLS,
    "GET /statements/{month}/{id_tag}/csv": BILLS,
    "GET /statements/{month}/{id_tag}/pdf": BILLS,
    "POST /statements/{month}/{id_tag}": ADMIN,
    "GET /tariffs": ADMIN,
    "POST /tariffs": ADMIN,
    "POST /tariffs/{id}": ADMIN,
    "GET /sites": ADMIN,
    "POST /sites": ADMIN,
    "GET /sites/{id}": ADMIN,
    "GET /sites/{id}/live": ADMIN,
    "POST /sites/{id}": ADMIN,
    "POST /sites/{id}/stations": ADMIN,
    "POST /sites/{id}/stations/{identity}/off": ADMIN,
    "GET /cards": ADMIN,
    "POST /cards": ADMIN,
    "GET /sessions": ADMIN,
    "GET /sessions/{id}": ADMIN,
    "GET /frames": ADMIN,
    "GET /frames/trace.jsonl": ADMIN,
    "GET /installations": LOOKS,
    "GET /installations/new": ADMIN,
    "POST /installations/new": ADMIN,
    "GET /installations/{id}": LOOKS,
    "GET /installations/{id}/live": LOOKS,
    "GET /installations/{id}/order.toml": BUILDS,
    "GET /installations/{id}/ca.pem": BUILDS,
    "POST /installations/{id}/appointment": ADMIN,
    "POST /installations/{id}/verdict": "admin inspector",
    "POST /installations/{id}/event": ADMIN,
    "GET /reports": BUILDS,
    "POST /reports": BUILDS,
    "GET /reports/{id}": LOOKS,
    "GET /reports/{id}/report.json": LOOKS,
    "POST /labels": ADMIN,
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
    path = path.replace("{month}", "2026-01")
    for word in ("{id}", "{identity}", "{code}", "{deed}", "{id_tag}"):
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


_BUILDING = "ordered installed inspecting rejected approved misfit configured".split()
_INSPECTING = "inspecting rejected approved".split()
_INSPECTED = ("", "/live")
_BUILT = ("", "/live", "/order.toml")


@pytest.mark.parametrize(
    ("role", "states", "paths"),
    [
        ("installer", _BUILDING, _BUILT),
        ("inspector", _INSPECTING, _INSPECTED),
        ("admin", life.STATES, _BUILT),
    ],
)
def test_installation_is_seen_by_whom_it_concerns_in_its_state(
    office, logged_in, role, states, paths
):
    """Past its time an installation, its reports and its charge point are not their business."""
    order = {"identity": "ST-1", "account": None, "activation": "office", "serial": ""}
    values = {"charging.mode": "card"}
    number = office.installations.order(
        "test", {**order, "place": "", "values": values, "cards": []}
    )
    report = office.reports.take(b'{"identity": "ST-1", "unit": "PL-1"}', "test")
    office.reports.take(b'{"identity": "STRAY", "unit": "PL-1"}', "test")
    browser = logged_in(role)
    for state in life.STATES:
        office.db.run("UPDATE installation SET state = ?", state)
        expected = 200 if state in states else 404
        pages = [f"/installations/{number}{path}" for path in paths]
        pages += [f"/reports/{report['id']}", f"/reports/{report['id']}/report.json"]
        assert {browser.get(page).status for page in pages} == {expected}, state
        assert ("ST-1" in browser.get("/installations").said) == (expected == 200)
        assert browser.get("/reports/2").status == (200 if role == "admin" else 404)
