"""Coming in and going out: login, logout, invitation, own password."""

from aiohttp import web

from .desk import FORM, VISIT, office_of, see_other
from .door import COOKIE, FORM_COOKIE, go, set_cookie, who
from .pages import render
from .roles import EVERYONE, allowed, public


def add_routes(app) -> None:
    """The routes of this file."""
    app.router.add_get("/", home)
    app.router.add_get("/login", login_form, name="login")
    app.router.add_post("/login", login)
    app.router.add_post("/logout", logout)
    app.router.add_get("/invitation/{code}", invitation_form)
    app.router.add_post("/invitation/{code}", accept_invitation)
    app.router.add_get("/password", password_form)
    app.router.add_post("/password", change_password)


@allowed(*EVERYONE)
async def home(request):
    menu = office_of(request).menu_for(request[VISIT]["role"])
    return go(request, menu[0][0] if menu else "/password")


@public
async def login_form(request):
    if request[VISIT] is not None:
        return see_other("/")
    return render(request, "login.html", to=_local(request.query.get("to", "")))


@public
async def login(request):
    office, form = office_of(request), request[FORM]
    name, password = str(form.get("name", ""))[:100], str(form.get("password", ""))
    to = _local(str(form.get("to", "")))
    wait_ms = office.visits.wait_ms(name, request.remote or "", office.now_ms())
    if wait_ms:
        why = f"Too many tries. Wait {wait_ms // 60000 + 1} minutes."
        return render(request, "login.html", 429, to=to, errors={"password": why})
    person = office.people.fitting(name, password)
    if person is None:
        office.visits.note_failure(name, request.remote or "", office.now_ms())
        why = {"password": "Name or password is wrong."}
        return render(request, "login.html", 422, to=to, errors=why, given={"name": name})
    office.audit.note(person["name"], "logged in", address=request.remote or "")
    return _enter(request, person["id"], to or "/")


@allowed(*EVERYONE)
async def logout(request):
    office_of(request).visits.end(request[VISIT])
    response = see_other("/login")
    response.del_cookie(COOKIE, path="/")
    return response


@public
async def invitation_form(request):
    return render(request, "invitation.html", person=_invited(request))


@public
async def accept_invitation(request):
    office, person = office_of(request), _invited(request)
    trouble = _set_password(office, person["id"], request[FORM])
    if trouble:
        return render(request, "invitation.html", 422, person=person, errors=trouble)
    office.audit.note(person["name"], "set a password by invitation")
    return _enter(request, person["id"], "/")


@allowed(*EVERYONE)
async def password_form(request):
    return render(request, "password.html")


@allowed(*EVERYONE)
async def change_password(request):
    office, visit = office_of(request), request[VISIT]
    before = str(request[FORM].get("before", ""))
    if office.visits.wait_ms(visit["name"], request.remote or "", office.now_ms()):
        why = {"before": "Too many tries. Wait some minutes."}
        return render(request, "password.html", 429, errors=why)
    if office.people.fitting(visit["name"], before) is None:
        office.visits.note_failure(visit["name"], request.remote or "", office.now_ms())
        return render(request, "password.html", 422, errors={"before": "This is not it."})
    trouble = _set_password(office, visit["id"], request[FORM])
    if trouble:
        return render(request, "password.html", 422, errors=trouble)
    office.audit.note(who(request), "changed the password")
    return _enter(request, visit["id"], "/")


def _invited(request):
    office = office_of(request)
    person = office.people.invited(request.match_info["code"], office.now_ms())
    if person is None:
        raise web.HTTPNotFound(text="This invitation was used, or it is too old.")
    return person


def _set_password(office, person: int, form) -> dict:
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    if password != again:
        return {"again": "The two are not the same."}
    try:
        office.people.set_password(person, password)
    except ValueError as error:
        return {"password": str(error)}
    return {}


def _enter(request, person: int, to: str) -> web.Response:
    office = office_of(request)
    response = see_other(to)
    set_cookie(request, response, COOKIE, office.visits.begin(person, office.now_ms()))
    response.del_cookie(FORM_COOKIE, path="/")
    return response


def _local(place: str) -> str:
    """A path of ours, or nothing: a link from elsewhere must not lead elsewhere."""
    plain = place.startswith("/") and not place.startswith(("//", "/\\"))
    return place if plain and place.isprintable() and "\\" not in place else ""
