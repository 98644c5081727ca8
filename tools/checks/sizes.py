"""Rooms stay small: how long a file and a function may be."""

import ast
from pathlib import Path

from tools.checks.sources import python_files, tree_of

NAME = "sizes"
REMEDY = "split it where it does two things"
FILE_LINES = 400
TEST_FILE_LINES = 600  # stories are read one by one
FUNCTION_LINES = 40


def find(root: Path) -> list:
    found = []
    for path in python_files(root):
        place = path.relative_to(root)
        lines = len(path.read_text(encoding="utf-8").splitlines())
        limit = TEST_FILE_LINES if path.name.startswith("test_") else FILE_LINES
        if lines > limit:
            found.append(f"{place}: {lines} lines, at most {limit}")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = function_lines(node)
                if lines > FUNCTION_LINES:
                    much = f"{lines} lines, at most {FUNCTION_LINES}"
                    found.append(f"{place}:{node.lineno}: {node.name} has {much}")
    return found


def function_lines(node) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines
