"""A table of the bench: shown on the console, written to and read from the README."""

import re
from dataclasses import dataclass, field

import rich.box
from rich.table import Table as RichTable

BEGIN = "<!-- bench:begin -->"
END = "<!-- bench:end -->"
_CELL = re.compile(r"-?[\d,]+")


@dataclass
class Table:
    """Cells are numbers, which are checked, and words, which are not."""

    title: str
    head: tuple
    rows: list = field(default_factory=list)
    note: str = ""

    def rich(self) -> RichTable:
        """For the console."""
        table = RichTable(title=self.title, caption=self.note, box=rich.box.SIMPLE)
        for at, name in enumerate(self.head):
            table.add_column(name, justify="right" if self._is_number(at) else "left")
        for row in self.rows:
            table.add_row(*map(_shown, row))
        return table

    def markdown(self) -> str:
        """For the README."""
        rule = ["--:" if self._is_number(at) else "---" for at in range(len(self.head))]
        rows = [self.head, rule, *(map(_shown, row) for row in self.rows)]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        note = f"\n{self.note}\n" if self.note else ""
        return f"**{self.title}**\n\n" + "\n".join(lines) + "\n" + note

    def figures(self) -> dict:
        """{(title, row, column): number}"""
        return {
            (self.title, row[0], name): cell
            for row in self.rows
            for name, cell in zip(self.head[1:], row[1:])
            if isinstance(cell, int)
        }

    def _is_number(self, at):
        return any(isinstance(row[at], int) for row in self.rows)


def section(page: str) -> str:
    """What stands between the markers of a page; ValueError where they are not."""
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"expected {BEGIN} and {END} once each in README.md")
    return page.split(BEGIN)[1].split(END)[0]


def replaced(page: str, tables: list) -> str:
    """The page with ``tables`` between its markers."""
    text = "\n" + "\n".join(table.markdown() for table in tables)
    return page.replace(BEGIN + section(page) + END, BEGIN + text + END)


def figures(page: str) -> dict:
    """The figures that a page publishes, as Table.figures() of each."""
    found: dict = {}
    title, head = "", []
    for line in section(page).splitlines():
        if line.startswith("**"):
            title, head = line.strip("*"), []
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not head:
                head = cells
            else:
                found.update(_figures_of(title, head, cells))
    return found


def _figures_of(title, head, cells):
    return {
        (title, cells[0], name): int(cell.replace(",", ""))
        for name, cell in zip(head[1:], cells[1:])
        if _CELL.fullmatch(cell)
    }


def _shown(cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell
