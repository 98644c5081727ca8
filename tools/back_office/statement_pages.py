"""Statements and tariffs: what is repaid, as pages and as files."""

from urllib.parse import quote

from aiohttp import web

from . import billing, forms, paper
from .account_pages import around, month_asked, zone
from .desk import FORM, OFFICE, VISIT, number_in, office_of
from .door import go, who
from .pages import render
from .roles import ACCOUNT, ADMIN, COMPANY, LEASING, allowed
from .seen import statement_of, statements_of
from .statements import Statement
from .statements import month as read_month
from .tariffs import instant, local, money, price, price_text


def add_routes(app) -> None:
    """The routes of this file."""
    office = app[OFFICE]
    office.add_page(app, "/statements", "Statements", statements)
    app.router.add_get("/statements/{month}/all.csv", all_as_csv)
    app.router.add_get("/statements/{month}/{id_tag}", statement)
    app.router.add_get("/statements/{month}/{id_tag}/csv", as_csv)
    app.router.add_get("/statements/{month}/{id_tag}/pdf", as_pdf)
    app.router.add_post("/statements/{month}/{id_tag}", issue)
    office.add_page(app, "/tariffs", "Tariffs", tariffs)
    app.router.add_post("/tariffs", add_tariff)
    app.router.add_post("/tariffs/{id}", set_price)


def _month(request) -> str:
    try:
        return read_month(request.match_info["month"])
    except ValueError:
        raise web.HTTPNotFound(text="There is no such month.")


def _asked(request) -> Statement:
    id_tag, month = request.match_info["id_tag"], _month(request)
    made = statement_of(office_of(request), request[VISIT], id_tag, month)
    if made is None:
        raise web.HTTPNotFound(text="There is no such card, or it is not yours to see.")
    return made


def _words(made: Statement) -> dict:
    return {
        "price_text": price_text,
        "money": money,
        "signed_kwh": paper.kwh,
        "local": lambda at_ms: local(at_ms, made.zone),
    }


@allowed(LEASING, COMPANY, ACCOUNT, ADMIN)
async def statements(request):
    """All cards of a month, and what they come to."""
    month = month_asked(request)
    made = statements_of(office_of(request), request[VISIT], month)
    sums = {}
    for each in made:
        sums[each.currency] = sums.get(each.currency, 0) + each.cents
    return render(
        request,
        "statements.html",
        statements=made,
        month=month,
        wh=sum(each.wh for each in made),
        sums=sums,
        money=money,
        signed_kwh=paper.kwh,
        **around(month),
    )


@allowed(LEASING, COMPANY, ACCOUNT, ADMIN)
async def statement(request):
    made = _asked(request)
    ends_ms = billing.bounds_ms(made.month, made.zone)[1]
    over = office_of(request).now_ms() >= ends_ms
    return render(request, "statement.html", made=made, over=over, **_words(made))


@allowed(LEASING, COMPANY, ACCOUNT, ADMIN)
async def as_csv(request):
    made = _asked(request)
    return _file(paper.as_csv(made), "text/csv", f"statement-{made.month}.csv")


@allowed(LEASING, COMPANY, ACCOUNT, ADMIN)
async def as_pdf(request):
    made = _asked(request)
    return _file(paper.as_pdf(made), "application/pdf", f"statement-{made.month}.pdf")


@allowed(LEASING, COMPANY, ACCOUNT, ADMIN)
async def all_as_csv(request):
    """A row for each card."""
    month = _month(request)
    made = statements_of(office_of(request), request[VISIT], month)
    return _file(paper.all_as_csv(made), "text/csv", f"statements-{month}.csv")


def _file(data: bytes, kind: str, name: str) -> web.Response:
    # The name has nothing of others in it.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type=kind, headers=headers)


@allowed(ADMIN)
async def issue(request):
    made, office = _asked(request), office_of(request)
    place = f"/statements/{made.month}/{quote(made.id_tag, safe='')}"
    try:
        office.statements.issue(made.id_tag, made.month)
    except ValueError as error:
        shown = {"errors": {"issue": str(error)}, "over": True}
        return render(request, "statement.html", 409, made=made, **_words(made), **shown)
    office.audit.note(who(request), "issued a statement", made.id_tag, month=made.month)
    return go(request, place, "It is issued, and stays as it is.")


# -- tariffs -------------------------------------------------------------------------------------


def _tariffs(office) -> dict:
    rooms = office.statements.tariffs
    shown = [(row, rooms.prices(row["id"]).steps) for row in rooms.all()]
    return {"tariffs": shown, "price_text": price_text, "local": local}


@allowed(ADMIN)
async def tariffs(request):
    return render(request, "tariffs.html", **_tariffs(office_of(request)))


@allowed(ADMIN)
async def add_tariff(request):
    office = office_of(request)
    try:
        given = forms.read(
            request[FORM],
            name=forms.text(2, 60),
            zone=zone,
            currency=forms.choice("EUR", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN"),
        )
        _try("name", lambda: office.statements.tariffs.add(**given))
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": wrong.given or dict(request[FORM])}
        return render(request, "tariffs.html", 422, **_tariffs(office), **shown)
    office.audit.note(who(request), "added a tariff", given["name"])
    return go(request, "/tariffs", f"{given['name']} is kept; give it a price.")


@allowed(ADMIN)
async def set_price(request):
    office = office_of(request)
    row = office.statements.tariffs.get(number_in(request))
    if row is None:
        raise web.HTTPNotFound(text="There is no such tariff.")
    try:
        given = forms.read(request[FORM], from_=instant(row["zone"]), price=price)
        _try("price", lambda: _set(office, row["id"], given))
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": wrong.given or dict(request[FORM])}
        return render(request, "tariffs.html", 422, **_tariffs(office), **shown)
    text = price_text(given["price"])
    office.audit.note(who(request), "set a price", row["name"], price=text)
    return go(request, "/tariffs", f"{row['name']}: {text} {row['currency']} per kWh.")


def _set(office, tariff: int, given: dict) -> None:
    office.statements.tariffs.set_price(tariff, given["from_"], given["price"])


def _try(field: str, deed) -> None:
    try:
        deed()
    except ValueError as error:
        raise forms.Wrong({field: str(error)})
