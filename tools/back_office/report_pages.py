"""Commissioning reports: taken, shown, and the labels with which they are checked."""

import json

from aiohttp import web

from . import reports
from .desk import FORM, OFFICE, VISIT, number_in, office_of
from .door import go, who
from .installation_pages import may_see
from .pages import render
from .roles import ADMIN, INSPECTOR, INSTALLER, allowed


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/reports", "Reports", report_form)
    app.router.add_post("/reports", take)
    app.router.add_get("/reports/{id}", report)
    app.router.add_get("/reports/{id}/report.json", report_file)
    app.router.add_post("/labels", import_labels)


def _form(request, status: int = 200, **context):
    office = office_of(request)
    shown = {"units": office.reports.units(), "strays": office.reports.strays()}
    return render(request, "reports.html", status, **shown, **context)


@allowed(ADMIN, INSTALLER)
async def report_form(request):
    return _form(request)


@allowed(ADMIN, INSTALLER)
async def take(request):
    office = office_of(request)
    try:
        row = office.reports.take(_file(request, "report"), who(request))
    except reports.Unreadable as error:
        return _form(request, 422, errors={"report": str(error)})
    if row["verdict"] == "not trusted":
        return _form(request, 422, errors={"report": f"Not trusted: {row['why']}."})
    place = f"/installations/{row['installation']}"
    return go(request, place, f"Report {row['id']} of unit {row['unit']}: {row['verdict']}.")


@allowed(ADMIN)
async def import_labels(request):
    office = office_of(request)
    try:
        count = office.reports.import_labels(_file(request, "labels").decode("utf-8-sig"))
    except ValueError as error:
        why = "expected text in UTF-8" if isinstance(error, UnicodeError) else str(error)
        return _form(request, 422, errors={"labels": why})
    office.audit.note(who(request), "imported labels", count=count)
    return go(request, "/reports", f"{count} units are known now.")


def _file(request, name: str) -> bytes:
    field = request[FORM].get(name, b"")
    if isinstance(field, web.FileField):
        return field.file.read()
    return field.encode("utf-8", "replace") if isinstance(field, str) else bytes(field)


def _seen(request):
    """The report of the path, for who may see its installation."""
    office = office_of(request)
    row = office.reports.get(number_in(request))
    about = row and row["installation"] and office.installations.get(row["installation"])
    role = request[VISIT]["role"]
    if row is None or not (may_see(role, about["state"]) if about else role == ADMIN):
        raise web.HTTPNotFound(text="There is no such report, or it is not yours to see.")
    return row


@allowed(ADMIN, INSTALLER, INSPECTOR)
async def report(request):
    row = _seen(request)
    told = json.loads(row["body"])
    head = {
        name: value
        for name, value in told.items()
        if isinstance(value, str | int) and name not in ("format", "signature")
    }
    steps = reports.steps_of(told)
    return render(request, "report.html", report=row, head=head, steps=steps)


@allowed(ADMIN, INSTALLER, INSPECTOR)
async def report_file(request):
    row = _seen(request)
    return web.Response(
        text=row["body"],
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="report-{row["id"]}.json"'},
    )
