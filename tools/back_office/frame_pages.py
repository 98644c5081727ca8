"""Frames as they were on the wire: filter, pages, and all of them as an Open OCPP Trace."""

from aiohttp import web

from host_tests.harness.csms import trace
from host_tests.harness.csms.script import CALL, ERROR, RESULT, as_frame

from .desk import OFFICE, number_asked, office_of
from .pages import render
from .roles import ADMIN, allowed

_PAGE = 100
_PIECE = 500
_KINDS = {CALL: "call", RESULT: "result", ERROR: "error"}
_WHERE = """
(:identity = '' OR identity = :identity) AND (:direction = '' OR direction = :direction)
AND (:text = '' OR instr(raw, :text) > 0)
AND (:action = '' OR instr(raw, '"' || :action || '"') > 0)
"""


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/frames", "Frames", frames)
    app.router.add_get("/frames/trace.jsonl", export)


def _wanted(request) -> dict:
    names = ("identity", "direction", "action", "text")
    return {name: request.query.get(name, "").strip()[:200] for name in names}


@allowed(ADMIN)
async def frames(request):
    wanted, before = _wanted(request), number_asked(request, "before")
    rows = office_of(request).db.all(
        f"SELECT * FROM frame WHERE {_WHERE} AND row < :before ORDER BY row DESC LIMIT :count",
        **wanted,
        before=2**62 if before is None else before,
        count=_PAGE,
    )
    older = rows[-1]["row"] if len(rows) == _PAGE else None
    shown = [_shown(row) for row in rows]
    return render(request, "frames.html", frames=shown, older=older, wanted=wanted)


def _shown(row) -> dict:
    frame = as_frame(row["raw"])
    kind = _KINDS[frame[0]] if frame else "no frame"
    what = str(frame[2]) if frame and frame[0] != RESULT else ""
    raw = row["raw"] if isinstance(row["raw"], str) else repr(row["raw"])
    return {**dict(row), "kind": kind, "what": what, "raw": raw}


@allowed(ADMIN)
async def export(request):
    """Row by row, so that a large book does not have to fit into memory."""
    db, wanted = office_of(request).db, _wanted(request)
    answer = web.StreamResponse(
        headers={
            "Content-Type": "application/jsonl; charset=utf-8",
            "Content-Disposition": 'attachment; filename="trace.jsonl"',
        }
    )
    await answer.prepare(request)
    after = 0
    while True:
        rows = db.all(
            f"SELECT * FROM frame WHERE {_WHERE} AND row > :after ORDER BY row LIMIT :count",
            **wanted,
            after=after,
            count=_PIECE,
        )
        if not rows:
            return answer
        after = rows[-1]["row"]
        told = trace.lines(
            (row["identity"], row["direction"], row["at_ms"], row["raw"]) for row in rows
        )
        await answer.write("".join(f"{line}\n" for line in told).encode())
