"""Sites: the limit that stations share, who gets what of it, and who waits."""

from aiohttp import web

from . import forms
from . import site as pure
from .desk import FORM, OFFICE, number_in, office_of
from .door import go, who
from .pages import render
from .roles import ADMIN, allowed
from .site_keeper import FALLBACK_ID, SHARE_ID
from .sites import ORDERS

_CURRENT = forms.whole(6, 2000)


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/sites", "Sites", sites)
    app.router.add_post("/sites", add_site)
    app.router.add_get("/sites/{id}", site)
    app.router.add_get("/sites/{id}/live", live)
    app.router.add_post("/sites/{id}", change_site)
    app.router.add_post("/sites/{id}/stations", put_station)
    app.router.add_post("/sites/{id}/stations/{identity}/off", take_off)


@allowed(ADMIN)
async def sites(request):
    return render(request, "sites.html", sites=office_of(request).keeper.sites.rows())


def _limits(form) -> dict:
    return forms.read(
        form,
        l1=_CURRENT,
        l2=_CURRENT,
        l3=_CURRENT,
        policy=forms.choice(pure.EQUAL, pure.PRIORITY),
    )


def _limit_ma(given) -> tuple:
    return tuple(given[name] * 1000 for name in ("l1", "l2", "l3"))


@allowed(ADMIN)
async def add_site(request):
    office = office_of(request)
    try:
        name = forms.read(request[FORM], name=forms.text(2, 60))["name"]
        given = _limits(request[FORM])
        number = _try(
            "name", lambda: office.keeper.sites.add(name, _limit_ma(given), given["policy"])
        )
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": dict(request[FORM])}
        return render(request, "sites.html", 422, sites=office.keeper.sites.rows(), **shown)
    office.audit.note(who(request), "added a site", name)
    return go(request, f"/sites/{number}", f"{name} is kept; put its stations on it.")


def _try(field, deed):
    try:
        return deed()
    except ValueError as error:
        raise forms.Wrong({field: str(error)})


def _row(request):
    row = office_of(request).db.one("SELECT * FROM site WHERE id = ?", number_in(request))
    if row is None:
        raise web.HTTPNotFound(text="There is no such site.")
    return row


def _state(request, row) -> dict:
    """What the page shows of a site now."""
    office, number = office_of(request), row["id"]
    keeper, now_s = office.keeper, office.now_ms() // 1000
    made, known = keeper.sites.get(number), keeper.known(number)
    plan = keeper.plans.get(number)
    statuses = keeper.sites.wants(number)
    stations = []
    for place in keeper.sites.places(number):
        mine = known[place["identity"]]
        stations.append(
            {
                "place": place,
                "online": office.csms.online(place["identity"]),
                "known": mine,
                "may_ma": pure.bound_ma(made, mine, now_s),
                "wanted": [status for status, _ in statuses[place["identity"]]],
                "waits": bool(plan) and place["identity"] in plan.waiting,
                "refusal": keeper.refusals.get(place["identity"]),
            }
        )
    _, sums = pure.sums_ma(made, known, now_s)[0]
    return {
        "site": row,
        "stations": stations,
        "phases": list(zip(("L1", "L2", "L3"), sums, made.limit_ma, strict=True)),
        "waiting": plan.waiting if plan else (),
        "turn_ends_ms": plan.queue.turn_ends_s * 1000 if plan and plan.queue.turn_ends_s else None,
    }


def _page(request, row, status=200, **shown):
    office = office_of(request)
    free = office.db.all(
        "SELECT identity FROM charge_point WHERE identity NOT IN (SELECT identity FROM site_place)"
        " ORDER BY identity"
    )
    names = [(each["identity"], each["identity"]) for each in free]
    state = _state(request, row)
    return render(request, "site.html", status, free=names, orders=ORDERS, **state, **shown)


@allowed(ADMIN)
async def site(request):
    return _page(request, _row(request))


@allowed(ADMIN, passive=True)
async def live(request):
    """The part that changes by itself."""
    return render(request, "site_state.html", **_state(request, _row(request)))


@allowed(ADMIN)
async def change_site(request):
    office, row = office_of(request), _row(request)
    try:
        given = _limits(request[FORM])
        _try(
            "l1", lambda: office.keeper.sites.change(row["id"], _limit_ma(given), given["policy"])
        )
    except forms.Wrong as wrong:
        return _page(request, row, 422, errors=wrong.errors, given=dict(request[FORM]))
    office.keeper.forget(row["id"])
    office.audit.note(who(request), "changed a site", row["name"])
    return go(request, f"/sites/{row['id']}", "It is kept.")


@allowed(ADMIN)
async def put_station(request):
    office, row = office_of(request), _row(request)
    try:
        given = forms.read(
            request[FORM],
            identity=forms.text(1, 60),
            order_of=forms.choice(*ORDERS),
            most=forms.whole(6, 80),
            fallback=forms.whole(0, 80),
            priority=forms.optional(forms.whole(0, 9), 0),
        )
        _try("identity", lambda: _put(office, row["id"], given))
    except forms.Wrong as wrong:
        return _page(request, row, 422, errors=wrong.errors, given=dict(request[FORM]))
    office.keeper.forget(row["id"])
    office.audit.note(who(request), "put on a site", given["identity"], site=row["name"])
    return go(request, f"/sites/{row['id']}", f"{given['identity']} is on the site.")


def _put(office, number, given):
    if office.csms.book.charge_point(given["identity"]) is None:
        raise ValueError("there is no such charge point")
    office.keeper.sites.put(
        number,
        given["identity"],
        given["order_of"],
        most_ma=given["most"] * 1000,
        fallback_ma=given["fallback"] * 1000,
        priority=given["priority"],
    )


@allowed(ADMIN)
async def take_off(request):
    """Its profiles are cleared if it can be reached; else they are for its own page to clear."""
    office, row, identity = office_of(request), _row(request), request.match_info["identity"]
    if identity not in [place["identity"] for place in office.keeper.sites.places(row["id"])]:
        raise web.HTTPNotFound(text="There is no such station on the site.")
    office.keeper.sites.take_off(identity)
    office.keeper.forget(row["id"])
    there = office.csms.online(identity)
    for number in (SHARE_ID, FALLBACK_ID) if there else ():
        office.csms.call(identity, "ClearChargingProfile", {"id": number})
    office.audit.note(who(request), "took off a site", identity, site=row["name"])
    told = "" if there else " It is not on line: it keeps its fallback until that is cleared."
    return go(request, f"/sites/{row['id']}", f"{identity} is off the site.{told}")
