"""The life of an installation, as people see it and lead it on."""

import json

from aiohttp import web

from tools.provision import fields as known

from . import forms, installations, life, ordering
from .card_pages import issue
from .desk import FORM, OFFICE, VISIT, number_in, office_of
from .door import go, who
from .pages import render
from .roles import ADMIN, INSPECTOR, INSTALLER, allowed

REASONS = {
    "earth": "earth resistance too high",
    "differential": "main differential does not work",
    "protection": "protection or cable of the circuit",
    "papers": "one-line or position diagram missing",
    "home": "another fault of the home's installation",
    "other": "other",
}
# What an admin may let happen by a button, and how the page calls it.
BUTTONS = {
    "activate": "Activate on the account",
    "suspend": "Suspend",
    "resume": "Resume",
    "retry": "Set the station again",
    "close": "Close",
    "cancel": "Cancel the order",
}
_OF_INSPECTOR = (life.INSPECTING, life.REJECTED, life.APPROVED)
_NOT_OF_INSTALLER = (life.ACTIVE, life.SUSPENDED, life.CLOSED, life.CANCELLED)


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/installations", "Installations", all_of_them)
    app.router.add_get("/installations/new", order_form)
    app.router.add_post("/installations/new", order)
    app.router.add_get("/installations/{id}", installation, name="installation")
    app.router.add_get("/installations/{id}/live", live)
    app.router.add_get("/installations/{id}/order.toml", order_file)
    app.router.add_get("/installations/{id}/ca.pem", ca_file)
    app.router.add_post("/installations/{id}/appointment", appoint)
    app.router.add_post("/installations/{id}/verdict", decide)
    app.router.add_post("/installations/{id}/event", happen)


def may_see(role: str, state: str) -> bool:
    """An installer builds, an inspector inspects: what is past that is not their business."""
    if role == INSPECTOR:
        return state in _OF_INSPECTOR
    return role == ADMIN or (role == INSTALLER and state not in _NOT_OF_INSTALLER)


def seen(request):
    """The installation of the path; 404 when this visitor may not see it."""
    row = office_of(request).installations.get(number_in(request))
    if row is None or not may_see(request[VISIT]["role"], row["state"]):
        raise web.HTTPNotFound(text="There is no such installation, or it is not yours to see.")
    return row


@allowed(ADMIN, INSTALLER, INSPECTOR)
async def all_of_them(request):
    role = request[VISIT]["role"]
    rows = [row for row in office_of(request).installations.all() if may_see(role, row["state"])]
    places = {row["id"]: json.loads(row["ordered"])["place"] for row in rows}
    return render(request, "installations.html", installations=rows, places=places)


@allowed(ADMIN)
async def order_form(request):
    return render(request, "order.html", **_form(office_of(request)))


def _form(office) -> dict:
    accounts = [row["name"] for row in office.db.all("SELECT name FROM account ORDER BY name")]
    shown = {"fields": known.BY_PLACE, "accounts": accounts}
    return {**shown, "url": office.station_url(), "ca": office.station_ca}


@allowed(ADMIN)
async def order(request):
    office = office_of(request)
    try:
        number = _place(office, who(request), ordering.read(request[FORM]))
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": wrong.given, **_form(office)}
        return render(request, "order.html", 422, **shown)
    return go(request, f"/installations/{number}", "It is ordered; the order file is below.")


def _place(office, name: str, order: dict) -> int:
    """Everything that an order makes known, or nothing."""
    given = {key: value for key, value in order.items() if isinstance(value, str)}
    with office.db.transaction():
        order["account"] = _account(office, order)
        try:
            number = office.installations.order(name, order)
        except ValueError as error:
            raise forms.Wrong({"back_end.identity": str(error)}, {**order["values"], **given})
        office.csms.add_charge_point(order["identity"], ordering.key_of(order))
        office.db.run(
            "INSERT INTO station (identity, account) VALUES (:identity, :account)"
            " ON CONFLICT (identity) DO UPDATE SET account = :account",
            identity=order["identity"],
            account=order["account"],
        )
        _issue_cards(office, order)
    return number


def _account(office, order: dict) -> int:
    found = office.db.value("SELECT id FROM account WHERE name = ?", order["client"])
    zone = order["values"].get("installation.time_zone", "Europe/Brussels")
    return (
        found
        or office.db.run(
            "INSERT INTO account (name, zone) VALUES (?, ?)", order["client"], zone
        ).lastrowid
    )


