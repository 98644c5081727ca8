"""For programs: sessions as recorded, and commissioning reports. With a bearer token."""

from aiohttp import web

from host_tests.harness.csms.times import utc_ms, utc_ms_or_none

from . import reports
from .desk import PROGRAM, office_of
from .roles import for_programs

_MOST = 1000


def add_routes(app) -> None:
    """The routes of this file."""
    app.router.add_get("/api/sessions", sessions)
    app.router.add_post("/api/reports", take_report)


@for_programs
async def sessions(request):
    """``?identity=&since=``: sessions that began then or later, oldest first.

    One whose start is no moment is among them where no ``since`` is asked for.
    """
    identity, since = request.query.get("identity", ""), request.query.get("since", "")
    try:
        since_ms = utc_ms(since) if since else 0
    except ValueError:
        raise web.HTTPBadRequest(text="since: expected a moment such as 2026-01-05T08:00:00Z")
    rows = office_of(request).db.all(
        "SELECT identity, transaction_id, connector, id_tag, meter_start, start_time, meter_stop,"
        " stop_time, stop_id_tag, reason FROM session WHERE start_time IS NOT NULL AND"
        " (:identity = '' OR identity = :identity) ORDER BY row DESC LIMIT :most",
        identity=identity,
        most=_MOST,
    )
    found = [
        dict(row) for row in reversed(rows) if (utc_ms_or_none(row["start_time"]) or 0) >= since_ms
    ]
    return web.json_response({"ok": True, "sessions": found})


@for_programs
async def take_report(request):
    """A commissioning report as the body; its verdict."""
    try:
        row = office_of(request).reports.take(await request.read(), request[PROGRAM])
    except reports.Unreadable as error:
        raise web.HTTPBadRequest(text=str(error))
    told = {"report": row["id"], "verdict": row["verdict"], "why": row["why"]}
    trusted = row["verdict"] != "not trusted"
    return web.json_response({"ok": trusted, **told}, status=200 if trusted else 422)
