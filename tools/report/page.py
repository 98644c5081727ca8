"""The page: a table of all cases, and each case with what was measured and seen."""

from html import escape
from pathlib import Path

from tools.report import records
from tools.report.plot import Picture, curve

_STYLE = Path(__file__).parent / "style.css"
_SIGNS = {"passed": "\N{CHECK MARK}", "failed": "\N{BALLOT X}", "skipped": "\N{EN DASH}"}
_KINDS = {"at most": "\N{LESS-THAN OR EQUAL TO}", "at least": "\N{GREATER-THAN OR EQUAL TO}",
          "equals": "=", "between": "", "holds": ""}  # fmt: skip
# A picture of its own where the time is less than this part of the whole.
_ZOOM_PART = 0.4
_MOST_PICTURES = 5

_NOTE = (
    "Required times come from secondary sources, named in brackets (EV, TF, SE, OE, PX, S35 and "
    "others: shared/reference/standards.md); [?] is not confirmed by any, [own] is our own rule. "
    "IEC 61851-1 itself was not consulted: check against a bought copy before any claim of "
    "conformity. Measured in virtual time, on the emulated circuit; what an interrupt, a "
    "driver or a real contactor adds on hardware is not in these figures."
)


def render(stories: list, heading: str) -> str:
    """The whole page; ``heading`` says when and of which commit."""
    ran = records.targets(stories)
    sections = {}
    for story in stories:
        sections.setdefault(story.section, []).append(story)
    body = [_head(stories, ran, heading)]
    body += [_table(found, ran) for found in sections.values()]
    body.append("<h2>The cases</h2>")
    body += [_case(story, ran) for story in stories]
    style = _STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Pilotlight: timing and safety</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main><script>{_OPENER}</script></body></html>\n"
    )


# A link to a case opens it.
_OPENER = (
    "function show(){var e=document.getElementById(location.hash.slice(1));"
    "if(e&&e.tagName=='DETAILS'){e.open=true;e.scrollIntoView()}}"
    "addEventListener('hashchange',show);show()"
)


def _head(stories, ran, heading):
    counts = []
    for name in ran:
        runs = [story.runs[name] for story in stories if name in story.runs]
        bad = sum(run["verdict"] == records.FAILED for run in runs)
        told = f"{bad} failed of {len(runs)}" if bad else f"{len(runs)} passed"
        counts.append(f'<li class="{"bad" if bad else "good"}"><b>{name}</b> {told}</li>')
    failed = [story for story in stories if story.failed]
    links = "".join(
        f'<li><a href="#{story.anchor}">{escape(story.title)}</a></li>' for story in failed
    )
    verdict = f'<ul class="failures">{links}</ul>' if failed else ""
    return (
        "<h1>IEC 61851-1 and the guard: timing and safety</h1>"
        f'<p class="sub">{escape(heading)}</p><ul class="counts">{"".join(counts)}</ul>{verdict}'
        f'<p class="note">{escape(_NOTE)}</p>'
    )


def _link(story):
    return f'<li><a href="#{story.anchor}">{escape(story.title)}</a></li>'


# -- the table ------------------------------------------------------------------------------------


def _table(stories, ran):
    heading = stories[0].heading
    columns = "".join(f'<span class="target">{_plain(name)}</span>' for name in ran)
    words = "".join(f"<span>{word}</span>" for word in ("case", "measured", "margin"))
    head = f'<div class="row head">{words}<span class="marks">{columns}</span></div>'
    return f"<h2>{escape(heading)}</h2>{head}{''.join(_row(story, ran) for story in stories)}"


def _plain(name):
    return name.replace("_", " ")


def _row(story, ran):
    measure = story.tightest()
    clause = escape(story.first["clause"])
    marks = "".join(_sign(story.runs.get(name)) for name in ran)
    told, bar = (_told(measure), _bar(measure)) if measure else (_fact(story), "")
    return (
        f'<a class="row{" failed" if story.failed else ""}" href="#{story.anchor}">'
        f'<span class="case">{escape(story.title)}<small>{clause}</small></span>'
        f'<span class="told">{told}</span><span class="margin">{bar}</span>'
        f'<span class="marks">{marks}</span></a>'
    )


def _sign(run):
    if run is None:
        return '<span class="target none">\N{MIDDLE DOT}</span>'
    return f'<span class="target {run["verdict"]}">{_SIGNS[run["verdict"]]}</span>'


def _fact(story):
    """Of a case without a number: its first fact."""
    measures = story.first["measures"]
    return _told(measures[0]) if measures else "nothing was measured"


def _told(measure):
    if measure["kind"] == "holds":
        return _value(measure)
    what = f'<small class="what">{escape(measure["what"])}</small>'
    return f"{_value(measure)} <small>{_limit(measure)}</small>{what}"


def _value(measure):
    if measure["kind"] == "holds":
        return escape(measure["what"] if measure["measured"] else f"not: {measure['what']}")
    return escape(f"{_plainly(measure['measured'])} {measure['unit']}".strip())


