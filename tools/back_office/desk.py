"""How a page finds its office, and what it was asked about."""

from aiohttp import web

OFFICE: web.AppKey = web.AppKey("office", object)
# Of a request: the visit of who asks (a row of visits.find) or None, the form that was sent, the
# token for the forms of the answer, and the label of a program's token.
VISIT: web.RequestKey = web.RequestKey("visit", object)
FORM: web.RequestKey = web.RequestKey("form", object)
CSRF: web.RequestKey = web.RequestKey("csrf", str)
PROGRAM: web.RequestKey = web.RequestKey("program", str)


def office_of(request):
    """The Office that serves this request."""
    return request.app[OFFICE]


def see_other(place: str) -> web.Response:
    """Send the browser there."""
    return web.Response(status=303, headers={"Location": place})


def number_in(request, name: str = "id") -> int:
    """A row's number in the path; 404 for what can be none."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise web.HTTPNotFound(text="There is no such page.")
    return int(text)


def number_asked(request, name: str) -> int | None:
    """A number in the query, or None for none or rubbish."""
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
