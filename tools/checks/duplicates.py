"""The same lines in two places, by pylint's similarity checker."""

from pathlib import Path

from tools.checks.sources import run_module

NAME = "duplicates"
REMEDY = "give the lines one home"
_ROOMS = ("firmware", "boards", "host_tests/harness", "tools")
_OPTIONS = (
    "--disable=all",
    "--enable=duplicate-code",
    "--min-similarity-lines=8",
    "--ignore-imports=y",
    "--ignore-docstrings=y",
    "--ignore-comments=y",
    "--ignore-signatures=y",
    "--recursive=y",
    "--persistent=n",
    "--score=n",
)


def find(root: Path) -> list:
    rooms = [room for room in _ROOMS if (root / room).is_dir()]
    said = run_module("pylint", *_OPTIONS, *rooms, cwd=root)
    return [line for line in said.stdout.splitlines() if line[:3] != "***"]
