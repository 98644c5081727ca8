"""Before each page: who asks, may they, and did they mean it. Nothing here knows a page."""

import hmac
import json
import logging
from email.utils import formatdate

from aiohttp import web

from . import forms, passwords, roles
from .desk import CSRF, FORM, PROGRAM, VISIT, office_of, see_other
from .pages import render

_LOG = logging.getLogger(__name__)
COOKIE = "pilotlight"
FORM_COOKIE = "pilotlight_form"  # who is not logged in has no visit to keep a token for
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def middlewares(office) -> list:
    """For the application; the first is the outermost."""

    @web.middleware
    async def explain(request, handler):
        """A page for every refusal."""
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            if refusal.status < 400:
                raise
            return _refused(request, refusal.status, refusal.text)
        except forms.Wrong as wrong:
            return _refused(request, 422, str(wrong))
        except Exception:
            _LOG.exception("%s %s", request.method, request.path)
            return _refused(request, 500, "That went wrong here, and nothing was changed.")

    @web.middleware
    async def admit(request, handler):
        asked = request.match_info.route.handler
        request[VISIT] = None
        if not hasattr(asked, "roles"):
            return await handler(request)  # there is no such page: 404 or 405
        if roles.is_for_programs(asked):
            _check_program(office, request)
            return await handler(request)
        visit = request[VISIT] = _visit_of(office, request, asked)
        request[CSRF] = visit["csrf"] if visit else _form_token(request)
        if not roles.is_public(asked):
            if request[VISIT] is None:
                return _to_login(request, asked)
            if not roles.may(request[VISIT]["role"], asked):
                raise web.HTTPForbidden(text="Your role may not do this.")
        return await _meant(request, handler)

    return [explain, admit]


async def dress(request, response) -> None:
    """Headers for every answer. Its time is the back end's, as in all that it tells."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Date"] = formatdate(office_of(request).now_ms() // 1000, usegmt=True)


def who(request) -> str:
    """The name for the audit log."""
    visit = request.get(VISIT)
    return visit["name"] if visit else request.get(PROGRAM, "(nobody)")


def go(request, place: str, flash: str = "") -> web.Response:
    """Send the browser to another page, which shows ``flash`` once."""
    if flash and request[VISIT] is not None:
        office_of(request).visits.tell(request[VISIT], flash)
    return see_other(place)


def set_cookie(request, response, name: str, value: str) -> None:
    """For this browser only, never for a script, never with a link from elsewhere."""
    response.set_cookie(
        name, value, httponly=True, samesite="Strict", secure=request.secure, path="/"
    )


def _visit_of(office, request, asked):
    token = request.cookies.get(COOKIE)
    return office.visits.find(token, office.now_ms(), asked.passive) if token else None


def _to_login(request, asked) -> web.Response:
    if asked.passive or request.method != "GET":
        raise web.HTTPUnauthorized(text="Please log in (again): nobody is, or not any more.")
    return see_other(str(request.app.router["login"].url_for().with_query(to=request.path)))


async def _meant(request, handler) -> web.StreamResponse:
    """A form is taken only with the token that was put into it."""
    visit = request[VISIT]
    if request.method not in ("GET", "HEAD"):
        request[FORM] = await _form(request)
        given = request[FORM].get("csrf", "")
        known = isinstance(given, str) and request[CSRF]
        if not known or not _same(given, request[CSRF]):
            raise web.HTTPForbidden(text="This form is old or not ours. Load the page again.")
    elif visit is None and not request[CSRF]:
        request[CSRF] = passwords.new_code()
        response = await handler(request)
        set_cookie(request, response, FORM_COOKIE, request[CSRF])
        return response
    return await handler(request)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


async def _form(request):
    try:
        return await request.post()
    except web.HTTPException:
        raise
    except Exception as error:  # a parser's, of whatever kind
        raise web.HTTPBadRequest(text=f"no form could be read: {type(error).__name__}")


def _form_token(request) -> str:
    given = request.cookies.get(FORM_COOKIE, "")[:100]
    return given if given.isascii() else ""


def _check_program(office, request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = scheme.lower() == "bearer" and office.tokens.named(token.strip())
    if not known:
        raise web.HTTPUnauthorized(text="expected Authorization: Bearer with a token of ours")
    request[PROGRAM] = f"(token {known})"


def _refused(request, status: int, text: str) -> web.Response:
    if request.path.startswith("/api/"):
        body = json.dumps({"ok": False, "error": text})
        return web.Response(status=status, text=body, content_type="application/json")
    return render(request, "refused.html", status, code=status, why=text)