def _limit(measure):
    required, kind = measure["required"], measure["kind"]
    if kind == "holds":
        return ""
    if kind == "between":
        return escape(f"{_plainly(required[0])} to {_plainly(required[1])}")
    return escape(f"{_KINDS[kind]} {_plainly(required)}".strip())


def _plainly(value):
    """A number, text, or a list of them as people write it."""
    if isinstance(value, list):
        return ", ".join(map(_plainly, value)) or "none"
    if isinstance(value, float):
        value = int(value) if value.is_integer() else round(value, 4)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _bar(measure):
    """The limit is a tick at four fifths; what may not pass it, or must, is filled."""
    if (
        measure["kind"] not in ("at most", "at least", "between")
        or records.margin(measure) is None
    ):
        return ""
    state = "good" if measure["passed"] else "bad"
    measured, required = measure["measured"], measure["required"]
    if not isinstance(measured, int | float):
        return ""
    if measure["kind"] == "between":
        low, high = required
        at = 15 + 70 * (measured - low) / ((high - low) or 1)
        dot = f'<i class="dot {state}" style="left:{min(max(at, 0), 98):.0f}%"></i>'
        return f'<span class="bar"><i class="room"></i>{dot}</span>'
    part = min(measured / required * 80, 100)
    kind = "most" if measure["kind"] == "at most" else "least"
    return (
        f'<span class="bar {kind}"><i class="fill {state}" style="width:{max(part, 1):.0f}%"></i>'
        '<i class="tick"></i></span>'
    )


# -- a case ---------------------------------------------------------------------------------------


def _case(story, ran):
    run = story.first
    why = f'<p class="why">{escape(run["why"])}</p>' if run["verdict"] == records.FAILED else ""
    marks = "".join(_sign(story.runs.get(name)) for name in ran)
    return (
        f'<details id="{story.anchor}"{" open" if story.failed else ""}>'
        f'<summary class="{"failed" if story.failed else ""}"><span>{escape(story.title)}</span>'
        f'<span class="marks">{marks}</span></summary>'
        f'<p class="rule"><b>{escape(run["clause"])}</b> {escape(run["rule"])}</p>{why}'
        f"{_measures(story)}{_pictures(run)}</details>"
    )


def _measures(story):
    targets = [name for name in records.ORDER if name in story.runs]
    lines = {}
    for name in targets:
        for measure in story.runs[name]["measures"]:
            lines.setdefault((measure["what"], _limit(measure)), {})[name] = measure
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in targets)
    rows = []
    for (what, limit), found in lines.items():
        cells = "".join(_cell(found.get(name)) for name in targets)
        rows.append(f"<tr><td>{escape(what)}</td><td>{limit}</td>{cells}</tr>")
    return (
        '<div class="scroll"><table><thead><tr><th>what</th><th>required</th>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(measure):
    if measure is None:
        return "<td></td>"
    state = "good" if measure["passed"] else "bad"
    text = (
        ("yes" if measure["measured"] else "no") if measure["kind"] == "holds" else _value(measure)
    )
    return f'<td class="{state}">{text}</td>'


def _pictures(run):
    if run["curve"]:
        return (
            "<figure>"
            + curve(run["curve"]["points"], run["curve"]["x"], run["curve"]["y"])
            + "</figure>"
        )
    if not run["traces"]:
        return ""
    timed = [measure for measure in run["measures"] if measure["since_ms"] is not None]
    end_ms = run["end_ms"]
    figures, marked = [], []
    for start_ms, until_ms, measures in _windows(timed):
        if until_ms - start_ms < _ZOOM_PART * end_ms and len(figures) < _MOST_PICTURES:
            caption = "; ".join(measure["what"] for measure in measures)
            svg = Picture(run["traces"], start_ms, until_ms, measures).svg()
            figures.append(_figure(svg, caption))
        else:
            marked += measures
    whole = Picture(run["traces"], 0, end_ms, marked).svg()
    return f'<div class="figures">{"".join(figures)}{_figure(whole, "the whole case")}</div>'


def _figure(svg, caption):
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _windows(timed):
    """(start, end, measures): those that begin together and last alike share a picture."""
    groups = []
    for measure in timed:
        required = measure["required"]
        longest = max(required) if isinstance(required, list) else required
        lasts_ms = max(measure["measured"], min(longest, 4 * measure["measured"] + 20), 20)
        for group in groups:
            if group[0] == measure["since_ms"] and 0.2 < lasts_ms / group[1] < 5:
                group[1] = max(group[1], lasts_ms)
                group[2].append(measure)
                break
        else:
            groups.append([measure["since_ms"], lasts_ms, [measure]])
    return [
        (max(0, since_ms - lasts_ms * 3 // 10), since_ms + lasts_ms * 13 // 10, measures)
        for since_ms, lasts_ms, measures in groups
    ]