def _issue_cards(office, order: dict) -> None:
    free = order["values"].get("charging.free_id_tag")
    for tag in [*order["cards"], *([free] if free else [])]:
        owner = office.db.value("SELECT account FROM issued_card WHERE id_tag = ?", tag)
        if owner not in (None, order["account"]):
            shown = {
                **order["values"],
                "client": order["client"],
                "cards": " ".join(order["cards"]),
            }
            raise forms.Wrong({"cards": f"{tag} is the card of another account"}, shown)
        card = {"id_tag": tag, "status": "Accepted", "kind": "driver", "label": ""}
        issue(office, {**card, "account": order["account"], "parent": None, "expiry": None})


@allowed(ADMIN, INSTALLER, INSPECTOR)
async def installation(request):
    return _page(request)


@allowed(ADMIN, INSTALLER, INSPECTOR, passive=True)
async def live(request):
    return render(request, "installation_state.html", **_told(request, seen(request)))


def _page(request, status: int = 200, **context):
    row = seen(request)
    given = {"reasons": REASONS, "buttons": BUTTONS, **_told(request, row)}
    return render(request, "installation.html", status, **given, **context)


def _told(request, row) -> dict:
    office = office_of(request)
    return {
        "installation": row,
        "order": json.loads(row["ordered"]),
        "fields": known.BY_PLACE,
        "way": life.WAY,
        "at": life.place_on_way(row["state"]),
        "possible": life.possible(row["state"]),
        "online": office.csms.online(row["identity"]),
        "inspections": office.installations.inspections(row["id"]),
        "reports": office.reports.of(row["id"]),
        "errands": office.installations.errands(row["id"]),
        "history": office.audit.of(installations.about(row["id"])),
    }


@allowed(ADMIN, INSTALLER)
async def order_file(request):
    row = seen(request)
    office_of(request).audit.note(who(request), "took the order file", f"installation {row['id']}")
    return web.Response(
        text=ordering.text_of(json.loads(row["ordered"])),
        content_type="application/toml",
        headers={"Content-Disposition": 'attachment; filename="order.toml"'},
    )


@allowed(ADMIN, INSTALLER)
async def ca_file(request):
    """The order file names it; it goes beside it."""
    text = json.loads(seen(request)["ordered"]).get("ca")
    if not text:
        raise web.HTTPNotFound(text="This order needs no certificate.")
    return web.Response(
        text=text,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="{ordering.CA_FILE}"'},
    )


@allowed(ADMIN)
async def appoint(request):
    office, row = office_of(request), seen(request)
    try:
        given = forms.read(request[FORM], day=forms.day, inspector=forms.text(2, 60))
        office.installations.appoint(row["id"], given["day"], given["inspector"], who(request))
    except forms.Wrong as wrong:
        return _page(request, 422, errors=wrong.errors, given=wrong.given)
    except life.Impossible as error:
        raise web.HTTPConflict(text=str(error))
    return go(request, f"/installations/{row['id']}", f"Inspection ordered for {given['day']}.")


@allowed(ADMIN, INSPECTOR)
async def decide(request):
    office, row = office_of(request), seen(request)
    reasons = [REASONS[key] for key in REASONS if key in request[FORM].getall("reason", [])]
    try:
        given = forms.read(
            request[FORM], verdict=forms.choice("approve", "reject"), notes=forms.lines()
        )
        if given["verdict"] == "reject" and not reasons:
            raise forms.Wrong({"reason": "expected at least one reason"}, dict(given))
        if "other" in reasons and not given["notes"]:
            raise forms.Wrong({"notes": "expected what else it is"}, dict(given))
        told = reasons if given["verdict"] == "reject" else []
        office.installations.decide(
            row["id"], given["verdict"], who(request), told, given["notes"]
        )
    except forms.Wrong as wrong:
        return _page(request, 422, errors=wrong.errors, given=wrong.given)
    except life.Impossible as error:
        raise web.HTTPConflict(text=str(error))
    return go(request, "/installations", f"{row['identity']}: {given['verdict']} noted.")


@allowed(ADMIN)
async def happen(request):
    office, row = office_of(request), seen(request)
    event = request[FORM].get("event", "")
    if event not in BUTTONS:
        raise web.HTTPBadRequest(text="There is no such button.")
    try:
        state = office.installations.happen(row["id"], event, who(request))
    except life.Impossible as error:
        raise web.HTTPConflict(text=str(error))
    return go(request, f"/installations/{row['id']}", f"It is {state} now.")
