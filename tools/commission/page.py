"""The report as one HTML file that needs nothing else. Everything in it is escaped."""

from html import escape
from pathlib import Path

from tools.commission import measure, plots
from tools.commission.report import INSPECTOR, head, summary, to_do

_STYLE = Path(__file__).parent / "style.css"
_COLUMNS = ("what", "measured", "required")
# A browser that shows it loads nothing and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(report: dict) -> str:
    """The page of a report, signed or not."""
    title = f"Commissioning report of {report['unit']}"
    style = _STYLE.read_text(encoding="utf-8")
    body = [
        f'<h1>{escape(title)}</h1><p class="sub">{escape(report["made"])}</p>',
        f'<p class="verdict {report["verdict"]}">{escape(summary(report))}</p>',
        _to_do(report),
        _head(report),
        _notes(report),
        _figures(report),
        "<h2>Steps</h2>",
        *map(_step, report["steps"]),
        _inspector(),
        _signature(report),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _to_do(report):
    rows = [f"<li><b>{escape(what)}</b> {escape(words)}</li>" for what, words in to_do(report)]
    return f'<h2>What to do</h2><ul class="do">{"".join(rows)}</ul>' if rows else ""


def _head(report):
    rows = [f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in head(report)]
    return f"<dl>{''.join(rows)}</dl>"


def _notes(report):
    if not report["notes"]:
        return ""
    return f"<h2>Notes of the technician</h2><pre>{escape(report['notes'])}</pre>"


def _figures(report):
    figures = [_figure(shapes, told) for told, shapes in plots.pilots(report["plots"]["pilot"])]
    shapes = plots.power(report["plots"]["power"])
    if shapes:
        figures.append(_figure(shapes, "Power by the station's meter, over the whole trial"))
    if not figures:
        return ""
    return f'<h2>Pilot and power</h2><div class="figures">{"".join(figures)}</div>'


def _figure(shapes, caption):
    drawn = "".join(map(_shape, shapes))
    box = f'viewBox="0 0 {plots.WIDTH} {plots.HEIGHT}"'
    words = escape(caption)
    svg = f'<svg {box} role="img" aria-label="{words}">{drawn}</svg>'
    return f"<figure>{svg}<figcaption>{words}</figcaption></figure>"


def _shape(shape):
    if shape[0] == "line":
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape[2])
        return f'<polyline class="{shape[1]}" points="{points}"/>'
    _, anchor, x, y, words = shape
    return f'<text text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _step(step):
    failed = step["verdict"] == measure.FAILED
    reason = f'<p class="reason">{escape(step["reason"])}</p>' if failed else ""
    if step["verdict"] == measure.NOT_DONE:
        reason = f"<p>{escape(step['reason'])}</p>"
    about = f"{step['does']} Required: {step['required']}"
    return (
        f'<section class="{_class(step["verdict"])}"><h3><span>{escape(step["title"])}</span>'
        f'<span class="word">{escape(step["verdict"])}</span></h3><p>{escape(about)}</p>'
        f"{reason}{_measures(step)}</section>"
    )


def _measures(step):
    if not step["measures"]:
        return ""
    rows = "".join(map(_row, step["measures"]))
    heads = "<tr><th>what</th><th>measured</th><th>required</th><th></th></tr>"
    return f"<table><thead>{heads}</thead><tbody>{rows}</tbody></table>"


def _row(found):
    word = "" if found["verdict"] == measure.TOLD else found["verdict"]
    cells = "".join(f"<td>{escape(found[name])}</td>" for name in _COLUMNS)
    last = f'<td class="word">{escape(word)}</td>'
    row = f'<tr class="{_class(found["verdict"])}">{cells}{last}</tr>'
    if found["remedy"]:
        row += f'<tr class="remedy"><td></td><td colspan="3">{escape(found["remedy"])}</td></tr>'
    return row


def _class(verdict):
    return "not" if verdict.startswith("not ") else verdict


def _inspector():
    rows = "".join(f"<tr><td>{escape(name)}</td><td></td></tr>" for name in INSPECTOR)
    heads = "<tr><th>to be filled in by the inspector</th><th></th></tr>"
    table = f'<table class="blank"><thead>{heads}</thead><tbody>{rows}</tbody></table>'
    return f"<h2>Inspection</h2>{table}"


def _signature(report):
    told = report.get("signature") or "not signed"
    return (
        "<h2>Signature of the unit</h2><p>Of the JSON file of this report, with the key that only "
        "the unit and its label file have. To check it: "
        "pilotlight commission --verify report.json --labels build/labels</p>"
        f'<p class="signature">{escape(told)}</p>'
    )
