"""Words that say nothing, or the wrong thing, in the names of files and of what is in them."""

import ast
import re
from pathlib import Path

from tools.checks.sources import python_files, tree_of

NAME = "names"
REMEDY = "take a word of DESIGN.md (The words)"
_FORBIDDEN = {"cp", "helper", "helpers", "manager", "util", "utils"}


def find(root: Path) -> list:
    found = []
    for path in python_files(root):
        place = path.relative_to(root)
        for part in place.parts:
            if words(part.removesuffix(".py")) & _FORBIDDEN:
                found.append(f"{place}: the file's name")
        for line, name in sorted(set(defined(tree_of(path)))):
            if words(name) & _FORBIDDEN:
                found.append(f"{place}:{line}: {name}")
    return found


def words(name: str) -> set:
    """The words of a name: snake_case, CamelCase or both."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return {word.lower() for word in apart.split("_") if word}


def defined(tree: ast.Module) -> list:
    """(line, name) of everything that a module gives a name to."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((node.lineno, node.name))
        elif isinstance(node, ast.arg):
            found.append((node.lineno, node.arg))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.attr))
    return found
