"""Sessions as the back end recorded them, and one with its readings drawn."""

from aiohttp import web

from .chart import Chart
from .desk import OFFICE, number_asked, number_in, office_of
from .pages import render
from .roles import ADMIN, allowed

_PAGE = 50
_WHERE = """
(:identity = '' OR identity = :identity) AND (:id_tag = '' OR id_tag = :id_tag COLLATE NOCASE)
"""


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/sessions", "Sessions", sessions)
    app.router.add_get("/sessions/{id}", session)


@allowed(ADMIN)
async def sessions(request):
    wanted = {name: request.query.get(name, "").strip() for name in ("identity", "id_tag")}
    before = number_asked(request, "before")
    rows = office_of(request).db.all(
        f"SELECT * FROM session WHERE {_WHERE} AND row < :before ORDER BY row DESC LIMIT :count",
        **wanted,
        before=2**62 if before is None else before,
        count=_PAGE,
    )
    older = rows[-1]["row"] if len(rows) == _PAGE else None
    return render(request, "sessions.html", sessions=rows, older=older, wanted=wanted)


@allowed(ADMIN)
async def session(request):
    db, number = office_of(request).db, number_in(request)
    row = db.one("SELECT * FROM session WHERE row = ?", number)
    if row is None:
        raise web.HTTPNotFound(text="There is no such session.")
    readings = db.all("SELECT * FROM reading WHERE session = ? ORDER BY row", number)
    ends = [(row["start_time"], row["meter_start"]), (row["stop_time"], row["meter_stop"])]
    chart = Chart(readings, ends)
    return render(request, "session.html", session=row, readings=readings, chart=chart)
