"""People, tokens and the audit log: the admin's pages."""

from aiohttp import web

from . import forms
from .desk import FORM, OFFICE, VISIT, number_asked, number_in, office_of
from .door import go, who
from .pages import render
from .roles import ADMIN, ROLES, allowed

_PAGE = 100


def add_routes(app) -> None:
    """The routes of this file."""
    office = app[OFFICE]
    office.add_page(app, "/people", "People", people)
    app.router.add_post("/people", add_person)
    app.router.add_post("/people/{id}/invite", invite)
    app.router.add_post("/people/{id}/disable", disable)
    app.router.add_post("/people/{id}/enable", enable)
    office.add_page(app, "/tokens", "Tokens", tokens)
    app.router.add_post("/tokens", make_token)
    app.router.add_post("/tokens/{id}/revoke", revoke_token)
    office.add_page(app, "/audit", "Audit", audit)


def _all(office) -> dict:
    return {
        "people": office.people.all(),
        "roles": ROLES,
        **{kind: _names(office, kind) for kind in ("account", "company", "leasing")},
    }


def _names(office, kind: str) -> dict:
    return {row["id"]: row["name"] for row in office.db.all(f"SELECT id, name FROM {kind}")}


@allowed(ADMIN)
async def people(request):
    return render(request, "people.html", link="", **_all(office_of(request)))


@allowed(ADMIN)
async def add_person(request):
    office = office_of(request)
    number = forms.optional(forms.whole(1, 2**31))
    try:
        given = forms.read(
            request[FORM],
            name=forms.text(2, 60),
            role=forms.choice(*ROLES),
            account=number,
            company=number,
            leasing=number,
        )
        belongs = {given["role"]: given.get(given["role"])} if given["role"] in given else {}
        person = _add(office, given["name"], given["role"], belongs)
    except forms.Wrong as wrong:
        shown = {**_all(office), "link": "", "errors": wrong.errors, "given": wrong.given}
        return render(request, "people.html", 422, **shown)
    office.audit.note(who(request), "added a person", given["name"], role=given["role"])
    return _with_link(request, office, person)


def _add(office, name: str, role: str, belongs: dict) -> int:
    try:
        return office.people.add(name, role, **belongs)
    except ValueError as error:
        raise forms.Wrong({"name": str(error)}, {"name": name, "role": role})


@allowed(ADMIN)
async def invite(request):
    office, person = office_of(request), _person(request)
    office.audit.note(who(request), "invited", person["name"])
    return _with_link(request, office, person["id"])


def _with_link(request, office, person: int):
    """The link is shown once, to whoever made it; it is stored nowhere."""
    code = office.people.invite(person, office.now_ms())
    link = f"{request.scheme}://{request.host}/invitation/{code}"
    return render(request, "people.html", link=link, **_all(office))


@allowed(ADMIN)
async def disable(request):
    if _person(request)["id"] == request[VISIT]["id"]:
        raise web.HTTPConflict(text="Nobody can disable themselves.")
    return _keep_out(request, True, "disabled")


@allowed(ADMIN)
async def enable(request):
    return _keep_out(request, False, "enabled")


def _keep_out(request, disabled: bool, word: str):
    office, person = office_of(request), _person(request)
    office.people.disable(person["id"], disabled)
    office.audit.note(who(request), word, person["name"])
    return go(request, "/people", f"{person['name']} is {word}.")


def _person(request):
    person = office_of(request).people.get(number_in(request))
    if person is None:
        raise web.HTTPNotFound(text="There is no such person.")
    return person


@allowed(ADMIN)
async def tokens(request):
    return render(request, "tokens.html", tokens=office_of(request).tokens.all(), made="")


@allowed(ADMIN)
async def make_token(request):
    office = office_of(request)
    try:
        label = forms.read(request[FORM], label=forms.text(2, 60))["label"]
    except forms.Wrong as wrong:
        shown = {"tokens": office.tokens.all(), "made": "", "errors": wrong.errors}
        return render(request, "tokens.html", 422, given=wrong.given, **shown)
    made = office.tokens.make(label, office.now_ms())
    office.audit.note(who(request), "made a token", label)
    return render(request, "tokens.html", tokens=office.tokens.all(), made=made)


@allowed(ADMIN)
async def revoke_token(request):
    office, number = office_of(request), number_in(request)
    office.tokens.revoke(number, office.now_ms())
    office.audit.note(who(request), "revoked a token", str(number))
    return go(request, "/tokens", "The token is revoked.")


@allowed(ADMIN)
async def audit(request):
    entries = office_of(request).audit.page(number_asked(request, "before"), _PAGE)
    older = entries[-1]["row"] if len(entries) == _PAGE else None
    return render(request, "audit.html", entries=entries, older=older)
