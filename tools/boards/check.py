"""Every board's folder, held to what its hardware can do. `python -m tools.boards.check`."""

import json
import sys
from pathlib import Path

from tools.boards import described, description, overview, pads, partitions, parts
from tools.build.image import compiled_files, pack
from tools.paths import ROOT

NAME = "boards"
REMEDY = "mend the board's folder; tools/boards has the rules"
_FILES = (
    "board.md",
    "board.py",
    "manifest.py",
    "mpconfigboard.cmake",
    "mpconfigboard.h",
    "partitions.csv",
)
_MB = 1024 * 1024


def find(root: Path) -> list:
    folders = sorted(path.parent for path in (root / "boards").glob("*/board.json"))
    found = [
        f"{folder.relative_to(root)}/{line}"
        for folder in folders
        for line in of_board(folder, root / "firmware/chargepoint/drivers")
    ]
    return found or overview.findings(root / "boards")


def of_board(folder: Path, drivers: Path, image_bytes: int | None = None) -> list:
    """What is wrong in ``folder``; ``image_bytes`` None: of the image made of it now."""
    content, found = _load(folder / "board.json")
    found = found or [f"board.json: {line}" for line in described.findings(content)]
    if found or not described.is_real(content):
        return found
    wanted = (*_FILES, *(file for file, _ in described.revisions(content).values()))
    missing = [f"{name}: missing" for name in wanted if not (folder / name).exists()]
    if missing:
        return missing
    found = [
        line
        for name, (file, own) in described.revisions(content).items()
        for line in of_revision(own, description.pins_of(folder / file), file, drivers)
    ]
    found += [f"board.md: {line}" for line in _told((folder / "board.md").read_text(), content)]
    if found:
        return found
    size = image_size(folder.name) if image_bytes is None else image_bytes
    table = (folder / "partitions.csv").read_text()
    return [
        f"partitions.csv: {line}"
        for line in partitions.findings(table, content["flash_mb"] * _MB, size)
    ]


def of_revision(content: dict, pins: dict, file: str, drivers: Path) -> list:
    """What is wrong with the parts of one revision of a board, and with their pins."""
    found = [f"board.json: {line}" for line in parts.findings(content, pins, drivers)]
    if found:
        return found
    wanted = parts.uses(content)
    return [
        f"{file}: {line}"
        for line in pads.findings(pins, wanted, content, parts.energised(content))
    ]


def image_size(board: str) -> int:
    return len(pack(compiled_files(board)))


def _load(path: Path) -> tuple:
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}, ["board.json: missing"]
    except ValueError as trouble:
        return {}, [f"board.json: {trouble}"]
    return content, [] if isinstance(content, dict) else ["board.json: expected an object"]


def _told(page: str, content: dict) -> list:
    """Who builds the board must read what it does not watch."""
    _, heading, rest = page.partition("## Not monitored\n")
    if not heading:
        return ["the heading `## Not monitored` is missing"]
    said = rest.partition("\n## ")[0].replace("\n", " ")
    about = "docs/guard.md" if content["guard"] == "ulp" else "docs/interlock.md"
    if about not in page:
        return [f"says nothing of {about}, which tells what its guard means"]
    blind = [name for name, how in content["monitored"].items() if how is None]
    return [f"Not monitored: says nothing of {name}" for name in blind if name not in said]


def main() -> int:
    found = find(ROOT)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
