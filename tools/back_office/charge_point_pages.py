"""Charge points: which there are, how they are, and what may be asked of one."""

from aiohttp import web

from . import forms
from .asking import ask
from .deeds import DEEDS, MESSAGES
from .desk import FORM, OFFICE, VISIT, office_of
from .door import go, who
from .pages import render
from .roles import ADMIN, INSTALLER, allowed

_ALL = """
SELECT charge_point.identity, password IS NOT NULL AS has_password, registration, vendor, model,
    serial, firmware, meter_type, meter_serial, booted_ms, seen_ms, account.name AS account
FROM charge_point LEFT JOIN station ON station.identity = charge_point.identity
    LEFT JOIN account ON account.id = station.account
"""
_TAKEN = (".", "..", "live")  # of its page's address
# Once a station serves its driver, the installer has no business there.
_OF_INSTALLER = """
WHERE charge_point.identity IN (SELECT identity FROM installation
    WHERE state NOT IN ('active', 'suspended', 'closed', 'cancelled'))
"""


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/charge-points", "Charge points", charge_points)
    app.router.add_get("/charge-points/live", live)
    app.router.add_post("/charge-points", add)
    app.router.add_get("/charge-points/{identity}", charge_point, name="charge_point")
    app.router.add_get("/charge-points/{identity}/live", live_connectors)
    app.router.add_get("/charge-points/{identity}/settings", settings)
    app.router.add_post("/charge-points/{identity}/account", give_to_account)
    app.router.add_post("/charge-points/{identity}/{deed}", carry_out)


def _seen(request) -> list:
    """The charge points that this visitor may see, each with its connectors."""
    office = office_of(request)
    where = "" if request[VISIT]["role"] == ADMIN else _OF_INSTALLER
    rows = office.db.all(f"{_ALL} {where} ORDER BY charge_point.identity")
    connectors = {}
    for each in office.db.all("SELECT * FROM connector ORDER BY connector"):
        connectors.setdefault(each["identity"], []).append(each)
    return [_shown(office, row, connectors.get(row["identity"], [])) for row in rows]


def _shown(office, row, connectors: list) -> dict:
    online = office.csms.online(row["identity"])
    faults = [each for each in connectors if each["error"] not in ("", "NoError")]
    return {**dict(row), "online": online, "connectors": connectors, "faults": faults}


def _one(request) -> dict:
    identity = request.match_info["identity"]
    for each in _seen(request):
        if each["identity"] == identity:
            return each
    raise web.HTTPNotFound(text="There is no such charge point, or it is not yours to see.")


@allowed(ADMIN, INSTALLER)
async def charge_points(request):
    return render(request, "charge_points.html", all=_seen(request))


@allowed(ADMIN, INSTALLER, passive=True)
async def live(request):
    return render(request, "charge_point_rows.html", all=_seen(request))


@allowed(ADMIN)
async def add(request):
    office = office_of(request)
    try:
        given = forms.read(
            request[FORM],
            identity=identity_text,
            password=forms.optional(forms.text(8, 40)),
        )
        if office.csms.book.charge_point(given["identity"]) is not None:
            raise forms.Wrong({"identity": "there is one of this name"}, dict(request[FORM]))
    except forms.Wrong as wrong:
        wrong.given.pop("password", None)
        shown = {"errors": wrong.errors, "given": wrong.given}
        return render(request, "charge_points.html", 422, all=_seen(request), **shown)
    office.csms.add_charge_point(given["identity"], given["password"])
    office.audit.note(who(request), "added a charge point", given["identity"])
    return go(request, "/charge-points", f"{given['identity']} may connect now.")


@allowed(ADMIN, INSTALLER)
async def charge_point(request):
    return _page(request)


def _page(request, status: int = 200, **context):
    office, shown = office_of(request), _one(request)
    running = office.db.all(
        "SELECT * FROM session WHERE identity = ? AND start_time IS NOT NULL"
        " AND stop_time IS NULL ORDER BY row",
        shown["identity"],
    )
    accounts = office.db.all("SELECT id, name FROM account ORDER BY name")
    given = {"point": shown, "running": running, "messages": MESSAGES, "accounts": accounts}
    return render(request, "charge_point.html", status, **given, **context)


@allowed(ADMIN, INSTALLER, passive=True)
async def live_connectors(request):
    return render(request, "connector_rows.html", point=_one(request))


@allowed(ADMIN, INSTALLER)
async def settings(request):
    point = _one(request)
    answer = await ask(office_of(request).csms, point["identity"], "GetConfiguration", {})
    rows = answer.payload.get("configurationKey", []) if answer.payload else []
    rows = sorted(rows, key=lambda row: row["key"].lower())
    return render(request, "settings.html", point=point, rows=rows, answer=answer)


@allowed(ADMIN, INSTALLER)
async def carry_out(request):
    """Ask the station, and show what it said."""
    office, point = office_of(request), _one(request)
    if request.match_info["deed"] not in DEEDS:
        raise web.HTTPNotFound(text="There is nothing of this name to ask for.")
    action, payload_of = DEEDS[request.match_info["deed"]]
    try:
        payload = payload_of(request[FORM])
    except forms.Wrong as wrong:
        return _page(request, 422, errors=wrong.errors, given=wrong.given)
    answer = await ask(office.csms, point["identity"], action, payload)
    # A value may be a secret; which setting it was is none.
    detail = {name: payload[name] for name in payload if name != "value"}
    office.audit.note(
        who(request), action, point["identity"], **{**detail, "answer": answer.status}
    )
    place = str(request.app.router["charge_point"].url_for(identity=point["identity"]))
    if action == "ChangeConfiguration":
        place += "/settings"
    return go(request, place, str(answer))


@allowed(ADMIN)
async def give_to_account(request):
    office, point = office_of(request), _one(request)
    account = forms.read(request[FORM], account=forms.optional(forms.whole(1, 2**31)))["account"]
    if account is not None and not office.db.one("SELECT 1 FROM account WHERE id = ?", account):
        raise web.HTTPNotFound(text="There is no such account.")
    office.db.run(
        "INSERT INTO station (identity, account) VALUES (:identity, :account)"
        " ON CONFLICT (identity) DO UPDATE SET account = :account",
        identity=point["identity"],
        account=account,
    )
    office.audit.note(who(request), "gave to account", point["identity"], account=account)
    place = str(request.app.router["charge_point"].url_for(identity=point["identity"]))
    return go(request, place, "The charge point's account is changed.")


def identity_text(typed: str) -> str:
    """An identity that can stand in a URL and in Basic auth (OCPP-J 3.1.1, security 2.1)."""
    typed = forms.text(1, 48)(typed)
    if not all(33 <= ord(letter) < 127 and letter not in ':/?#%"<>\\' for letter in typed):
        raise ValueError("expected letters, digits and signs such as - _ . only")
    if typed in _TAKEN:
        raise ValueError("expected another name: this one means something in an address")
    return typed
