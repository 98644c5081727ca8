"""ruff: the format and the rules of pyproject.toml."""

import re
from pathlib import Path

from tools.checks.sources import ROOMS, run_module

_FILE = re.compile(r"(?:--> |Would reformat: )([^\s:]+)")
_PLACE = re.compile(r"\S+:\d+:\d+: ")


class Format:
    NAME = "format"
    REMEDY = "run `.venv/bin/ruff format`"

    @staticmethod
    def find(root: Path) -> list:
        said = run_module("ruff", "format", "--check", *_rooms(root), cwd=root)
        if said.returncode == 0:
            return []
        files = sorted(set(_FILE.findall(said.stdout)))
        return files or [said.stderr.strip()]


class Lint:
    NAME = "lint"
    REMEDY = "run `.venv/bin/ruff check --fix`, then mend by hand what is left"

    @staticmethod
    def find(root: Path) -> list:
        words = ("check", "--output-format=concise", *_rooms(root))
        said = run_module("ruff", *words, cwd=root)
        if said.returncode == 0:
            return []
        return [line for line in said.stdout.splitlines() if _PLACE.match(line)] or [said.stderr]


def _rooms(root: Path) -> list:
    return [room for room in ROOMS if (root / room).is_dir()]
