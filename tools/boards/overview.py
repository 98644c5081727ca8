"""The table of boards in boards/README.md, of each board.json. `python -m tools.boards.overview`
writes it anew; `make check` fails when it is stale.
"""

import sys
from pathlib import Path

from tools.boards import described, description
from tools.paths import ROOT

BEGIN, END = "<!-- boards:begin -->", "<!-- boards:end -->"
_REMEDY = "its table is stale: python -m tools.boards.overview"


def table(boards: Path) -> str:
    """A row for each described board, a column for each thing that can be watched."""
    heads = ("board", "chip", "limit", "guard", *described.MONITORED, "RCD in front")
    rows = [heads, tuple("---" for _ in heads)]
    for folder in sorted(path.parent for path in boards.glob("*/board.json")):
        if description.is_described(folder):
            rows.append(_row(folder.name, description.content(folder)))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(name: str, content: dict) -> tuple:
    limits = content["limits"]
    chips = dict.fromkeys(own["mcu"] for _, own in described.revisions(content).values())
    watched = tuple("yes" if content["monitored"][what] else "**no**" for what in
                    described.MONITORED)  # fmt: skip
    limit = f"{limits['max_a']} A x {limits['phases']}"
    return (
        f"[{name}]({name}/board.md)",
        ", ".join(chips),
        limit,
        content["guard"],
        *watched,
        content["rcd"],
    )


def findings(boards: Path) -> list:
    page = boards / "README.md"
    if not page.exists():
        return ["boards/README.md: missing"]
    return [] if page.read_text() == _renewed(page, boards) else [f"boards/README.md: {_REMEDY}"]


def _renewed(page: Path, boards: Path) -> str:
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n{table(boards)}\n{end}{after}" if begin and end else text + BEGIN


def main() -> int:
    boards = ROOT / "boards"
    page = boards / "README.md"
    page.write_text(_renewed(page, boards))
    return 0


if __name__ == "__main__":
    sys.exit(main())
