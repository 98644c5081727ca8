"""Templates to pages. Everything that is put into one is escaped."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import jinja2
from aiohttp import web

from .desk import CSRF, VISIT, office_of

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def moment(at_ms: int | None, seconds: bool = True) -> str:
    """``2026-01-05 08:00:00`` in UTC; a dash for none."""
    if at_ms is None:
        return "–"
    shape = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime(shape)


def kwh(wh: int | None) -> str:
    """``7.412`` of watt-hours; a dash for none."""
    return "–" if wh is None else f"{wh // 1000}.{wh % 1000:03d}"


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(moment=moment, kwh=kwh, quoted=lambda text: quote(str(text), safe=""))
    made.filters["from_json"] = json.loads
    return made


_JINJA = _environment()


def render(request, template: str, status: int = 200, **context) -> web.Response:
    """A page as the one who asks may see it. ``errors`` and ``given`` are a form's (forms)."""
    office = office_of(request)
    visit = request.get(VISIT)
    shown = {
        "errors": {},
        "given": {},
        "visit": visit,
        "csrf": request.get(CSRF, ""),
        "path": request.path,
        "menu": office.menu_for(visit["role"]) if visit else [],
        # A part that a page fetches by itself shows none, so it must not use it up.
        "flash": "" if visit is None or _is_part(request) else office.visits.told(visit),
        "now_ms": office.now_ms(),
        **context,
    }
    text = _JINJA.get_template(template).render(shown)
    # A station may say half a character, and a frame is shown as it was said.
    body = text.encode("utf-8", "replace")
    return web.Response(status=status, body=body, content_type="text/html", charset="utf-8")


def _is_part(request) -> bool:
    return getattr(request.match_info.handler, "passive", False)
