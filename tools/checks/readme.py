"""Every command that the documentation gives in an `sh` block must exist."""

import re
import shlex
import shutil
from pathlib import Path

NAME = "readme"
REMEDY = "correct the command, or make it exist"
_PAGES = ("README.md", "DESIGN.md")
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_OWN = ("pilotlight",)  # commands that are ours, by name
_MACHINE = ("apt-get", "cd", "git", "sudo")  # may be missing where the check runs


def find(root: Path) -> list:
    missing = [f"{page} is missing" for page in _PAGES if not (root / page).exists()]
    targets = set(re.findall(r"^([a-z-]+):", _read(root / "Makefile"), re.MULTILINE))
    found = []
    for page in [*_PAGES, *(str(one.relative_to(root)) for one in root.glob("docs/*.md"))]:
        for command in commands(_read(root / page)):
            trouble = _trouble(root, targets, command)
            if trouble:
                found.append(f"{page}: `{command}`: {trouble}")
    return missing + found


def commands(page: str) -> list:
    """The commands of all `sh` blocks, with comments and continued lines taken away."""
    found = []
    for block in _BLOCK.findall(page):
        for line in block.replace("\\\n", " ").splitlines():
            line = re.sub(r"(^|\s)#.*", "", line).removeprefix("$ ").strip()
            found += [part.strip() for part in re.split(r"&&|;|\|", line) if part.strip()]
    return found


def _trouble(root: Path, targets: set, command: str) -> str:
    words = [word for word in shlex.split(command) if not re.match(r"^[A-Z_]+=", word)]
    if not words or words[0] in _OWN + _MACHINE:
        return ""
    if words[0] == "make":
        unknown = [word for word in words[1:] if re.match(r"^[a-z]", word) and word not in targets]
        return f"no such target: {unknown[0]}" if unknown else ""
    if "-m" in words and "python" in words[0]:
        return _module_trouble(root, words[words.index("-m") + 1])
    exists = (root / words[0]).exists() or shutil.which(words[0])
    return "" if exists else f"no such command: {words[0]}"


def _module_trouble(root: Path, module: str) -> str:
    place = root / module.replace(".", "/")
    ours = place.with_suffix(".py").exists() or (place / "__main__.py").exists()
    theirs = not module.startswith("tools")
    return "" if ours or theirs else f"no such module: {module}"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
