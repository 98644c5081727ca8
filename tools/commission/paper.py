"""The report as a PDF, with the same content as the page.

A font of the machine with many letters is embedded where there is one; without it what the core
fonts of PDF lack is shown as a question mark, and the paper says so.
"""

from pathlib import Path

from fpdf import FPDF, FontFace
from fpdf.enums import XPos, YPos

from tools.commission import measure, plots
from tools.commission.report import INSPECTOR, head, summary, to_do
from tools.paths import TOOLS

# Those of the browser that `make setup` brought come last.
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), TOOLS / "browser/fonts")
_FONT = "DejaVuSans.ttf"
_BOLD = "DejaVuSans-Bold.ttf"
_CORE = "helvetica"
_INK, _SOFT, _LINE = (27, 39, 51), (91, 107, 122), (200, 208, 216)
_COLOURS = {measure.PASSED: (27, 127, 75), measure.FAILED: (179, 38, 30)}
_NONE = (138, 109, 0)
_CURVE = (21, 101, 192)
_PICTURE_MM = 90
_MARGIN_MM = 15


def render(report: dict, fonts: tuple = None) -> bytes:
    """The PDF. ``fonts`` are the files of a regular and a bold face; None: of the machine, if any;
    () for the core fonts."""
    paper = _Paper(find_fonts() if fonts is None else fonts)
    paper.draw(report)
    return bytes(paper.pdf.output())


def find_fonts() -> tuple:
    """A regular and a bold face of the machine, or ()."""
    for folder in _FOLDERS:
        found = next(iter(sorted(folder.rglob(_FONT))), None) if folder.is_dir() else None
        if found is not None:
            bold = found.with_name(_BOLD)
            return found, bold if bold.exists() else found
    return ()


class _Paper:
    def __init__(self, fonts):
        self.pdf = FPDF(format="A4")
        self.pdf.set_margin(_MARGIN_MM)
        self.pdf.set_auto_page_break(True, _MARGIN_MM)
        self._family = _CORE
        self._lacking = False
        if fonts:
            self._family = "embedded"
            self.pdf.add_font("embedded", "", str(fonts[0]))
            self.pdf.add_font("embedded", "B", str(fonts[1]))

    def draw(self, report):
        title = f"Commissioning report of {report['unit']}"
        self.pdf.set_title(self._letters(title))
        self.pdf.add_page()
        self._line(title, 17, bold=True)
        self._line(report["made"], 9, colour=_SOFT)
        self._verdict(report)
        for what, words in to_do(report):
            self._line(f"{what} {words}", 9, colour=_COLOURS[measure.FAILED])
        self.pdf.ln(2)
        self._table([(name, value) for name, value in head(report)], (42, 138))
        if report["notes"]:
            self._heading("Notes of the technician")
            self._line(report["notes"], 9)
        self._pictures(report)
        if self.pdf.will_page_break(50):
            self.pdf.add_page()
        self._heading("Steps")
        for step in report["steps"]:
            self._step(step)
        self._heading("Inspection: to be filled in by the inspector")
        self._table([(name, "") for name in INSPECTOR], (100, 80), height=9)
        self._heading("Signature of the unit")
        self._line("Of the JSON file of this report; `commission --verify` checks it.", 9)
        self._line(report.get("signature") or "not signed", 7)
        if self._lacking:
            self._line("Letters that this font lacks are shown as ?; the page has them.", 8)

    # -- parts ----------------------------------------------------------------------------------

    def _verdict(self, report):
        colour = _COLOURS[report["verdict"]]
        self.pdf.ln(2)
        self.pdf.set_draw_color(*colour)
        self._font(11, True, colour)
        self.pdf.multi_cell(0, 7, self._letters(summary(report)), border=1, padding=2, align="L",
                            new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip
        self.pdf.ln(3)

    def _step(self, step):
        if self.pdf.will_page_break(30):
            self.pdf.add_page()
        colour = _COLOURS.get(step["verdict"], _NONE)
        self.pdf.ln(2)
        self._line(f"{step['title']}: {step['verdict']}", 11, True, colour)
        self._line(f"{step['does']} Required: {step['required']}", 8, colour=_SOFT)
        if step["verdict"] != measure.PASSED and step["reason"]:
            self._line(step["reason"], 9, True, colour)
        rows = []
        for found in step["measures"]:
            word = "" if found["verdict"] == measure.TOLD else found["verdict"]
            required = found["required"]
            if found["remedy"]:
                required = f"{required}\n{found['remedy']}".strip()
            rows.append((found["what"], found["measured"], required, word))
        if rows:
            self._table(rows, (46, 46, 66, 22), size=8)

    def _pictures(self, report):
        drawn = plots.pilots(report["plots"]["pilot"])
        power = plots.power(report["plots"]["power"])
        if power:
            drawn.append(("Power by the station's meter, over the whole trial", power))
        if drawn:
            self._heading("Pilot and power")
        scale = _PICTURE_MM / plots.WIDTH
        height_mm = plots.HEIGHT * scale + 6
        for number, (caption, shapes) in enumerate(drawn):
            if number % 2 == 0 and self.pdf.will_page_break(height_mm):
                self.pdf.add_page()
            x, y = _MARGIN_MM + (number % 2) * _PICTURE_MM, self.pdf.get_y()
            self._picture(shapes, x, y, scale)
            self._font(7, False, _SOFT)
            self.pdf.text(x + 12, y + height_mm - 3, self._letters(caption))
            if number % 2 or number == len(drawn) - 1:
                self.pdf.set_y(y + height_mm)

    def _picture(self, shapes, left, top, scale):
        for shape in shapes:
            if shape[0] == "line":
                curve = shape[1] == "curve"
                self.pdf.set_draw_color(*(_CURVE if curve else _LINE))
                self.pdf.set_line_width(0.45 if curve else 0.15)
                self.pdf.polyline([(left + x * scale, top + y * scale) for x, y in shape[2]])
                continue
            _, anchor, x, y, words = shape
            self._font(6, False, _SOFT)
            width = self.pdf.get_string_width(words)
            back = {"end": width, "middle": width / 2}.get(anchor, 0)
            self.pdf.text(left + x * scale - back, top + y * scale, words)
        self.pdf.set_line_width(0.2)

    # -- words ----------------------------------------------------------------------------------

    def _heading(self, words):
        self.pdf.ln(4)
        self._line(words, 13, bold=True)

    def _line(self, words, size, bold=False, colour=_INK):
        self._font(size, bold, colour)
        self.pdf.multi_cell(0, size * 0.5, self._letters(words), align="L",
                            new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip

    def _table(self, rows, widths, size=9, height=None):
        self._font(size, False, _INK)
        self.pdf.set_draw_color(*_LINE)
        line_mm = height or size * 0.5
        with self.pdf.table(
            col_widths=widths, first_row_as_headings=False, line_height=line_mm, text_align="LEFT",
            borders_layout="HORIZONTAL_LINES", padding=0.8,
        ) as table:  # fmt: skip
            for cells in rows:
                row = table.row()
                for words in cells:
                    style = FontFace(color=_COLOURS.get(words, _INK))
                    row.cell(self._letters(words), style=style)

    def _font(self, size, bold, colour):
        self.pdf.set_font(self._family, "B" if bold else "", size)
        self.pdf.set_text_color(*colour)

    def _letters(self, words):
        if self._family == _CORE:
            known = words.encode("latin-1", "replace").decode("latin-1")
        else:
            has = self.pdf.fonts["embedded"].cmap
            known = "".join(
                letter if ord(letter) in has or letter == "\n" else "?" for letter in words
            )
        self._lacking = self._lacking or known != words
        return known
