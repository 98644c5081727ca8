"""The described boards: their folders read, and described.py made of them."""

import json
import runpy
from pathlib import Path

from tools import whole
from tools.boards import described, render


def is_described(folder: Path) -> bool:
    """A board that the shared assembly builds; the emulated ones have a board.py of their own."""
    path = folder / "board.json"
    return path.exists() and described.is_real(content(folder)) and "parts" in content(folder)


def content(folder: Path) -> dict:
    """board.json; raises ValueError."""
    found = json.loads((folder / "board.json").read_text())
    if type(found) is not dict:
        raise ValueError(f"{folder / 'board.json'}: expected an object")
    return found


def pins_of(path: Path) -> dict:
    """The names that a file of pins gives."""
    return {name: value for name, value in runpy.run_path(str(path)).items() if name.isupper()}


def names(root: Path) -> list:
    """Every board of the project; one with revisions once for each."""
    found = []
    for path in sorted(root.glob("*/board.py")):
        folder = path.parent
        revisions = content(folder).get("revisions", {}) if is_described(folder) else {}
        found += [f"{folder.name}@{name}" for name in revisions] or [folder.name]
    return found


def revision(board: str, root: Path) -> tuple:
    """(description, pins, what they were read from) of ``board``, of its first revision if none
    is named. Raises ValueError for one that there is not.
    """
    name, _, wanted = board.partition("@")
    folder = root / name
    there = described.revisions(content(folder))
    if wanted and wanted not in there:
        known = ", ".join(one for one in there if one) or "none"
        raise ValueError(f"{name} has no revision {wanted!r}; there are: {known}")
    file, found = there[wanted or next(iter(there))]
    return found, pins_of(folder / file), f"{name}/board.json and {file}"


def write(board: str, root: Path, build: Path) -> Path:
    """Write build/<board>/described.py, where its content changed, and return its path."""
    found, pins, source = revision(board, root)
    path = build / board / "described.py"
    text = render.text(found, pins, f"boards/{source}", whole_name(board, root))
    whole.write(path, text.encode())
    return path


def whole_name(board: str, root: Path) -> str:
    """With its revision, the first if none is named: what an update must be made for."""
    name, _, wanted = board.partition("@")
    first = next(iter(described.revisions(content(root / name))))
    return f"{name}@{wanted or first}" if wanted or first else name
