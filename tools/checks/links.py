"""Every link within the documentation leads somewhere: files, and headings of pages."""

import re
from pathlib import Path

NAME = "links"
REMEDY = "correct the link, or make what it leads to"
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_ELSEWHERE = re.compile(r"^[a-z]+:")


def pages(root: Path) -> list:
    """The documentation: all at the top, in docs/ and beside the boards."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("boards/**/*.md")])


def find(root: Path) -> list:
    return [
        f"{page.relative_to(root)}: {link}: {trouble}"
        for page in pages(root)
        for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8")))
        if (trouble := _trouble(page, link))
    ]


def _trouble(page: Path, link: str) -> str:
    if _ELSEWHERE.match(link):
        return ""
    place, _, heading = link.partition("#")
    target = page.parent / place if place else page
    if not target.exists():
        return "there is no such file"
    if heading and heading not in anchors(target):
        return "there is no such heading"
    return ""


def anchors(page: Path) -> set:
    """What its headings are called in a link."""
    text = _CODE.sub(lambda code: code.group() if "\n" not in code.group() else "", _text(page))
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(text))
    return {title.strip().replace(" ", "-") for title in plain}


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")
