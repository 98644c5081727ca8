"""A statement as a file: CSV that a spreadsheet opens safely, and PDF.

A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are ours.
"""

import csv
import io

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from .statements import Statement
from .tariffs import local, money, price_text

_FORMULA = "=+-@\t\r\n|%"
_HEAD = (
    ("Session", 16, "R"),
    ("Charge point", 36, "L"),
    ("Begin", 30, "L"),
    ("End", 30, "L"),
    ("From Wh", 22, "R"),
    ("To Wh", 22, "R"),
    ("kWh", 18, "R"),
    ("Per kWh", 18, "R"),
    ("Amount", 20, "R"),
    ("Note", 61, "L"),
)
_FOOT = (
    "Energy is the difference of two registers of the meter. Each amount is rounded to the cent "
    "(half a cent up); the total is the sum of the amounts. A session belongs to the month in "
    "which it ends."
)


def safe(text: str) -> str:
    """As a cell of a spreadsheet."""
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA and text.strip(" ") else text


def kwh(wh: int) -> str:
    """``-1.500`` of watt-hours."""
    sign = "-" if wh < 0 else ""
    return f"{sign}{abs(wh) // 1000}.{abs(wh) % 1000:03d}"


def cells(made: Statement) -> list:
    """A row of texts for each line."""
    return [
        [
            str(line.session),
            line.identity,
            local(line.begin_ms, made.zone),
            local(line.end_ms, made.zone),
            str(line.from_wh),
            str(line.to_wh),
            kwh(line.wh),
            price_text(line.millicents),
            money(line.cents),
            line.note,
        ]
        for line in made.lines
    ]


def as_csv(made: Statement) -> bytes:
    """UTF-8 with a mark, so that spreadsheets know; comma separated, CRLF (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Card", safe(made.id_tag), safe(made.label), safe(made.account)])
    writer.writerow(["Month", made.month, made.zone, "issued" if made.issued_ms else "draft"])
    writer.writerow([name for name, _, _ in _HEAD])
    for row in cells(made):
        # The texts of others: the charge point's name and the note.
        writer.writerow([*row[:1], safe(row[1]), *row[2:9], safe(row[9])])
    writer.writerow(["Total", "", "", "", "", "", kwh(made.wh), made.currency, money(made.cents)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


class _Page(FPDF):
    def footer(self):
        self.set_y(-10)
        self.set_font("helvetica", size=7)
        self.cell(
            0, 5, f"Pilotlight bench back office - page {self.page_no()} of {{nb}}", align="C"
        )


def as_pdf(made: Statement) -> bytes:
    """A4 across. Letters that the font has not are question marks."""
    page = _Page(orientation="L", format="A4")
    page.set_title(f"Statement {made.month}")
    page.set_margin(12)
    page.add_page()
    _head(page, made)
    _table(page, made)
    page.set_font("helvetica", size=8)
    page.ln(4)
    for text in (*made.notes, _FOOT):
        page.multi_cell(0, 4, _known(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())


def _head(page, made):
    page.set_font("helvetica", "B", 15)
    page.cell(0, 9, f"Statement {made.month}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font("helvetica", size=10)
    state = local(made.issued_ms, made.zone) if made.issued_ms else "draft, not issued"
    for name, text in (
        ("Card", f"{made.id_tag} {made.label}"),
        ("Account", made.account),
        ("Times", made.zone),
        ("Issued", state),
        ("Sessions", str(made.sessions)),
        ("Energy", f"{kwh(made.wh)} kWh"),
        ("Total", f"{money(made.cents)} {made.currency}"),
    ):
        page.cell(28, 5.5, name)
        page.cell(0, 5.5, _known(text)[:110], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(4)


def _table(page, made):
    _row(page, [name for name, _, _ in _HEAD], "B")
    for row in cells(made):
        if page.get_y() > page.h - 24:
            page.add_page()
            _row(page, [name for name, _, _ in _HEAD], "B")
        _row(page, row, "")
    _row(page, ["", "Total", *[""] * 4, kwh(made.wh), "", money(made.cents), made.currency], "B")


def _row(page, texts, style):
    page.set_font("helvetica", style, 8)
    for (_, width, align), text in zip(_HEAD, texts, strict=True):
        page.cell(width, 5, _fitting(page, _known(text), width), border="B", align=align)
    page.ln(5)


def _fitting(page, text, width):
    while text and page.get_string_width(text) > width - 2:
        text = text[:-1]
    return text


def _known(text: str) -> str:
    text = text.replace("–", "-")
    return (
        "".join(each if each.isprintable() else "?" for each in text)
        .encode("latin-1", "replace")
        .decode("latin-1")
    )


def all_as_csv(statements: list) -> bytes:
    """A row for each card of a month."""
    out = io.StringIO()
    writer = csv.writer(out)
    head = ["Month", "Card", "Label", "Account", "Sessions", "kWh", "Currency", "Total", "State"]
    writer.writerow(head)
    for made in statements:
        texts = [safe(made.id_tag), safe(made.label), safe(made.account)]
        figures = [made.sessions, kwh(made.wh), made.currency, money(made.cents)]
        state = "issued" if made.issued_ms else "draft"
        writer.writerow([made.month, *texts, *figures, state])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
