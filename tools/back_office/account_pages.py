"""Accounts: whose they are, what they used; a driver's own page, a company's drivers."""

import sqlite3
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from . import billing, forms
from .desk import FORM, OFFICE, VISIT, number_in, office_of
from .door import go, who
from .pages import render
from .roles import ACCOUNT, ADMIN, COMPANY, allowed
from .seen import statement_of
from .statements import month as read_month
from .tariffs import local
from .use import Bars, Use, wh_of

_KINDS = ("company", "leasing")


def add_routes(app) -> None:
    """The routes of this file."""
    office = app[OFFICE]
    office.add_page(app, "/use", "My charging", own_use)
    office.add_page(app, "/drivers", "Drivers", drivers)
    app.router.add_get("/drivers/{id}", driver)
    office.add_page(app, "/accounts", "Accounts", accounts)
    app.router.add_post("/accounts", add_account)
    app.router.add_post("/accounts/{id}", change_account)
    app.router.add_post("/parties", add_party)


@allowed(ACCOUNT)
async def own_use(request):
    """What the one who asks used."""
    return _used(request, request[VISIT]["account"])


@allowed(COMPANY, ADMIN)
async def driver(request):
    """What a driver used: of the company that asks, or of any for the admin."""
    return _used(request, number_in(request))


@allowed(COMPANY)
async def drivers(request):
    """Who was a company's driver in a month, and what they used in it."""
    office, month = office_of(request), month_asked(request)
    shown = []
    for row in office.db.all("SELECT * FROM account ORDER BY name"):
        sight = office.memberships.sight(row["id"], request[VISIT])
        if not sight.of(month):
            continue
        use = Use(office.statements, row, office.now_ms(), sight)
        ended = use.of_month(month)
        shown.append((row, len(ended), sum(wh_of(each) or 0 for each in ended)))
    return render(request, "drivers.html", drivers=shown, month=month, **around(month))


def month_asked(request) -> str:
    """The month in the query, else the one that is now; for rubbish too."""
    try:
        return read_month(request.query.get("month", ""))
    except ValueError:
        return billing.month_of(office_of(request).now_ms(), "Europe/Brussels")


def around(month: str) -> dict:
    """The months beside it."""
    return {"before": billing.month_before(month), "after": billing.month_after(month)}


def _used(request, account):
    office = office_of(request)
    row = office.db.one("SELECT * FROM account WHERE id = ?", account)
    sight = office.memberships.sight(account, request[VISIT])
    if row is None or not sight.ever:
        raise web.HTTPNotFound(text="There is no such driver, or it is not yours to see.")
    use, month = Use(office.statements, row, office.now_ms(), sight), month_asked(request)
    stated = [
        each["id_tag"]
        for each in use.cards
        if statement_of(office, request[VISIT], each["id_tag"], month)
    ]
    return render(
        request,
        "use.html",
        account=row,
        use=use,
        bars=Bars(use.months),
        month=month,
        sessions=use.of_month(month),
        running=use.running,
        stations=_stations(office, account) if sight.now else [],
        sight=sight,
        stated=stated,
        wh_of=wh_of,
        local=lambda at_ms: local(at_ms, row["zone"]),
        **around(month),
    )


def _stations(office, account: int) -> list:
    rows = office.db.all(
        "SELECT charge_point.identity, model, serial FROM station JOIN charge_point"
        " ON charge_point.identity = station.identity WHERE account = ? ORDER BY 1",
        account,
    )
    return [(each, office.csms.online(each["identity"])) for each in rows]


# -- the admin's side ----------------------------------------------------------------------------


def _all(office) -> dict:
    return {
        "accounts": office.db.all(
            "SELECT account.*, company.name AS of_company, leasing.name AS of_leasing,"
            " company.id AS company, leasing.id AS leasing,"
            " tariff.name AS of_tariff, tariff.id AS tariff FROM account"
            " LEFT JOIN membership ON membership.account = account.id AND from_month ="
            " (SELECT MAX(from_month) FROM membership WHERE membership.account = account.id)"
            " LEFT JOIN company ON company.id = membership.company"
            " LEFT JOIN leasing ON leasing.id = membership.leasing"
            " LEFT JOIN account_tariff ON account_tariff.account = account.id"
            " LEFT JOIN tariff ON tariff.id = account_tariff.tariff ORDER BY account.name"
        ),
        "choices": {
            kind: [(row["id"], row["name"]) for row in office.db.all(f"SELECT * FROM {kind}")]
            for kind in (*_KINDS, "tariff")
        },
    }


@allowed(ADMIN)
async def accounts(request):
    return render(request, "accounts.html", **_all(office_of(request)))


def _fields(form) -> dict:
    number = forms.optional(forms.whole(1, 2**31))
    return forms.read(
        form,
        name=forms.text(2, 60),
        zone=zone,
        company=number,
        leasing=number,
        tariff=number,
    )


def zone(typed: str) -> str:
    """A time zone; ValueError for what is none."""
    try:
        return ZoneInfo(typed).key
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ValueError("expected a time zone such as Europe/Brussels")


@allowed(ADMIN)
async def add_account(request):
    return _keep(
        request,
        "INSERT INTO account (name, zone) VALUES (:name, :zone)",
        "added an account",
    )


@allowed(ADMIN)
async def change_account(request):
    if not office_of(request).db.one("SELECT 1 FROM account WHERE id = ?", number_in(request)):
        raise web.HTTPNotFound(text="There is no such account.")
    return _keep(
        request,
        "UPDATE account SET name = :name, zone = :zone WHERE id = :number",
        "changed an account",
        number_in(request),
    )


def _keep(request, sql, deed, number=None):
    office = office_of(request)
    try:
        given = _fields(request[FORM])
        of = {kind: given.pop(kind) for kind in (*_KINDS, "tariff")}
        tariff = of.pop("tariff")
        with office.db.transaction():
            row = office.db.run(sql, **given, **({"number": number} if number else {}))
            account = number or row.lastrowid
            from_month = office.memberships.put(account, office.now_ms(), **of)
            if tariff:
                office.statements.tariffs.give(account, tariff)
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": wrong.given}
        return render(request, "accounts.html", 422, **_all(office), **shown)
    except sqlite3.IntegrityError:
        errors = {"name": "there is an account of this name, or no such company or tariff"}
        shown = {"errors": errors, "given": dict(request[FORM])}
        return render(request, "accounts.html", 422, **_all(office), **shown)
    moved = {**_named(office, of), "from_month": from_month} if from_month else {}
    office.audit.note(who(request), deed, given["name"], **moved)
    counts = f" Its company and leasing company count from {from_month} on." if moved else ""
    return go(request, "/accounts", f"{given['name']} is kept.{counts}")


def _named(office, of: dict) -> dict:
    return {
        kind: office.db.value(f"SELECT name FROM {kind} WHERE id = ?", number) or ""
        for kind, number in of.items()
    }


@allowed(ADMIN)
async def add_party(request):
    """A company or a leasing company."""
    office = office_of(request)
    try:
        given = forms.read(request[FORM], party=forms.text(2, 60), kind=forms.choice(*_KINDS))
        office.db.run(f"INSERT INTO {given['kind']} (name) VALUES (?)", given["party"])
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": wrong.given}
        return render(request, "accounts.html", 422, **_all(office), **shown)
    except sqlite3.IntegrityError:
        errors = {"party": "there is one of this name"}
        return render(request, "accounts.html", 422, **_all(office), errors=errors)
    office.audit.note(who(request), f"added a {given['kind']}", given["party"])
    return go(request, "/accounts", f"{given['party']} is kept.")
