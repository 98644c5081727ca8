"""The Python files that are ours, and the words of commands that look at them."""

import ast
import subprocess
import sys
from pathlib import Path

ROOMS = ("firmware", "boards", "host_tests", "tools")


def python_files(root: Path, rooms: tuple = ROOMS) -> list:
    return [path for room in rooms for path in sorted((root / room).rglob("*.py"))]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def run_module(module: str, *words, cwd: Path, **options) -> subprocess.CompletedProcess:
    """`python -m module words`, by this environment's Python."""
    command = [sys.executable, "-m", module, *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, **options)
